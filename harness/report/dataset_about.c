// SPDX-License-Identifier: GPL-2.0-only
#include "harness/report/dataset_about.h"

#include <inttypes.h>

#include "harness/model/error.h"
#include "harness/model/name.h"
#include "harness/model/size.h"
#include "harness/model/yaml.h"
#include "harness/report/text_keys.h"

#define MAX_COUNT 1000000000ULL

#define TEXT(member) G_STRUCT_OFFSET(struct kho_dataset_about, member)

/* The first texts are of what all runs of a data set have in common; from this one on they may differ. */
enum { FIRST_RUN = 10 };

/* All texts, in the file's order. */
static const struct kho_text_key texts[] = {
	{ "kernel", TEXT(kernel), kho_name_valid, KHO_NAME_RULE },
	{ "successor", TEXT(successor), kho_name_valid, KHO_NAME_RULE },
	{ "first_release", TEXT(first_release), kho_text_any, "" },
	{ "successor_release", TEXT(successor_release), kho_text_any, "" },
	{ "source_sha256", TEXT(source_sha256), kho_text_any, "" },
	{ "key", TEXT(key), kho_text_any, "" },
	{ "estimator", TEXT(estimator), kho_text_is_yes_or_no, "yes or no" },
	{ "accelerator", TEXT(accel), kho_text_is_accel, "tcg or kvm" },
	{ "qemu", TEXT(qemu_version), kho_text_any, "" },
	{ "cpu", TEXT(cpu), kho_text_any, "" },
	[FIRST_RUN] = { "first_run", TEXT(first_run), kho_text_any, "" },
	{ "last_run", TEXT(last_run), kho_text_any, "" },
	{ "matrix", TEXT(matrix), kho_text_any, "" },
	{ "command", TEXT(command), kho_text_any, "" },
};

#define NR_TEXTS G_N_ELEMENTS(texts)

const char *kho_dataset_about_differ(const struct kho_dataset_about *one, const struct kho_dataset_about *other)
{
	for (guint i = 0; i < FIRST_RUN; i++)
		if (g_strcmp0(*kho_text_at(one, &texts[i]) ?: "", *kho_text_at(other, &texts[i]) ?: "") != 0)
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
	kho_text_keys_write(out, texts, NR_TEXTS, about);
	g_string_append_printf(out, "cells: %" PRIu64 "\nrecordings: %" PRIu64 "\n", about->cells, about->recordings);
	return g_string_free(out, FALSE);
}

/* --- reading --- */

/* Behind the texts in the mapping. */
enum { FORMAT = NR_TEXTS, CELLS, RECORDINGS, NR_KEYS };

static bool read_count(struct kho_yaml *yaml, const struct yaml_node_s *value, const char *name, uint64_t *count,
		       GError **error)
{
	const char *end;

	if (kho_number_parse(kho_yaml_text(value), &end, count) && !*end && *count <= MAX_COUNT)
		return true;
	return kho_yaml_fail(yaml, value, error, "%s: is not a number up to %llu", name, MAX_COUNT);
}

static bool read_about(struct kho_yaml *yaml, struct kho_dataset_about *about, GError **error)
{
	const struct yaml_node_s *root = kho_yaml_root(yaml), *values[NR_KEYS];
	struct kho_yaml_key keys[NR_KEYS] = {
		[FORMAT] = { "format", KHO_YAML_VALUE, true },
		[CELLS] = { "cells", KHO_YAML_VALUE, true },
		[RECORDINGS] = { "recordings", KHO_YAML_VALUE, true },
	};

	kho_text_keys_expect(texts, NR_TEXTS, keys);
	if (!kho_yaml_expect(yaml, root, KHO_YAML_MAPPING, "the file", error) ||
	    !kho_yaml_mapping(yaml, root, "", keys, NR_KEYS, values, error) ||
	    !kho_text_read_format(yaml, values[FORMAT], KHO_DATASET_FORMAT, error))
		return false;
	return kho_text_keys_read(yaml, values, texts, NR_TEXTS, about, error) &&
	       read_count(yaml, values[CELLS], "cells", &about->cells, error) &&
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
	kho_text_keys_free(texts, NR_TEXTS, about);
	g_free(about);
}
