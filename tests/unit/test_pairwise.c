// SPDX-License-Identifier: GPL-2.0-only
/* Every two values of different factors must meet, in few combinations. */
#include "harness/model/pairwise.h"
#include "tests/unit/test.h"

static bool meet(const GArray *rows, guint a, guint i, guint b, guint j)
{
	for (guint row = 0; row < rows->len; row++) {
		const struct kho_combination *combination = &g_array_index(rows, struct kho_combination, row);

		if (combination->levels[a] == i && combination->levels[b] == j)
			return true;
	}
	return false;
}

static guint count_missing(const GArray *rows, const guint *levels, guint factors)
{
	guint missing = 0;

	for (guint a = 0; a < factors; a++)
		for (guint b = a + 1; b < factors; b++)
			for (guint i = 0; i < levels[a]; i++)
				for (guint j = 0; j < levels[b]; j++)
					missing += !meet(rows, a, i, b, j);
	return missing;
}

static void test_all_pairs_meet(void **state)
{
	static const struct {
		guint factors, levels[KHO_PAIRWISE_FACTORS], most;
	} cases[] = {
		{ 1, { 3 }, 0 },
		{ 2, { 2, 3 }, 6 },
		{ 10, { 4, 3, 2, 2, 2, 2, 3, 2, 2, 2 }, 20 },
		{ 16, { 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2 }, 16 },
		{ 4, { 8, 8, 8, 8 }, 110 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		g_autoptr(GArray) rows = kho_pairwise(cases[i].levels, cases[i].factors);

		assert_int_equal(count_missing(rows, cases[i].levels, cases[i].factors), 0);
		assert_in_range(rows->len, 0, cases[i].most);
		if (!rows->len)
			continue;
		/* Planted: a combination less, and the count must show it. */
		g_array_set_size(rows, rows->len - 1);
		assert_int_not_equal(count_missing(rows, cases[i].levels, cases[i].factors), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_all_pairs_meet) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
