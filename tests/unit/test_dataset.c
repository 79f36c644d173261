// SPDX-License-Identifier: GPL-2.0-only
/* Data sets: what goes in comes out, the same whatever the order, and what is not as described is refused. */
#include "harness/report/dataset.h"
#include "harness/judge/judge.h"
#include "harness/judge/rejudge.h"
#include "harness/model/error.h"
#include "harness/report/dataset_line.h"
#include "harness/report/dataset_verdicts.h"
#include "harness/report/json_reader.h"
#include "harness/report/trace_file.h"
#include "tests/unit/json_mutations.h"
#include "tests/unit/records.h"
#include "tests/unit/test.h"

#include <glib/gstdio.h>
#include <string.h>

#define SPARSEMEM KHO_ESTIMATOR_SPARSEMEM
#define KERNEL	  "6.19-x86_64"

struct fixture {
	GPtrArray *cells, *results;
	char *directory;
};

/* A recording of 16M,128M,32M on two nodes, complete. */
static struct kho_result *record(struct fixture *fixture, const char *scratch, enum kho_outcome_name outcome)
{
	g_autoptr(KhoReport) report = kho_report_new(RUN);
	g_autoptr(KhoScratchSpec) spec = kho_scratch_spec_parse(scratch, NULL);
	struct kho_cell *cell = kho_cell_new(KERNEL, KERNEL, good_topology(), spec, KHO_PAYLOAD_DEFAULT);
	struct kho_result *result = kho_result_new(cell);
	const struct kho_segment kernel = { KHO_SEGMENT_KERNEL, 3131047936, 12664832 };
	const struct kho_segment odd = { KHO_SEGMENT_OTHER, (1ULL << 53) + 1, 4096 };
	const struct kho_early_event found = { .kind = KHO_EARLY_FOUND, .base = 0x1000, .size = 0x2000, .nid = -1 };
	struct kho_early_event alloc = {
		.kind = KHO_EARLY_ALLOC, .traced = true, .base = 0x23fff5bc0, .size = 0x1a0, .align = 0x40, .nid = -1
	};

	g_ptr_array_add(fixture->cells, cell);
	g_ptr_array_add(fixture->results, result);
	feed(report, "first", good_first);
	result->ended = true;
	result->outcome.name = outcome;
	result->outcome.stage = outcome == KHO_OUTCOME_SURVIVED ? KHO_STAGE_DONE : KHO_STAGE_SUCCESSOR_BOOT;
	result->outcome.reason =
		g_strdup(outcome == KHO_OUTCOME_SURVIVED ? "preserved memory intact" : "oops: \"here\"");
	kho_judge_take_report(result, report, true);
	g_array_append_val(result->segments, kernel);
	g_array_append_val(result->segments, odd);
	/* As long as the command line is. */
	alloc.size += strlen(scratch);
	g_array_append_val(result->events, found);
	g_array_append_val(result->events, alloc);
	kho_judge_result(result);
	return result;
}

static int set_up(void **state)
{
	struct fixture *fixture = g_new0(struct fixture, 1);

	fixture->cells = g_ptr_array_new_with_free_func((GDestroyNotify)kho_cell_free);
	fixture->results = g_ptr_array_new_with_free_func((GDestroyNotify)kho_result_free);
	fixture->directory = g_dir_make_tmp("kho-dataset-XXXXXX", NULL);
	*state = fixture;
	return 0;
}

static void remove_files(const char *directory)
{
	g_autoptr(GDir) listing = g_dir_open(directory, 0, NULL);
	const char *name;

	while ((name = g_dir_read_name(listing))) {
		g_autofree char *path = g_build_filename(directory, name, NULL);

		if (g_file_test(path, G_FILE_TEST_IS_DIR))
			remove_files(path);
		else
			g_unlink(path);
	}
	g_rmdir(directory);
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	remove_files(fixture->directory);
	g_ptr_array_unref(fixture->results);
	g_ptr_array_unref(fixture->cells);
	g_free(fixture->directory);
	g_free(fixture);
	return 0;
}

/* --- files --- */

