// SPDX-License-Identifier: GPL-2.0-only
#include "harness/handover/classify.h"

#include "guest/protocol.h"
#include "harness/handover/death.h"

static bool loaded(const struct kho_report *report)
{
	return report->load && g_str_equal(report->load, KHO_OK);
}

enum kho_stage kho_evidence_stage(const struct kho_report *report, const struct kho_console *console)
{
	if (report->successor.end)
		return KHO_STAGE_DONE;
	if (report->successor.hello)
		return KHO_STAGE_SUCCESSOR_INIT;
	if (console->entered && console->kernel)
		return KHO_STAGE_SUCCESSOR_BOOT;
	if (console->entered || (report->first.end && loaded(report)))
		return KHO_STAGE_HANDOVER;
	return report->first.hello ? KHO_STAGE_FIRST_INIT : KHO_STAGE_POWER_ON;
}

static void set(struct kho_outcome *outcome, enum kho_outcome_name name, char *reason)
{
	outcome->name = name;
	outcome->reason = reason;
}

static char *join(GPtrArray *texts)
{
	g_autoptr(GString) all = g_string_new(NULL);

	for (guint i = 0; i < texts->len; i++)
		g_string_append_printf(all, "%s%s", i ? ", " : "", (char *)g_ptr_array_index(texts, i));
	return g_string_free(g_steal_pointer(&all), FALSE);
}

/* The successor said all: alive, revived, and with everything that was preserved? */
static void classify_successor(const struct kho_report *report, struct kho_outcome *outcome)
{
	g_autofree char *intact = join(report->intact), *wrong = join(report->not_intact);
	g_autofree char *missing = kho_report_payload_missing(report);

	if (report->revived != KHO_TRUE)
		set(outcome, KHO_OUTCOME_NOT_HANDED_OVER,
		    g_strdup_printf("the successor lives, but KHO did not revive: %s",
				    report->revived_reason && *report->revived_reason ? report->revived_reason
										      : "no reason in its log"));
	else if (*wrong)
		set(outcome, KHO_OUTCOME_NOT_HANDED_OVER,
		    g_strdup_printf("the successor lives, but preserved memory did not come through: %s", wrong));
	else if (!kho_report_payload_intact(report))
		set(outcome, KHO_OUTCOME_NOT_HANDED_OVER,
		    g_strdup_printf("the successor lives, but of what was preserved it did not find: %s", missing));
	else
		set(outcome, KHO_OUTCOME_SURVIVED, g_strdup_printf("preserved memory intact: %s", intact));
}

static void classify_first(const struct kho_report *report, struct kho_outcome *outcome)
{
	if (report->kho_on != KHO_TRUE)
		set(outcome, KHO_OUTCOME_KHO_DISABLED,
		    g_strdup(report->kho_reason && *report->kho_reason
				     ? report->kho_reason
				     : "no /sys/kernel/debug/kho/out, and no reason in the log"));
	else
		set(outcome, KHO_OUTCOME_LOAD_REJECTED,
		    g_strdup_printf("kexec_file_load: %s", report->load ?: "not tried"));
}

/* Of a control with KHO off: the successor lives, whatever it says of KHO, and that is all. */
static void classify_plain(const struct kho_evidence *evidence, struct kho_outcome *outcome)
{
	const struct kho_report *report = evidence->report;

	if (report->kho_on != KHO_FALSE)
		set(outcome, KHO_OUTCOME_NOT_HANDED_OVER,
		    g_strdup("KHO was on, so this would have been no plain kexec"));
	else if (evidence->end == KHO_END_SUCCESSOR)
		set(outcome, KHO_OUTCOME_SURVIVED, g_strdup("plain kexec, nothing handed over"));
	else
		set(outcome, KHO_OUTCOME_LOAD_REJECTED,
		    g_strdup_printf("kexec_file_load: %s", report->load ?: "not tried"));
}

static void classify_error(const struct kho_report *report, struct kho_outcome *outcome)
{
	if (report->successor.error)
		set(outcome, KHO_OUTCOME_LOST, g_strdup_printf("successor: %s", report->successor.error));
	else if (report->kho_on == KHO_TRUE)
		set(outcome, KHO_OUTCOME_NOT_HANDED_OVER, g_strdup_printf("first kernel: %s", report->first.error));
	else
		set(outcome, KHO_OUTCOME_FIRST_BOOT_FAILED, g_strdup_printf("first kernel: %s", report->first.error));
}

