// SPDX-License-Identifier: GPL-2.0-only
/* Joining shards: the whole again, in the matrix's order; and each way in which they may not fit. */
#include "harness/judge/merge.h"

#include <string.h>

#include "harness/judge/judge.h"
#include "harness/model/error.h"
#include "tests/unit/test.h"

static const char *const plan[] = {
	"6.19-x86_64/two-even/16M,16M,16M",
	"6.19-x86_64/four/200%",
	"6.19-x86_64/two-even/200%",
	"7.3-x86_64/four/200%",
	"6.19-x86_64/four/100%",
};

enum { SHARDS = 2 };

struct made_up {
	GPtrArray *topologies, *cells;
	struct kho_run *runs[SHARDS];
	struct kho_merge_part parts[SHARDS];
};

/* --- two shards that are made up: no machine ever did what they say --- */

static const struct kho_topology *topology(struct made_up *made_up, const char *name)
{
	for (guint i = 0; i < made_up->topologies->len; i++) {
		struct kho_topology *known = g_ptr_array_index(made_up->topologies, i);

		if (g_str_equal(known->name, name))
			return known;
	}
	g_ptr_array_add(made_up->topologies, kho_topology_new(name, ""));
	return g_ptr_array_index(made_up->topologies, made_up->topologies->len - 1);
}

static struct kho_cell *new_cell(struct made_up *made_up, const char *id)
{
	g_auto(GStrv) parts = g_strsplit(id, "/", 3);
	g_autoptr(KhoScratchSpec) spec = kho_scratch_spec_parse(parts[2], NULL);
	struct kho_cell *cell =
		kho_cell_new(parts[0], parts[0], topology(made_up, parts[1]), spec, KHO_PAYLOAD_DEFAULT);

	assert_string_equal(cell->id, id);
	g_ptr_array_add(made_up->cells, cell);
	return cell;
}

static struct kho_result *survivor(const struct kho_cell *cell)
{
	struct kho_result *result = kho_result_new(cell);

	result->ended = true;
	result->outcome.name = KHO_OUTCOME_SURVIVED;
	result->standing = KHO_STANDING_SAME;
	for (int i = 0; i < KHO_NR_ESTIMATORS; i++)
		result->estimates[i].verdict.name = KHO_VERDICT_TN;
	return result;
}

static void add_control(struct made_up *made_up, struct kho_run *run, const struct kho_cell *cell)
{
	struct kho_cell *control = kho_cell_new_control(cell, KHO_CONTROL_AMPLE, cell->scratch);

	g_ptr_array_add(made_up->cells, control);
	for (guint i = 0; i < run->controls->len; i++)
		if (kho_cell_same_machine(((struct kho_result *)g_ptr_array_index(run->controls, i))->cell, cell))
			return;
	g_ptr_array_add(run->controls, survivor(control));
}

static void add(struct made_up *made_up, guint shard, const char *id)
{
	struct kho_run *run = made_up->runs[shard];
	struct kho_cell *cell = new_cell(made_up, id);
	g_autofree char *kernel = kho_run_kernel_name(id);

	if (!kho_run_kernel_of(run, id))
		kho_run_add_kernel(run, kernel)->key = g_strdup("0123");
	add_control(made_up, run, cell);
	g_ptr_array_add(run->results, survivor(cell));
}

static struct kho_run *new_shard(guint index)
{
	struct kho_run *run = kho_run_new();

	run->matrix = g_strdup("made-up");
	run->accel = g_strdup("tcg");
	run->qemu_version = g_strdup("7.2");
	run->jobs = index;
	run->seconds = 10;
	run->started = g_strdup(index == 1 ? "2026-11-27T02:00:00Z" : "2026-11-27T01:00:00Z");
	run->shard = (struct kho_shard){ index, SHARDS, g_ptr_array_new_with_free_func(g_free) };
	for (size_t i = 0; i < COUNT(plan); i++)
		g_ptr_array_add(run->shard.planned, g_strdup(plan[i]));
	return run;
}

static int set_up(void **state)
{
	struct made_up *made_up = g_new0(struct made_up, 1);
	static const char *const paths[SHARDS] = { "one", "two" };

	made_up->topologies = g_ptr_array_new_with_free_func((GDestroyNotify)kho_topology_free);
	made_up->cells = g_ptr_array_new_with_free_func((GDestroyNotify)kho_cell_free);
	for (guint i = 0; i < SHARDS; i++) {
		made_up->runs[i] = new_shard(i + 1);
		made_up->parts[i] = (struct kho_merge_part){ paths[i], made_up->runs[i] };
	}
	add(made_up, 0, plan[1]);
	add(made_up, 0, plan[4]);
	add(made_up, 1, plan[0]);
	add(made_up, 1, plan[2]);
	add(made_up, 1, plan[3]);
	*state = made_up;
	return 0;
}