static void write_text(const struct fixture *fixture, const char *name, const char *text)
{
	g_autofree char *path = g_build_filename(fixture->directory, name, NULL);
	g_autofree char *parent = g_path_get_dirname(path);

	g_mkdir_with_parents(parent, 0700);
	assert_true(g_file_set_contents(path, text, -1, NULL));
}

static char *read_text(const struct fixture *fixture, const char *name)
{
	g_autofree char *path = g_build_filename(fixture->directory, name, NULL);
	char *text = NULL;

	assert_true(g_file_get_contents(path, &text, NULL, NULL));
	return text;
}

static struct kho_dataset_about sample_about(guint cells, guint recordings)
{
	return (struct kho_dataset_about){
		.kernel = KERNEL,
		.successor = KERNEL,
		.first_release = "6.19.6",
		.successor_release = "6.19.6",
		.key = "4392cdf2f1a2062b655d",
		.estimator = "yes",
		.accel = "tcg",
		.qemu_version = "QEMU emulator version 7.2.22 (\"quoted\" \\ # odd)",
		.cpu = "qemu64",
		.first_run = "2026-11-26T08:57:13Z",
		.last_run = "2026-11-26T08:57:39Z",
		.matrix = "boundary",
		.command = "kho-runner matrix boundary",
		.cells = cells,
		.recordings = recordings,
	};
}

static void write_about(const struct fixture *fixture, guint cells, guint recordings)
{
	struct kho_dataset_about about = sample_about(cells, recordings);
	g_autofree char *text = kho_dataset_about_format(&about);

	write_text(fixture, KHO_DATASET_ABOUT, text);
}

static void write_dataset(const struct fixture *fixture)
{
	g_autoptr(KhoDataset) dataset = kho_dataset_make(fixture->results);
	GHashTableIter iter;
	gpointer name, text;

	write_about(fixture, dataset->nr_cells, dataset->nr_recordings);
	write_text(fixture, KHO_DATASET_CONFIG, "CONFIG_KEXEC_HANDOVER=y\n");
	write_text(fixture, KHO_DATASET_MACHINES, dataset->machines);
	write_text(fixture, KHO_DATASET_CELLS, dataset->cells);
	g_hash_table_iter_init(&iter, dataset->traces);
	while (g_hash_table_iter_next(&iter, &name, &text)) {
		g_autofree char *path = g_build_filename(KHO_DATASET_TRACES, name, NULL);

		write_text(fixture, path, text);
	}
}

static struct kho_recording *load(const struct fixture *fixture)
{
	g_autoptr(GError) error = NULL;
	struct kho_recording *recording = kho_dataset_load(fixture->directory, &error);

	if (error)
		fail_msg("%s", error->message);
	return recording;
}

static void assert_refused(const struct fixture *fixture, const char *message)
{
	g_autoptr(GError) error = NULL;

	assert_null(kho_dataset_load(fixture->directory, &error));
	assert_true(g_error_matches(error, KHO_ERROR, KHO_ERROR_INPUT));
	if (!strstr(error->message, message))
		fail_msg("'%s' is not in '%s'", message, error->message);
}

/* --- there and back --- */

static void assert_same_nodes(const GArray *a, const GArray *b)
{
	assert_int_equal(a->len, b->len);
	for (guint i = 0; i < a->len; i++) {
		const struct kho_sparsemem_node *one = &g_array_index(a, struct kho_sparsemem_node, i);
		const struct kho_sparsemem_node *other = &g_array_index(b, struct kho_sparsemem_node, i);

		assert_int_equal(one->map_count, other->map_count);
		assert_int_equal(one->required_bytes, other->required_bytes);
		assert_int_equal(one->usable_bytes, other->usable_bytes);
		assert_int_equal(one->insufficient, other->insufficient);
	}
}

/* That every key is read is another test's. */
static void assert_same_layout(const struct kho_result *a, const struct kho_result *b)
{
	g_autoptr(KhoTraceDelta) trace = kho_trace_delta_new("x");
	g_autofree char *machine_a = kho_dataset_machine_line("x", a), *machine_b = kho_dataset_machine_line("x", b);
	g_autofree char *facts_a = kho_dataset_facts(a, trace), *facts_b = kho_dataset_facts(b, trace);
	g_autofree char *trace_a = kho_trace_format(a->events), *trace_b = kho_trace_format(b->events);

	assert_string_equal(machine_a, machine_b);
	assert_string_equal(facts_a, facts_b);
	assert_string_equal(trace_a, trace_b);
}

