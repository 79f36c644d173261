// SPDX-License-Identifier: GPL-2.0-only
/* The estimators as plug-ins: what each makes of a layout. The estimates themselves have tests of their own. */
#include "harness/judge/estimators.h"
#include "tests/unit/drawn_machine.h"

static struct kho_layout layout_of(const struct machine *machine)
{
	return (struct kho_layout){
		.geometry = machine->geometry,
		.ranges = machine->ranges,
		.nr_ranges = machine->nr_ranges,
		.nr_nodes = machine->nr_nodes,
		.scratch = machine->scratch,
		.nr_scratch = machine->nr_scratch,
		.segments = machine->segments,
		.nr_segments = machine->nr_segments,
	};
}

/*
 *	00001111		8 MiB of map each
 *	[18M]			on node 0: sparsemem warns of node 1, aggregate does not
 */
static void side_by_side(void **state)
{
	struct kho_prediction predictions[KHO_NR_ESTIMATORS];
	struct machine machine = { 0 };
	struct kho_layout layout;

	draw(&machine, "00001111");
	add_scratch(&machine, SECTION, 18 * MIB);
	layout = layout_of(&machine);
	for (int i = 0; i < KHO_NR_ESTIMATORS; i++)
		kho_estimator_predict(i, &layout, &predictions[i]);
	assert_int_equal(predictions[KHO_ESTIMATOR_SPARSEMEM].answer, KHO_ANSWER_INSUFFICIENT);
	assert_int_equal(predictions[KHO_ESTIMATOR_SPARSEMEM].node, 1);
	assert_int_equal(predictions[KHO_ESTIMATOR_SPARSEMEM].required_bytes, 8 * MIB);
	assert_int_equal(predictions[KHO_ESTIMATOR_SPARSEMEM].nodes->len, 2);
	assert_false(predictions[KHO_ESTIMATOR_SPARSEMEM].have_left);
	assert_int_equal(predictions[KHO_ESTIMATOR_AGGREGATE].answer, KHO_ANSWER_SUFFICIENT);
	assert_true(predictions[KHO_ESTIMATOR_AGGREGATE].have_left);
	assert_string_equal(predictions[KHO_ESTIMATOR_AGGREGATE].reason,
			    "not counting what is loaded: it is not known");
	/* who has no answer says why */
	for (int i = 0; i < KHO_NR_ESTIMATORS; i++) {
		assert_true(predictions[i].answer != KHO_ANSWER_ABSENT || predictions[i].note);
		kho_prediction_clear(&predictions[i]);
	}
}

/* 10 MiB of scratch less 1 MiB for an initrd, for 10 MiB of map and what boot needs. */
static void aggregate_says_why(void **state)
{
	struct kho_prediction prediction;
	struct machine machine = { 0 };
	struct kho_layout layout;

	draw(&machine, "00110");
	add_scratch(&machine, 0, 10 * MIB);
	add_segment(&machine, KHO_SEGMENT_INITRD, 9 * MIB, MIB);
	layout = layout_of(&machine);
	kho_predict_aggregate(&layout, &prediction);
	assert_int_equal(prediction.answer, KHO_ANSWER_INSUFFICIENT);
	assert_int_equal(prediction.node, 0);
	assert_int_equal(prediction.usable_bytes, 9 * MIB);
	assert_int_equal(prediction.map_count, 5);
	assert_int_equal(prediction.left_bytes, 0);
	assert_true(g_str_has_prefix(prediction.reason,
				     "all scratch has 9.0 MiB free, the maps of all nodes and early boot need 10."));
	kho_prediction_clear(&prediction);
	machine.scratch[0].size = 32 * MIB;
	kho_predict_aggregate(&layout, &prediction);
	assert_int_equal(prediction.answer, KHO_ANSWER_SUFFICIENT);
	assert_null(prediction.reason);
	kho_prediction_clear(&prediction);
}

/*
 * The first kernel's image, and at its end the brk area: so its successor keeps 10 MiB of a segment of 12. What
 * cannot be meant is not believed.
 *
 *	30M            40M
 *	[image     [brk]]
 */
