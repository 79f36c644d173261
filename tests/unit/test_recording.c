// SPDX-License-Identifier: GPL-2.0-only
/* What a run wrote is read back to the letter, and nothing else is. */
#include "harness/report/recording.h"
#include "harness/judge/judge.h"
#include "harness/model/error.h"
#include "harness/report/json.h"
#include "tests/unit/json_mutations.h"
#include "tests/unit/made_up_run.h"

#include <glib/gstdio.h>

static struct kho_result *result_of(void **state, int cell)
{
	struct kho_run *run = *state;

	return g_ptr_array_index(run->results, cell);
}

static struct kho_recording *parse_run(const char *text, GError **error)
{
	return kho_recording_parse_run("results.json", text, strlen(text), error);
}

static struct kho_recording *parse_cell(const char *text, GError **error)
{
	return kho_recording_parse_cell("record.json", text, strlen(text), error);
}

static struct kho_recording *parse_journal(const char *text, GError **error)
{
	return kho_recording_parse_journal("journal.jsonl", text, strlen(text), error);
}

/* What the made-up run lacks: it has what each report needs. */
static void fill_up(void **state)
{
	struct kho_result *result = result_of(state, CELL_FP);
	struct kho_prediction *host = &result->estimates[KHO_ESTIMATOR_REPLAY].places[KHO_PLACE_HOST];
	struct kho_prediction *aggregate = &result->estimates[KHO_ESTIMATOR_AGGREGATE].places[KHO_PLACE_HOST];
	const struct kho_segment kernel = { KHO_SEGMENT_KERNEL, HUGE_ADDRESS, 4096 };

	result->first_release = g_strdup("6.19.6");
	result->successor_release = g_strdup("6.19.6");
	result->outcome.detail = g_strdup("after 1.5 s");
	result->outcome.first_boot_seconds = 1.25;
	result->outcome.cpu_seconds = 3;
	result->estimates[KHO_ESTIMATOR_SPARSEMEM].places[KHO_PLACE_KERNEL].whole_mib = true;
	result->estimates[KHO_ESTIMATOR_SPARSEMEM].places[KHO_PLACE_KERNEL].contradiction =
		g_strdup("says this, and that");
	host->answer = KHO_ANSWER_INSUFFICIENT;
	host->reason = g_strdup("the memory map of node 1 fails first");
	host->have_left = true;
	host->left_bytes = HUGE_ADDRESS;
	result->estimates[KHO_ESTIMATOR_REPLAY].verdict.name = KHO_VERDICT_TP;
	kho_prediction_clear(aggregate);
	*aggregate = (struct kho_prediction){ .answer = KHO_ANSWER_ABSENT, .note = g_strdup("not built yet") };
	result->estimates[KHO_ESTIMATOR_AGGREGATE].verdict =
		(struct kho_verdict){ .name = KHO_VERDICT_EXCLUDED, .excluded = "no-prediction" };
	g_ptr_array_add(result->missing, g_strdup("kho/scratch: Permission denied"));
	g_array_append_val(result->segments, kernel);
	result->trace = g_strdup("traces/0123456789abcdef.trace");
	result->seen[KHO_OUTCOME_SURVIVED] = 3;
	result->seen[KHO_OUTCOME_PANICKED] = 1;
}

/* A verdict that is excluded has a reason. */
static void fill_reasons(struct kho_run *run)
{
	for (guint i = 0; i < run->results->len; i++) {
		struct kho_result *result = g_ptr_array_index(run->results, i);

		for (int j = KHO_ESTIMATOR_SPARSEMEM + 1; j < KHO_NR_ESTIMATORS; j++)
			result->estimates[j].verdict.excluded = "no-prediction";
	}
}

static int set_up_plain(void **state)
{
	set_up(state);
	fill_reasons(*state);
	return 0;
}

/* It is the second of three shards, and one of its controls is known to fail. */
static void fill_run(struct kho_run *run)
{
	struct kho_result *dead = g_ptr_array_index(run->controls, CONTROL_DEAD);

	run->shard = (struct kho_shard){ 2, 3, g_ptr_array_new_with_free_func(g_free) };
	for (guint i = 0; i < run->results->len; i++)
		g_ptr_array_add(run->shard.planned, g_strdup(cells[i].id));
	dead->have_expectation = true;
	dead->expectation.outcome = KHO_OUTCOME_PANICKED;
}

static int set_up_full(void **state)
{
	set_up_plain(state);
	fill_run(*state);
	fill_up(state);
	return 0;
}

/* --- there and back --- */