static void assert_same_estimate(const struct kho_estimate *a, const struct kho_estimate *b)
{
	for (int place = 0; place < KHO_PLACE_HOST; place++) {
		assert_int_equal(a->places[place].answer, b->places[place].answer);
		assert_int_equal(a->places[place].node, b->places[place].node);
		assert_int_equal(a->places[place].usable_bytes, b->places[place].usable_bytes);
		assert_int_equal(a->places[place].required_bytes, b->places[place].required_bytes);
		assert_int_equal(a->places[place].map_count, b->places[place].map_count);
		assert_int_equal(a->places[place].section_map_bytes, b->places[place].section_map_bytes);
		assert_int_equal(a->places[place].whole_mib, b->places[place].whole_mib);
		assert_string_equal(a->places[place].contradiction ?: "", b->places[place].contradiction ?: "");
		assert_string_equal(a->places[place].note ?: "", b->places[place].note ?: "");
		if (a->places[place].nodes)
			assert_same_nodes(a->places[place].nodes, b->places[place].nodes);
	}
}

static void what_goes_in_comes_out(void **state)
{
	struct fixture *fixture = *state;
	struct kho_result *result = record(fixture, "16M,128M,32M", KHO_OUTCOME_SURVIVED);
	g_autoptr(KhoRecording) recording = NULL;
	struct kho_result *read;

	result->outcome.remark = g_strdup("node 0: 64 MiB fell back");
	write_dataset(fixture);
	recording = load(fixture);
	assert_int_equal(recording->run->results->len, 1);
	read = g_ptr_array_index(recording->run->results, 0);
	assert_string_equal(read->cell->id, result->cell->id);
	assert_int_equal(read->outcome.name, result->outcome.name);
	assert_int_equal(read->outcome.stage, result->outcome.stage);
	assert_string_equal(read->outcome.reason, result->outcome.reason);
	assert_string_equal(read->outcome.remark, result->outcome.remark);
	assert_same_layout(read, result);
	assert_same_estimate(&read->estimates[SPARSEMEM], &result->estimates[SPARSEMEM]);
	assert_string_equal(read->first_release, "6.19.6");
	assert_string_equal(recording->config, "CONFIG_KEXEC_HANDOVER=y\n");
	assert_string_equal(recording->about->cpu, "qemu64");
	kho_judge_result(read);
	for (int i = 0; i < KHO_NR_ESTIMATORS; i++) {
		assert_int_equal(read->estimates[i].verdict.name, result->estimates[i].verdict.name);
		assert_string_equal(read->estimates[i].verdict.excluded ?: "",
				    result->estimates[i].verdict.excluded ?: "");
	}
}

/* Kernel and guest do not say the same, and the kernel contradicts itself: nothing of that is lost. */
static void places_that_differ(void **state)
{
	struct fixture *fixture = *state;
	struct kho_result *result = record(fixture, "16M,128M,32M", KHO_OUTCOME_SURVIVED), *read;
	struct kho_prediction *places = result->estimates[SPARSEMEM].places;
	g_autoptr(KhoRecording) recording = NULL;

	places[KHO_PLACE_KERNEL].contradiction = g_strdup("says \"this\", and that");
	kho_prediction_clear(&places[KHO_PLACE_GUEST]);
	places[KHO_PLACE_GUEST] =
		(struct kho_prediction){ .answer = KHO_ANSWER_SKIPPED, .note = g_strdup("no memory") };
	write_dataset(fixture);
	recording = load(fixture);
	read = g_ptr_array_index(recording->run->results, 0);
	assert_same_estimate(&read->estimates[SPARSEMEM], &result->estimates[SPARSEMEM]);
	kho_judge_result(read);
	assert_string_equal(read->estimates[SPARSEMEM].verdict.excluded, "places-disagree");
}

