// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <string.h>

#include "harness/judge/run.h"
#include "harness/model/error.h"
#include "harness/model/name.h"
#include "harness/model/plain_file.h"
#include "harness/model/yaml.h"
#include "harness/report/dataset.h"
#include "harness/report/dataset_line.h"
#include "harness/report/dataset_verdicts.h"
#include "harness/report/trace_file.h"

#define MAX_SMALL (16UL << 20) /* bytes of a trace, a configuration, a list of verdicts */

struct loader {
	const char *directory;
	struct kho_recording *recording;
	GHashTable *machines; /* struct kho_dataset_machine * by char * */
	GHashTable *traces;   /* char * by char *: texts of bases that were needed */
};

bool kho_dataset_is(const char *directory)
{
	g_autofree char *about = g_build_filename(directory, KHO_DATASET_ABOUT, NULL);

	return g_file_test(about, G_FILE_TEST_EXISTS);
}

static char *path_of(const struct loader *loader, const char *name)
{
	return g_build_filename(loader->directory, name, NULL);
}

/* --- files that are a line an object --- */

/* Takes an object of a file; errors are the reader's, but for those of other files. */
typedef bool take_object(struct loader *loader, struct kho_json_reader *reader, JsonObject *object, GError **error);

static bool take_line(struct loader *loader, const char *path, guint number, const char *line, gsize length,
		      take_object *take, GError **error)
{
	g_autoptr(KhoJsonDocument) document = kho_json_document_parse(path, number, line, length, error);
	struct kho_json_reader reader = { .document = document };
	bool taken;

	if (!document)
		return false;
	taken = take(loader, &reader, kho_json_document_root(document), error);
	if (!taken) {
		g_clear_error(&reader.error);
		return false;
	}
	return kho_read_end(&reader, error);
}

static bool take_lines(struct loader *loader, const char *name, take_object *take, GError **error)
{
	g_autofree char *path = path_of(loader, name);
	gsize length;
	g_autofree char *text = kho_plain_file_read(path, KHO_RECORDING_MOST, &length, error);
	const char *newline;
	guint number = 1;

	if (!text)
		return false;
	for (const char *line = text; line < text + length; line = newline + 1, number++) {
		g_autofree char *one = NULL;

		newline = memchr(line, '\n', text + length - line);
		if (!newline) {
			g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "%s:%u: the line has no end", path, number);
			return false;
		}
		one = g_strndup(line, newline - line);
		if (!take_line(loader, path, number, one, newline - line, take, error))
			return false;
	}
	return true;
}

static bool take_machine(struct loader *loader, struct kho_json_reader *reader, JsonObject *object, GError **error)
{
	struct kho_dataset_machine *machine = kho_dataset_machine_read(reader, object);

	if (!machine)
		return true;
	if (g_hash_table_contains(loader->machines, machine->name))
		kho_read_fail(reader, object, "machine", "is there twice");
	g_hash_table_replace(loader->machines, machine->name, machine);
	return true;
}

/* --- traces --- */

/* The text of a base, which the table owns. */
static const char *get_base(struct loader *loader, const char *name, GError **error)
{
	const char *known = g_hash_table_lookup(loader->traces, name);
	g_autofree char *file = g_strconcat(name, ".trace", NULL);
	g_autofree char *path = g_build_filename(loader->directory, KHO_DATASET_TRACES, file, NULL);
	gsize length;
	char *text;

	if (known)
		return known;
	text = kho_plain_file_read(path, MAX_SMALL, &length, error);
	if (text)
		g_hash_table_insert(loader->traces, g_strdup(name), text);
	return text;
}

/* NULL: an error, of the trace's file or, set in the reader, of the cell's line. */
static GArray *get_events(struct loader *loader, struct kho_json_reader *reader, JsonObject *object,
			  const struct kho_trace_delta *trace, GError **error)
{
	const char *base = get_base(loader, trace->base, error);
	g_autofree char *text = base ? kho_trace_delta_apply(trace, base) : NULL;
	g_autoptr(GError) cause = NULL;
	GArray *events;

	if (base && !text)
		kho_read_fail(reader, object, "trace_lines", "are not lines of %s, in order", trace->base);
	if (!text)
		return NULL;
	events = kho_trace_parse(trace->base, text, &cause);
	if (!events)
		kho_read_fail(reader, object, "trace", "%s", cause->message);
	return events;
}

