// SPDX-License-Identifier: GPL-2.0-only
/* Shares and their intervals, against values computed by hand and published ones. */
#include "harness/judge/statistics.h"
#include "tests/unit/test.h"

#define NEAR 0.00005

static void assert_near(double number, double expected)
{
	if (!(number > expected - NEAR && number < expected + NEAR))
		fail_msg("%f instead of %f", number, expected);
}

static void shares(void **state)
{
	static const struct {
		guint hits, all;
		double value, low, high;
	} cases[] = {
		{ 0, 1, 0, 0, 0.79345 },
		{ 1, 1, 1, 0.20655, 1 },
		{ 3, 3, 1, 0.43850, 1 },
		{ 1, 2, 0.5, 0.09453, 0.90547 },
		/* R. G. Newcombe, "Two-sided confidence intervals for the single proportion", 1998, method 3 */
		{ 81, 263, 0.30798, 0.2553, 0.3662 },
		{ 15, 148, 0.10135, 0.0624, 0.1605 },
		{ 0, 20, 0, 0, 0.1611 },
		{ 1, 29, 0.03448, 0.0061, 0.1718 },
		/* 6.19's default matrix: 20 TP, 4 FP, 5 FN */
		{ 20, 24, 0.83333, 0.64147, 0.93321 },
		{ 20, 25, 0.8, 0.60869, 0.91139 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct kho_share share = kho_share_of(cases[i].hits, cases[i].all);

		assert_true(share.defined);
		assert_near(share.value, cases[i].value);
		assert_near(share.low, cases[i].low);
		assert_near(share.high, cases[i].high);
	}
}

/* A share of nothing is none, not 0. */
static void nothing_to_divide_by(void **state)
{
	const struct kho_confusion silent = { .tn = 7 }, warned = { .fp = 2 };

	assert_false(kho_share_of(0, 0).defined);
	assert_false(kho_precision(&silent).defined);
	assert_false(kho_recall(&silent).defined);
	assert_true(kho_precision(&warned).defined);
	assert_false(kho_recall(&warned).defined);
	assert_int_equal(kho_confusion_judged(&silent), 7);
}

/* Of what each is a share. */
static void precision_and_recall(void **state)
{
	const struct kho_confusion confusion = { .tp = 6, .fp = 2, .tn = 100, .fn = 6 };

	assert_near(kho_precision(&confusion).value, 0.75);
	assert_near(kho_recall(&confusion).value, 0.5);
	assert_int_equal(kho_confusion_judged(&confusion), 114);
}

/*
 * For all counts up to 60, and some large ones: within 0 and 1, around the value, mirrored for the misses, and
 * narrower with ten times the cells.
 */
static void properties(void **state)
{
	static const guint large[] = { 1000, 123457, 4000000000U };

	for (guint i = 1; i < 60 + COUNT(large); i++) {
		guint all = i < 60 ? i : large[i - 60];

		for (guint hits = 0; hits <= all; hits += all < 60 ? 1 : all / 7) {
			struct kho_share share = kho_share_of(hits, all), misses = kho_share_of(all - hits, all);

			assert_true(share.low >= 0 && share.low <= share.value);
			assert_true(share.high <= 1 && share.high >= share.value);
			assert_true(share.low < share.high);
			assert_near(share.low, 1 - misses.high);
			if (all < 60) {
				struct kho_share more = kho_share_of(10 * hits, 10 * all);

				assert_true(more.high - more.low < share.high - share.low);
			}
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shares),
		cmocka_unit_test(nothing_to_divide_by),
		cmocka_unit_test(precision_and_recall),
		cmocka_unit_test(properties),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