static void repeats_are_kept(void **state)
{
	struct fixture *fixture = *state;
	g_autoptr(KhoRecording) recording = NULL;
	g_autoptr(KhoRejudgement) rejudgement = kho_rejudgement_new();
	const struct kho_result *first;

	for (int i = 0; i < 3; i++)
		record(fixture, "16M,128M,32M", KHO_OUTCOME_SURVIVED);
	record(fixture, "16M,128M,32M", KHO_OUTCOME_PANICKED);
	write_dataset(fixture);
	recording = load(fixture);
	/* One line, two outcomes. */
	assert_int_equal(recording->run->results->len, 2);
	assert_int_equal(recording->about->cells, 1);
	assert_int_equal(recording->about->recordings, 4);
	for (guint i = 0; i < 2; i++)
		kho_rejudge_take(rejudgement, g_ptr_array_index(recording->run->results, i));
	kho_rejudge_end(rejudgement);
	first = g_ptr_array_index(rejudgement->results, 0);
	assert_int_equal(first->seen[KHO_OUTCOME_SURVIVED], 3);
	assert_int_equal(first->seen[KHO_OUTCOME_PANICKED], 1);
	assert_string_equal(first->estimates[SPARSEMEM].verdict.excluded, KHO_REPEATS_DISAGREE);
}

/* Recordings whose successor lay elsewhere are lines of their own. */
static void other_facts_are_other_lines(void **state)
{
	struct fixture *fixture = *state;
	g_autoptr(KhoRecording) recording = NULL;
	g_autofree char *cells = NULL;
	struct kho_result *moved;

	record(fixture, "16M,128M,32M", KHO_OUTCOME_SURVIVED);
	moved = record(fixture, "16M,128M,32M", KHO_OUTCOME_SURVIVED);
	g_array_index(moved->segments, struct kho_segment, 0).start += 4096;
	write_dataset(fixture);
	cells = read_text(fixture, KHO_DATASET_CELLS);
	assert_int_equal(g_strrstr(cells, "}\n{") != NULL, true);
	recording = load(fixture);
	assert_int_equal(recording->run->results->len, 2);
	assert_int_equal(recording->about->cells, 1);
}

static void a_machine_that_changed(void **state)
{
	struct fixture *fixture = *state;
	g_autoptr(KhoRecording) recording = NULL;
	g_autofree char *machines = NULL;
	struct kho_result *larger;

	record(fixture, "16M,128M,32M", KHO_OUTCOME_SURVIVED);
	larger = record(fixture, "16M,16M,32M", KHO_OUTCOME_SURVIVED);
	g_array_index(larger->ranges, struct kho_memory_range, 3).end += GIB;
	write_dataset(fixture);
	machines = read_text(fixture, KHO_DATASET_MACHINES);
	assert_true(g_str_has_prefix(machines, "{\"machine\":\"two-even\",\"geometry\":{\"struct_page_size\":64,"));
	assert_non_null(strstr(machines, "\n{\"machine\":\"two-even+2\","));
	recording = load(fixture);
	for (guint i = 0; i < 2; i++) {
		const struct kho_result *read = g_ptr_array_index(recording->run->results, i);
		bool large = g_str_has_suffix(read->cell->id, "16M,16M,32M");

		assert_int_equal(g_array_index(read->ranges, struct kho_memory_range, 3).end,
				 9 * GIB + (large ? GIB : 0));
	}
}

/* The same, whatever the order. */
static void order_does_not_matter(void **state)
{
	struct fixture *fixture = *state;
	g_autoptr(GPtrArray) reversed = g_ptr_array_new();
	g_autoptr(KhoDataset) one = NULL, other = NULL;

	record(fixture, "16M,128M,32M", KHO_OUTCOME_SURVIVED);
	record(fixture, "16M,128M,32M", KHO_OUTCOME_PANICKED);
	record(fixture, "16M,16M,16M", KHO_OUTCOME_HUNG);
	record(fixture, "200%", KHO_OUTCOME_SURVIVED);
	record(fixture, "1G,128M,32M", KHO_OUTCOME_RESET);
	g_array_index(record(fixture, "16M,16M,16M", KHO_OUTCOME_HUNG)->ranges, struct kho_memory_range, 3).end += GIB;
	for (guint i = fixture->results->len; i > 0; i--)
		g_ptr_array_add(reversed, g_ptr_array_index(fixture->results, i - 1));
	one = kho_dataset_make(fixture->results);
	other = kho_dataset_make(reversed);
	assert_string_equal(one->cells, other->cells);
	assert_string_equal(one->machines, other->machines);
	assert_int_equal(g_hash_table_size(one->traces), g_hash_table_size(other->traces));
	assert_string_equal(g_hash_table_lookup(one->traces, "two-even.trace"),
			    g_hash_table_lookup(other->traces, "two-even.trace"));
}

