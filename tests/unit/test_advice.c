// SPDX-License-Identifier: GPL-2.0-only
/* The smallest scratch, searched on paper: on the recorded boot of two-even. */
#include "harness/judge/advice.h"
#include "harness/report/advice_text.h"
#include "tests/unit/golden_boot.h"

static struct kho_topology two_even = { .name = (char *)"two-even" };
static struct kho_cell cell = { .id = (char *)"6.19-x86_64/two-even/s",
				.payload = (char *)KHO_PAYLOAD_DEFAULT,
				.kernel = (char *)"6.19-x86_64",
				.successor = (char *)"6.19-x86_64",
				.topology = &two_even };

static struct kho_result *machine(void)
{
	struct kho_result *result = kho_result_new(&cell);
	struct recorded recorded;

	record_take(&recorded, "tests/golden/early-boot-two-even-64M-256M-64M.console");
	result->have_geometry = true;
	result->geometry = (struct kho_geometry){ 64, 4096, 2 * MIB, 32768, true };
	g_array_append_vals(result->ranges, recorded.ranges->data, recorded.ranges->len);
	g_array_append_vals(result->events, recorded.first->events->data, recorded.first->events->len);
	g_array_append_vals(result->segments, recorded.segments.segments->data, recorded.segments.segments->len);
	recorded_clear(&recorded);
	return result;
}

static bool accepts(const struct kho_result *known, const GArray *requests, const char *text,
		    enum kho_estimator estimator)
{
	struct kho_trials *trials = kho_trials_new(known, requests);
	struct kho_advice advice;
	bool accepted;

	/* With no margin, what is advised is accepted and as small as can be. */
	kho_advice_find(trials, estimator, (struct kho_advice_margin){ 0 }, &advice);
	accepted = g_strcmp0(advice.sizes.spec, text) == 0;
	if (!accepted)
		print_error("%s\n", advice.sizes.spec ?: advice.note);
	kho_advice_clear(&advice);
	kho_trials_free(trials);
	return accepted;
}

/* What real boots of this machine confirm: with 140M in all it lives, with 138M it does not. */
static void test_smallest(void **state)
{
	struct kho_result *known = machine();
	g_autoptr(GArray) requests = kho_paper_requests(known);

	assert_true(accepts(known, requests, "0,0,64M", KHO_ESTIMATOR_SPARSEMEM));
	assert_true(accepts(known, requests, "0,140M,0", KHO_ESTIMATOR_REPLAY));
	kho_result_free(known);
}

static void test_margin(void **state)
{
	struct kho_result *known = machine();
	g_autoptr(GArray) requests = kho_paper_requests(known);
	g_autoptr(KhoTrials) trials = kho_trials_new(known, requests);
	struct kho_advice advice;

	kho_advice_find(trials, KHO_ESTIMATOR_REPLAY, KHO_ADVICE_MARGIN, &advice);
	assert_null(advice.note);
	assert_non_null(advice.sizes_more.spec);
	assert_in_range(advice.sizes_more.bytes, advice.sizes.bytes + 16 * MIB, 3 * advice.sizes.bytes);
	assert_non_null(advice.percent_more.spec);
	assert_in_range(advice.percent_more.bytes, advice.percent.bytes * 6 / 5, 2 * advice.percent.bytes);
	assert_true(advice.monotonic);
	assert_true(advice.have_bounce);
	assert_int_equal(advice.bounce_wanted, 64 * MIB);
	assert_int_equal(advice.bounce_bytes, 64 * MIB);
	assert_int_equal(advice.limits->len, 1);
	assert_non_null(strstr(g_ptr_array_index(advice.limits, 0), "global: "));
	assert_in_range(g_hash_table_size(trials->by_spec), 20, 1000);
	kho_advice_clear(&advice);
	kho_result_free(known);
}

/* Nothing that can be set aside holds such an initrd. */
static void test_hopeless(void **state)
{
	struct kho_result *known = machine();
	g_autoptr(GArray) requests = kho_paper_requests(known);
	g_autoptr(KhoTrials) trials = NULL;
	struct kho_advice advice;

	g_array_index(requests, struct kho_load_request, requests->len - 1).size = 100 * GIB;
	trials = kho_trials_new(known, requests);
	kho_advice_find(trials, KHO_ESTIMATOR_REPLAY, KHO_ADVICE_MARGIN, &advice);
	assert_null(advice.sizes.spec);
	assert_null(advice.percent.spec);
	assert_non_null(strstr(advice.note, "of the initrd in one piece"));
	kho_advice_clear(&advice);
	kho_result_free(known);
}

/* Replay without a successor that is loaded has no opinion; the others stand in for it. */
static void test_who_is_believed(void **state)
{
	struct kho_result *known = machine();
	g_autoptr(GArray) requests = g_array_new(FALSE, FALSE, sizeof(struct kho_load_request));
	g_autoptr(KhoTrials) trials = kho_trials_new(known, requests);
	struct kho_advice replay, aggregate;
	struct kho_advice_report report = {
		.machine = "m",
		.origin = "o",
		.advices = { [KHO_ESTIMATOR_AGGREGATE] = &aggregate, [KHO_ESTIMATOR_REPLAY] = &replay }
	};
	g_autofree char *text = NULL, *json = NULL;

	kho_advice_find(trials, KHO_ESTIMATOR_REPLAY, KHO_ADVICE_MARGIN, &replay);
	kho_advice_find(trials, KHO_ESTIMATOR_AGGREGATE, KHO_ADVICE_MARGIN, &aggregate);
	assert_null(replay.sizes.spec);
	assert_string_equal(replay.note, "where the successor's kernel was loaded is not known");
	assert_int_equal(kho_advice_best(&report), KHO_ESTIMATOR_AGGREGATE);
	replay.hopeless = true;
	assert_int_equal(kho_advice_best(&report), KHO_NR_ESTIMATORS);
	text = kho_advice_text(&report);
	json = kho_advice_json(&report);
	assert_null(strstr(text, "kho_scratch="));
	assert_non_null(strstr(json, "\"by\" : null"));
	kho_advice_clear(&replay);
	kho_advice_clear(&aggregate);
	kho_result_free(known);
}

static void test_margins(void **state)
{
	static const char *const bad[] = { "", "%", "-1%", "25%%", "1001%", "64T", "5Q", "0x10%" };
	struct kho_advice_margin margin;

	assert_true(kho_advice_margin_parse("25%", &margin));
	assert_int_equal(margin.percent, 25);
	assert_int_equal(margin.bytes, 0);
	assert_true(kho_advice_margin_parse("64M", &margin));
	assert_int_equal(margin.percent, 0);
	assert_int_equal(margin.bytes, 64 * MIB);
	for (gsize i = 0; i < COUNT(bad); i++)
		assert_false(kho_advice_margin_parse(bad[i], &margin));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_smallest),	cmocka_unit_test(test_margin),	cmocka_unit_test(test_hopeless),
		cmocka_unit_test(test_who_is_believed), cmocka_unit_test(test_margins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
