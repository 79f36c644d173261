// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "harness/judge/judge.h"
#include "harness/judge/repeats.h"
#include "harness/report/dataset.h"
#include "harness/report/dataset_line.h"
#include "harness/report/trace_file.h"

const char *kho_dataset_lacking(const struct kho_result *result)
{
	if (!result->ended)
		return "it did not end";
	if (kho_control_exclusion(result))
		return "a control of its machine did not survive";
	if (kho_repeats_disagree(result))
		return "it was taken together with others: record their runs";
	if (!result->have_geometry || !result->ranges->len)
		return "no layout of memory";
	if (!result->scratch->len)
		return "no layout of scratch";
	if (!result->segments->len)
		return "no segments: nothing was loaded";
	if (!result->events->len)
		return "no trace of early boot";
	return NULL;
}

/* --- machines --- */

struct machine {
	char *topology;
	char *line; /* of machines.jsonl, but with no name: the same for the same machine */
	char *name;
	struct kho_trace_set *traces;
	const struct kho_result *result; /* one of it */
};

static void free_machine(gpointer data)
{
	struct machine *machine = data;

	g_free(machine->topology);
	g_free(machine->line);
	g_free(machine->name);
	g_clear_pointer(&machine->traces, kho_trace_set_free);
	g_free(machine);
}

static struct machine *find_machine(const GPtrArray *machines, const struct kho_result *result)
{
	g_autofree char *line = kho_dataset_machine_line(NULL, result);

	for (guint i = 0; i < machines->len; i++) {
		struct machine *machine = g_ptr_array_index(machines, i);

		if (g_str_equal(machine->topology, result->cell->topology->name) && g_str_equal(machine->line, line))
			return machine;
	}
	return NULL;
}

static gint compare_machines(gconstpointer one, gconstpointer other)
{
	const struct machine *a = *(struct machine *const *)one, *b = *(struct machine *const *)other;
	int order = strcmp(a->topology, b->topology);

	return order ?: strcmp(a->line, b->line);
}

/* That of its topology; where that has changed between runs, "two-even+2" and so on for the others. */
static void name_machines(const GPtrArray *machines)
{
	const struct machine *last = NULL;
	guint number = 1;

	for (guint i = 0; i < machines->len; i++) {
		struct machine *machine = g_ptr_array_index(machines, i);

		number = last && g_str_equal(last->topology, machine->topology) ? number + 1 : 1;
		machine->name = kho_dataset_name(machine->topology, number);
		machine->traces = kho_trace_set_new(machine->name);
		last = machine;
	}
}

static GPtrArray *find_machines(const GPtrArray *results)
{
	GPtrArray *machines = g_ptr_array_new_with_free_func(free_machine);

	for (guint i = 0; i < results->len; i++) {
		const struct kho_result *result = g_ptr_array_index(results, i);
		struct machine *machine;

		if (find_machine(machines, result))
			continue;
		machine = g_new0(struct machine, 1);
		machine->topology = g_strdup(result->cell->topology->name);
		machine->line = kho_dataset_machine_line(NULL, result);
		machine->result = result;
		g_ptr_array_add(machines, machine);
	}
	g_ptr_array_sort(machines, compare_machines);
	name_machines(machines);
	return machines;
}

static char *machines_text(const GPtrArray *machines)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < machines->len; i++) {
		const struct machine *machine = g_ptr_array_index(machines, i);
		g_autofree char *line = kho_dataset_machine_line(machine->name, machine->result);

		g_string_append_printf(text, "%s\n", line);
	}
	return g_string_free(text, FALSE);
}

/* --- traces --- */

static void find_traces(const GPtrArray *machines, const GPtrArray *results)
{
	for (guint i = 0; i < results->len; i++) {
		const struct kho_result *result = g_ptr_array_index(results, i);
		g_autofree char *text = kho_trace_format(result->events);

		kho_trace_set_add(find_machine(machines, result)->traces, text);
	}
	for (guint i = 0; i < machines->len; i++)
		kho_trace_set_end(((struct machine *)g_ptr_array_index(machines, i))->traces);
}

static GHashTable *traces_of(const GPtrArray *machines)
{
	GHashTable *traces = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);

	for (guint i = 0; i < machines->len; i++) {
		const struct kho_trace_set *set = ((struct machine *)g_ptr_array_index(machines, i))->traces;

		for (guint base = 0; base < set->bases->len; base++) {
			g_autofree char *name = kho_trace_set_name(set, base);

			g_hash_table_insert(traces, g_strconcat(name, ".trace", NULL),
					    g_strdup(g_ptr_array_index(set->bases, base)));
		}
	}
	return traces;
}

/* --- cells --- */

/* Recordings of a cell that have all in common but, maybe, the outcome: a line. */
struct line {
	const struct kho_result *result; /* one of them */
	const struct machine *machine;
	struct kho_trace_delta *trace;
	GArray *outcomes; /* of struct kho_dataset_outcome */
};

static void free_line(gpointer data)
{
	struct line *line = data;

	kho_trace_delta_free(line->trace);
	g_array_unref(line->outcomes);
	g_free(line);
}