static void what_the_kernel_keeps(void **state)
{
	static const struct {
		uint64_t found, brk;
		enum kho_early_kind kind;
		const char *caller;
		uint64_t kept;
	} cases[] = {
		{ 30 * MIB, 40 * MIB, KHO_EARLY_RESERVE, "setup_arch", 10 * MIB },
		{ 30 * MIB, 40 * MIB, KHO_EARLY_RESERVE, "reserve_brk", 10 * MIB },
		{ 28 * MIB, 40 * MIB, KHO_EARLY_RESERVE, "setup_arch", 12 * MIB },
		{ 27 * MIB, 40 * MIB, KHO_EARLY_RESERVE, "setup_arch", 12 * MIB }, /* larger than the segment */
		{ 50 * MIB, 40 * MIB, KHO_EARLY_RESERVE, "setup_arch", 12 * MIB }, /* not there */
		{ 30 * MIB, 41 * MIB, KHO_EARLY_RESERVE, "setup_arch", 12 * MIB }, /* not behind the image */
		{ 30 * MIB, 40 * MIB, KHO_EARLY_RESERVE, "reserve_real_mode", 12 * MIB },
		{ 30 * MIB, 40 * MIB, KHO_EARLY_ALLOC, "setup_arch", 12 * MIB },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct kho_early_event events[] = {
			{ .kind = KHO_EARLY_FOUND, .base = MIB, .size = MIB },
			{ .kind = KHO_EARLY_FOUND, .base = cases[i].found, .size = 40 * MIB - cases[i].found },
			{ .kind = cases[i].kind, .base = cases[i].brk - 32 * KIB, .size = 32 * KIB },
		};
		struct kho_prediction prediction;
		struct machine machine = { 0 };
		struct kho_layout layout;

		if (cases[i].found >= 40 * MIB)
			events[1].size = MIB;
		strcpy(events[2].caller, cases[i].caller);
		draw(&machine, "0");
		add_scratch(&machine, 64 * MIB, 32 * MIB);
		add_segment(&machine, KHO_SEGMENT_KERNEL, 64 * MIB, 12 * MIB);
		layout = layout_of(&machine);
		layout.events = events;
		layout.nr_events = COUNT(events);
		kho_predict_aggregate(&layout, &prediction);
		assert_int_equal(prediction.usable_bytes, 32 * MIB - cases[i].kept);
		kho_prediction_clear(&prediction);
	}
}

/* Two blocks of 2 MiB for two CPUs: all but 152 KiB of each is given back, and one is given back whole. */
static void what_the_cpus_need(void **state)
{
	const struct kho_early_event events[] = {
		{ .kind = KHO_EARLY_ALLOC, .base = 10 * MIB, .size = 2 * MIB, .caller = "pcpu_fc_alloc" },
		{ .kind = KHO_EARLY_ALLOC, .base = 20 * MIB, .size = 2 * MIB, .caller = "pcpu_fc_alloc" },
		{ .kind = KHO_EARLY_ALLOC, .base = 0, .size = 2 * MIB, .caller = "pcpu_fc_alloc" }, /* failed */
		{ .kind = KHO_EARLY_ALLOC, .base = 30 * MIB, .size = 2 * MIB, .caller = "memmap_alloc" },
		{ .kind = KHO_EARLY_FREE, .base = 10 * MIB + 152 * KIB, .size = 2 * MIB - 152 * KIB },
		{ .kind = KHO_EARLY_FREE, .base = 20 * MIB + 152 * KIB, .size = 2 * MIB - 152 * KIB },
		{ .kind = KHO_EARLY_FREE, .base = 30 * MIB, .size = 2 * MIB },
	};
	struct kho_prediction known, guessed;
	struct machine machine = { 0 };
	struct kho_layout layout;

	draw(&machine, "00112233");
	add_scratch(&machine, 0, 32 * MIB);
	layout = layout_of(&machine);
	kho_predict_aggregate(&layout, &guessed);
	layout.events = events;
	layout.nr_events = COUNT(events);
	kho_predict_aggregate(&layout, &known);
	/* four nodes were taken for four CPUs */
	assert_int_equal(guessed.required_bytes - known.required_bytes, 2 * 152 * KIB);
	kho_prediction_clear(&known);
	kho_prediction_clear(&guessed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(side_by_side),
		cmocka_unit_test(aggregate_says_why),
		cmocka_unit_test(what_the_kernel_keeps),
		cmocka_unit_test(what_the_cpus_need),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
