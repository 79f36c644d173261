// SPDX-License-Identifier: GPL-2.0-only
#include "harness/command/dataset_origin.h"

#include <string.h>

#include "harness/judge/run.h"
#include "harness/model/error.h"
#include "harness/model/plain_file.h"

#define MAX_COMMAND (1UL << 20) /* bytes of a qemu.cmd */
#define MAX_CONFIG  (16UL << 20)
#define CPU_WORD    " -cpu "

void kho_dataset_origin_free(struct kho_dataset_origin *origin)
{
	kho_dataset_about_free(origin->about);
	g_free(origin->config);
	g_free(origin);
}

/* Returns NULL, so that callers can return it. */
static void *fail(GError **error, const struct kho_recording *recording, const char *what)
{
	g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "%s: %s", recording->path, what);
	return NULL;
}

/* --- the CPU model --- */

/* What the machine of a cell was really started with. */
static char *cpu_of(const struct kho_result *result, GError **error)
{
	g_autofree char *path = g_build_filename(result->directory, "qemu.cmd", NULL);
	gsize length;
	g_autofree char *text = kho_plain_file_read(path, MAX_COMMAND, &length, error);
	const char *word;

	if (!text)
		return NULL;
	g_strdelimit(text, "\t\n", ' ');
	word = strstr(text, CPU_WORD);
	if (word)
		return g_strndup(word + strlen(CPU_WORD), strcspn(word + strlen(CPU_WORD), " "));
	g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "%s: has no -cpu in it", path);
	return NULL;
}

/* --- one recording --- */

static const struct kho_result *find_of(const struct kho_recording *recording, GHashTable *results,
					bool (*wanted)(const struct kho_result *result))
{
	for (guint i = 0; i < recording->run->results->len; i++) {
		const struct kho_result *result = g_ptr_array_index(recording->run->results, i);

		if (g_hash_table_contains(results, result) && wanted(result))
			return result;
	}
	return NULL;
}

static bool any(const struct kho_result *result)
{
	return true;
}

static bool knows_successor(const struct kho_result *result)
{
	return result->successor_release != NULL;
}

static struct kho_dataset_about *copy_about(const struct kho_dataset_about *about)
{
	g_autofree char *text = kho_dataset_about_format(about);

	return kho_dataset_about_parse(KHO_DATASET_ABOUT, text, strlen(text), NULL);
}

/* A lone cell is run by its own command; a matrix by its name. */
static char *command_of(const char *matrix)
{
	if (g_str_equal(matrix, "cell") || g_str_equal(matrix, "reproduce"))
		return g_strdup_printf("kho-runner %s", matrix);
	return g_strdup_printf("kho-runner matrix %s", matrix);
}

/* @result is one of @recording's. */
static struct kho_dataset_about *about_of(const struct kho_recording *recording, GHashTable *results,
					  const struct kho_result *result, GError **error)
{
	const struct kho_run *run = recording->run;
	const struct kho_run_kernel *kernel = kho_run_kernel_of(run, result->cell->id);
	const struct kho_result *successor = find_of(recording, results, knows_successor);
	struct kho_dataset_about *about;
	char *cpu;

	if (recording->about)
		return copy_about(recording->about);
	if (!run->accel || !run->qemu_version || !run->started || !run->matrix || !kernel->key)
		return fail(error, recording, "does not say what it ran on: a data set needs a results.json");
	cpu = cpu_of(result, error);
	if (!cpu)
		return NULL;
	about = g_new0(struct kho_dataset_about, 1);
	*about = (struct kho_dataset_about){
		.kernel = g_strdup(result->cell->kernel),
		.successor = g_strdup(result->cell->successor),
		.first_release = g_strdup(result->first_release),
		.successor_release = g_strdup(successor ? successor->successor_release : NULL),
		.source_sha256 = g_strdup(kernel->source_hash),
		.key = g_strdup(kernel->key),
		.estimator = g_strdup(kernel->carries_estimator ? "yes" : "no"),
		.accel = g_strdup(run->accel),
		.qemu_version = g_strdup(run->qemu_version),
		.cpu = cpu,
		.first_run = g_strdup(run->started),
		.last_run = g_strdup(run->started),
		.matrix = g_strdup(run->matrix),
		.command = command_of(run->matrix),
	};
	return about;
}

/* --- all of them --- */

