// SPDX-License-Identifier: GPL-2.0-only
#include "harness/report/results.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/model/error.h"
#include "harness/report/json.h"
#include "harness/report/trace_file.h"

#define MAX_SAME_STAMP 1000

struct kho_results {
	char *base;
	char *stamp;	 /* the directory's name in base */
	char *directory; /* base/stamp */
	char *journal_path;
	int journal;
	off_t length; /* of the journal's whole lines */
};

/* Returns false, so that callers can return it. */
static bool fail(GError **error, int cause, const char *what, const char *path)
{
	g_set_error(error, KHO_ERROR, KHO_ERROR_HOST, "cannot %s %s: %s", what, path, g_strerror(cause));
	return false;
}

static bool make_directories(const char *path, GError **error)
{
	return g_mkdir_with_parents(path, 0755) == 0 || fail(error, errno, "create directory", path);
}

/* A base of our own tells git to look away: in a kernel tree that is bisected it would pass for a change of the tree.
 */
static bool make_base(const char *base, GError **error)
{
	g_autofree char *ignore = g_build_filename(base, ".gitignore", NULL);
	bool ours = !g_file_test(base, G_FILE_TEST_EXISTS);

	return make_directories(base, error) && (!ours || g_file_set_contents(ignore, "*\n", -1, error));
}

/* mkdir() decides who was first: two runs may start within one second. */
static bool make_unique(struct kho_results *results, const char *utc_stamp, GError **error)
{
	for (int i = 1; i <= MAX_SAME_STAMP; i++) {
		g_autofree char *stamp = i == 1 ? g_strdup(utc_stamp) : g_strdup_printf("%s-%d", utc_stamp, i);
		g_autofree char *directory = g_build_filename(results->base, stamp, NULL);

		if (mkdir(directory, 0755) == 0) {
			results->stamp = g_steal_pointer(&stamp);
			results->directory = g_steal_pointer(&directory);
			return true;
		}
		if (errno != EEXIST)
			return fail(error, errno, "create directory", directory);
	}
	return fail(error, EEXIST, "create a directory of results in", results->base);
}

static bool open_journal(struct kho_results *results, GError **error)
{
	results->journal_path = g_build_filename(results->directory, "journal.jsonl", NULL);
	results->journal = open(results->journal_path, O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	return results->journal >= 0 || fail(error, errno, "create", results->journal_path);
}

struct kho_results *kho_results_open(const char *base, const char *utc_stamp, GError **error)
{
	g_autoptr(KhoResults) results = g_new0(struct kho_results, 1);

	results->journal = -1;
	results->base = g_strdup(base);
	if (!make_base(base, error) || !make_unique(results, utc_stamp, error) || !open_journal(results, error))
		return NULL;
	return g_steal_pointer(&results);
}

void kho_results_free(struct kho_results *results)
{
	if (!results)
		return;
	if (results->journal >= 0)
		close(results->journal);
	g_free(results->base);
	g_free(results->stamp);
	g_free(results->directory);
	g_free(results->journal_path);
	g_free(results);
}

const char *kho_results_directory(const struct kho_results *results)
{
	return results->directory;
}

/* One write(2), and more only where the first was cut short, to learn why. Returns 0 or an errno. */
static int write_line(int fd, const char *line, size_t length)
{
	while (length) {
		ssize_t written = write(fd, line, length);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return errno;
		line += written;
		length -= written;
	}
	return fdatasync(fd) < 0 ? errno : 0;
}

bool kho_results_append(struct kho_results *results, const struct kho_result *result, GError **error)
{
	g_autofree char *record = kho_json_cell(result, false);
	g_autofree char *line = g_strconcat(record, "\n", NULL);
	size_t length = strlen(line);
	int cause = write_line(results->journal, line, length);

	if (!cause) {
		results->length += length;
		return true;
	}
	/* Or else the next line would be glued to the torn one, and both were void. */
	if (ftruncate(results->journal, results->length) < 0)
		return fail(error, errno, "take a torn line back from", results->journal_path);
	return fail(error, cause, "write", results->journal_path);
}

bool kho_results_write(const struct kho_results *results, const char *name, const char *text, GError **error)
{
	g_autofree char *path = g_build_filename(results->directory, name, NULL);
	g_autoptr(GError) cause = NULL;

	if (g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0644,
				     &cause))
		return true;
	g_set_error(error, KHO_ERROR, KHO_ERROR_HOST, "cannot write %s: %s", path, cause->message);
	return false;
}

bool kho_results_keep_trace(const struct kho_results *results, struct kho_result *result, GError **error)
{
	g_autofree char *text = result->events->len ? kho_trace_format(result->events) : NULL;
	g_autofree char *name = text ? kho_trace_name(text) : NULL;
	g_autofree char *path = g_build_filename(results->directory, name ?: "traces", NULL);
	g_autofree char *directory = g_build_filename(results->directory, "traces", NULL);

	if (!text)
		return true;
	if (!make_directories(directory, error))
		return false;
	if (!g_file_test(path, G_FILE_TEST_EXISTS) && !kho_results_write(results, name, text, error))
		return false;
	g_free(result->trace);
	result->trace = g_steal_pointer(&name);
	return true;
}

/* An id names a directory below cells/, whatever it is made of. */
static bool id_is_safe(const char *id)
{
	g_auto(GStrv) parts = g_strsplit(id, "/", -1);

	for (char **part = parts; *part; part++)
		if (!**part || g_str_equal(*part, ".") || g_str_equal(*part, ".."))
			return false;
	return *parts != NULL;
}

char *kho_results_cell_dir(const struct kho_results *results, const char *id, GError **error)
{
	g_autofree char *path = g_build_filename(results->directory, "cells", id, NULL);

	if (!id_is_safe(id)) {
		g_set_error(error, KHO_ERROR, KHO_ERROR_HOST,
			    "cannot create a directory for cell '%s': its id is not a plain relative path", id);
		return NULL;
	}
	return make_directories(path, error) ? g_steal_pointer(&path) : NULL;
}

/* A symlink cannot be changed, but a new one can take its place by rename(2). */
bool kho_results_publish(const struct kho_results *results, GError **error)
{
	g_autofree char *latest = g_build_filename(results->base, "latest", NULL);
	g_autofree char *name = g_strdup_printf(".latest.%s", results->stamp);
	g_autofree char *beside = g_build_filename(results->base, name, NULL);
	int cause;

	/* No other run has this stamp, so what is there can only be our own. */
	if (unlink(beside) < 0 && errno != ENOENT)
		return fail(error, errno, "remove", beside);
	if (symlink(results->stamp, beside) < 0)
		return fail(error, errno, "create", beside);
	if (rename(beside, latest) == 0)
		return true;
	cause = errno;
	unlink(beside);
	return fail(error, cause, "replace the link", latest);
}
