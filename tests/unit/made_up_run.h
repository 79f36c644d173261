/* SPDX-License-Identifier: GPL-2.0-only */
/* A run that is made up, for tests of the reports: no machine ever did what it says here. */
#ifndef KHO_TESTS_MADE_UP_RUN_H
#define KHO_TESTS_MADE_UP_RUN_H

#include <string.h>

#include "harness/judge/judge.h"
#include "harness/model/result.h"
#include "tests/unit/test.h"

/* A double has 53 bits: 2^53 + 1 is the first number that it cannot hold. */
#define ODD_BIG	     ((1ULL << 53) + 1)
#define HUGE_ADDRESS (UINT64_MAX - 4095)

/* With which cell FP survives. */
#define REMARK "node 0: 64 MiB of the memory map's 64 MiB fell back to small blocks"

/* Every trick that a guest could try on a reader, in one reason. */
#define NASTY "\033[2Jgone <script>alert(1)</script> & \"quoted\" \x01\x1f\x7f\xff\xc2\x9b ]]>\nnext"

static const struct kho_topology two_even = { .name = (char *)"two-even" };
static const struct kho_topology four = { .name = (char *)"four" };
static const struct kho_scratch_spec explicit_spec = { .text = (char *)"16M,128M,32M" };
static const struct kho_scratch_spec percent_spec = { .text = (char *)"200%" };

enum {
	CELL_FP,       /* known */
	CELL_FN,       /* new, with the nasty reason */
	CELL_TP,       /* as expected */
	CELL_TN,       /* fixed */
	CELL_EXCLUDED, /* as expected */
	CELL_LOST,
	CELL_UNFINISHED,
	CELL_DISAGREES,
	CELL_OTHER_KERNEL, /* TN, with nothing to compare with */
	NR_CELLS
};

#define CELL(first, machine, spec, text) CELL_WITH(first, machine, spec, text, "default")

#define CELL_WITH(first, machine, spec, text, load)                                                              \
	{                                                                                                        \
		.id = (char *)first "/" text, .kernel = (char *)first, .successor = (char *)first,               \
		.topology = &(machine), .scratch = (struct kho_scratch_spec *)&(spec), .payload = (char *)(load) \
	}

static const struct kho_cell cells[NR_CELLS] = {
	[CELL_FP] = CELL("6.19-x86_64", two_even, explicit_spec, "two-even/16M,128M,32M"),
	[CELL_FN] = CELL("6.19-x86_64", two_even, percent_spec, "two-even/200%"),
	[CELL_TP] = CELL("6.19-x86_64", four, explicit_spec, "four/16M,128M,32M"),
	[CELL_TN] = CELL("6.19-x86_64", four, percent_spec, "four/200%"),
	[CELL_EXCLUDED] =
		CELL_WITH("6.19-x86_64", two_even, explicit_spec, "two-even/16M,128M,32M+keep=64M", "keep=64M"),
	[CELL_LOST] = CELL_WITH("6.19-x86_64", two_even, percent_spec, "two-even/200%+keep=64M", "keep=64M"),
	[CELL_UNFINISHED] = CELL_WITH("6.19-x86_64", four, explicit_spec, "four/16M,128M,32M+keep=64M", "keep=64M"),
	[CELL_DISAGREES] = CELL_WITH("6.19-x86_64", four, percent_spec, "four/200%+keep=64M", "keep=64M"),
	[CELL_OTHER_KERNEL] = CELL("7.3-x86_64", four, percent_spec, "four/200%"),
};

/* Of two-even: one is well, one died with the nasty reason. Of four: one well, one not ended. */
enum { CONTROL_GOOD, CONTROL_DEAD, CONTROL_FOUR, CONTROL_UNFINISHED, NR_CONTROLS };

#define CONTROL(machine, role, text)                                                                                \
	{                                                                                                           \
		.id = (char *)"6.19-x86_64/" text, .kernel = (char *)"6.19-x86_64",                                 \
		.successor = (char *)"6.19-x86_64", .topology = &(machine),                                         \
		.scratch = (struct kho_scratch_spec *)&explicit_spec, .payload = (char *)"default", .control = role \
	}