/* --- what lacks something --- */

static void assert_lacks(struct kho_result *result, const char *what)
{
	const char *lacking = kho_dataset_lacking(result);

	assert_non_null(lacking);
	assert_non_null(strstr(lacking, what));
}

static void incomplete(void **state)
{
	struct fixture *fixture = *state;
	struct kho_result *result = record(fixture, "16M,128M,32M", KHO_OUTCOME_SURVIVED);
	struct kho_result *control = record(fixture, "200%", KHO_OUTCOME_HUNG);

	assert_null(kho_dataset_lacking(result));
	result->ended = false;
	assert_lacks(result, "did not end");
	result->ended = true;
	result->controls[KHO_CONTROL_AMPLE] = control;
	assert_lacks(result, "control");
	result->controls[KHO_CONTROL_AMPLE] = NULL;
	result->seen[KHO_OUTCOME_SURVIVED] = result->seen[KHO_OUTCOME_HUNG] = 1;
	assert_lacks(result, "together");
	result->seen[KHO_OUTCOME_HUNG] = 0;
	g_array_set_size(result->events, 0);
	assert_lacks(result, "trace");
	g_array_set_size(result->segments, 0);
	assert_lacks(result, "segments");
	g_array_set_size(result->scratch, 0);
	assert_lacks(result, "scratch");
	result->have_geometry = false;
	assert_lacks(result, "memory");
}

/* --- traces --- */

static char *trace_of(guint lines, guint changed, char with)
{
	GString *text = g_string_new("kho-trace 1\n");

	for (guint i = 0; i < lines; i++)
		g_string_append_printf(text, "found %x 1000 %c\n", i, i < changed ? with : '0');
	return g_string_free(text, FALSE);
}

static void bases_and_differences(void **state)
{
	struct kho_trace_set *set = kho_trace_set_new("m");
	g_autofree char *often = trace_of(20, 0, '0'), *near = trace_of(20, 8, '1'), *far = trace_of(20, 9, '2');
	g_autofree char *longer = trace_of(21, 0, '0'), *second = kho_trace_set_name(set, 1);
	const char *all[] = { far, often, near, often, longer };

	for (size_t i = 0; i < COUNT(all); i++)
		kho_trace_set_add(set, all[i]);
	kho_trace_set_end(set);
	assert_int_equal(set->bases->len, 3);
	assert_string_equal(g_ptr_array_index(set->bases, 0), often);
	assert_string_equal(second, "m+2");
	for (size_t i = 0; i < COUNT(all); i++) {
		g_autoptr(KhoTraceDelta) delta = kho_trace_set_delta(set, all[i]);
		g_autofree char *first = kho_trace_set_name(set, 0);
		g_autofree char *third = kho_trace_set_name(set, 2);
		guint base = g_str_equal(delta->base, first) ? 0 : (g_str_equal(delta->base, third) ? 2 : 1);
		g_autofree char *text = kho_trace_delta_apply(delta, g_ptr_array_index(set->bases, base));

		assert_string_equal(text, all[i]);
		assert_int_equal(delta->lines->len, all[i] == near ? 8 : 0);
	}
	kho_trace_set_free(set);
}

static void differences_that_do_not_fit(void **state)
{
	static const guint bad[][2] = { { 0, 0 }, { 5, 0 }, { 2, 2 }, { 3, 2 } };
	g_autofree char *base = trace_of(3, 0, '0');

	for (size_t i = 0; i < COUNT(bad); i++) {
		g_autoptr(KhoTraceDelta) delta = kho_trace_delta_new("m");

		kho_trace_delta_add(delta, bad[i][0], "x");
		if (bad[i][1])
			kho_trace_delta_add(delta, bad[i][1], "y");
		assert_null(kho_trace_delta_apply(delta, base));
	}
}