static int tear_down(void **state)
{
	struct made_up *made_up = *state;

	for (guint i = 0; i < SHARDS; i++)
		kho_run_free(made_up->runs[i]);
	g_ptr_array_unref(made_up->cells);
	g_ptr_array_unref(made_up->topologies);
	g_free(made_up);
	return 0;
}

static struct kho_result *result_at(const GPtrArray *results, guint index)
{
	assert_true(index < results->len);
	return g_ptr_array_index(results, index);
}

/* --- what fits --- */

static void check_whole(const struct kho_run *run)
{
	assert_int_equal(run->results->len, COUNT(plan));
	for (guint i = 0; i < COUNT(plan); i++)
		assert_string_equal(result_at(run->results, i)->cell->id, plan[i]);
	assert_int_equal(run->controls->len, 3);
	assert_string_equal(result_at(run->controls, 0)->cell->id, "6.19-x86_64/two-even/control:ample");
	assert_string_equal(result_at(run->controls, 1)->cell->id, "6.19-x86_64/four/control:ample");
	assert_string_equal(result_at(run->controls, 2)->cell->id, "7.3-x86_64/four/control:ample");
	assert_int_equal(run->kernels->len, 2);
	assert_string_equal(((struct kho_run_kernel *)g_ptr_array_index(run->kernels, 0))->name, "6.19-x86_64");
	assert_int_equal(kho_run_kernel_of(run, plan[0])->confusion[KHO_ESTIMATOR_SPARSEMEM].tn, 4);
	assert_int_equal(run->shard.count, 0);
	assert_string_equal(run->started, "2026-11-27T01:00:00Z");
	assert_int_equal(run->jobs, 2);
	assert_false(run->interrupted);
}

static void joined_they_are_the_whole(void **state)
{
	struct made_up *made_up = *state;
	const struct kho_merge_part turned[] = { made_up->parts[1], made_up->parts[0] };
	g_autoptr(KhoRun) run = kho_merge(made_up->parts, SHARDS, NULL);
	g_autoptr(KhoRun) again = kho_merge(turned, SHARDS, NULL);

	check_whole(run);
	check_whole(again);
	assert_int_equal(kho_judge_exit(run), KHO_EXIT_OK);
}

static void the_exit_status_is_that_of_the_whole(void **state)
{
	struct made_up *made_up = *state;
	struct kho_result *cell = result_at(made_up->runs[1]->results, 0);
	struct kho_result *control = result_at(made_up->runs[0]->controls, 0);
	g_autoptr(KhoRun) run = kho_merge(made_up->parts, SHARDS, NULL);

	cell->standing = KHO_STANDING_NEW;
	assert_int_equal(kho_judge_exit(run), KHO_EXIT_DIFFERS);
	cell->standing = KHO_STANDING_SAME;
	control->outcome.name = KHO_OUTCOME_PANICKED;
	assert_int_equal(kho_judge_exit(run), KHO_EXIT_DIFFERS);
	control->have_expectation = true;
	control->expectation.outcome = KHO_OUTCOME_PANICKED;
	assert_int_equal(kho_judge_exit(run), KHO_EXIT_OK);
	cell->seen[KHO_OUTCOME_SURVIVED] = cell->seen[KHO_OUTCOME_LOST] = 1;
	assert_int_equal(kho_judge_exit(run), KHO_EXIT_HOST);
	cell->seen[KHO_OUTCOME_LOST] = 0;
	cell->ended = false;
	assert_int_equal(kho_judge_exit(run), KHO_EXIT_HOST);
}

static void an_interrupted_shard_interrupts_the_whole(void **state)
{
	struct made_up *made_up = *state;

	made_up->runs[1]->interrupted = true;
	result_at(made_up->runs[1]->results, 2)->ended = false;
	{
		g_autoptr(KhoRun) run = kho_merge(made_up->parts, SHARDS, NULL);

		assert_int_equal(kho_judge_exit(run), KHO_EXIT_HOST);
	}
}

