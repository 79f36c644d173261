// SPDX-License-Identifier: GPL-2.0-only
/* From report and outcome to verdict; what the kernel's message says; and what disagreement does. */
#include "harness/judge/kernel_estimate.h"
#include "harness/judge/judge.h"
#include "tests/unit/test.h"
#include "tests/unit/records.h"

static struct kho_cell cell = {
	.id = (char *)"k/t/s", .kernel = (char *)"k", .successor = (char *)"k", .payload = (char *)KHO_PAYLOAD_DEFAULT
};

static struct kho_result *judged(const char *const *first, enum kho_outcome_name outcome, bool carries)
{
	g_autoptr(KhoReport) report = kho_report_new(RUN);
	struct kho_result *result = kho_result_new(&cell);

	feed(report, "first", first);
	result->outcome.name = outcome;
	result->ended = true;
	kho_judge_take_report(result, report, carries);
	kho_judge_result(result);
	return result;
}

/* good_first with one line replaced. */
static const char *const *with(const char *prefix, const char *replacement)
{
	static const char *lines[COUNT(good_first)];
	bool found = false;

	for (size_t i = 0; good_first[i]; i++) {
		lines[i] = good_first[i];
		if (!found && g_str_has_prefix(good_first[i], prefix)) {
			lines[i] = replacement;
			found = true;
		}
	}
	assert_true(found);
	return lines;
}

static void three_places_agree(void **state)
{
	struct kho_result *result = judged(good_first, KHO_OUTCOME_SURVIVED, true);
	struct kho_estimate *estimate = &result->estimates[KHO_ESTIMATOR_SPARSEMEM];

	assert_null(estimate->disagreement);
	for (int place = 0; place < KHO_NR_PLACES; place++) {
		assert_int_equal(estimate->places[place].answer, KHO_ANSWER_INSUFFICIENT);
		assert_int_equal(estimate->places[place].node, 0);
		assert_int_equal(estimate->places[place].usable_bytes, 32 * MIB);
		assert_int_equal(estimate->places[place].required_bytes, 64 * MIB);
	}
	assert_int_equal(estimate->verdict.name, KHO_VERDICT_FP);
	kho_result_free(result);
}

static void assert_disagreement(const char *const *first, const char *expected)
{
	struct kho_result *result = judged(first, KHO_OUTCOME_SURVIVED, true);
	struct kho_estimate *estimate = &result->estimates[KHO_ESTIMATOR_SPARSEMEM];

	assert_non_null(estimate->disagreement);
	assert_non_null(strstr(estimate->disagreement, expected));
	assert_int_equal(estimate->verdict.name, KHO_VERDICT_EXCLUDED);
	assert_string_equal(estimate->verdict.excluded, "places-disagree");
	kho_result_free(result);
}

/* One byte anywhere, in any place, is an error of its own; also on a node that is not the worst. */
static void places_disagree(void **state)
{
	assert_disagreement(with("guest-node id=1", "guest-node id=1 map_count=32 required=67108864 usable=167772161 "
						    "insufficient=0"),
			    "node 1");
	assert_disagreement(with("kernel-node id=0", "kernel-node id=0 map_count=32 required=67108864 usable=33554431 "
						     "insufficient=1"),
			    "usable bytes");
	assert_disagreement(with("kernel-result", "kernel-result insufficient=0 worst=0 section_map=2097152"),
			    "sufficient and insufficient");
	assert_disagreement(with("scratch index=1", "scratch index=1 start=9458155520 size=134217729"), "node 1");
	assert_disagreement(
		with("kernel-geometry",
		     "kernel-geometry struct_page=72 page=4096 pmd=2097152 pages_per_section=32768 vmemmap=1"),
		"geometry");
	/* figures without the message */
	assert_disagreement(with("warning", "missing what=x why=y"), "insufficient and sufficient");
}

