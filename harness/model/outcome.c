// SPDX-License-Identifier: GPL-2.0-only
#include "harness/model/outcome.h"

static const char *const outcome_texts[KHO_NR_OUTCOMES] = {
	[KHO_OUTCOME_LOST] = "lost",
	[KHO_OUTCOME_FIRST_BOOT_FAILED] = "first-boot-failed",
	[KHO_OUTCOME_KHO_DISABLED] = "kho-disabled",
	[KHO_OUTCOME_LOAD_REJECTED] = "load-rejected",
	[KHO_OUTCOME_NOT_HANDED_OVER] = "not-handed-over",
	[KHO_OUTCOME_HUNG] = "hung",
	[KHO_OUTCOME_PANICKED] = "panicked",
	[KHO_OUTCOME_RESET] = "reset",
	[KHO_OUTCOME_SURVIVED] = "survived",
};

static const char *const stage_texts[KHO_NR_STAGES] = {
	[KHO_STAGE_POWER_ON] = "power-on",
	[KHO_STAGE_FIRST_INIT] = "first-init",
	[KHO_STAGE_HANDOVER] = "handover",
	[KHO_STAGE_SUCCESSOR_BOOT] = "successor-boot",
	[KHO_STAGE_SUCCESSOR_INIT] = "successor-init",
	[KHO_STAGE_DONE] = "done",
};

const char *kho_outcome_text(enum kho_outcome_name name)
{
	g_return_val_if_fail(name < KHO_NR_OUTCOMES, "lost");
	return outcome_texts[name];
}

bool kho_outcome_from_text(const char *text, enum kho_outcome_name *name)
{
	for (int i = 0; i < KHO_NR_OUTCOMES; i++) {
		if (g_str_equal(text, outcome_texts[i])) {
			*name = i;
			return true;
		}
	}
	return false;
}

const char *kho_stage_text(enum kho_stage stage)
{
	g_return_val_if_fail(stage < KHO_NR_STAGES, "power-on");
	return stage_texts[stage];
}

bool kho_stage_from_text(const char *text, enum kho_stage *stage)
{
	for (int i = 0; i < KHO_NR_STAGES; i++) {
		if (g_str_equal(text, stage_texts[i])) {
			*stage = i;
			return true;
		}
	}
	return false;
}

bool kho_outcome_failed(enum kho_outcome_name name)
{
	switch (name) {
	case KHO_OUTCOME_HUNG:
	case KHO_OUTCOME_PANICKED:
	case KHO_OUTCOME_RESET:
		return true;
	case KHO_OUTCOME_LOST:
	case KHO_OUTCOME_FIRST_BOOT_FAILED:
	case KHO_OUTCOME_KHO_DISABLED:
	case KHO_OUTCOME_LOAD_REJECTED:
	case KHO_OUTCOME_NOT_HANDED_OVER:
	case KHO_OUTCOME_SURVIVED:
	case KHO_NR_OUTCOMES:
		return false;
	}
	return false;
}

void kho_outcome_clear(struct kho_outcome *outcome)
{
	g_clear_pointer(&outcome->reason, g_free);
	g_clear_pointer(&outcome->detail, g_free);
	g_clear_pointer(&outcome->remark, g_free);
	g_clear_pointer(&outcome->memory_map, g_array_unref);
}