static void names(void **state)
{
	assert_true(kho_dataset_name_valid("two-even"));
	assert_true(kho_dataset_name_valid("two-even+2+13"));
	assert_false(kho_dataset_name_valid(""));
	assert_false(kho_dataset_name_valid("+2"));
	assert_false(kho_dataset_name_valid("../two"));
	assert_false(kho_dataset_name_valid("two+/x"));
	assert_false(kho_dataset_name_valid("two+111111111111111111111111"));
}

/* --- what is not as described --- */

static void replace_in(struct fixture *fixture, const char *file, const char *what, const char *with)
{
	g_autofree char *text = read_text(fixture, file);
	g_auto(GStrv) parts = g_strsplit(text, what, 2);
	g_autofree char *changed = NULL;

	assert_non_null(parts[1]);
	changed = g_strjoinv(with, parts);
	write_text(fixture, file, changed);
}

static void refuse(void **state, const char *file, const char *what, const char *with, const char *message)
{
	g_autofree char *before = read_text(*state, file);

	replace_in(*state, file, what, with);
	assert_refused(*state, message);
	write_text(*state, file, before);
}

static void bad_files(void **state)
{
	record(*state, "16M,128M,32M", KHO_OUTCOME_SURVIVED);
	record(*state, "16M,16M,32M", KHO_OUTCOME_PANICKED);
	write_dataset(*state);
	refuse(state, KHO_DATASET_ABOUT, "format: 1", "format: 2",
	       "about.yaml:2: format '2': this program reads format 1");
	refuse(state, KHO_DATASET_ABOUT, "cells: 2", "cells: 3",
	       "about.yaml speaks of 3 cells and 2 recordings, but cells.jsonl has 2 and 2");
	refuse(state, KHO_DATASET_ABOUT, "recordings: 2", "recordings: 9", "has 2 and 2");
	refuse(state, KHO_DATASET_ABOUT, "cells: 2", "cells: -2", "cells: is not a number");
	refuse(state, KHO_DATASET_ABOUT, "\"tcg\"", "\"hvf\"", "accelerator: 'hvf' is not tcg or kvm");
	refuse(state, KHO_DATASET_ABOUT, "matrix:", "matrx:", "unknown key 'matrx'");
	refuse(state, KHO_DATASET_MACHINES, "\"two-even\"", "\"two/even\"", "machines.jsonl:1: machine: is not a name");
	refuse(state, KHO_DATASET_MACHINES, "\"two-even\"", "\"three\"",
	       "cells.jsonl:1: cell '" KERNEL "/two-even/16M,128M,32M': machine: is not in machines.jsonl");
	refuse(state, KHO_DATASET_MACHINES, "]]}\n", "]]}", "machines.jsonl:1: the line has no end");
	refuse(state, KHO_DATASET_CELLS, KERNEL "/two-even/16M,128M", "6.18-x86_64/two-even/16M,128M",
	       "id: is not one of a cell of about.yaml's kernels");
	refuse(state, KHO_DATASET_CELLS, "16M,128M,32M", "16M,128Q,32M", "id: is not one of a cell");
	refuse(state, KHO_DATASET_CELLS, "\"times\":1", "\"times\":0", "outcomes[0].times: is 0");
	refuse(state, KHO_DATASET_CELLS, "[\"kernel\"", "[\"kernal\"", "segments: is not a kind of segment");
	refuse(state, KHO_DATASET_CELLS, "\"trace\":\"two-even\"", "\"trace\":\"two\"",
	       "traces/two.trace: No such file or directory");
	refuse(state, KHO_DATASET_CELLS, "[3,\"alloc", "[33,\"alloc",
	       "trace_lines: are not lines of two-even, in order");
	refuse(state, KHO_DATASET_CELLS, "[3,\"alloc", "[3,\"allot", "trace: two-even:3: not an event of early boot");
	refuse(state, KHO_DATASET_CELLS, "[3,\"alloc", "[3,\"\\nalloc", "trace_lines: one of them is more than a line");
	refuse(state, "traces/two-even.trace", "kho-trace 1", "kho-trace 2", "not a trace of early boot");
	kho_recording_free(load(*state));
}

struct files {
	struct fixture *fixture;
	const char *file;
	guint mutants;
};