/* --- cells --- */

/* "FIRST[>SUCCESSOR]/TOPOLOGY/KHO_SCRATCH[+PAYLOAD]" of the data set's pair. NULL: it is none. */
static struct kho_cell *cell_of(struct loader *loader, const char *id)
{
	const struct kho_dataset_about *about = loader->recording->about;
	g_auto(GStrv) words = g_strsplit(id, "/", 3);
	g_auto(GStrv) load = g_strv_length(words) == 3 ? g_strsplit(words[2], "+", 2) : NULL;
	g_autoptr(KhoScratchSpec) spec = load ? kho_scratch_spec_parse(load[0], NULL) : NULL;
	const char *payload = load && load[1] ? load[1] : KHO_PAYLOAD_DEFAULT;
	struct kho_payload parsed;
	struct kho_cell *cell;

	if (!spec || !kho_name_valid(words[1]) || !kho_payload_parse(payload, &parsed, NULL))
		return NULL;
	cell = kho_cell_new(about->kernel, about->successor, kho_recording_topology(loader->recording, words[1]), spec,
			    payload);
	if (!g_str_equal(cell->id, id))
		g_clear_pointer(&cell, kho_cell_free);
	return cell;
}

static char *known_text(const char *text)
{
	return *text ? g_strdup(text) : NULL;
}

static void share(GArray **array, GArray *other)
{
	g_array_unref(*array);
	*array = g_array_ref(other);
}

static void add_result(struct loader *loader, const struct kho_cell *cell, const struct kho_dataset_cell *line,
		       const struct kho_dataset_machine *machine, GArray *events,
		       const struct kho_dataset_outcome *outcome)
{
	const struct kho_dataset_about *about = loader->recording->about;
	struct kho_result *result = kho_result_new(cell);
	struct kho_prediction *places = result->estimates[KHO_ESTIMATOR_SPARSEMEM].places;
	bool survived = outcome->name == KHO_OUTCOME_SURVIVED;

	result->ended = true;
	result->outcome = (struct kho_outcome){ .name = outcome->name,
						.stage = outcome->stage,
						.reason = g_strdup(outcome->reason),
						.remark = g_strdup(outcome->remark) };
	if (outcome->times > 1)
		result->seen[outcome->name] = outcome->times;
	result->first_release = known_text(about->first_release);
	/* What died before its init never told it. */
	result->successor_release = survived ? known_text(about->successor_release) : NULL;
	result->have_geometry = true;
	result->geometry = machine->geometry;
	share(&result->ranges, machine->ranges);
	share(&result->scratch, line->scratch);
	share(&result->segments, line->segments);
	share(&result->events, events);
	kho_prediction_copy(&line->kernel, &places[KHO_PLACE_KERNEL]);
	kho_prediction_copy(&line->guest, &places[KHO_PLACE_GUEST]);
	for (int i = 0; i < KHO_NR_ESTIMATORS; i++)
		result->estimates[i].verdict.excluded = KHO_NOT_RECORDED;
	g_clear_pointer(&result->directory, g_free);
	g_ptr_array_add(loader->recording->run->results, result);
}

static void add_results(struct loader *loader, const struct kho_cell *cell, const struct kho_dataset_cell *line,
			const struct kho_dataset_machine *machine, GArray *events)
{
	for (guint i = 0; i < line->outcomes->len; i++)
		add_result(loader, cell, line, machine, events,
			   &g_array_index(line->outcomes, struct kho_dataset_outcome, i));
}

static bool take_parts(struct loader *loader, struct kho_json_reader *reader, JsonObject *object,
		       const struct kho_dataset_cell *line, GError **error)
{
	const struct kho_dataset_machine *machine = g_hash_table_lookup(loader->machines, line->machine);
	struct kho_cell *cell = cell_of(loader, line->id);
	g_autoptr(GArray) events = NULL;

	if (cell)
		g_ptr_array_add(loader->recording->cells, cell);
	else
		kho_read_fail(reader, object, "id", "is not one of a cell of " KHO_DATASET_ABOUT "'s kernels");
	if (!machine)
		kho_read_fail(reader, object, "machine", "is not in " KHO_DATASET_MACHINES);
	if (reader->error)
		return true;
	events = get_events(loader, reader, object, line->trace, error);
	if (events)
		add_results(loader, cell, line, machine, events);
	return events || reader->error;
}

