// SPDX-License-Identifier: GPL-2.0-only
/* Axes of scratch specs. */
#include "harness/model/axis.h"
#include "harness/model/error.h"
#include "harness/model/pc_layout.h"
#include "tests/unit/test.h"

#include <string.h>

static struct kho_axis *axis_of(const char *text)
{
	g_autoptr(GError) error = NULL;
	struct kho_axis *axis = kho_axis_parse(text, &error);

	if (!axis)
		fail_msg("%s", error->message);
	return axis;
}

static void assert_spec(const char *text, uint64_t value, const char *expected)
{
	g_autoptr(KhoAxis) axis = axis_of(text);
	g_autoptr(KhoScratchSpec) spec = kho_axis_spec(axis, value);

	assert_non_null(spec);
	assert_string_equal(spec->text, expected);
}

static void test_one_grows(void **state)
{
	assert_spec("*,64M,32M", 8, "16M,64M,32M");
	assert_spec("16M,*,32M", 512, "16M,1G,32M");
	assert_spec("16M,64M,*", 1, "16M,64M,2M");
	/* What was fixed stays as it was written: it is a part of the cell's id. */
	assert_spec("0x10M,1024M,*", 15, "0x10M,1024M,30M");
	assert_spec("*%", 150, "150%");
}

static void test_a_total_keeps_its_ratio(void **state)
{
	assert_spec("16M*,64M*,32M*", 56, "16M,64M,32M");
	assert_spec("1M*,4M*,2M*", 56, "16M,64M,32M");
	assert_spec("1M*,1M*,1M*", 1, "2M,0,0");
	assert_spec("1M*,1M*,1M*", 2, "2M,2M,0");
	assert_spec("0*,1M*,1M*", 3, "0,4M,2M");
}

/* The sum is what was asked for, and with more of it no area shrinks. */
static void test_a_total_never_shrinks(void **state)
{
	static const char *const texts[] = { "16M*,64M*,32M*", "1*,1*,1*",   "1*,6*,100*", "7M*,3G*,11M*",
					     "0*,0*,1*",       "1P*,1*,1P*", "3*,4*,5*" };

	for (gsize i = 0; i < COUNT(texts); i++) {
		g_autoptr(KhoAxis) axis = axis_of(texts[i]);
		uint64_t before[3] = { 0 };

		for (uint64_t value = 1; value < 600; value++) {
			g_autoptr(KhoScratchSpec) spec = kho_axis_spec(axis, value);

			assert_int_equal(spec->lowmem + spec->global + spec->pernode, value * 2 * MIB);
			assert_true(spec->lowmem >= before[0] && spec->global >= before[1] &&
				    spec->pernode >= before[2]);
			before[0] = spec->lowmem;
			before[1] = spec->global;
			before[2] = spec->pernode;
		}
	}
}

static void assert_refused(const char *text, const char *says)
{
	g_autoptr(GError) error = NULL;

	assert_null(kho_axis_parse(text, &error));
	assert_true(g_error_matches(error, KHO_ERROR, KHO_ERROR_INPUT));
	assert_null(strchr(error->message, '\n'));
	if (!strstr(error->message, says))
		fail_msg("%s: %s", text, error->message);
}

static void test_what_is_no_axis(void **state)
{
	static const char *const texts[] = {
		"",
		"16M,64M,32M",
		"*,*,32M",
		"16M*,64M,32M",
		"16M*,*,32M",
		"16M*,64M*,32M",
		"16M,64M",
		"*",
		"200%",
		"200*%",
		"%",
		"**,1,1",
		"16M,64M,*,",
		"16Q,64M,*",
		",64M,*",
		"16M,,*",
		"-16M,64M,*",
		"16M,64M,*\n",
		"*%*",
		"16M,64M,\x01\xff",
		"16M,6 4M,*",
		"*,16M*",
		"M*,M*,M*",
		"16M**,1*,1*",
		"16M,\"64M\",*",
		"a,b,*",
	};
	g_autofree char *longest = g_strdup_printf("%060d,1M,*", 1);

	for (gsize i = 0; i < COUNT(texts); i++)
		assert_refused(texts[i], "expected *% or lowmem,global,pernode");
	assert_refused("0*,0*,0*", "all three sizes are 0");
	assert_refused("16M,2P,*", "beyond 1 PiB");
	assert_refused(longest, "too long");
}

