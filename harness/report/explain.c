// SPDX-License-Identifier: GPL-2.0-only
#include "harness/report/explain.h"

#include "harness/report/tally.h"
#include "harness/report/text.h"

const char *kho_explain_verdict(enum kho_verdict_name verdict)
{
	switch (verdict) {
	case KHO_VERDICT_TP:
		return "true positive";
	case KHO_VERDICT_FP:
		return "false positive";
	case KHO_VERDICT_TN:
		return "true negative";
	case KHO_VERDICT_FN:
		return "false negative";
	case KHO_VERDICT_EXCLUDED:
		return "excluded";
	case KHO_NR_VERDICTS:
		break;
	}
	return NULL;
}

static const struct {
	const char *reason, *meaning;
} exclusions[] = {
	{ "load-rejected", "kexec_file_load(2) refused the successor, so that no handover happened" },
	{ "kho-disabled", "KHO switched itself off as it could not reserve its scratch, so that no handover happened" },
	{ "not-handed-over", "the first kernel did not get as far as the handover" },
	{ "first-boot-failed", "the first kernel did not come up" },
	{ "lost", "the machine was lost to the host, which shows nothing of a kernel" },
	{ "control-died", "its machine dies without KHO or with ample scratch too, so that scratch is not the reason" },
	{ "control-void", "a control of its machine proved nothing" },
	{ "repeats-disagree", "its runs did not end alike" },
	{ "not-as-described", "a kernel saw another machine than the topology describes" },
	{ "places-disagree", "kernel, guest and host do not agree on what the estimator says" },
	{ "no-prediction", "the estimator has no answer" },
	{ "prediction-skipped", "the estimator says that it is not for this kernel" },
	{ "not-run", "the run was interrupted before it was over" },
};

const char *kho_explain_exclusion(const char *reason)
{
	for (gsize i = 0; i < G_N_ELEMENTS(exclusions); i++)
		if (g_strcmp0(reason, exclusions[i].reason) == 0)
			return exclusions[i].meaning;
	return NULL;
}

static void capitalise(GString *text)
{
	text->str[0] = g_ascii_toupper(text->str[0]);
}

static char *explain_control(const struct kho_result *control)
{
	const char *what =
		control->cell->control == KHO_CONTROL_AMPLE ? "with ample scratch" : "as a plain kexec, without KHO";

	if (!control->ended)
		return g_strdup_printf("Control: the machine %s. It did not end.", what);
	return g_strdup_printf("Control: the machine %s. It %s: %s.", what,
			       kho_tally_survived(control) ? "survived, as it must" : "did not survive",
			       control->outcome.reason ?: "no reason is known");
}

static void add_exclusion(GString *text, const struct kho_result *result, const struct kho_verdict *verdict)
{
	const char *meaning = kho_explain_exclusion(verdict->excluded);

	g_string_append_printf(text, "Excluded (%s)%s%s. ", verdict->excluded ?: "?", meaning ? ": " : "",
			       meaning ?: "");
	g_string_append_printf(text, "Outcome: %s", kho_outcome_text(result->outcome.name));
}

static void add_verdict(GString *text, const struct kho_result *result, enum kho_estimator estimator,
			const struct kho_verdict *verdict)
{
	const struct kho_prediction *prediction = kho_estimate_prediction(&result->estimates[estimator]);
	g_autofree char *said = kho_text_prediction(prediction);
	bool wrong = verdict->name == KHO_VERDICT_FP || verdict->name == KHO_VERDICT_FN;
	bool warned = prediction->answer == KHO_ANSWER_INSUFFICIENT;

	g_string_append(text, kho_explain_verdict(verdict->name));
	capitalise(text);
	g_string_append_printf(text, ": %s %s (%s), %s the successor %s", kho_estimator_text(estimator),
			       warned ? "warned" : "was silent", said, wrong ? "but" : "and",
			       kho_outcome_text(result->outcome.name));
}

char *kho_explain(const struct kho_result *result, enum kho_estimator estimator)
{
	const struct kho_verdict *verdict = &result->estimates[estimator].verdict;
	g_autoptr(GString) text = g_string_new(NULL);

	if (result->cell->control != KHO_CONTROL_NONE) {
		g_autofree char *control = explain_control(result);

		return kho_text_clean(control);
	}
	if (!result->ended)
		return g_strdup("Not ended: the run was interrupted before this cell was over.");
	if (verdict->name == KHO_VERDICT_EXCLUDED)
		add_exclusion(text, result, verdict);
	else
		add_verdict(text, result, estimator, verdict);
	if (result->outcome.reason)
		g_string_append_printf(text, ": %s", result->outcome.reason);
	g_string_append_c(text, '.');
	if (kho_tally_remark(result))
		g_string_append_printf(text, " All the same, %s.", kho_tally_remark(result));
	return kho_text_clean(text->str);
}