/* Keys that are left out where they say nothing. */
static bool may_be_missing(const char *where)
{
	static const char *const keys[] = { "remark", "trace_lines", "section_map_bytes", ".nodes", "guest" };

	for (size_t i = 0; i < COUNT(keys); i++)
		if (g_str_has_suffix(where, keys[i]))
			return true;
	return false;
}

static void check_mutant(enum mutation mutation, const char *where, const char *text, void *data)
{
	struct files *files = data;
	g_autofree char *line = g_strdup(text), *whole = NULL;
	g_autoptr(GError) error = NULL;
	g_autoptr(KhoRecording) recording = NULL;
	bool fine = mutation == ADDED || (mutation == REMOVED && may_be_missing(where));

	g_strdelimit(line, "\n", ' ');
	whole = g_strconcat(line, "\n", NULL);
	write_text(files->fixture, files->file, whole);
	recording = kho_dataset_load(files->fixture->directory, &error);
	files->mutants++;
	if (error)
		assert_true(g_error_matches(error, KHO_ERROR, KHO_ERROR_INPUT));
	if (fine && error)
		fail_msg("%s: should be taken, but: %s", where, error->message);
	if (!fine && recording)
		fail_msg("%s: should be refused", where);
}

static void every_key(void **state)
{
	static const char *const names_of[] = { KHO_DATASET_MACHINES, KHO_DATASET_CELLS };
	struct kho_result *result = record(*state, "16M,128M,32M", KHO_OUTCOME_SURVIVED);

	result->outcome.remark = g_strdup("a remark");
	result->estimates[SPARSEMEM].places[KHO_PLACE_GUEST].map_count = 7;
	write_dataset(*state);
	for (size_t i = 0; i < COUNT(names_of); i++) {
		struct files files = { .fixture = *state, .file = names_of[i] };
		g_autofree char *text = read_text(*state, names_of[i]);

		mutate_json(text, check_mutant, &files);
		assert_true(files.mutants > 20);
		write_text(*state, names_of[i], text);
	}
	kho_recording_free(load(*state));
}

/* --- about.yaml, config, verdicts.txt --- */

/* No key may be missing. */
static void about_needs_all(void **state)
{
	struct kho_dataset_about about = sample_about(212, 230);
	g_autofree char *text = kho_dataset_about_format(&about);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	/* The first is a comment, and behind the last is nothing. */
	for (guint lost = 1; *lines[lost]; lost++) {
		g_autoptr(GString) rest = g_string_new(NULL);
		g_autoptr(GError) error = NULL;

		for (guint i = 0; lines[i]; i++)
			if (i != lost)
				g_string_append_printf(rest, "%s\n", lines[i]);
		assert_null(kho_dataset_about_parse("about.yaml", rest->str, rest->len, &error));
		assert_true(g_error_matches(error, KHO_ERROR, KHO_ERROR_INPUT));
	}
}

static void about_comes_back(void **state)
{
	struct kho_dataset_about about = sample_about(212, 230);
	g_autofree char *text = kho_dataset_about_format(&about), *again = NULL;
	g_autoptr(KhoDatasetAbout) read = kho_dataset_about_parse("about.yaml", text, strlen(text), NULL);

	assert_non_null(read);
	again = kho_dataset_about_format(read);
	assert_string_equal(text, again);
	assert_string_equal(read->qemu_version, about.qemu_version);
	assert_string_equal(read->source_sha256, "");
	assert_null(kho_dataset_about_differ(&about, read));
	about.matrix = "default";
	assert_null(kho_dataset_about_differ(&about, read));
	about.cpu = "host,la57=off";
	assert_string_equal(kho_dataset_about_differ(&about, read), "cpu");
}

static void config(void **state)
{
	g_autofree char *text =
		kho_dataset_config("#\n# Automatically generated\n#\nCONFIG_Z=y\n# CONFIG_Q is not set\n"
				   "CONFIG_A=\"x\"\n\nCONFIG_B=7\n");

	assert_string_equal(text, "CONFIG_A=\"x\"\nCONFIG_B=7\nCONFIG_Z=y\n");
}

