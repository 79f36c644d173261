// SPDX-License-Identifier: GPL-2.0-only
#include "harness/model/series.h"
#include "tests/unit/test.h"

static void check(const char *text, unsigned int major, unsigned int minor)
{
	const struct kho_series *series = kho_series_of(text);

	assert_non_null(series);
	assert_int_equal(series->major, major);
	assert_int_equal(series->minor, minor);
}

static void found(void **state)
{
	check("6.18.15", 6, 18);
	check("6.19-x86_64", 6, 19);
	check("6.19-faults-x86_64", 6, 19);
	check("7.0.10", 6, 19); /* as the last before it */
	check("7.1.13", 7, 1);
	check("7.2.0-rc3+", 7, 2);
	check("7.3-arm64", 7, 3);
	check("8.0", 7, 3);
}

static void not_found(void **state)
{
	assert_null(kho_series_of(NULL));
	assert_null(kho_series_of(""));
	assert_null(kho_series_of("tree-x86_64"));
	assert_null(kho_series_of("6.12.1"));
	assert_null(kho_series_of("7"));
}

static void ascending(void **state)
{
	gsize count;
	const struct kho_series *all = kho_series_all(&count);

	for (gsize i = 1; i < count; i++)
		assert_true(all[i - 1].major < all[i].major ||
			    (all[i - 1].major == all[i].major && all[i - 1].minor < all[i].minor));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(found),
		cmocka_unit_test(not_found),
		cmocka_unit_test(ascending),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
