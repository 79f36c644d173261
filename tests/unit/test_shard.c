// SPDX-License-Identifier: GPL-2.0-only
/* Shards of the matrices that there are: every cell in one of them, alike in cost, and the same each time. */
#include <string.h>

#include "harness/model/cost.h"
#include "harness/model/error.h"
#include "harness/model/matrix.h"
#include "harness/model/shard.h"
#include "tests/unit/test.h"

static struct kho_matrix *load(const char *name)
{
	g_autofree char *path = g_strdup_printf("matrices/%s.yaml", name);
	struct kho_matrix *matrix = kho_matrix_load(path, "topologies", NULL, NULL);

	assert_non_null(matrix);
	return matrix;
}

static GPtrArray *cells_of(const struct kho_matrix *matrix, guint index, guint count)
{
	struct kho_shard shard = { .index = index, .count = count };
	GPtrArray *cells = kho_shard_cells(&shard, matrix->cells);

	assert_int_equal(shard.planned->len, matrix->cells->len);
	for (guint i = 0; i < shard.planned->len; i++)
		assert_string_equal(g_ptr_array_index(shard.planned, i),
				    ((struct kho_cell *)g_ptr_array_index(matrix->cells, i))->id);
	kho_shard_clear(&shard);
	return cells;
}

static guint64 cost_of(const GPtrArray *cells)
{
	g_autoptr(GPtrArray) controls = kho_controls_for(cells);
	guint64 cost = 0;

	for (guint i = 0; i < cells->len; i++)
		cost += kho_cell_cost(g_ptr_array_index(cells, i));
	for (guint i = 0; i < controls->len; i++)
		cost += kho_cell_cost(g_ptr_array_index(controls, i));
	return cost;
}

static guint position(const struct kho_matrix *matrix, const struct kho_cell *cell)
{
	guint index;

	assert_true(g_ptr_array_find(matrix->cells, cell, &index));
	return index;
}

/* In the matrix's order, and none in two. */
static void check(const struct kho_matrix *matrix, const GPtrArray *cells, GHashTable *seen)
{
	for (guint i = 0; i < cells->len; i++) {
		assert_true(g_hash_table_add(seen, g_ptr_array_index(cells, i)));
		if (i > 0)
			assert_true(position(matrix, g_ptr_array_index(cells, i - 1)) <
				    position(matrix, g_ptr_array_index(cells, i)));
	}
}

static guint64 check_all(const struct kho_matrix *matrix, guint count)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
	guint64 dearest = 0;

	for (guint index = 1; index <= count; index++) {
		g_autoptr(GPtrArray) cells = cells_of(matrix, index, count);

		check(matrix, cells, seen);
		dearest = MAX(dearest, cost_of(cells));
	}
	assert_int_equal(g_hash_table_size(seen), matrix->cells->len);
	return dearest;
}

static void each_cell_is_in_one(void **state)
{
	static const char *const names[] = { "smoke", "default", "full" };

	for (size_t i = 0; i < COUNT(names); i++) {
		g_autoptr(KhoMatrix) matrix = load(names[i]);

		for (guint count = 1; count <= 9; count++)
			check_all(matrix, count);
		check_all(matrix, matrix->cells->len + 5);
	}
}

/* The dearest has a quarter more than an even part at most; what is cut runs its controls more than once. */
static void they_cost_alike(void **state)
{
	static const char *const names[] = { "default", "full" };

	for (size_t i = 0; i < COUNT(names); i++) {
		g_autoptr(KhoMatrix) matrix = load(names[i]);
		guint64 whole = cost_of(matrix->cells);

		for (guint count = 1; count <= 8; count++)
			assert_true(check_all(matrix, count) <= whole * 5 / 4 / count);
	}
}

static void the_whole_is_one_shard(void **state)
{
	g_autoptr(KhoMatrix) matrix = load("smoke");
	g_autoptr(GPtrArray) cells = cells_of(matrix, 1, 1);

	assert_int_equal(cells->len, matrix->cells->len);
	for (guint i = 0; i < cells->len; i++)
		assert_ptr_equal(g_ptr_array_index(cells, i), g_ptr_array_index(matrix->cells, i));
}

/* A shard that runs on another host a day later must be the same: by ids, not by where they lie in memory. */
static void it_follows_from_the_matrix_alone(void **state)
{
	g_autoptr(KhoMatrix) one = load("full"), other = load("full");

	for (guint index = 1; index <= 4; index++) {
		g_autoptr(GPtrArray) mine = cells_of(one, index, 4), theirs = cells_of(other, index, 4);

		assert_int_equal(mine->len, theirs->len);
		for (guint i = 0; i < mine->len; i++)
			assert_string_equal(((struct kho_cell *)g_ptr_array_index(mine, i))->id,
					    ((struct kho_cell *)g_ptr_array_index(theirs, i))->id);
	}
}

static void what_is_no_shard_is_refused(void **state)
{
	static const char *const bad[] = { "",
					   "1",
					   "/",
					   "1/",
					   "/4",
					   "0/4",
					   "5/4",
					   "1/0",
					   "-1/4",
					   "1/4 ",
					   "1/4/4",
					   "01/4",
					   "1 /4",
					   "a/b",
					   "+1/4",
					   "1/10001",
					   "1/99999999999999999999" };
	struct kho_shard shard;

	for (size_t i = 0; i < COUNT(bad); i++) {
		g_autoptr(GError) error = NULL;

		assert_false(kho_shard_parse(bad[i], &shard, &error));
		assert_true(g_error_matches(error, KHO_ERROR, KHO_ERROR_INPUT));
	}
	assert_true(kho_shard_parse("3/4", &shard, NULL));
	assert_int_equal(shard.index, 3);
	assert_int_equal(shard.count, 4);
	assert_true(kho_shard_parse("1/1", &shard, NULL));
}

/* What makes a machine slow makes it dearer. */
static void cost_grows_with_the_machine(void **state)
{
	g_autoptr(KhoMatrix) matrix = load("full");
	guint64 one = 0, large = 0, kept = 0, plain = 0;

	for (guint i = 0; i < matrix->cells->len; i++) {
		const struct kho_cell *cell = g_ptr_array_index(matrix->cells, i);

		assert_true(kho_cell_cost(cell) > 0);
		if (g_str_equal(cell->id, "6.19-x86_64/one/200%"))
			one = kho_cell_cost(cell);
		if (g_str_equal(cell->id, "6.19-x86_64/large/200%"))
			large = kho_cell_cost(cell);
		if (g_str_equal(cell->id, "7.3-arm64/two-even/16M,16M,16M"))
			plain = kho_cell_cost(cell);
		if (g_str_equal(cell->id, "7.3-arm64/two-even/16M,16M,16M+keep=2M,each-gib"))
			kept = kho_cell_cost(cell);
	}
	assert_true(one && one < large);
	assert_true(plain && plain < kept);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_cell_is_in_one),	       cmocka_unit_test(they_cost_alike),
		cmocka_unit_test(the_whole_is_one_shard),      cmocka_unit_test(it_follows_from_the_matrix_alone),
		cmocka_unit_test(what_is_no_shard_is_refused), cmocka_unit_test(cost_grows_with_the_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