static void verdicts(void **state)
{
	struct fixture *fixture = *state;
	struct kho_result *two = record(fixture, "16M,128M,32M", KHO_OUTCOME_SURVIVED);
	struct kho_result *one = record(fixture, "1G,128M,32M", KHO_OUTCOME_LOAD_REJECTED);
	g_autofree char *text = NULL;
	g_autoptr(GError) error = NULL;

	two->estimates[KHO_ESTIMATOR_REPLAY].verdict = (struct kho_verdict){ .name = KHO_VERDICT_TN };
	text = kho_dataset_verdicts_format(fixture->results);
	assert_non_null(strstr(text, "\n" KERNEL "/two-even/16M,128M,32M  sparsemem=FP "));
	assert_non_null(strstr(text, " replay=TN\n" KERNEL "/two-even/1G,128M,32M   sparsemem=load-rejected "));
	one->estimates[SPARSEMEM].verdict = two->estimates[SPARSEMEM].verdict = (struct kho_verdict){ 0 };
	assert_true(kho_dataset_verdicts_apply("v", text, fixture->results, &error));
	assert_int_equal(two->estimates[SPARSEMEM].verdict.name, KHO_VERDICT_FP);
	assert_string_equal(one->estimates[SPARSEMEM].verdict.excluded, "load-rejected");
	/* Of what the file does not tell. */
	assert_true(kho_dataset_verdicts_apply("v", KERNEL "/two-even/16M,128M,32M sparsemem=TP\n", fixture->results,
					       &error));
	assert_int_equal(two->estimates[SPARSEMEM].verdict.name, KHO_VERDICT_TP);
	assert_string_equal(two->estimates[KHO_ESTIMATOR_REPLAY].verdict.excluded, KHO_NOT_RECORDED);
	assert_string_equal(one->estimates[SPARSEMEM].verdict.excluded, KHO_NOT_RECORDED);
}

static void bad_verdicts(void **state)
{
	struct fixture *fixture = *state;
	static const struct {
		const char *text, *message;
	} bad[] = {
		{ "# fine\n\n%s sparsemem=FP sparsemem=FP\n", "v:3: 'sparsemem=FP': the estimator is there twice" },
		{ "%s sparsemem=XX\n", "v:1: 'sparsemem=XX': is not a verdict" },
		{ "%s sparsemem=excluded\n", "is not a verdict" },
		{ "%s sparsemem=\n", "is not a verdict" },
		{ "%s oracle=TP\n", "'oracle=TP' is not ESTIMATOR=VERDICT" },
		{ "%s TP\n", "'TP' is not ESTIMATOR=VERDICT" },
		{ "%s\n%s\n", "v:2: cell '" KERNEL "/two-even/16M,128M,32M' is listed twice" },
		{ "%s\nother/cell/x\n", "v:2: cell 'other/cell/x' is not in the data set" },
		{ " %s\n", "v:1: does not begin with a cell's id" },
	};

	record(fixture, "16M,128M,32M", KHO_OUTCOME_SURVIVED);
	for (size_t i = 0; i < COUNT(bad); i++) {
		g_auto(GStrv) parts = g_strsplit(bad[i].text, "%s", -1);
		g_autofree char *text = g_strjoinv(KERNEL "/two-even/16M,128M,32M", parts);
		g_autoptr(GError) error = NULL;

		assert_false(kho_dataset_verdicts_apply("v", text, fixture->results, &error));
		assert_true(g_error_matches(error, KHO_ERROR, KHO_ERROR_INPUT));
		if (!strstr(error->message, bad[i].message))
			fail_msg("'%s' is not in '%s'", bad[i].message, error->message);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_goes_in_comes_out),
		TEST(places_that_differ),
		TEST(repeats_are_kept),
		TEST(other_facts_are_other_lines),
		TEST(a_machine_that_changed),
		TEST(order_does_not_matter),
		TEST(incomplete),
		cmocka_unit_test(bases_and_differences),
		cmocka_unit_test(differences_that_do_not_fit),
		cmocka_unit_test(names),
		TEST(bad_files),
		TEST(every_key),
		cmocka_unit_test(about_comes_back),
		cmocka_unit_test(about_needs_all),
		cmocka_unit_test(config),
		TEST(verdicts),
		TEST(bad_verdicts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