static const struct kho_cell control_cells[NR_CONTROLS] = {
	[CONTROL_GOOD] = CONTROL(two_even, KHO_CONTROL_KHO_OFF, "two-even/control:kho-off"),
	[CONTROL_DEAD] = CONTROL(two_even, KHO_CONTROL_AMPLE, "two-even/control:ample"),
	[CONTROL_FOUR] = CONTROL(four, KHO_CONTROL_KHO_OFF, "four/control:kho-off"),
	[CONTROL_UNFINISHED] = CONTROL(four, KHO_CONTROL_AMPLE, "four/control:ample"),
};

/* --- the made-up run --- */

static inline struct kho_result *add(struct kho_run *run, int cell, enum kho_outcome_name outcome,
				     enum kho_answer answer, enum kho_verdict_name verdict)
{
	struct kho_result *result = kho_result_new(&cells[cell]);
	struct kho_estimate *estimate = &result->estimates[KHO_ESTIMATOR_SPARSEMEM];

	result->ended = true;
	result->outcome = (struct kho_outcome){ .name = outcome, .stage = KHO_STAGE_DONE, .seconds = 3.1 };
	result->outcome.reason = g_strdup("made up");
	for (int place = 0; place < KHO_NR_PLACES; place++)
		estimate->places[place].answer = answer;
	estimate->verdict = (struct kho_verdict){ .name = verdict };
	if (verdict == KHO_VERDICT_EXCLUDED)
		estimate->verdict.excluded = kho_outcome_text(outcome);
	g_ptr_array_add(run->results, result);
	return result;
}

static inline void expect(struct kho_result *result, enum kho_standing standing, enum kho_outcome_name outcome,
			  enum kho_answer answer, enum kho_verdict_name verdict)
{
	result->standing = standing;
	result->have_expectation = true;
	result->expectation = (struct kho_expectation){ .outcome = outcome, .answer = answer, .verdict = verdict };
}

static inline void fill_false_positive(struct kho_result *result)
{
	struct kho_prediction *prediction = &result->estimates[KHO_ESTIMATOR_SPARSEMEM].places[KHO_PLACE_KERNEL];
	const struct kho_sparsemem_node node = {
		.map_count = 32, .required_bytes = 64 << 20, .usable_bytes = 32 << 20, .insufficient = true
	};
	const struct kho_memory_range range = { .start = 0, .end = ODD_BIG, .node = 0 };
	const struct kho_scratch_area area = { .start = HUGE_ADDRESS, .size = 4096 };
	const struct kho_map_node map = { 3, ODD_BIG, 64 << 20, 4096, HUGE_ADDRESS, 128 << 20 };

	prediction->usable_bytes = ODD_BIG;
	prediction->required_bytes = 64 << 20;
	prediction->map_count = 32;
	prediction->section_map_bytes = 2 << 20;
	prediction->nodes = g_array_new(FALSE, TRUE, sizeof(node));
	g_array_append_val(prediction->nodes, node);
	g_array_append_val(result->ranges, range);
	g_array_append_val(result->scratch, area);
	result->have_geometry = true;
	result->geometry = (struct kho_geometry){ 64, 4096, 2 << 20, 32768, true };
	result->outcome.remark = g_strdup(REMARK);
	result->outcome.memory_map = g_array_new(FALSE, TRUE, sizeof(map));
	g_array_append_val(result->outcome.memory_map, map);
	g_ptr_array_add(result->warnings, g_strdup(NASTY));
}

static inline void add_kernel(struct kho_run *run, const char *name)
{
	struct kho_run_kernel *kernel = g_new0(struct kho_run_kernel, 1);

	kernel->name = (char *)name;
	for (int i = 0; i < KHO_NR_ESTIMATORS; i++)
		kernel->confusion[i].excluded = g_hash_table_new(g_str_hash, g_str_equal);
	g_ptr_array_add(run->kernels, kernel);
}

static inline void free_kernel(gpointer data)
{
	struct kho_run_kernel *kernel = data;

	for (int i = 0; i < KHO_NR_ESTIMATORS; i++)
		kho_confusion_clear(&kernel->confusion[i]);
	g_free(kernel);
}