static void verdicts(void **state)
{
	static const struct {
		enum kho_answer answer;
		enum kho_outcome_name outcome;
		const char *verdict, *excluded;
	} cases[] = {
		{ KHO_ANSWER_INSUFFICIENT, KHO_OUTCOME_HUNG, "TP", NULL },
		{ KHO_ANSWER_INSUFFICIENT, KHO_OUTCOME_PANICKED, "TP", NULL },
		{ KHO_ANSWER_INSUFFICIENT, KHO_OUTCOME_RESET, "TP", NULL },
		{ KHO_ANSWER_INSUFFICIENT, KHO_OUTCOME_SURVIVED, "FP", NULL },
		{ KHO_ANSWER_SUFFICIENT, KHO_OUTCOME_SURVIVED, "TN", NULL },
		{ KHO_ANSWER_SUFFICIENT, KHO_OUTCOME_PANICKED, "FN", NULL },
		{ KHO_ANSWER_INSUFFICIENT, KHO_OUTCOME_LOAD_REJECTED, "excluded", "load-rejected" },
		{ KHO_ANSWER_INSUFFICIENT, KHO_OUTCOME_KHO_DISABLED, "excluded", "kho-disabled" },
		{ KHO_ANSWER_INSUFFICIENT, KHO_OUTCOME_NOT_HANDED_OVER, "excluded", "not-handed-over" },
		{ KHO_ANSWER_INSUFFICIENT, KHO_OUTCOME_FIRST_BOOT_FAILED, "excluded", "first-boot-failed" },
		{ KHO_ANSWER_INSUFFICIENT, KHO_OUTCOME_LOST, "excluded", "lost" },
		{ KHO_ANSWER_SKIPPED, KHO_OUTCOME_HUNG, "excluded", "prediction-skipped" },
		{ KHO_ANSWER_ABSENT, KHO_OUTCOME_HUNG, "excluded", "no-prediction" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct kho_estimate estimate = { .places[KHO_PLACE_KERNEL].answer = cases[i].answer };
		struct kho_verdict verdict = kho_verdict_of(&estimate, cases[i].outcome);

		assert_string_equal(kho_verdict_text(verdict.name), cases[i].verdict);
		if (cases[i].excluded)
			assert_string_equal(verdict.excluded, cases[i].excluded);
	}
}

/* A machine whose controls do not all survive tells nothing, whatever its cells do; the worst reason counts. */
static void controls_exclude(void **state)
{
	static const struct {
		enum kho_outcome_name off, ample; /* KHO_NR_OUTCOMES: not run */
		const char *excluded;
	} cases[] = {
		{ KHO_NR_OUTCOMES, KHO_NR_OUTCOMES, NULL },
		{ KHO_OUTCOME_SURVIVED, KHO_NR_OUTCOMES, NULL },
		{ KHO_OUTCOME_SURVIVED, KHO_OUTCOME_SURVIVED, NULL },
		{ KHO_OUTCOME_SURVIVED, KHO_OUTCOME_HUNG, "control-died" },
		{ KHO_OUTCOME_PANICKED, KHO_OUTCOME_SURVIVED, "control-died" },
		{ KHO_OUTCOME_LOST, KHO_OUTCOME_RESET, "control-died" },
		{ KHO_OUTCOME_SURVIVED, KHO_OUTCOME_LOST, "control-void" },
		{ KHO_OUTCOME_FIRST_BOOT_FAILED, KHO_OUTCOME_SURVIVED, "control-void" },
		{ KHO_OUTCOME_LOAD_REJECTED, KHO_OUTCOME_SURVIVED, "control-void" },
		{ KHO_OUTCOME_SURVIVED, KHO_OUTCOME_KHO_DISABLED, "control-void" },
		{ KHO_OUTCOME_NOT_HANDED_OVER, KHO_OUTCOME_NOT_HANDED_OVER, "control-void" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct kho_result off = { .ended = true, .outcome.name = cases[i].off };
		const struct kho_result ample = { .ended = true, .outcome.name = cases[i].ample };
		g_autoptr(KhoReport) report = kho_report_new(RUN);
		struct kho_result *result = kho_result_new(&cell);

		feed(report, "first", good_first);
		result->controls[KHO_CONTROL_KHO_OFF] = cases[i].off == KHO_NR_OUTCOMES ? NULL : &off;
		result->controls[KHO_CONTROL_AMPLE] = cases[i].ample == KHO_NR_OUTCOMES ? NULL : &ample;
		result->outcome.name = KHO_OUTCOME_PANICKED;
		result->ended = true;
		kho_judge_take_report(result, report, true);
		kho_judge_result(result);
		assert_int_equal(result->estimates[0].verdict.name,
				 cases[i].excluded ? KHO_VERDICT_EXCLUDED : KHO_VERDICT_TP);
		if (cases[i].excluded)
			assert_string_equal(result->estimates[0].verdict.excluded, cases[i].excluded);
		kho_result_free(result);
	}
}

/* What never came to its end is not survival either. */
static void control_that_did_not_end(void **state)
{
	const struct kho_result control = { .ended = false, .outcome.name = KHO_OUTCOME_SURVIVED };
	const struct kho_result result = { .controls[KHO_CONTROL_AMPLE] = &control };

	assert_string_equal(kho_control_exclusion(&result), "control-void");
}

static void warnings(void **state)
{
	static const char good[] = "KHO: scratch: node3 max=31MiB need=64MiB for sparse_buffer_init(map_count=32 "
				   "section_map_size=2048KiB); kexec may fail";
	static const char *const others[] = {
		"",
		"KHO: scratch: node3 max=31MiB",
		"KHO: scratch: node max=31MiB need=64MiB for sparse_buffer_init(map_count=32 "
		"section_map_size=2048KiB); "
		"kexec may fail",
		"KHO: scratch: node3 max=31MiB need=64MiB for sparse_buffer_init(map_count=32 "
		"section_map_size=2048KiB); "
		"kexec may fail!",
	};
	struct kho_prediction prediction;

	assert_true(kho_warning_parse(good, &prediction));
	assert_int_equal(prediction.node, 3);
	assert_int_equal(prediction.usable_bytes, 31 * MIB);
	assert_int_equal(prediction.required_bytes, 64 * MIB);
	assert_int_equal(prediction.map_count, 32);
	assert_int_equal(prediction.section_map_bytes, 2 * MIB);
	for (size_t i = 0; i < COUNT(others); i++)
		assert_false(kho_warning_parse(others[i], &prediction));
}

/* A kernel without debugfs figures: its message counts, and its silence only if it carries the estimator. */
static void messages_alone(void **state)
{
	static const char *const silent[] = { "hello release=1", "kho state=on reason=", "load status=ok", "end",
					      NULL };
	static const char *const warns[] = {
		"hello release=1",
		"kho state=on reason=",
		"warning text=KHO:%20scratch:%20node1%20max%3D1MiB%20need%3D2MiB%20for%20sparse_buffer_init("
		"map_count%3D1%20section_map_size%3D2048KiB);%20kexec%20may%20fail",
		"load status=ok",
		"end",
		NULL,
	};
	static const char *const skips[] = {
		"hello release=1", "kho state=on reason=",
		"warning text=KHO:%20scratch:%20sparsemem%20sanity%20skipped%20(temp%20alloc%20unavailable)", "end",
		NULL
	};
	static const struct {
		const char *const *first;
		bool carries;
		enum kho_answer answer;
	} cases[] = {
		{ silent, true, KHO_ANSWER_SUFFICIENT },
		{ silent, false, KHO_ANSWER_ABSENT },
		{ warns, false, KHO_ANSWER_INSUFFICIENT },
		{ skips, true, KHO_ANSWER_SKIPPED },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct kho_result *result = judged(cases[i].first, KHO_OUTCOME_SURVIVED, cases[i].carries);

		assert_int_equal(result->estimates[0].places[KHO_PLACE_KERNEL].answer, cases[i].answer);
		kho_result_free(result);
	}
}

#define FITS(node, max)                                                                             \
	"KHO: scratch: node" node " max=" max "MiB need=64MiB for sparse_buffer_init(map_count=32 " \
	"section_map_size=2048KiB); kexec may fail"

/* Somebody else's estimator: what nearly fits is told, and is neither a warning nor silence. */
static void messages_that_nearly_fit(void **state)
{
	static const struct {
		const char *messages[3];
		enum kho_answer answer;
		const char *contradiction; /* its beginning; NULL: there is none */
	} cases[] = {
		{ { FITS("0", "31") }, KHO_ANSWER_INSUFFICIENT, NULL },
		{ { FITS("7", "31") }, KHO_ANSWER_INSUFFICIENT, "a warning of a node that has no memory" },
		{ { FITS("0", "31"), FITS("1", "31") }, KHO_ANSWER_INSUFFICIENT, "a second message" },
		{ { FITS(" 0", "31") }, KHO_ANSWER_ABSENT, "a message that is not" },
		{ { FITS("0", "031") }, KHO_ANSWER_ABSENT, "a message that is not" },
		{ { FITS("0", "99999999999999999999") }, KHO_ANSWER_ABSENT, "a message that is not" },
		{ { FITS("0", "31") "." }, KHO_ANSWER_ABSENT, "a message that is not" },
		{ { "KHO: scratch: node0 max=1GiB need=2GiB for sparse_buffer_init(); kexec may fail" },
		  KHO_ANSWER_ABSENT,
		  "a message that is not" },
		{ { "kho: scratch of node 0 is too small" }, KHO_ANSWER_ABSENT, "a message that is not" },
		{ { "kho: scratch of node 0 is too small", FITS("0", "31") },
		  KHO_ANSWER_INSUFFICIENT,
		  "a message that is not" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		g_autoptr(KhoReport) report = kho_report_new(RUN);
		struct kho_memory_range range = { 0, 4ULL << 30, 0 };
		struct kho_prediction prediction = { 0 };

		report->kho_on = KHO_TRUE;
		g_array_append_val(report->ranges, range);
		range.node = 1;
		g_array_append_val(report->ranges, range);
		for (size_t m = 0; cases[i].messages[m]; m++)
			g_ptr_array_add(report->warnings, g_strdup(cases[i].messages[m]));
		kho_kernel_prediction(report, true, &prediction);
		assert_int_equal(prediction.answer, cases[i].answer);
		if (cases[i].contradiction)
			assert_true(g_str_has_prefix(prediction.contradiction, cases[i].contradiction));
		else
			assert_null(prediction.contradiction);
		kho_prediction_clear(&prediction);
	}
}

/* A garbled layout is named, and never makes the estimator walk for ever. */
static void nonsense_from_the_guest(void **state)
{
	static const struct {
		const char *prefix, *replacement;
	} cases[] = {
		{ "scratch index=1", "scratch index=1 start=0 size=9223372036854775807" },
		{ "range node=1", "range node=1 start=5368709120 end=18446744073709551615" },
		{ "range node=1", "range node=1 start=0 end=9663676416" },
		{ "geometry", "geometry struct_page=64 page=4096 pmd=2097152 pages_per_section=1 vmemmap=1" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct kho_result *result =
			judged(with(cases[i].prefix, cases[i].replacement), KHO_OUTCOME_SURVIVED, true);

		assert_int_equal(result->estimates[0].places[KHO_PLACE_HOST].answer, KHO_ANSWER_ABSENT);
		assert_non_null(result->estimates[0].places[KHO_PLACE_HOST].note);
		kho_result_free(result);
	}
}

static void confusion(void **state)
{
	static const struct kho_verdict verdicts_seen[] = {
		{ KHO_VERDICT_TP, NULL },	  { KHO_VERDICT_TP, NULL },
		{ KHO_VERDICT_FP, NULL },	  { KHO_VERDICT_TN, NULL },
		{ KHO_VERDICT_FN, NULL },	  { KHO_VERDICT_EXCLUDED, "lost" },
		{ KHO_VERDICT_EXCLUDED, "lost" }, { KHO_VERDICT_EXCLUDED, "kho-disabled" },
	};
	struct kho_confusion counts;

	kho_confusion_init(&counts);
	for (size_t i = 0; i < COUNT(verdicts_seen); i++)
		kho_confusion_count(&counts, &verdicts_seen[i]);
	assert_int_equal(counts.tp, 2);
	assert_int_equal(counts.fp, 1);
	assert_int_equal(counts.tn, 1);
	assert_int_equal(counts.fn, 1);
	assert_int_equal(kho_confusion_excluded(&counts), 3);
	assert_int_equal(GPOINTER_TO_UINT(g_hash_table_lookup(counts.excluded, "lost")), 2);
	kho_confusion_clear(&counts);
}

/* A recorded cell can be judged again: what was judged before is replaced, and what was found stays. */
static void judged_again(void **state)
{
	struct kho_result *result = judged(good_first, KHO_OUTCOME_SURVIVED, true);
	struct kho_estimate *estimate = &result->estimates[KHO_ESTIMATOR_SPARSEMEM];

	kho_judge_result(result);
	assert_null(estimate->disagreement);
	assert_int_equal(estimate->verdict.name, KHO_VERDICT_FP);
	g_array_index(result->scratch, struct kho_scratch_area, 2).size = 16 * MIB;
	kho_judge_result(result);
	assert_int_equal(estimate->places[KHO_PLACE_HOST].usable_bytes, 16 * MIB);
	assert_non_null(strstr(estimate->disagreement, "kernel and host differ"));
	g_array_index(result->scratch, struct kho_scratch_area, 2).size = 32 * MIB;
	result->outcome.name = KHO_OUTCOME_PANICKED;
	kho_judge_result(result);
	assert_null(estimate->disagreement);
	assert_int_equal(estimate->verdict.name, KHO_VERDICT_TP);
	kho_result_free(result);
}

/* What the kernel's message said beside its figures is found in the report alone, and kept with the prediction. */
static void contradictions_stay(void **state)
{
	struct kho_result *result = judged(with("warning", "missing what=x why=y"), KHO_OUTCOME_SURVIVED, true);
	struct kho_estimate *estimate = &result->estimates[KHO_ESTIMATOR_SPARSEMEM];

	assert_string_equal(estimate->places[KHO_PLACE_KERNEL].contradiction, "insufficient and sufficient");
	kho_judge_result(result);
	assert_string_equal(estimate->disagreement, "insufficient and sufficient");
	assert_string_equal(estimate->verdict.excluded, "places-disagree");
	kho_result_free(result);
}

/* Every estimator answers or says why not; one that has no answer is excluded, and only it. */
static void every_estimator_is_judged(void **state)
{
	struct kho_result *result = judged(good_first, KHO_OUTCOME_SURVIVED, true);

	for (int i = 0; i < KHO_NR_ESTIMATORS; i++) {
		const struct kho_prediction *prediction = &result->estimates[i].places[KHO_PLACE_HOST];

		if (prediction->answer != KHO_ANSWER_ABSENT)
			continue;
		assert_non_null(prediction->note);
		assert_string_equal(result->estimates[i].verdict.excluded, "no-prediction");
	}
	kho_result_free(result);
}

/* By kernel pair, the first word of an id; what did not end is counted, too. */
static void counted_by_kernel(void **state)
{
	struct kho_cell cells[] = { { .id = (char *)"a/t/s",
				      .kernel = (char *)"a",
				      .successor = (char *)"a",
				      .payload = (char *)KHO_PAYLOAD_DEFAULT },
				    { .id = (char *)"a>b/t/s",
				      .kernel = (char *)"a",
				      .successor = (char *)"a",
				      .payload = (char *)KHO_PAYLOAD_DEFAULT },
				    { .id = (char *)"a/t/u",
				      .kernel = (char *)"a",
				      .successor = (char *)"a",
				      .payload = (char *)KHO_PAYLOAD_DEFAULT } };
	struct kho_run_kernel kernels[] = { { .name = (char *)"a>b" }, { .name = (char *)"a" } };
	struct kho_run run = { .kernels = g_ptr_array_new(),
			       .results = g_ptr_array_new_with_free_func((GDestroyNotify)kho_result_free) };

	for (size_t i = 0; i < COUNT(kernels); i++) {
		for (int j = 0; j < KHO_NR_ESTIMATORS; j++)
			kho_confusion_init(&kernels[i].confusion[j]);
		g_ptr_array_add(run.kernels, &kernels[i]);
	}
	for (size_t i = 0; i < COUNT(cells); i++) {
		struct kho_result *result = kho_result_new(&cells[i]);

		result->ended = i != 2;
		for (int j = 0; j < KHO_NR_ESTIMATORS; j++)
			result->estimates[j].verdict.name = j ? KHO_VERDICT_TP : KHO_VERDICT_FN;
		g_ptr_array_add(run.results, result);
	}
	kho_judge_count(&run);
	for (size_t i = 0; i < COUNT(kernels); i++) {
		assert_int_equal(kernels[i].confusion[0].fn, 1);
		assert_int_equal(kernels[i].confusion[1].tp, 1);
		assert_int_equal(kho_confusion_excluded(&kernels[i].confusion[0]), i);
		for (int j = 0; j < KHO_NR_ESTIMATORS; j++)
			kho_confusion_clear(&kernels[i].confusion[j]);
	}
	g_ptr_array_unref(run.kernels);
	g_ptr_array_unref(run.results);
}

/* A kernel that sees another machine: planted is a topology that differs in one of its nodes. */
static void another_machine(void **state)
{
	static const char *const successors[][3] = {
		{ "range node=0 start=1048576 end=3221094400", NULL, NULL },
		{ "range node=0 start=1048576 end=3221094400", "range node=1 start=4294967296 end=9663676416", NULL },
	};

	for (size_t i = 0; i < COUNT(successors); i++) {
		g_autoptr(KhoReport) report = kho_report_new(RUN);
		struct kho_result *result = kho_result_new(&cell);

		feed(report, "first", good_first);
		feed(report, "successor", successors[i]);
		result->outcome.name = KHO_OUTCOME_SURVIVED;
		result->ended = true;
		kho_judge_take_report(result, report, true);
		kho_judge_result(result);
		assert_non_null(result->unlike);
		assert_true(g_str_has_prefix(result->unlike, "the successor: it sees memory from "));
		assert_int_equal(result->estimates[0].verdict.name, KHO_VERDICT_EXCLUDED);
		assert_string_equal(result->estimates[0].verdict.excluded, KHO_NOT_AS_DESCRIBED);
		kho_result_free(result);
	}
}

int main(void)
{
	cell.topology = good_topology();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(three_places_agree),
		cmocka_unit_test(places_disagree),
		cmocka_unit_test(verdicts),
		cmocka_unit_test(warnings),
		cmocka_unit_test(messages_alone),
		cmocka_unit_test(messages_that_nearly_fit),
		cmocka_unit_test(nonsense_from_the_guest),
		cmocka_unit_test(confusion),
		cmocka_unit_test(controls_exclude),
		cmocka_unit_test(control_that_did_not_end),
		cmocka_unit_test(judged_again),
		cmocka_unit_test(contradictions_stay),
		cmocka_unit_test(every_estimator_is_judged),
		cmocka_unit_test(counted_by_kernel),
		cmocka_unit_test(another_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