static bool take_cell(struct loader *loader, struct kho_json_reader *reader, JsonObject *object, GError **error)
{
	struct kho_dataset_cell *line = kho_dataset_cell_read(reader, object);
	bool taken = !line || take_parts(loader, reader, object, line, error);

	g_clear_pointer(&line, kho_dataset_cell_free);
	return taken;
}

/* --- about it --- */

static bool read_about(struct loader *loader, GError **error)
{
	g_autofree char *path = path_of(loader, KHO_DATASET_ABOUT);
	g_autofree char *config_path = path_of(loader, KHO_DATASET_CONFIG);
	gsize length;
	g_autofree char *text = kho_yaml_read_file(path, &length, error);

	loader->recording->about = text ? kho_dataset_about_parse(path, text, length, error) : NULL;
	if (!loader->recording->about)
		return false;
	loader->recording->config = kho_plain_file_read(config_path, MAX_SMALL, &length, error);
	return loader->recording->config != NULL;
}

static void fill_run(struct kho_recording *recording)
{
	const struct kho_dataset_about *about = recording->about;
	bool same = g_str_equal(about->kernel, about->successor);
	g_autofree char *name =
		same ? g_strdup(about->kernel) : g_strdup_printf("%s>%s", about->kernel, about->successor);
	struct kho_run_kernel *kernel = kho_run_add_kernel(recording->run, name);

	kernel->release = known_text(about->first_release);
	kernel->source_hash = known_text(about->source_sha256);
	kernel->key = known_text(about->key);
	kernel->carries_estimator = g_str_equal(about->estimator, "yes");
	recording->run->started = known_text(about->first_run);
	recording->run->matrix = known_text(about->matrix);
	recording->run->accel = known_text(about->accel);
	recording->run->qemu_version = known_text(about->qemu_version);
}

/* A line that got lost would make every estimator look better or worse. */
static bool check_counts(const struct loader *loader, GError **error)
{
	const struct kho_dataset_about *about = loader->recording->about;
	const GPtrArray *results = loader->recording->run->results;
	g_autoptr(GHashTable) ids = g_hash_table_new(g_str_hash, g_str_equal);
	uint64_t recordings = 0;

	for (guint i = 0; i < results->len; i++) {
		const struct kho_result *result = g_ptr_array_index(results, i);

		g_hash_table_add(ids, result->cell->id);
		recordings += MAX(result->seen[result->outcome.name], 1);
	}
	if (about->cells == g_hash_table_size(ids) && about->recordings == recordings)
		return true;
	g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT,
		    "%s: " KHO_DATASET_ABOUT " speaks of %" PRIu64 " cells and %" PRIu64
		    " recordings, but " KHO_DATASET_CELLS " has %u and %" PRIu64,
		    loader->directory, about->cells, about->recordings, g_hash_table_size(ids), recordings);
	return false;
}

/* A data set without them was not looked at yet. */
static bool read_verdicts(struct loader *loader, GError **error)
{
	g_autofree char *path = path_of(loader, KHO_DATASET_VERDICTS);
	gsize length;
	g_autofree char *text = NULL;

	if (!g_file_test(path, G_FILE_TEST_EXISTS))
		return true;
	text = kho_plain_file_read(path, MAX_SMALL, &length, error);
	return text && kho_dataset_verdicts_apply(path, text, loader->recording->run->results, error);
}

static bool load(struct loader *loader, GError **error)
{
	if (!read_about(loader, error))
		return false;
	fill_run(loader->recording);
	return take_lines(loader, KHO_DATASET_MACHINES, take_machine, error) &&
	       take_lines(loader, KHO_DATASET_CELLS, take_cell, error) && check_counts(loader, error) &&
	       read_verdicts(loader, error);
}

struct kho_recording *kho_dataset_load(const char *directory, GError **error)
{
	g_autofree char *path = g_build_filename(directory, KHO_DATASET_CELLS, NULL);
	g_autoptr(KhoRecording) recording = kho_recording_new(path);
	g_autoptr(GHashTable) machines =
		g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)kho_dataset_machine_free);
	g_autoptr(GHashTable) traces = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	struct loader loader = { directory, recording, machines, traces };

	return load(&loader, error) ? g_steal_pointer(&recording) : NULL;
}