static inline void add_results(struct kho_run *run)
{
	struct kho_result *result;

	result = add(run, CELL_FP, KHO_OUTCOME_SURVIVED, KHO_ANSWER_INSUFFICIENT, KHO_VERDICT_FP);
	expect(result, KHO_STANDING_KNOWN, KHO_OUTCOME_SURVIVED, KHO_ANSWER_INSUFFICIENT, KHO_VERDICT_FP);
	fill_false_positive(result);
	result = add(run, CELL_FN, KHO_OUTCOME_HUNG, KHO_ANSWER_SUFFICIENT, KHO_VERDICT_FN);
	expect(result, KHO_STANDING_NEW, KHO_OUTCOME_SURVIVED, KHO_ANSWER_SUFFICIENT, KHO_VERDICT_TN);
	g_free(result->outcome.reason);
	result->outcome.reason = g_strdup(NASTY);
	result->outcome.remark = g_strdup("void: it did not survive");
	result->outcome.autopsied = true;
	result->outcome.detail = g_strdup("after " NASTY);
	result = add(run, CELL_TP, KHO_OUTCOME_PANICKED, KHO_ANSWER_INSUFFICIENT, KHO_VERDICT_TP);
	expect(result, KHO_STANDING_SAME, KHO_OUTCOME_PANICKED, KHO_ANSWER_INSUFFICIENT, KHO_VERDICT_TP);
	result->outcome.verdict_seconds = 0.4;
	result = add(run, CELL_TN, KHO_OUTCOME_SURVIVED, KHO_ANSWER_SUFFICIENT, KHO_VERDICT_TN);
	expect(result, KHO_STANDING_FIXED, KHO_OUTCOME_SURVIVED, KHO_ANSWER_INSUFFICIENT, KHO_VERDICT_FP);
	result->outcome.remark = g_strdup(NASTY);
	result = add(run, CELL_EXCLUDED, KHO_OUTCOME_LOAD_REJECTED, KHO_ANSWER_SUFFICIENT, KHO_VERDICT_EXCLUDED);
	expect(result, KHO_STANDING_SAME, KHO_OUTCOME_LOAD_REJECTED, KHO_ANSWER_SUFFICIENT, KHO_VERDICT_EXCLUDED);
	result = add(run, CELL_LOST, KHO_OUTCOME_LOST, KHO_ANSWER_ABSENT, KHO_VERDICT_EXCLUDED);
	result->standing = KHO_STANDING_NEW;
	result = add(run, CELL_UNFINISHED, KHO_OUTCOME_LOST, KHO_ANSWER_ABSENT, KHO_VERDICT_EXCLUDED);
	result->ended = false;
	result = add(run, CELL_DISAGREES, KHO_OUTCOME_SURVIVED, KHO_ANSWER_SUFFICIENT, KHO_VERDICT_EXCLUDED);
	expect(result, KHO_STANDING_SAME, KHO_OUTCOME_SURVIVED, KHO_ANSWER_SUFFICIENT, KHO_VERDICT_EXCLUDED);
	result->estimates[KHO_ESTIMATOR_SPARSEMEM].disagreement = g_strdup("kernel and host differ: node 0");
	result->estimates[KHO_ESTIMATOR_SPARSEMEM].verdict.excluded = "places-disagree";
	add(run, CELL_OTHER_KERNEL, KHO_OUTCOME_SURVIVED, KHO_ANSWER_SUFFICIENT, KHO_VERDICT_TN);
}

static inline struct kho_result *add_control(struct kho_run *run, int control, bool ended,
					     enum kho_outcome_name outcome, const char *reason)
{
	struct kho_result *result = kho_result_new(&control_cells[control]);

	result->ended = ended;
	result->outcome = (struct kho_outcome){ .name = outcome, .stage = KHO_STAGE_DONE, .seconds = 2.5 };
	result->outcome.reason = g_strdup(reason);
	g_ptr_array_add(run->controls, result);
	return result;
}

static inline void add_controls(struct kho_run *run)
{
	struct kho_result *fp = g_ptr_array_index(run->results, CELL_FP);

	fp->controls[KHO_CONTROL_KHO_OFF] =
		add_control(run, CONTROL_GOOD, true, KHO_OUTCOME_SURVIVED, "plain kexec, nothing handed over");
	fp->controls[KHO_CONTROL_AMPLE] = add_control(run, CONTROL_DEAD, true, KHO_OUTCOME_PANICKED, NASTY);
	add_control(run, CONTROL_FOUR, true, KHO_OUTCOME_SURVIVED, "plain kexec, nothing handed over");
	add_control(run, CONTROL_UNFINISHED, false, KHO_OUTCOME_LOST, NULL);
}

