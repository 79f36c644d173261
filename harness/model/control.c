// SPDX-License-Identifier: GPL-2.0-only
#include "harness/model/control.h"

#include "harness/model/ample.h"
#include "harness/model/cell.h"

const char *kho_control_text(enum kho_control control)
{
	static const char *const texts[KHO_NR_CONTROLS] = {
		[KHO_CONTROL_NONE] = "none",
		[KHO_CONTROL_KHO_OFF] = "kho-off",
		[KHO_CONTROL_AMPLE] = "ample",
	};

	g_return_val_if_fail(control < KHO_NR_CONTROLS, "none");
	return texts[control];
}

bool kho_control_from_text(const char *text, enum kho_control *control)
{
	for (int i = KHO_CONTROL_NONE + 1; i < KHO_NR_CONTROLS; i++) {
		if (g_str_equal(text, kho_control_text(i))) {
			*control = i;
			return true;
		}
	}
	return false;
}

static bool is_known(const GPtrArray *controls, const struct kho_cell *cell)
{
	for (guint i = 0; i < controls->len; i++)
		if (kho_cell_same_machine(g_ptr_array_index(controls, i), cell))
			return true;
	return false;
}

GPtrArray *kho_controls_for(const GPtrArray *cells)
{
	GPtrArray *controls = g_ptr_array_new_with_free_func((GDestroyNotify)kho_cell_free);

	for (guint i = 0; i < cells->len; i++) {
		const struct kho_cell *cell = g_ptr_array_index(cells, i);
		g_autoptr(KhoScratchSpec) any = kho_scratch_spec_parse(KHO_CONTROL_ANY_SCRATCH, NULL);
		g_autoptr(KhoScratchSpec) ample = NULL;

		if (is_known(controls, cell))
			continue;
		g_ptr_array_add(controls, kho_cell_new_control(cell, KHO_CONTROL_KHO_OFF, any));
		ample = kho_scratch_ample(cell->topology);
		if (ample)
			g_ptr_array_add(controls, kho_cell_new_control(cell, KHO_CONTROL_AMPLE, ample));
	}
	return controls;
}
