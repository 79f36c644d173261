// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "harness/model/error.h"
#include "harness/model/matrix.h"
#include "tests/unit/test.h"

#define HEAD  "kernels: [a]\ngroups:\n"
#define GROUP "- topologies: [one]\n  kho_scratch: [200%]\n"

static const char whole_file[] = "description: >\n"
				 "  two kernels,\n"
				 "  two groups\n"
				 "kernels: [6.19-x86_64, 7.1-x86_64]\n"
				 "groups:\n"
				 "  - topologies: [two, one]\n"
				 "    kho_scratch: [\"16M,16M,16M\", 200%]\n"
				 "  - topologies:\n"
				 "      - one\n"
				 "    kho_scratch:\n"
				 "      - 1M,2M,3M\n";

/* A directory of its own: matrix.yaml, and topologies one, two and bad. */
struct place {
	char *directory;
	char *matrix;
};

static char *file_in(const struct place *place, const char *name)
{
	return g_build_filename(place->directory, name, NULL);
}

static void write_file(const struct place *place, const char *name, const char *text)
{
	g_autofree char *path = file_in(place, name);

	assert_true(g_file_set_contents(path, text, -1, NULL));
}

static int setup(void **state)
{
	struct place *place = g_new0(struct place, 1);

	place->directory = g_dir_make_tmp("kho-test-XXXXXX", NULL);
	place->matrix = file_in(place, "matrix.yaml");
	write_file(place, "one.yaml", "nodes: [{memory: 1G, cpus: 1}]\n");
	write_file(place, "two.yaml", "nodes: [{memory: 1G, cpus: 1}, {memory: 1G}]\n");
	write_file(place, "bad.yaml", "nodes:\n- memory: 4Q\n");
	*state = place;
	return 0;
}

static int teardown(void **state)
{
	static const char *const names[] = { "one.yaml", "two.yaml", "bad.yaml", "matrix.yaml" };
	struct place *place = *state;

	for (size_t i = 0; i < COUNT(names); i++) {
		g_autofree char *path = file_in(place, names[i]);

		remove(path);
	}
	remove(place->directory);
	g_free(place->directory);
	g_free(place->matrix);
	g_free(place);
	return 0;
}

static struct kho_matrix *load(const struct place *place, const char *text, const char *kernel, GError **error)
{
	write_file(place, "matrix.yaml", text);
	return kho_matrix_load(place->matrix, place->directory, kernel, error);
}

static const struct kho_cell *cell(const struct kho_matrix *matrix, guint index)
{
	return g_ptr_array_index(matrix->cells, index);
}

static void test_cells(void **state)
{
	static const char *const ids[] = {
		"6.19-x86_64/two/16M,16M,16M", "6.19-x86_64/two/200%",	     "6.19-x86_64/one/16M,16M,16M",
		"6.19-x86_64/one/200%",	       "6.19-x86_64/one/1M,2M,3M",   "7.1-x86_64/two/16M,16M,16M",
		"7.1-x86_64/two/200%",	       "7.1-x86_64/one/16M,16M,16M", "7.1-x86_64/one/200%",
		"7.1-x86_64/one/1M,2M,3M",
	};
	g_autoptr(GError) error = NULL;
	g_autoptr(KhoMatrix) matrix = load(*state, whole_file, NULL, &error);

	assert_null(error);
	assert_string_equal(matrix->name, "matrix");
	assert_string_equal(matrix->description, "two kernels, two groups");
	assert_int_equal(matrix->kernels->len, 2);
	assert_int_equal(matrix->topologies->len, 2);
	assert_int_equal(matrix->cells->len, COUNT(ids));
	for (guint i = 0; i < COUNT(ids); i++)
		assert_string_equal(cell(matrix, i)->id, ids[i]);
	/* read once, used by all */
	assert_ptr_equal(cell(matrix, 3)->topology, cell(matrix, 4)->topology);
	assert_string_equal(cell(matrix, 4)->successor, "6.19-x86_64");
	assert_string_equal(cell(matrix, 4)->payload, KHO_PAYLOAD_DEFAULT);
	assert_int_equal(cell(matrix, 4)->scratch->pernode, 3 * MIB);
}

