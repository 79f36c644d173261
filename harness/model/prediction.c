// SPDX-License-Identifier: GPL-2.0-only
#include "harness/model/prediction.h"

#include <inttypes.h>

#define MIB (1ULL << 20)

const char *kho_place_text(enum kho_place place)
{
	static const char *const texts[KHO_NR_PLACES] = {
		[KHO_PLACE_KERNEL] = "kernel",
		[KHO_PLACE_GUEST] = "guest",
		[KHO_PLACE_HOST] = "host",
	};

	g_return_val_if_fail(place < KHO_NR_PLACES, "?");
	return texts[place];
}

const char *kho_answer_text(enum kho_answer answer)
{
	static const char *const texts[KHO_NR_ANSWERS] = {
		[KHO_ANSWER_ABSENT] = "absent",
		[KHO_ANSWER_SKIPPED] = "skipped",
		[KHO_ANSWER_SUFFICIENT] = "sufficient",
		[KHO_ANSWER_INSUFFICIENT] = "insufficient",
	};

	g_return_val_if_fail(answer < KHO_NR_ANSWERS, "?");
	return texts[answer];
}

bool kho_answer_from_text(const char *text, enum kho_answer *answer)
{
	for (int i = 0; i < KHO_NR_ANSWERS; i++) {
		if (g_str_equal(text, kho_answer_text(i))) {
			*answer = i;
			return true;
		}
	}
	return false;
}

void kho_prediction_clear(struct kho_prediction *prediction)
{
	g_clear_pointer(&prediction->note, g_free);
	g_clear_pointer(&prediction->contradiction, g_free);
	g_clear_pointer(&prediction->reason, g_free);
	g_clear_pointer(&prediction->nodes, g_array_unref);
}

void kho_prediction_copy(const struct kho_prediction *from, struct kho_prediction *to)
{
	*to = *from;
	to->note = g_strdup(from->note);
	to->contradiction = g_strdup(from->contradiction);
	to->reason = g_strdup(from->reason);
	to->nodes = from->nodes ? g_array_ref(from->nodes) : NULL;
}

static char *differ(const char *what, u64 a, u64 b)
{
	return g_strdup_printf("%s: %" PRIu64 " and %" PRIu64, what, a, b);
}

static char *worst_disagreement(const struct kho_prediction *a, const struct kho_prediction *b)
{
	u64 unit = a->whole_mib || b->whole_mib ? MIB : 1;

	if (a->node != b->node)
		return differ("worst node", a->node, b->node);
	if (a->usable_bytes / unit != b->usable_bytes / unit)
		return differ("usable bytes of the worst node", a->usable_bytes, b->usable_bytes);
	if (a->required_bytes / unit != b->required_bytes / unit)
		return differ("required bytes of the worst node", a->required_bytes, b->required_bytes);
	if (a->map_count != b->map_count)
		return differ("map count of the worst node", a->map_count, b->map_count);
	if (a->section_map_bytes != b->section_map_bytes)
		return differ("bytes of a section's map", a->section_map_bytes, b->section_map_bytes);
	return NULL;
}

static struct kho_sparsemem_node node_at(const GArray *nodes, guint nid)
{
	/* A place may know of more node numbers than another; the rest have nothing. */
	return nid < nodes->len ? g_array_index(nodes, struct kho_sparsemem_node, nid)
				: (struct kho_sparsemem_node){ 0 };
}

static char *node_disagreement(guint nid, const struct kho_sparsemem_node *a, const struct kho_sparsemem_node *b)
{
	if (a->map_count == b->map_count && a->required_bytes == b->required_bytes &&
	    a->usable_bytes == b->usable_bytes && a->insufficient == b->insufficient)
		return NULL;
	return g_strdup_printf("node %u: map_count %" PRIu64 " need %" PRIu64 " usable %" PRIu64
			       " and map_count %" PRIu64 " need %" PRIu64 " usable %" PRIu64,
			       nid, a->map_count, a->required_bytes, a->usable_bytes, b->map_count, b->required_bytes,
			       b->usable_bytes);
}

static char *nodes_disagreement(const GArray *a, const GArray *b)
{
	for (guint nid = 0; nid < MAX(a->len, b->len); nid++) {
		struct kho_sparsemem_node node_a = node_at(a, nid), node_b = node_at(b, nid);
		char *text = node_disagreement(nid, &node_a, &node_b);

		if (text)
			return text;
	}
	return NULL;
}

char *kho_prediction_disagreement(const struct kho_prediction *a, const struct kho_prediction *b)
{
	char *text = NULL;

	if (a->answer == KHO_ANSWER_ABSENT || b->answer == KHO_ANSWER_ABSENT)
		return NULL;
	/* A kernel that could not allocate its arrays has said nothing about scratch. */
	if (a->answer == KHO_ANSWER_SKIPPED || b->answer == KHO_ANSWER_SKIPPED)
		return NULL;
	if (a->answer != b->answer)
		return g_strdup_printf("%s and %s", kho_answer_text(a->answer), kho_answer_text(b->answer));
	if (a->answer == KHO_ANSWER_INSUFFICIENT)
		text = worst_disagreement(a, b);
	if (!text && a->nodes && b->nodes)
		text = nodes_disagreement(a->nodes, b->nodes);
	return text;
}
