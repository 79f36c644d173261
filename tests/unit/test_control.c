// SPDX-License-Identifier: GPL-2.0-only
/* Controls: which there are, and that they are not cells. */
#include "harness/model/cell.h"
#include "harness/model/pc_layout.h"
#include "tests/unit/test.h"

static struct kho_topology *machine(const char *name, uint64_t memory)
{
	struct kho_topology *topology = kho_topology_new(name, "");

	kho_topology_add_node(topology, memory, 1);
	kho_pc_layout(topology);
	return topology;
}

static void add(GPtrArray *cells, const char *kernel, const char *successor, const struct kho_topology *topology,
		const char *scratch, const char *payload)
{
	g_autoptr(KhoScratchSpec) spec = kho_scratch_spec_parse(scratch, NULL);

	g_ptr_array_add(cells, kho_cell_new(kernel, successor, topology, spec, payload));
}

static void assert_control(const GPtrArray *controls, guint index, const char *id, enum kho_control kind)
{
	const struct kho_cell *control = g_ptr_array_index(controls, index);

	assert_string_equal(control->id, id);
	assert_int_equal(control->control, kind);
	assert_string_equal(control->payload, KHO_PAYLOAD_DEFAULT);
}

/* Two for each machine that is used, however many cells it has; where nothing is ample, one. */
static void for_each_machine(void **state)
{
	g_autoptr(KhoTopology) one = machine("one", 4 * GIB), tiny = machine("tiny", 64 * MIB);
	g_autoptr(GPtrArray) cells = g_ptr_array_new_with_free_func((GDestroyNotify)kho_cell_free);
	g_autoptr(GPtrArray) controls = NULL;

	add(cells, "a", "a", one, "16M,16M,16M", "console");
	add(cells, "a", "a", tiny, "16M,16M,16M", "default");
	add(cells, "a", "a", one, "200%", "default");
	add(cells, "a", "b", one, "200%", "default");
	add(cells, "b", "b", one, "200%", "default");
	controls = kho_controls_for(cells);
	assert_int_equal(controls->len, 7);
	assert_control(controls, 0, "a/one/control:kho-off", KHO_CONTROL_KHO_OFF);
	assert_control(controls, 1, "a/one/control:ample", KHO_CONTROL_AMPLE);
	assert_control(controls, 2, "a/tiny/control:kho-off", KHO_CONTROL_KHO_OFF);
	assert_control(controls, 3, "a>b/one/control:kho-off", KHO_CONTROL_KHO_OFF);
	assert_control(controls, 4, "a>b/one/control:ample", KHO_CONTROL_AMPLE);
	assert_control(controls, 5, "b/one/control:kho-off", KHO_CONTROL_KHO_OFF);
	for (guint i = 0; i < cells->len; i++)
		assert_int_equal(((const struct kho_cell *)g_ptr_array_index(cells, i))->control, KHO_CONTROL_NONE);
}

static void none_for_nothing(void **state)
{
	g_autoptr(GPtrArray) cells = g_ptr_array_new();
	g_autoptr(GPtrArray) controls = kho_controls_for(cells);

	assert_int_equal(controls->len, 0);
}

/* So that no cell's directory can ever be a control's. */
static void no_scratch_spec_is_a_control(void **state)
{
	assert_null(kho_scratch_spec_parse("control:ample", NULL));
	assert_null(kho_scratch_spec_parse("16M,16M,16M:", NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(for_each_machine),
		cmocka_unit_test(none_for_nothing),
		cmocka_unit_test(no_scratch_spec_is_a_control),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