static void test_payloads(void **state)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(KhoMatrix) matrix =
		load(*state, HEAD "- topologies: [one]\n  kho_scratch: [200%]\n  payloads: [console, default]\n", NULL,
		     &error);

	assert_null(error);
	assert_int_equal(matrix->cells->len, 2);
	assert_string_equal(cell(matrix, 0)->id, "a/one/200%+console");
	assert_string_equal(cell(matrix, 0)->payload, KHO_PAYLOAD_CONSOLE);
	assert_string_equal(cell(matrix, 1)->id, "a/one/200%");
}

static void test_pairs(void **state)
{
	static const char text[] = "kernels: [a, b]\ngroups:\n"
				   "- topologies: [one]\n  kho_scratch: [200%]\n"
				   "- kernels: [\"a>b\", c, a]\n  topologies: [two]\n  kho_scratch: [200%]\n";
	static const char *const ids[] = { "a/one/200%", "a/two/200%", "b/one/200%", "a>b/two/200%", "c/two/200%" };
	static const char *const alone[] = { "a>c/one/200%", "a>c/two/200%" };
	g_autoptr(GError) error = NULL;
	g_autoptr(KhoMatrix) matrix = load(*state, text, NULL, &error), one = load(*state, text, "a>c", &error);

	assert_null(error);
	assert_int_equal(matrix->cells->len, COUNT(ids));
	for (guint i = 0; i < COUNT(ids); i++)
		assert_string_equal(cell(matrix, i)->id, ids[i]);
	assert_string_equal(cell(matrix, 3)->kernel, "a");
	assert_string_equal(cell(matrix, 3)->successor, "b");
	assert_int_equal(one->cells->len, COUNT(alone));
	for (guint i = 0; i < COUNT(alone); i++)
		assert_string_equal(cell(one, i)->id, alone[i]);
}

static void test_includes(void **state)
{
	const struct place *place = *state;
	static const char other[] = "kernels: [b]\ngroups:\n- topologies: [one]\n  kho_scratch: [200%]\n";
	static const char text[] =
		"includes: [other]\nkernels: [a]\ngroups:\n- topologies: [two]\n  kho_scratch: [200%]\n";
	static const char same[] =
		"includes: [other]\nkernels: [b]\ngroups:\n- topologies: [one]\n  kho_scratch: [200%]\n";
	static const char nested[] =
		"includes: [other]\nkernels: [b]\ngroups:\n- topologies: [one]\n  kho_scratch: [100%]\n";
	g_autofree char *path = file_in(place, "other.yaml");
	g_autoptr(GError) error = NULL, twice = NULL, deep = NULL;
	g_autoptr(KhoMatrix) matrix = NULL, alone = NULL;

	write_file(place, "other.yaml", other);
	matrix = load(place, text, NULL, &error);
	assert_null(error);
	assert_int_equal(matrix->cells->len, 2);
	assert_string_equal(cell(matrix, 0)->id, "b/one/200%");
	assert_string_equal(cell(matrix, 1)->id, "a/two/200%");
	assert_int_equal(matrix->kernels->len, 2);
	assert_null(load(place, same, NULL, &twice));
	assert_non_null(strstr(twice->message, ":5: the cell b/one/200% is there twice"));
	alone = load(place, same, "c", &error);
	assert_int_equal(alone->cells->len, 1); /* with one kernel for all they are the same */
	write_file(place, "other.yaml", nested);
	assert_null(load(place, text, NULL, &deep));
	assert_non_null(strstr(deep->message, "other.yaml:1: includes: this matrix is itself included"));
	remove(path);
}

static void test_kernel_stands_in(void **state)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(KhoMatrix) matrix = load(*state, whole_file, "dir-x86_64", &error);
	struct kho_matrix *none;

	assert_null(error);
	assert_int_equal(matrix->kernels->len, 1);
	assert_int_equal(matrix->cells->len, 5);
	assert_string_equal(cell(matrix, 0)->id, "dir-x86_64/two/16M,16M,16M");
	none = load(*state, whole_file, "../x", &error);
	assert_null(none);
	assert_true(g_error_matches(error, KHO_ERROR, KHO_ERROR_INPUT));
	assert_string_equal(error->message, "the kernel '../x' is not a name (letters, digits, '.', '_' and '-', at "
					    "most 64, the first a letter or a digit)");
}