static enum kho_death_sign sign_of(enum kho_end end)
{
	switch (end) {
	case KHO_END_PANIC:
		return KHO_DEATH_PANIC;
	case KHO_END_RESET:
		return KHO_DEATH_RESET;
	case KHO_END_POWER_OFF:
		return KHO_DEATH_POWER_OFF;
	case KHO_END_STALL:
	case KHO_END_DEADLINE:
	case KHO_END_SLOW:
	case KHO_END_NONE:
	case KHO_END_SUCCESSOR:
	case KHO_END_FIRST:
	case KHO_END_GAVE_UP:
	case KHO_END_MACHINE:
	case KHO_NR_ENDS:
		break;
	}
	return KHO_DEATH_STILL;
}

/* Init switches the machine off when all is said, and when it cannot say it: then the harness itself failed. */
static bool switched_off_by_init(const struct kho_evidence *evidence)
{
	return evidence->end == KHO_END_POWER_OFF &&
	       (evidence->report->successor.hello || !evidence->autopsy || !evidence->autopsy->found ||
		evidence->autopsy->progress == KHO_BOOT_INIT);
}

static void classify_death(const struct kho_evidence *evidence, const struct kho_console *speech,
			   struct kho_outcome *outcome)
{
	kho_death_name(&(struct kho_death){ .sign = sign_of(evidence->end),
					    .speech = speech,
					    .autopsy = evidence->autopsy,
					    .stall = evidence->stall,
					    .function = evidence->function },
		       outcome);
	if (outcome->stage < KHO_STAGE_HANDOVER) {
		outcome->name = KHO_OUTCOME_FIRST_BOOT_FAILED;
	} else if (outcome->name == KHO_OUTCOME_RESET && switched_off_by_init(evidence)) {
		g_free(outcome->reason);
		set(outcome, KHO_OUTCOME_LOST, g_strdup("the guest switched its machine off without a last word"));
	}
}

static void classify_end(const struct kho_evidence *evidence, const struct kho_console *speech,
			 struct kho_outcome *outcome)
{
	switch (evidence->end) {
	case KHO_END_SUCCESSOR:
		if (evidence->plain)
			classify_plain(evidence, outcome);
		else
			classify_successor(evidence->report, outcome);
		return;
	case KHO_END_FIRST:
		if (evidence->plain)
			classify_plain(evidence, outcome);
		else
			classify_first(evidence->report, outcome);
		return;
	case KHO_END_GAVE_UP:
		classify_error(evidence->report, outcome);
		return;
	case KHO_END_PANIC:
	case KHO_END_RESET:
	case KHO_END_POWER_OFF:
	case KHO_END_STALL:
	case KHO_END_DEADLINE:
		classify_death(evidence, speech, outcome);
		return;
	case KHO_END_NONE:
	case KHO_END_SLOW:
	case KHO_END_MACHINE:
	case KHO_NR_ENDS:
		break;
	}
	set(outcome, KHO_OUTCOME_LOST, g_strdup(evidence->detail ?: "the machine was lost"));
}

/*
 * Records that cannot be trusted void every outcome that rests on them: not those of a dead
 * machine, whose last record may well be cut off.
 */
static void doubt(const struct kho_report *report, struct kho_outcome *outcome)
{
	g_autofree char *reason = outcome->reason;

	if (!kho_outcome_failed(outcome->name) && outcome->name != KHO_OUTCOME_FIRST_BOOT_FAILED)
		outcome->name = KHO_OUTCOME_LOST;
	outcome->reason = g_strdup_printf("%s; %s", reason, report->fault);
}

/* What the successor said: its log where it was read, for that is whole whether there was a console or not. */
static void listen(const struct kho_evidence *evidence, struct kho_console *speech)
{
	kho_console_init(speech);
	if (evidence->autopsy && evidence->autopsy->log && *evidence->autopsy->log)
		kho_console_take_log(speech, evidence->autopsy->log);
}

void kho_classify(const struct kho_evidence *evidence, struct kho_outcome *outcome)
{
	struct kho_console log;
	bool read;

	listen(evidence, &log);
	read = log.lines > 0;
	outcome->stage = kho_evidence_stage(evidence->report, evidence->console);
	/* Of the log only once the first kernel said that it leaves: the first kernel's own death has one, too. */
	if (read && outcome->stage == KHO_STAGE_HANDOVER)
		outcome->stage = KHO_STAGE_SUCCESSOR_BOOT;
	classify_end(evidence, read ? &log : evidence->console, outcome);
	if (evidence->report->fault)
		doubt(evidence->report, outcome);
	if (outcome->name != KHO_OUTCOME_LOST)
		outcome->detail = g_strdup(evidence->detail);
	kho_console_clear(&log);
}
