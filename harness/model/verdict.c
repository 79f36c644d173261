// SPDX-License-Identifier: GPL-2.0-only
#include "harness/model/verdict.h"

static const char *const texts[KHO_NR_VERDICTS] = {
	[KHO_VERDICT_EXCLUDED] = "excluded",
	[KHO_VERDICT_TP] = "TP",
	[KHO_VERDICT_FP] = "FP",
	[KHO_VERDICT_TN] = "TN",
	[KHO_VERDICT_FN] = "FN",
};

const char *kho_verdict_text(enum kho_verdict_name name)
{
	g_return_val_if_fail(name < KHO_NR_VERDICTS, "excluded");
	return texts[name];
}

bool kho_verdict_from_text(const char *text, enum kho_verdict_name *name)
{
	for (int i = 0; i < KHO_NR_VERDICTS; i++) {
		if (g_str_equal(text, texts[i])) {
			*name = i;
			return true;
		}
	}
	return false;
}