#define NAME_RULE " is not a name (letters, digits, '.', '_' and '-', at most 64, the first a letter or a digit)"
#define KERNEL_RULE                                                                                                  \
	" is neither a name nor a pair FIRST>SUCCESSOR (letters, digits, '.', '_' and '-', at most 64, the first a " \
	"letter or a digit)"

static const struct {
	const char *text, *message; /* DIR stands for the directory */
} bad_files[] = {
	{ "", "DIR/matrix.yaml:1: is empty" },
	{ "[]", "DIR/matrix.yaml:1: the file must be a mapping (key: value), not a list" },
	{ "kernels: [a]\n", "DIR/matrix.yaml:1: groups is missing" },
	{ "groups:\n" GROUP, "DIR/matrix.yaml:1: kernels is missing" },
	{ HEAD GROUP "kernel: b\n",
	  "DIR/matrix.yaml:5: unknown key 'kernel' (known: description, kernels, includes, groups)" },
	{ HEAD GROUP "groups: []\n", "DIR/matrix.yaml:5: groups is there twice" },
	{ "kernels: []\ngroups:\n" GROUP, "DIR/matrix.yaml:1: kernels: the list is empty" },
	{ "kernels: a\ngroups:\n" GROUP, "DIR/matrix.yaml:1: kernels must be a list, not a single value" },
	{ "kernels: [[a]]\ngroups:\n" GROUP, "DIR/matrix.yaml:1: kernels: an item must be a single value, not a list" },
	{ "kernels: [a, b, a]\ngroups:\n" GROUP, "DIR/matrix.yaml:1: kernels: 'a' is listed twice" },
	{ "kernels: [a/b]\ngroups:\n" GROUP, "DIR/matrix.yaml:1: kernels: 'a/b'" KERNEL_RULE },
	{ "kernels: [.]\ngroups:\n" GROUP, "DIR/matrix.yaml:1: kernels: '.'" KERNEL_RULE },
	{ "kernels: ['']\ngroups:\n" GROUP, "DIR/matrix.yaml:1: kernels: ''" KERNEL_RULE },
	{ "kernels: [-a]\ngroups:\n" GROUP, "DIR/matrix.yaml:1: kernels: '-a'" KERNEL_RULE },
	{ "kernels: [a>b>c]\ngroups:\n" GROUP, "DIR/matrix.yaml:1: kernels: 'a>b>c'" KERNEL_RULE },
	{ "kernels: [a]\ngroups: []\n", "DIR/matrix.yaml:2: groups: the list is empty" },
	{ HEAD "- one\n", "DIR/matrix.yaml:3: groups: an item must be a mapping (key: value), not a single value" },
	{ HEAD "- topologies: [one]\n", "DIR/matrix.yaml:3: kho_scratch is missing" },
	{ HEAD "- kho_scratch: [200%]\n", "DIR/matrix.yaml:3: topologies is missing" },
	{ HEAD "- topologies: [one]\n  scratch: [200%]\n",
	  "DIR/matrix.yaml:4: unknown key 'scratch' (known: kernels, topologies, kho_scratch, payloads)" },
	{ HEAD "- topologies: [one]\n  kho_scratch: [200%]\n  payloads: [loud]\n",
	  "DIR/matrix.yaml:5: payloads: 'loud' is not a payload: 'loud' is none of console, "
	  "keep=SIZE[,node=N][,each-gib|,random=SEED] (random: a multiple of 2M), initrd=SIZE, gigantic=N, "
	  "crashkernel=SIZE, fake=N" },
	{ HEAD "- topologies: []\n  kho_scratch: [200%]\n", "DIR/matrix.yaml:3: topologies: the list is empty" },
	{ HEAD "- topologies: [one, one]\n  kho_scratch: [200%]\n",
	  "DIR/matrix.yaml:3: topologies: 'one' is listed twice" },
	{ HEAD "- topologies:\n  - one\n  - three\n  kho_scratch: [200%]\n",
	  "DIR/matrix.yaml:5: topologies: there is no DIR/three.yaml" },
	{ HEAD "- topologies: [../one]\n  kho_scratch: [200%]\n", "DIR/matrix.yaml:3: topologies: '../one'" NAME_RULE },
	{ HEAD "- topologies: [.one]\n  kho_scratch: [200%]\n", "DIR/matrix.yaml:3: topologies: '.one'" NAME_RULE },
	/* a topology's own error has its own place */
	{ HEAD "- topologies: [bad]\n  kho_scratch: [200%]\n", "DIR/bad.yaml:2: node 0: memory: '4Q' is not a size" },
	{ HEAD "- topologies: [one]\n  kho_scratch: []\n", "DIR/matrix.yaml:4: kho_scratch: the list is empty" },
	{ HEAD "- topologies: [one]\n  kho_scratch: 200%\n",
	  "DIR/matrix.yaml:4: kho_scratch must be a list, not a single value" },
	/* a spec without quotes in [] falls into three */
	{ HEAD "- topologies: [one]\n  kho_scratch: [16M,16M,16M]\n",
	  "DIR/matrix.yaml:4: kho_scratch='16M': expected N% or lowmem,global,pernode" },
	{ HEAD "- topologies: [one]\n  kho_scratch:\n  - 200%\n  - 16Q,1,1\n",
	  "DIR/matrix.yaml:6: kho_scratch='16Q,1,1': expected N% or lowmem,global,pernode" },
	{ HEAD "- topologies: [one]\n  kho_scratch: [200%, 200%]\n",
	  "DIR/matrix.yaml:4: kho_scratch: '200%' is listed twice" },
	{ HEAD GROUP "- topologies: [two, one]\n  kho_scratch:\n  - 100%\n  - 200%\n",
	  "DIR/matrix.yaml:8: the cell a/one/200% is there twice" },
};