static void a_run(void **state)
{
	g_autofree char *text = kho_json_run(*state);
	g_autoptr(GError) error = NULL;
	g_autoptr(KhoRecording) recording = parse_run(text, &error);
	g_autofree char *again = recording ? kho_json_run(recording->run) : NULL;

	assert_null(error);
	assert_string_equal(text, again);
}

static void a_cell(void **state)
{
	for (int i = 0; i < NR_CELLS; i++) {
		g_autofree char *text = kho_json_cell(result_of(state, i), true);
		g_autoptr(GError) error = NULL;
		g_autoptr(KhoRecording) recording = parse_cell(text, &error);
		g_autofree char *again =
			recording ? kho_json_cell(g_ptr_array_index(recording->run->results, 0), true) : NULL;

		assert_null(error);
		assert_string_equal(text, again);
		assert_int_equal(recording->run->kernels->len, 1);
	}
}

static void a_control(void **state)
{
	struct kho_run *run = *state;

	for (guint i = 0; i < run->controls->len; i++) {
		g_autofree char *text = kho_json_cell(g_ptr_array_index(run->controls, i), true);
		g_autoptr(GError) error = NULL;
		g_autoptr(KhoRecording) recording = parse_cell(text, &error);
		g_autofree char *again =
			recording ? kho_json_cell(g_ptr_array_index(recording->run->controls, 0), true) : NULL;

		assert_null(error);
		assert_string_equal(text, again);
	}
}

/* Of one that was killed: the last line is void, whatever is in it. */
static void a_journal(void **state)
{
	struct kho_run *run = *state;
	g_autofree char *control = kho_json_cell(g_ptr_array_index(run->controls, CONTROL_DEAD), false);
	g_autofree char *cell = kho_json_cell(result_of(state, CELL_FP), false);
	g_autofree char *other = kho_json_cell(result_of(state, CELL_OTHER_KERNEL), false);
	g_autofree char *text = g_strdup_printf("%s\n%s\n%s\n", control, cell, other);
	g_autofree char *torn = g_strdup_printf("%s{\"id\": \"6.19", text);
	g_autoptr(KhoRecording) whole = parse_journal(text, NULL), killed = parse_journal(torn, NULL);
	g_autoptr(KhoRecording) empty = parse_journal("", NULL), only_torn = parse_journal("{", NULL);
	const struct kho_result *first;

	assert_false(whole->torn);
	assert_true(killed->torn);
	assert_false(empty->torn);
	assert_true(only_torn->torn);
	assert_int_equal(whole->run->kernels->len, 2);
	assert_int_equal(killed->run->results->len, 2);
	first = g_ptr_array_index(killed->run->results, 0);
	/* The control is the journal's own line; that which has none is known by its outcome. */
	assert_ptr_equal(first->controls[KHO_CONTROL_AMPLE], g_ptr_array_index(killed->run->controls, 0));
	assert_int_equal(first->controls[KHO_CONTROL_KHO_OFF]->outcome.name, KHO_OUTCOME_SURVIVED);
	assert_string_equal(kho_control_exclusion(first), "control-died");
}

/* Its own run's control ended in another way than the one that is listed. */
static void another_control(void **state)
{
	struct kho_result *dead = (struct kho_result *)result_of(state, CELL_FP)->controls[KHO_CONTROL_AMPLE];
	g_autofree char *control = kho_json_cell(dead, false);
	g_autofree char *cell = NULL, *journal = NULL;
	g_autoptr(KhoRecording) recording = NULL;
	const struct kho_result *result, *listed;

	dead->outcome.name = KHO_OUTCOME_HUNG;
	cell = kho_json_cell(result_of(state, CELL_FP), false);
	journal = g_strdup_printf("%s\n%s\n", control, cell);
	recording = parse_journal(journal, NULL);
	result = g_ptr_array_index(recording->run->results, 0);
	listed = g_ptr_array_index(recording->run->controls, 0);
	assert_int_equal(result->controls[KHO_CONTROL_AMPLE]->outcome.name, KHO_OUTCOME_HUNG);
	assert_int_equal(listed->outcome.name, KHO_OUTCOME_PANICKED);
}

/* --- what is not as described --- */

typedef struct kho_recording *(*parser)(const char *text, GError **error);

static void assert_refused(parser parse, const char *text, const char *message)
{
	g_autoptr(GError) error = NULL;

	assert_null(parse(text, &error));
	assert_true(g_error_matches(error, KHO_ERROR, KHO_ERROR_INPUT));
	if (!strstr(error->message, message))
		fail_msg("'%s' is not in '%s'", message, error->message);
}