static struct line *get_line(GHashTable *lines, const GPtrArray *machines, const struct kho_result *result)
{
	const struct machine *machine = find_machine(machines, result);
	g_autofree char *text = kho_trace_format(result->events);
	g_autoptr(KhoTraceDelta) trace = kho_trace_set_delta(machine->traces, text);
	g_autofree char *facts = kho_dataset_facts(result, trace);
	g_autofree char *key = g_strdup_printf("%s\n%s\n%s", result->cell->id, machine->name, facts);
	struct line *line = g_hash_table_lookup(lines, key);

	if (line)
		return line;
	line = g_new0(struct line, 1);
	line->result = result;
	line->machine = machine;
	line->trace = g_steal_pointer(&trace);
	line->outcomes = g_array_new(FALSE, TRUE, sizeof(struct kho_dataset_outcome));
	g_hash_table_insert(lines, g_steal_pointer(&key), line);
	return line;
}

static gint compare_outcomes(gconstpointer one, gconstpointer other)
{
	const struct kho_dataset_outcome *a = one, *b = other;
	int reason = strcmp(a->reason, b->reason);

	if (a->name != b->name)
		return a->name < b->name ? -1 : 1;
	if (a->stage != b->stage)
		return a->stage < b->stage ? -1 : 1;
	return reason ?: g_strcmp0(a->remark, b->remark);
}

static guint times_of(const struct kho_result *result)
{
	return MAX(result->seen[result->outcome.name], 1);
}

static void add_outcome(GArray *outcomes, const struct kho_result *result)
{
	const struct kho_dataset_outcome outcome = {
		.name = result->outcome.name,
		.stage = result->outcome.stage,
		.reason = result->outcome.reason ?: "",
		.remark = result->outcome.remark,
		.times = times_of(result),
	};

	for (guint i = 0; i < outcomes->len; i++) {
		struct kho_dataset_outcome *known = &g_array_index(outcomes, struct kho_dataset_outcome, i);

		if (compare_outcomes(known, &outcome) == 0) {
			known->times += outcome.times;
			return;
		}
	}
	g_array_append_val(outcomes, outcome);
}

static gint compare_texts(gconstpointer one, gconstpointer other)
{
	return strcmp(*(char *const *)one, *(char *const *)other);
}

static char *cells_text(GHashTable *lines)
{
	g_autoptr(GPtrArray) keys = g_ptr_array_new();
	GString *text = g_string_new(NULL);
	GHashTableIter iter;
	gpointer key;

	/* A key begins with the id. */
	g_hash_table_iter_init(&iter, lines);
	while (g_hash_table_iter_next(&iter, &key, NULL))
		g_ptr_array_add(keys, key);
	g_ptr_array_sort(keys, compare_texts);
	for (guint i = 0; i < keys->len; i++) {
		const struct line *line = g_hash_table_lookup(lines, g_ptr_array_index(keys, i));
		g_autofree char *one = NULL;

		g_array_sort(line->outcomes, compare_outcomes);
		one = kho_dataset_cell_line(line->result, line->machine->name, line->outcomes, line->trace);
		g_string_append_printf(text, "%s\n", one);
	}
	return g_string_free(text, FALSE);
}

/* --- all of it --- */

struct kho_dataset *kho_dataset_make(const GPtrArray *results)
{
	struct kho_dataset *dataset = g_new0(struct kho_dataset, 1);
	g_autoptr(GPtrArray) machines = find_machines(results);
	g_autoptr(GHashTable) lines = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_line);
	g_autoptr(GHashTable) ids = g_hash_table_new(g_str_hash, g_str_equal);

	find_traces(machines, results);
	for (guint i = 0; i < results->len; i++) {
		const struct kho_result *result = g_ptr_array_index(results, i);

		add_outcome(get_line(lines, machines, result)->outcomes, result);
		g_hash_table_add(ids, result->cell->id);
		dataset->nr_recordings += times_of(result);
	}
	dataset->nr_cells = g_hash_table_size(ids);
	dataset->machines = machines_text(machines);
	dataset->cells = cells_text(lines);
	dataset->traces = traces_of(machines);
	return dataset;
}

void kho_dataset_free(struct kho_dataset *dataset)
{
	g_free(dataset->machines);
	g_free(dataset->cells);
	g_hash_table_unref(dataset->traces);
	g_free(dataset);
}

char *kho_dataset_config(const char *config)
{
	g_auto(GStrv) lines = g_strsplit(config, "\n", -1);
	g_autoptr(GPtrArray) set = g_ptr_array_new();
	GString *text = g_string_new(NULL);

	for (char **line = lines; *line; line++)
		if (g_str_has_prefix(*line, "CONFIG_"))
			g_ptr_array_add(set, *line);
	g_ptr_array_sort(set, compare_texts);
	for (guint i = 0; i < set->len; i++)
		g_string_append_printf(text, "%s\n", (char *)g_ptr_array_index(set, i));
	return g_string_free(text, FALSE);
}