static void take(char **to, const char *text)
{
	g_free(*to);
	*to = g_strdup(text);
}

static gint compare(gconstpointer one, gconstpointer other)
{
	return strcmp(*(char *const *)one, *(char *const *)other);
}

/* The same whatever the order in which they come: sorted, each once. */
static void add_words(char **list, const char *more, const char *between)
{
	g_autofree char *both = g_strconcat(*list, between, more, NULL);
	g_auto(GStrv) words = g_strsplit(both, between, -1);
	g_autoptr(GPtrArray) sorted = g_ptr_array_new();

	for (char **word = words; *word; word++)
		if (!g_ptr_array_find_with_equal_func(sorted, *word, g_str_equal, NULL))
			g_ptr_array_add(sorted, *word);
	g_ptr_array_sort(sorted, compare);
	g_ptr_array_add(sorted, NULL);
	g_free(*list);
	*list = g_strjoinv(between, (char **)sorted->pdata);
}

static void merge(struct kho_dataset_about *about, const struct kho_dataset_about *other)
{
	if (strcmp(other->first_run, about->first_run) < 0)
		take(&about->first_run, other->first_run);
	if (strcmp(other->last_run, about->last_run) > 0)
		take(&about->last_run, other->last_run);
	add_words(&about->matrix, other->matrix, ", ");
	add_words(&about->command, other->command, "; ");
}

/* A run whose successors all died does not know their release: then another one does. */
static void complete(struct kho_dataset_about *one, struct kho_dataset_about *other)
{
	if (!one->successor_release || !*one->successor_release)
		take(&one->successor_release, other->successor_release);
	else if (!other->successor_release || !*other->successor_release)
		take(&other->successor_release, one->successor_release);
}

static bool take_recording(struct kho_dataset_origin *origin, const struct kho_recording *recording,
			   GHashTable *results, GError **error)
{
	const struct kho_result *result = find_of(recording, results, any);
	g_autoptr(KhoDatasetAbout) about = result ? about_of(recording, results, result, error) : NULL;
	g_autofree char *wrong = NULL;
	const char *differs;

	if (!result)
		return true;
	if (!about)
		return false;
	if (!origin->about) {
		origin->about = g_steal_pointer(&about);
		return true;
	}
	complete(origin->about, about);
	differs = kho_dataset_about_differ(origin->about, about);
	if (differs) {
		wrong = g_strdup_printf("its %s is not that of the others: a data set is of one build, and of one "
					"kind of machine",
					differs);
		return fail(error, recording, wrong);
	}
	merge(origin->about, about);
	return true;
}

static char *find_config(const struct kho_paths *paths, const struct kho_dataset_about *about,
			 const GPtrArray *recordings, const char *path, GError **error)
{
	g_autofree char *cached = g_build_filename(paths->cache, "builds", about->kernel, about->key, ".config", NULL);
	g_autofree char *text = NULL;
	gsize length;

	for (guint i = 0; !path && i < recordings->len; i++) {
		const struct kho_recording *recording = g_ptr_array_index(recordings, i);

		if (recording->config)
			return g_strdup(recording->config);
	}
	if (!path && !g_file_test(cached, G_FILE_TEST_EXISTS)) {
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT,
			    "%s: the kernel's build is not in the cache any more: name its .config with --config=FILE",
			    cached);
		return NULL;
	}
	text = kho_plain_file_read(path ?: cached, MAX_CONFIG, &length, error);
	return text ? kho_dataset_config(text) : NULL;
}

struct kho_dataset_origin *kho_dataset_origin_find(const struct kho_paths *paths, const GPtrArray *recordings,
						   const GPtrArray *results, const char *config, GError **error)
{
	g_autoptr(KhoDatasetOrigin) origin = g_new0(struct kho_dataset_origin, 1);
	g_autoptr(GHashTable) chosen = g_hash_table_new(NULL, NULL);

	for (guint i = 0; i < results->len; i++)
		g_hash_table_add(chosen, g_ptr_array_index(results, i));
	for (guint i = 0; i < recordings->len; i++)
		if (!take_recording(origin, g_ptr_array_index(recordings, i), chosen, error))
			return NULL;
	origin->config = find_config(paths, origin->about, recordings, config, error);
	return origin->config ? g_steal_pointer(&origin) : NULL;
}