static char *replace(const char *text, const char *what, const char *with)
{
	g_auto(GStrv) parts = g_strsplit(text, what, 2);

	assert_non_null(parts[1]);
	return g_strjoinv(with, parts);
}

static void refuse_run(void **state, const char *what, const char *with, const char *message)
{
	g_autofree char *text = kho_json_run(*state);
	g_autofree char *changed = replace(text, what, with);

	assert_refused(parse_run, changed, message);
}

static void refuse_cell(void **state, const char *what, const char *with, const char *message)
{
	g_autofree char *text = kho_json_cell(result_of(state, CELL_FP), true);
	g_autofree char *changed = replace(text, what, with);

	assert_refused(parse_cell, changed, message);
}

static void contradictions_of_a_run(void **state)
{
	refuse_run(state, "\"schema_version\" : 1", "\"schema_version\" : 2",
		   "results.json:1: schema_version: is not 1, which is what this program reads");
	refuse_run(state, "\"name\" : \"7.3-x86_64\"", "\"name\" : \"6.19-x86_64\"",
		   "name: is not the name of another kernel");
	refuse_run(state, "\"name\" : \"7.3-x86_64\"", "\"name\" : \"../x\"",
		   "name: is not the name of another kernel");
	refuse_run(state, "\"7.3-x86_64\" : {", "\"7.4-x86_64\" : {", "confusion.sparsemem.7.3-x86_64: is missing");
	refuse_run(state, "\"kind\" : \"ample\"", "\"kind\" : \"none\"", "kind: is not a kind of control");
}

static void contradictions_of_a_cell(void **state)
{
	refuse_cell(state, "\"kernel\" : \"6.19-x86_64\"", "\"kernel\" : \"6.18-x86_64\"",
		    "record.json:1: cell '6.19-x86_64/two-even/16M,128M,32M': id: the other keys make it "
		    "'6.18-x86_64>6.19-x86_64/two-even/16M,128M,32M'");
	refuse_cell(state, "\"topology\" : \"two-even\"", "\"topology\" : \"../two\"", "topology: is not a name");
	refuse_cell(state, "\"kho_scratch\" : \"16M,128M,32M\"", "\"kho_scratch\" : \"16Q\"",
		    "kho_scratch: is not a scratch spec");
	refuse_cell(state, "\"name\" : \"survived\"", "\"name\" : \"fine\"", "outcome.name: is not an outcome");
	refuse_cell(state, "\"stage\" : \"done\"", "\"stage\" : \"over\"", "outcome.stage: is not a stage");
	refuse_cell(state, "\"answer\" : \"insufficient\"", "\"answer\" : \"perhaps\"", "answer: is not an answer");
	/* The numbers of a worst node that is none. */
	refuse_cell(state, "\"answer\" : \"insufficient\"", "\"answer\" : \"sufficient\"", "node: is not null");
	refuse_cell(state, "\"name\" : \"FP\"", "\"name\" : \"XP\"", "verdict.sparsemem.name: is not a verdict");
	refuse_cell(state, "\"excluded\" : \"no-prediction\"", "\"excluded\" : \"No <b>\"",
		    "is not a word of small letters");
	refuse_cell(state, "\"kind\" : \"kernel\"", "\"kind\" : \"kernal\"",
		    "segments[0].kind: is not a kind of segment");
	refuse_cell(state, "traces/0123456789abcdef.trace", "traces/../56789abcdef.trace",
		    "layout.trace: is not the name of a trace");
	refuse_cell(state, "\"standing\" : \"known\"", "\"standing\" : \"odd\"",
		    "expected.standing: is not a standing");
	refuse_cell(state, "\"ample\" : \"panicked\"", "\"ample\" : \"odd\"", "controls.ample: is not an outcome");
	refuse_cell(state, "\"survived\" : 3", "\"survived\" : 1000001",
		    "seen.survived: is not a whole number from 0 to 1000000");
	refuse_cell(state, "\"ended\" : true", "\"ended\" : false",
		    "outcome: is not null, but the run was interrupted before it");
}

static void twice(void **state)
{
	struct kho_run *run = *state;
	g_autofree char *text = NULL;
	struct kho_result *last = g_ptr_array_index(run->results, run->results->len - 1);

	g_ptr_array_add(run->results, kho_result_new(last->cell));
	text = kho_json_run(run);
	assert_refused(parse_run, text, "cell '7.3-x86_64/four/200%': id: is there twice");
}

