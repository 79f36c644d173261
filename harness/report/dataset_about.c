// SPDX-License-Identifier: GPL-2.0-only
#include "harness/report/dataset_about.h"

#include <inttypes.h>
#include <string.h>

#include "harness/model/error.h"
#include "harness/model/name.h"
#include "harness/model/size.h"
#include "harness/model/yaml.h"
#include "harness/report/text.h"

#define MAX_COUNT 1000000000ULL

/* --- what values may be --- */

static bool any_text(const char *text)
{
	return true;
}

static bool is_accel(const char *text)
{
	return g_str_equal(text, "tcg") || g_str_equal(text, "kvm");
}

static bool is_yes_or_no(const char *text)
{
	return g_str_equal(text, "yes") || g_str_equal(text, "no");
}

#define TEXT(member) G_STRUCT_OFFSET(struct kho_dataset_about, member)

/* All texts, in the file's order. */
static const struct {
	const char *name;
	gsize offset;
	bool (*valid)(const char *text);
	const char *rule;
	bool one; /* the same for all runs of a data set */
} texts[] = {
	{ "kernel", TEXT(kernel), kho_name_valid, KHO_NAME_RULE, true },
	{ "successor", TEXT(successor), kho_name_valid, KHO_NAME_RULE, true },
	{ "first_release", TEXT(first_release), any_text, "", true },
	{ "successor_release", TEXT(successor_release), any_text, "", true },
	{ "source_sha256", TEXT(source_sha256), any_text, "", true },
	{ "key", TEXT(key), any_text, "", true },
	{ "estimator", TEXT(estimator), is_yes_or_no, "yes or no", true },
	{ "accelerator", TEXT(accel), is_accel, "tcg or kvm", true },
	{ "qemu", TEXT(qemu_version), any_text, "", true },
	{ "cpu", TEXT(cpu), any_text, "", true },
	{ "first_run", TEXT(first_run), any_text, "", false },
	{ "last_run", TEXT(last_run), any_text, "", false },
	{ "matrix", TEXT(matrix), any_text, "", false },
	{ "command", TEXT(command), any_text, "", false },
};

#define NR_TEXTS G_N_ELEMENTS(texts)

static char **text_at(const struct kho_dataset_about *about, guint index)
{
	return G_STRUCT_MEMBER_P(about, texts[index].offset);
}

const char *kho_dataset_about_differ(const struct kho_dataset_about *one, const struct kho_dataset_about *other)
{
	for (guint i = 0; i < NR_TEXTS; i++)
		if (texts[i].one && g_strcmp0(*text_at(one, i) ?: "", *text_at(other, i) ?: "") != 0)
			return texts[i].name;
	return NULL;
}

/* --- writing --- */

char *kho_dataset_about_format(const struct kho_dataset_about *about)
{
	GString *out =
		g_string_new("# Handovers that were really booted; docs/datasets.md explains the files beside this "
			     "one.\n");

	g_string_append_printf(out, "format: %d\n", KHO_DATASET_FORMAT);
	for (guint i = 0; i < NR_TEXTS; i++) {
		g_autofree char *quoted = kho_text_quoted(*text_at(about, i));

		g_string_append_printf(out, "%s: %s\n", texts[i].name, quoted);
	}
	g_string_append_printf(out, "cells: %" PRIu64 "\nrecordings: %" PRIu64 "\n", about->cells, about->recordings);
	return g_string_free(out, FALSE);
}

/* --- reading --- */

/* Behind the texts in the mapping. */
enum { FORMAT = NR_TEXTS, CELLS, RECORDINGS, NR_KEYS };

static bool read_format(struct kho_yaml *yaml, const struct yaml_node_s *value, GError **error)
{
	g_autofree char *known = g_strdup_printf("%d", KHO_DATASET_FORMAT);
	g_autofree char *quoted = kho_error_quote(kho_yaml_text(value));

	return g_str_equal(kho_yaml_text(value), known) ||
	       kho_yaml_fail(yaml, value, error, "format %s: this program reads format %s", quoted, known);
}

static bool read_count(struct kho_yaml *yaml, const struct yaml_node_s *value, const char *name, uint64_t *count,
		       GError **error)
{
	const char *end;

	if (kho_number_parse(kho_yaml_text(value), &end, count) && !*end && *count <= MAX_COUNT)
		return true;
	return kho_yaml_fail(yaml, value, error, "%s: is not a number up to %llu", name, MAX_COUNT);
}

static bool read_text(struct kho_yaml *yaml, const struct yaml_node_s *value, guint index,
		      struct kho_dataset_about *about, GError **error)
{
	char **text = text_at(about, index);
	g_autofree char *quoted = NULL;

	if (!kho_yaml_line(yaml, value, texts[index].name, text, error))
		return false;
	if (texts[index].valid(*text))
		return true;
	quoted = kho_error_quote(*text);
	return kho_yaml_fail(yaml, value, error, "%s: %s is not %s", texts[index].name, quoted, texts[index].rule);
}

static bool read_about(struct kho_yaml *yaml, struct kho_dataset_about *about, GError **error)
{
	const struct yaml_node_s *root = kho_yaml_root(yaml), *values[NR_KEYS];
	struct kho_yaml_key keys[NR_KEYS] = {
		[FORMAT] = { "format", KHO_YAML_VALUE, true },
		[CELLS] = { "cells", KHO_YAML_VALUE, true },
		[RECORDINGS] = { "recordings", KHO_YAML_VALUE, true },
	};

	for (guint i = 0; i < NR_TEXTS; i++)
		keys[i] = (struct kho_yaml_key){ texts[i].name, KHO_YAML_VALUE, true };
	if (!kho_yaml_expect(yaml, root, KHO_YAML_MAPPING, "the file", error) ||
	    !kho_yaml_mapping(yaml, root, "", keys, NR_KEYS, values, error) ||
	    !read_format(yaml, values[FORMAT], error))
		return false;
	for (guint i = 0; i < NR_TEXTS; i++)
		if (!read_text(yaml, values[i], i, about, error))
			return false;
	return read_count(yaml, values[CELLS], "cells", &about->cells, error) &&
	       read_count(yaml, values[RECORDINGS], "recordings", &about->recordings, error);
}

struct kho_dataset_about *kho_dataset_about_parse(const char *path, const char *text, gsize length, GError **error)
{
	g_autoptr(KhoYaml) yaml = kho_yaml_parse(path, text, length, error);
	g_autoptr(KhoDatasetAbout) about = NULL;

	if (!yaml)
		return NULL;
	about = g_new0(struct kho_dataset_about, 1);
	return read_about(yaml, about, error) ? g_steal_pointer(&about) : NULL;
}

void kho_dataset_about_free(struct kho_dataset_about *about)
{
	if (!about)
		return;
	for (guint i = 0; i < NR_TEXTS; i++)
		g_free(*text_at(about, i));
	g_free(about);
}
