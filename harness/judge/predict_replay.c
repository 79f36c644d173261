// SPDX-License-Identifier: GPL-2.0-only
/* The replay of the successor's early boot, on the host. */
#include <inttypes.h>

#include "estimator/replay.h"
#include "harness/judge/estimators.h"

#define MIB (1ULL << 20)

static char *death(const struct kho_replay *replay)
{
	if (replay->map_failed)
		return g_strdup_printf("%" PRIu64 " of %" PRIu64 " sections of the memory map on node %d can be backed",
				       replay->map_sections, replay->map_wanted, replay->node);
	if (!replay->wanted_bytes)
		return g_strdup(replay->why);
	return g_strdup_printf("%s: no %" PRIu64 " bytes", replay->why, replay->wanted_bytes);
}

static char *survival(const struct kho_replay *replay)
{
	const struct kho_map_backing *backing = &replay->backing;

	if (!backing->blocks && !backing->page_blocks)
		return NULL;
	return g_strdup_printf("%" PRIu64 " blocks of the memory map fall back, %" PRIu64 " to other nodes, %" PRIu64
			       " to single pages",
			       backing->blocks + backing->page_blocks, backing->elsewhere, backing->page_blocks);
}

void kho_predict_replay(const struct kho_layout *layout, struct kho_prediction *prediction)
{
	g_autofree void *workspace = g_malloc(kho_replay_workspace(layout));
	struct kho_replay replay;

	kho_replay_run(layout, workspace, NULL, NULL, &replay);
	switch (replay.end) {
	case KHO_REPLAY_UNKNOWN:
		kho_predict_absent(prediction, replay.why);
		return;
	case KHO_REPLAY_FREE:
		*prediction = (struct kho_prediction){ .answer = KHO_ANSWER_SUFFICIENT, .reason = survival(&replay) };
		break;
	case KHO_REPLAY_DIES:
		*prediction = (struct kho_prediction){ .answer = KHO_ANSWER_INSUFFICIENT, .reason = death(&replay) };
		prediction->node = replay.node == KHO_ANY_NODE ? 0 : (unsigned int)replay.node;
		prediction->map_count = replay.map_wanted;
		prediction->required_bytes = replay.wanted_bytes;
		break;
	}
	prediction->section_map_bytes = kho_section_map_bytes(&layout->geometry);
	prediction->have_left = true;
	prediction->left_bytes = replay.left_bytes;
}