static void a_bad_line_of_a_journal(void **state)
{
	g_autofree char *cell = kho_json_cell(result_of(state, CELL_FP), false);
	g_autofree char *text = g_strdup_printf("%s\n%s\n{}\n%s\n", cell, cell, cell);
	g_autofree char *hole = g_strdup_printf("%s\n\n%s\n", cell, cell);

	assert_refused(parse_journal, text, "journal.jsonl:3: topology: is missing");
	assert_refused(parse_journal, hole, "journal.jsonl:2: is not a whole JSON object");
}

/* --- every key --- */

/* Those that not every version of the schema has, or that say nothing in that place. */
static bool may_be_missing(const char *where, bool unfinished)
{
	static const char *const keys[] = { "seen",	"contradiction", "left_bytes", "aggregate", "replay",
					    "segments", "trace",	 "unlike",     "shard",	    "preserved" };
	static const char *const findings[] = { "outcome",	"predictions", "verdict",
						"disagreement", "expected",    "layout" };
	const char *dot = strrchr(where, '.'), *key = dot ? dot + 1 : where;

	/* One that died in another way is not in it; and of its estimator, only what it predicted makes it known. */
	if (strstr(where, "seen.") || g_str_has_prefix(where, "verdict.") || g_str_has_prefix(where, "disagreement."))
		return strstr(where, "seen.") != NULL;
	if (strstr(where, ".excluded."))
		return true;
	if (g_str_has_prefix(where, "controls[") && (g_str_equal(key, "expected") || g_str_equal(key, "layout")))
		return true;
	if (g_str_equal(key, "reason"))
		return g_str_has_prefix(where, "predictions.");
	for (size_t i = 0; unfinished && i < COUNT(findings); i++)
		if (g_str_equal(where, findings[i]))
			return true;
	for (size_t i = 0; i < COUNT(keys); i++)
		if (g_str_equal(key, keys[i]))
			return true;
	return false;
}

/* Computed from what else is there, or of no use to judging: not read, like a key that nobody knows. */
static bool is_passed_over(const char *where)
{
	return strstr(where, ".precision") || strstr(where, ".recall");
}

struct expectation {
	parser parse;
	bool unfinished; /* nothing was found */
	guint mutants;
};

static void check_mutant(enum mutation mutation, const char *where, const char *text, void *data)
{
	struct expectation *expectation = data;
	g_autoptr(GError) error = NULL;
	g_autoptr(KhoRecording) recording = expectation->parse(text, &error);
	bool fine = is_passed_over(where) || (mutation == ADDED && !g_str_has_suffix(where, ".excluded")) ||
		    (mutation == REMOVED && may_be_missing(where, expectation->unfinished));

	expectation->mutants++;
	if (error)
		assert_true(g_error_matches(error, KHO_ERROR, KHO_ERROR_INPUT));
	if (fine && error)
		fail_msg("%s: should be taken, but: %s", where, error->message);
	if (!fine && recording)
		fail_msg("%s: should be refused when it is %s", where,
			 mutation == REMOVED ? "gone" : "of another kind");
}

static void every_key_of_a_cell(void **state)
{
	g_autofree char *text = kho_json_cell(result_of(state, CELL_FP), true);
	struct expectation expectation = { .parse = parse_cell };

	mutate_json(text, check_mutant, &expectation);
	assert_true(expectation.mutants > 300);
}

static void every_key_of_an_unfinished_cell(void **state)
{
	g_autofree char *text = kho_json_cell(result_of(state, CELL_UNFINISHED), true);
	struct expectation expectation = { .parse = parse_cell, .unfinished = true };

	mutate_json(text, check_mutant, &expectation);
	assert_true(expectation.mutants > 30);
}

static void every_key_of_a_run(void **state)
{
	struct kho_run *run = *state;
	struct expectation expectation = { .parse = parse_run };
	g_autofree char *text = NULL;

	/* The cells have had their turn. */
	g_ptr_array_set_size(run->results, 0);
	g_ptr_array_set_size(run->controls, 1);
	text = kho_json_run(run);
	mutate_json(text, check_mutant, &expectation);
	assert_true(expectation.mutants > 100);
}

/* --- files --- */

/* @below in @directory, up to and with @directory. */
static void remove_directories(const char *directory, const char *below)
{
	g_autofree char *path = g_build_filename(directory, below, NULL);

	while (strlen(path) >= strlen(directory)) {
		g_rmdir(path);
		*strrchr(path, '/') = '\0';
	}
}

#define TRACE "kho-trace 1\nfound 1000 2000 0\n"