/* A machine that was cut ran its controls in each shard: what failed once has failed. */
static void of_a_control_the_worst_stands(void **state)
{
	struct made_up *made_up = *state;
	const struct kho_cell *control = result_at(made_up->runs[0]->controls, 0)->cell;
	struct kho_result *dead = survivor(control);
	const struct kho_merge_part turned[] = { made_up->parts[1], made_up->parts[0] };

	dead->outcome.name = KHO_OUTCOME_PANICKED;
	g_ptr_array_add(made_up->runs[1]->controls, dead);
	{
		g_autoptr(KhoRun) run = kho_merge(made_up->parts, SHARDS, NULL);
		g_autoptr(KhoRun) again = kho_merge(turned, SHARDS, NULL);

		assert_int_equal(run->controls->len, 3);
		assert_ptr_equal(result_at(run->controls, 1), dead);
		assert_ptr_equal(result_at(again->controls, 1), dead);
	}
}

/* --- what does not --- */

static void assert_refused(struct made_up *made_up, guint count, const char *what)
{
	g_autoptr(GError) error = NULL;

	assert_null(kho_merge(made_up->parts, count, &error));
	assert_true(g_error_matches(error, KHO_ERROR, KHO_ERROR_INPUT));
	if (!strstr(error->message, what))
		fail_msg("wanted '%s', got '%s'", what, error->message);
}

static void gaps_are_refused(void **state)
{
	struct made_up *made_up = *state;

	assert_refused(made_up, 1, "shard 2/2 is missing");
	g_ptr_array_remove_index(made_up->runs[1]->results, 1);
	assert_refused(made_up, SHARDS, "cell '6.19-x86_64/two-even/200%' is planned, and in none");
}

static void overlaps_are_refused(void **state)
{
	struct made_up *made_up = *state;

	made_up->runs[1]->shard.index = 1;
	assert_refused(made_up, SHARDS, "two: is shard 1/2, and so is one");
	made_up->runs[1]->shard.index = 2;
	add(made_up, 1, plan[4]);
	assert_refused(made_up, SHARDS, "two: cell '6.19-x86_64/four/100%' is in one as well");
}

static void strangers_are_refused(void **state)
{
	struct made_up *made_up = *state;
	struct kho_run *run = made_up->runs[1];

	run->shard.count = 0;
	assert_refused(made_up, SHARDS, "two: is no shard, but a whole run");
	run->shard.count = 3;
	assert_refused(made_up, SHARDS, "is shard 2/3, but one is 1/2");
	run->shard.count = 2;
	g_free(run->matrix);
	run->matrix = g_strdup("other");
	assert_refused(made_up, SHARDS, "another matrix");
	g_free(run->matrix);
	run->matrix = g_strdup("made-up");
	g_ptr_array_remove_index(run->shard.planned, 0);
	assert_refused(made_up, SHARDS, "another matrix");
	g_ptr_array_insert(run->shard.planned, 0, g_strdup(plan[0]));
	add(made_up, 1, "6.19-x86_64/four/500%");
	assert_refused(made_up, SHARDS, "two: cell '6.19-x86_64/four/500%' is not of the matrix");
}

static void mixed_kernels_are_refused(void **state)
{
	struct made_up *made_up = *state;
	struct kho_run_kernel *kernel = kho_run_kernel_of(made_up->runs[1], plan[0]);

	g_free(kernel->key);
	kernel->key = g_strdup("4567");
	assert_refused(made_up, SHARDS, "two: 6.19-x86_64 is another build (4567) than in one (0123)");
	g_clear_pointer(&kernel->key, g_free);
	assert_refused(made_up, SHARDS, "of unknown content");
}

static void mixed_hosts_are_refused(void **state)
{
	struct made_up *made_up = *state;
	struct kho_run *run = made_up->runs[1];

	g_free(run->accel);
	run->accel = g_strdup("kvm");
	assert_refused(made_up, SHARDS, "ran with the accelerator 'kvm', but one with 'tcg'");
	g_clear_pointer(&run->accel, g_free);
	g_free(run->qemu_version);
	run->qemu_version = g_strdup("10.0");
	assert_refused(made_up, SHARDS, "ran with the QEMU '10.0', but one with '7.2'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(joined_they_are_the_whole, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_exit_status_is_that_of_the_whole, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_interrupted_shard_interrupts_the_whole, set_up, tear_down),
		cmocka_unit_test_setup_teardown(of_a_control_the_worst_stands, set_up, tear_down),
		cmocka_unit_test_setup_teardown(gaps_are_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(overlaps_are_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(strangers_are_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(mixed_kernels_are_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(mixed_hosts_are_refused, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
