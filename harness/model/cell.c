// SPDX-License-Identifier: GPL-2.0-only
#include "harness/model/cell.h"

#include "harness/model/series.h"

static char *cell_id(const struct kho_cell *cell)
{
	g_autoptr(GString) id = g_string_new(cell->kernel);

	if (!g_str_equal(cell->kernel, cell->successor))
		g_string_append_printf(id, ">%s", cell->successor);
	g_string_append_printf(id, "/%s/", cell->topology->name);
	/* No scratch spec has a colon. */
	if (cell->control != KHO_CONTROL_NONE)
		g_string_append_printf(id, "control:%s", kho_control_text(cell->control));
	else
		g_string_append(id, cell->scratch->text);
	if (!g_str_equal(cell->payload, KHO_PAYLOAD_DEFAULT))
		g_string_append_printf(id, "+%s", cell->payload);
	return g_strdup(id->str);
}

struct kho_cell *kho_cell_new(const char *kernel, const char *successor, const struct kho_topology *topology,
			      const struct kho_scratch_spec *scratch, const char *payload)
{
	struct kho_cell *cell = g_new0(struct kho_cell, 1);

	cell->kernel = g_strdup(kernel);
	cell->successor = g_strdup(successor);
	cell->topology = topology;
	cell->scratch = kho_scratch_spec_copy(scratch);
	cell->payload = g_strdup(payload);
	cell->id = cell_id(cell);
	return cell;
}

struct kho_cell *kho_cell_new_control(const struct kho_cell *cell, enum kho_control control,
				      const struct kho_scratch_spec *scratch)
{
	struct kho_cell *copy =
		kho_cell_new(cell->kernel, cell->successor, cell->topology, scratch, KHO_PAYLOAD_DEFAULT);

	g_free(copy->id);
	copy->control = control;
	copy->id = cell_id(copy);
	return copy;
}

void kho_cell_free(struct kho_cell *cell)
{
	if (!cell)
		return;
	g_free(cell->id);
	g_free(cell->kernel);
	g_free(cell->successor);
	kho_scratch_spec_free(cell->scratch);
	g_free(cell->payload);
	g_free(cell);
}

bool kho_cell_same_machine(const struct kho_cell *a, const struct kho_cell *b)
{
	return g_str_equal(a->kernel, b->kernel) && g_str_equal(a->successor, b->successor) &&
	       g_str_equal(a->topology->name, b->topology->name);
}

/* Cells are made of payloads that were parsed. */
struct kho_payload kho_cell_payload(const struct kho_cell *cell)
{
	struct kho_payload payload;
	bool parsed = kho_payload_parse(cell->payload, &payload, NULL);

	g_assert(parsed);
	return payload;
}

bool kho_cell_keeps_folios(const struct kho_cell *cell)
{
	const struct kho_series *series = kho_cell_payload(cell).keep ? kho_series_of(cell->kernel) : NULL;

	return series && !series->orchestrator;
}