/* aggregate is right where sparsemem was wrong, and the other way round; replay has never been told enough. */
static inline void add_other_estimators(struct kho_run *run)
{
	static const struct {
		int cell;
		enum kho_answer answer;
		enum kho_verdict_name verdict;
	} answers[] = {
		{ CELL_FP, KHO_ANSWER_SUFFICIENT, KHO_VERDICT_TN },
		{ CELL_FN, KHO_ANSWER_SUFFICIENT, KHO_VERDICT_FN },
		{ CELL_TP, KHO_ANSWER_SUFFICIENT, KHO_VERDICT_FN },
		{ CELL_TN, KHO_ANSWER_INSUFFICIENT, KHO_VERDICT_FP },
		{ CELL_OTHER_KERNEL, KHO_ANSWER_SUFFICIENT, KHO_VERDICT_TN },
	};

	for (guint i = 0; i < run->results->len; i++) {
		struct kho_result *result = g_ptr_array_index(run->results, i);
		struct kho_estimate *estimates = result->estimates;

		estimates[KHO_ESTIMATOR_AGGREGATE].verdict.excluded =
			estimates[KHO_ESTIMATOR_SPARSEMEM].verdict.excluded;
		estimates[KHO_ESTIMATOR_REPLAY].places[KHO_PLACE_HOST].note = g_strdup("no trace" NASTY);
		estimates[KHO_ESTIMATOR_REPLAY].verdict.excluded =
			estimates[KHO_ESTIMATOR_SPARSEMEM].verdict.excluded ?: "no-prediction";
	}
	for (size_t i = 0; i < COUNT(answers); i++) {
		struct kho_result *result = g_ptr_array_index(run->results, answers[i].cell);
		struct kho_estimate *estimate = &result->estimates[KHO_ESTIMATOR_AGGREGATE];
		struct kho_prediction *prediction = &estimate->places[KHO_PLACE_HOST];

		estimate->verdict = (struct kho_verdict){ .name = answers[i].verdict };
		prediction->answer = answers[i].answer;
		prediction->have_left = true;
		prediction->left_bytes = answers[i].answer == KHO_ANSWER_SUFFICIENT ? 3 * MIB : 0;
		prediction->reason =
			answers[i].answer == KHO_ANSWER_INSUFFICIENT ? g_strdup("too little in all " NASTY) : NULL;
	}
}

static inline int set_up(void **state)
{
	struct kho_run *run = g_new0(struct kho_run, 1);

	*run = (struct kho_run){ .started = (char *)"2026-11-23T10:15:00Z",
				 .seconds = 221.2,
				 .interrupted = true,
				 .matrix = (char *)"made-up",
				 .directory = (char *)"results/20261123T101500Z",
				 .accel = (char *)"tcg",
				 .qemu_version = (char *)"7.2.22",
				 .jobs = 2 };
	run->kernels = g_ptr_array_new_with_free_func(free_kernel);
	run->controls = g_ptr_array_new_with_free_func((GDestroyNotify)kho_result_free);
	run->results = g_ptr_array_new_with_free_func((GDestroyNotify)kho_result_free);
	add_kernel(run, "6.19-x86_64");
	add_kernel(run, "7.3-x86_64");
	add_results(run);
	add_controls(run);
	add_other_estimators(run);
	kho_judge_count(run);
	*state = run;
	return 0;
}

static inline int tear_down(void **state)
{
	struct kho_run *run = *state;

	g_ptr_array_unref(run->kernels);
	g_ptr_array_unref(run->controls);
	g_ptr_array_unref(run->results);
	kho_shard_clear(&run->shard);
	g_free(run);
	return 0;
}

/* --- what reports must and must not contain --- */

static inline guint count(const char *text, const char *what)
{
	guint found = 0;

	for (const char *at = strstr(text, what); at; at = strstr(at + 1, what))
		found++;
	return found;
}

static inline void assert_contains(const char *text, const char *what)
{
	if (!strstr(text, what))
		fail_msg("'%s' is not in:\n%s", what, text);
}

static inline void assert_lacks(const char *text, const char *what)
{
	if (strstr(text, what))
		fail_msg("'%s' is in:\n%s", what, text);
}

/* Nothing that a terminal obeys or XML 1.0 forbids, and no broken UTF-8. */
static inline void assert_harmless(const char *text)
{
	assert_true(g_utf8_validate(text, -1, NULL));
	for (const char *c = text; *c; c = g_utf8_next_char(c))
		if (*c != '\n' && !g_unichar_isprint(g_utf8_get_char(c)))
			fail_msg("character 0x%x in:\n%s", g_utf8_get_char(c), text);
}

#endif