static void test_bad_files(void **state)
{
	const struct place *place = *state;

	for (size_t i = 0; i < COUNT(bad_files); i++) {
		g_autoptr(GString) message = g_string_new(bad_files[i].message);
		g_autoptr(GError) error = NULL;
		g_autoptr(KhoMatrix) matrix = load(place, bad_files[i].text, NULL, &error);

		g_string_replace(message, "DIR", place->directory, 0);
		if (matrix)
			fail_msg("taken, not '%s'", message->str);
		assert_true(g_error_matches(error, KHO_ERROR, KHO_ERROR_INPUT));
		assert_string_equal(error->message, message->str);
	}
}

static void test_too_many_cells(void **state)
{
	g_autoptr(GString) text =
		g_string_new("kernels: [a, b, c]\ngroups:\n- topologies: [one, two]\n  kho_scratch:\n");
	g_autoptr(GError) error = NULL;

	for (int i = 1; i <= 20000; i++)
		g_string_append_printf(text, "  - %d%%\n", i);
	assert_null(load(*state, text->str, NULL, &error));
	assert_non_null(strstr(error->message, "matrix.yaml:5: more than 100000 cells"));
}

static void test_missing_file(void **state)
{
	const struct place *place = *state;
	g_autoptr(GError) error = NULL;
	g_autofree char *message = g_strconcat(place->directory, ": is a directory", NULL);

	assert_null(kho_matrix_load("/nonexistent/m.yaml", place->directory, NULL, &error));
	assert_string_equal(error->message, "/nonexistent/m.yaml: No such file or directory");
	g_clear_error(&error);
	assert_null(kho_matrix_load(place->directory, place->directory, NULL, &error));
	assert_string_equal(error->message, message);
}

/* What this repository itself comes with; the tests run at its root. */
static void test_own_files(void **state)
{
	static const char *const paths[] = { "matrices/smoke.yaml", "matrices/default.yaml", "matrices/full.yaml" };

	for (size_t i = 0; i < COUNT(paths); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(KhoMatrix) matrix = kho_matrix_load(paths[i], "topologies", NULL, &error);

		if (!matrix)
			fail_msg("%s", error->message);
		assert_in_range(matrix->cells->len, 1, 1000);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cells),
		cmocka_unit_test(test_payloads),
		cmocka_unit_test(test_pairs),
		cmocka_unit_test(test_includes),
		cmocka_unit_test(test_kernel_stands_in),
		cmocka_unit_test(test_bad_files),
		cmocka_unit_test(test_too_many_cells),
		cmocka_unit_test(test_missing_file),
		cmocka_unit_test(test_own_files),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