static void test_through_a_spec(void **state)
{
	static const struct {
		enum kho_axis_kind kind;
		const char *spec, *axis; /* axis NULL: there is none */
	} cases[] = {
		{ KHO_AXIS_LOWMEM, "16M,64M,32M", "*,64M,32M" },
		{ KHO_AXIS_GLOBAL, "16M,64M,32M", "16M,*,32M" },
		{ KHO_AXIS_PERNODE, "16M,64M,32M", "16M,64M,*" },
		{ KHO_AXIS_TOTAL, "16M,64M,32M", "16M*,64M*,32M*" },
		{ KHO_AXIS_PERCENT, "200%", "*%" },
		{ KHO_AXIS_PERCENT, "16M,64M,32M", NULL },
		{ KHO_AXIS_TOTAL, "200%", NULL },
		{ KHO_AXIS_LOWMEM, "16Q,1M,1M", NULL },
	};

	for (gsize i = 0; i < COUNT(cases); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(KhoAxis) axis = kho_axis_through(cases[i].kind, cases[i].spec, &error);

		assert_int_equal(axis != NULL, cases[i].axis != NULL);
		if (axis)
			assert_string_equal(axis->text, cases[i].axis);
		if (axis)
			assert_int_equal(axis->kind, cases[i].kind);
		else
			assert_true(g_error_matches(error, KHO_ERROR, KHO_ERROR_INPUT));
	}
}

static void test_steps(void **state)
{
	static const char *const bad[] = { "", "0", "1M", "3M", "2", "8G", "1T", "-2M", "10%", "2M2", "x" };
	static const char *const bad_percent[] = { "", "0%", "10", "2M", "4294967296%", "-1%", "%" };
	g_autoptr(KhoAxis) size = axis_of("16M,64M,*"), percent = axis_of("*%");
	g_autoptr(KhoScratchSpec) spec = NULL;

	for (gsize i = 0; i < COUNT(bad); i++) {
		g_autoptr(GError) error = NULL;

		assert_false(kho_axis_set_step(size, bad[i], &error));
		assert_true(g_error_matches(error, KHO_ERROR, KHO_ERROR_INPUT));
	}
	for (gsize i = 0; i < COUNT(bad_percent); i++) {
		g_autoptr(GError) error = NULL;

		assert_false(kho_axis_set_step(percent, bad_percent[i], &error));
		assert_true(g_error_matches(error, KHO_ERROR, KHO_ERROR_INPUT));
	}
	assert_true(kho_axis_set_step(size, "16M", NULL));
	assert_true(kho_axis_set_step(percent, "10%", NULL));
	spec = kho_axis_spec(size, 3);
	assert_string_equal(spec->text, "16M,64M,48M");
	assert_int_equal(kho_axis_size(percent, 7), 70);
	assert_int_equal(kho_axis_step_bytes(size), 16 * MIB);
	assert_int_equal(kho_axis_step_bytes(percent), 0);
}

static uint64_t most(const char *text, const struct kho_topology *topology)
{
	g_autoptr(KhoAxis) axis = axis_of(text);

	return kho_axis_most(axis, topology);
}

static void test_values(void **state)
{
	static const char *const bad[] = { "", "0", "1M", "33M", "32", "10%", "-2M", "x" };
	g_autoptr(KhoAxis) size = axis_of("16M,64M,*"), percent = axis_of("*%");
	uint64_t value = 0;

	for (gsize i = 0; i < COUNT(bad); i++) {
		g_autoptr(GError) error = NULL;

		assert_false(kho_axis_value_parse(size, bad[i], &value, &error));
		assert_true(g_error_matches(error, KHO_ERROR, KHO_ERROR_INPUT));
	}
	assert_true(kho_axis_value_parse(size, "1G", &value, NULL));
	assert_int_equal(value, 512);
	assert_true(kho_axis_value_parse(percent, "150%", &value, NULL));
	assert_int_equal(value, 150);
	assert_false(kho_axis_value_parse(percent, "4294967296%", &value, NULL));
}

static void test_the_end_of_an_axis(void **state)
{
	g_autoptr(KhoTopology) topology = kho_topology_new("made-up", "");

	kho_topology_add_node(topology, GIB, 1);
	kho_topology_add_node(topology, 0, 1);
	kho_topology_add_node(topology, 7 * GIB, 1);
	kho_pc_layout(topology);
	assert_int_equal(most("*,64M,32M", topology), 1024); /* node 2 has 2 GiB below 4 GiB */
	assert_int_equal(most("16M,*,32M", topology), 3584);
	assert_int_equal(most("16M,64M,*", topology), 512);
	assert_int_equal(most("16M*,64M*,32M*", topology), 4096);
	assert_in_range(most("*%", topology), 200000, 210000);
}

static void test_names(void **state)
{
	enum kho_axis_kind kind = KHO_NR_AXES;

	for (int i = 0; i < KHO_NR_AXES; i++) {
		assert_true(kho_axis_kind_from_text(kho_axis_kind_text(i), &kind));
		assert_int_equal(kind, i);
	}
	assert_false(kho_axis_kind_from_text("", &kind));
	assert_false(kho_axis_kind_from_text("per node", &kind));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_grows),
		cmocka_unit_test(test_a_total_keeps_its_ratio),
		cmocka_unit_test(test_a_total_never_shrinks),
		cmocka_unit_test(test_what_is_no_axis),
		cmocka_unit_test(test_through_a_spec),
		cmocka_unit_test(test_steps),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_the_end_of_an_axis),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