/* cells/ID/record.json, and its trace where the run keeps it. */
static void a_trace(void **state)
{
	struct kho_result *result = result_of(state, CELL_FP);
	g_autofree char *directory = g_dir_make_tmp("kho-recording-XXXXXX", NULL);
	g_autofree char *cell_directory = g_build_filename(directory, result->directory, NULL);
	g_autofree char *cell_path = g_build_filename(cell_directory, "record.json", NULL);
	g_autofree char *traces = g_build_filename(directory, "traces", NULL);
	g_autofree char *trace_path = g_build_filename(directory, result->trace, NULL);
	g_autofree char *text = kho_json_cell(result, true);
	g_autofree char *no_trace = g_strconcat(trace_path, ": No such file or directory", NULL);
	g_autofree char *bad_trace = g_strconcat(trace_path, ":2: not an event of early boot", NULL);
	g_autoptr(KhoRecording) recording = NULL;
	const struct kho_early_event *event;

	g_mkdir_with_parents(cell_directory, 0700);
	g_mkdir(traces, 0700);
	g_file_set_contents(cell_path, text, -1, NULL);
	assert_refused(kho_recording_load, cell_path, no_trace);
	g_file_set_contents(trace_path, "kho-trace 1\nlost 1\n", -1, NULL);
	assert_refused(kho_recording_load, cell_path, bad_trace);
	g_file_set_contents(trace_path, TRACE, -1, NULL);
	recording = kho_recording_load(cell_path, NULL);
	result = g_ptr_array_index(recording->run->results, 0);
	assert_string_equal(recording->directory, directory);
	assert_int_equal(result->events->len, 1);
	event = &g_array_index(result->events, struct kho_early_event, 0);
	assert_int_equal(event->kind, KHO_EARLY_FOUND);
	assert_int_equal(event->size, 0x2000);
	g_unlink(trace_path);
	g_rmdir(traces);
	g_unlink(cell_path);
	remove_directories(directory, result->directory);
}

static void files(void **state)
{
	g_autofree char *directory = g_dir_make_tmp("kho-recording-XXXXXX", NULL);
	g_autofree char *run_path = g_build_filename(directory, "results.json", NULL);
	g_autofree char *cell_path = g_build_filename(directory, "record.json", NULL);
	g_autofree char *journal_path = g_build_filename(directory, "x.jsonl", NULL);
	g_autofree char *run = kho_json_run(*state), *cell = kho_json_cell(result_of(state, CELL_FP), true);
	g_autofree char *line = kho_json_cell(result_of(state, CELL_FP), false);
	g_autofree char *journal = g_strconcat(line, "\n", NULL);
	g_autoptr(KhoRecording) of_run = NULL, of_cell = NULL, of_journal = NULL;

	g_file_set_contents(run_path, run, -1, NULL);
	g_file_set_contents(cell_path, cell, -1, NULL);
	g_file_set_contents(journal_path, journal, -1, NULL);
	of_run = kho_recording_load(run_path, NULL);
	of_cell = kho_recording_load(cell_path, NULL);
	of_journal = kho_recording_load(journal_path, NULL);
	assert_int_equal(of_run->run->results->len, NR_CELLS);
	assert_int_equal(of_cell->run->results->len, 1);
	assert_int_equal(of_journal->run->results->len, 1);
	assert_string_equal(of_run->path, run_path);
	assert_refused(kho_recording_load, directory, ": is a directory");
	g_unlink(run_path);
	assert_refused(kho_recording_load, run_path, "results.json: No such file or directory");
	g_unlink(cell_path);
	g_unlink(journal_path);
	g_rmdir(directory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_run, set_up_full, tear_down),
		cmocka_unit_test_setup_teardown(a_cell, set_up_full, tear_down),
		cmocka_unit_test_setup_teardown(a_control, set_up_full, tear_down),
		cmocka_unit_test_setup_teardown(a_journal, set_up_full, tear_down),
		cmocka_unit_test_setup_teardown(another_control, set_up_full, tear_down),
		cmocka_unit_test_setup_teardown(contradictions_of_a_run, set_up_full, tear_down),
		cmocka_unit_test_setup_teardown(contradictions_of_a_cell, set_up_full, tear_down),
		cmocka_unit_test_setup_teardown(twice, set_up_full, tear_down),
		cmocka_unit_test_setup_teardown(a_bad_line_of_a_journal, set_up_full, tear_down),
		cmocka_unit_test_setup_teardown(every_key_of_a_cell, set_up_full, tear_down),
		cmocka_unit_test_setup_teardown(every_key_of_an_unfinished_cell, set_up_full, tear_down),
		cmocka_unit_test_setup_teardown(every_key_of_a_run, set_up_full, tear_down),
		cmocka_unit_test_setup_teardown(a_trace, set_up_full, tear_down),
		cmocka_unit_test_setup_teardown(files, set_up_plain, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
