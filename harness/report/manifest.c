// SPDX-License-Identifier: GPL-2.0-only
#include "harness/report/manifest.h"

#include <inttypes.h>
#include <string.h>

#include "harness/model/cell.h"
#include "harness/model/error.h"
#include "harness/model/name.h"
#include "harness/model/size.h"
#include "harness/model/yaml.h"
#include "harness/report/text.h"
#include "harness/report/text_keys.h"

#define RUN_DIGITS     16
#define SHA256_DIGITS  64
#define ADDRESS_DIGITS 16

static const char *const file_texts[KHO_NR_RECORDED_FILES] = {
	[KHO_RECORDED_KERNEL] = "kernel",
	[KHO_RECORDED_INITRAMFS] = "initramfs",
	[KHO_RECORDED_TOPOLOGY] = "topology",
	[KHO_RECORDED_VMLINUX] = "vmlinux",
};

const char *kho_recorded_file_text(enum kho_recorded_file file)
{
	g_return_val_if_fail(file < KHO_NR_RECORDED_FILES, "kernel");
	return file_texts[file];
}

/* --- what values may be --- */

static bool is_hex(const char *text, gsize digits)
{
	return strlen(text) == digits && strspn(text, "0123456789abcdef") == digits;
}

static bool is_run(const char *text)
{
	return is_hex(text, RUN_DIGITS);
}

static bool is_scratch(const char *text)
{
	g_autoptr(KhoScratchSpec) spec = kho_scratch_spec_parse(text, NULL);

	return spec != NULL;
}

static bool is_payload(const char *text)
{
	struct kho_payload payload;

	return kho_payload_parse(text, &payload, NULL);
}

#define TEXT(member) G_STRUCT_OFFSET(struct kho_manifest, member)

/* All texts, in the file's order. */
static const struct kho_text_key texts[] = {
	{ "cell", TEXT(cell), kho_text_some, "an id" },
	{ "kernel", TEXT(kernel), kho_name_valid, KHO_NAME_RULE },
	{ "successor", TEXT(successor), kho_name_valid, KHO_NAME_RULE },
	{ "topology", TEXT(topology), kho_name_valid, KHO_NAME_RULE },
	{ "kho_scratch", TEXT(kho_scratch), is_scratch, "a scratch spec" },
	{ "payload", TEXT(payload), is_payload, "a payload" },
	{ "first_release", TEXT(first_release), kho_text_any, "" },
	{ "successor_release", TEXT(successor_release), kho_text_any, "" },
	{ "first_append", TEXT(first_append), kho_text_any, "" },
	{ "successor_append", TEXT(successor_append), kho_text_any, "" },
	{ "run", TEXT(run), is_run, "16 hexadecimal digits" },
	{ "command_line", TEXT(command_line), kho_text_some, "a command line" },
	{ "accelerator", TEXT(accel), kho_text_is_accel, "tcg or kvm" },
	{ "qemu", TEXT(qemu_version), kho_text_any, "" },
	{ "estimator", TEXT(estimator), kho_text_is_yes_or_no, "yes or no" },
	{ "reason", TEXT(reason), kho_text_any, "" },
};

#define NR_TEXTS G_N_ELEMENTS(texts)

/* --- writing --- */

static void append_quoted(GString *out, const char *text)
{
	g_autofree char *quoted = kho_text_quoted(text);

	g_string_append_printf(out, "%s\n", quoted);
}

static void append_file(GString *out, const struct kho_manifest_file *file, const char *key)
{
	if (!file->name)
		return;
	g_string_append_printf(out, "  %s:\n    name: ", key);
	append_quoted(out, file->name);
	g_string_append_printf(out, "    size: %" PRIu64 "\n    sha256: ", file->size);
	append_quoted(out, file->sha256);
}

char *kho_manifest_format(const struct kho_manifest *manifest)
{
	GString *out =
		g_string_new("# What ran, from which files, and what was seen; written by kho-runner, docs/results.md "
			     "explains it.\n");

	g_string_append_printf(out, "format: %d\n", KHO_MANIFEST_FORMAT);
	kho_text_keys_write(out, texts, NR_TEXTS, manifest);
	g_string_append_printf(out, "outcome: %s\nfiles:\n", kho_outcome_text(manifest->outcome));
	for (int i = 0; i < KHO_NR_RECORDED_FILES; i++)
		append_file(out, &manifest->files[i], file_texts[i]);
	return g_string_free(out, FALSE);
}

/* --- reading --- */

/* Behind the texts in the mapping. */
enum { FORMAT = NR_TEXTS, OUTCOME, FILES, NR_KEYS };

static bool read_outcome(struct kho_yaml *yaml, const struct yaml_node_s *value, struct kho_manifest *manifest,
			 GError **error)
{
	g_autofree char *quoted = kho_error_quote(kho_yaml_text(value));

	return kho_outcome_from_text(kho_yaml_text(value), &manifest->outcome) ||
	       kho_yaml_fail(yaml, value, error, "outcome: %s is not an outcome", quoted);
}

/* A file of the manifest's own directory, so that no manifest reaches for others; only symbols may be elsewhere. */
static bool is_file_name(enum kho_recorded_file file, const char *name)
{
	return kho_name_valid(name) || (file == KHO_RECORDED_VMLINUX && g_path_is_absolute(name));
}

static bool read_file(struct kho_yaml *yaml, const struct yaml_node_s *node, enum kho_recorded_file which,
		      struct kho_manifest_file *file, GError **error)
{
	enum { NAME, SIZE, SHA256, NR };
	static const struct kho_yaml_key keys[NR] = {
		[NAME] = { "name", KHO_YAML_VALUE, true },
		[SIZE] = { "size", KHO_YAML_VALUE, true },
		[SHA256] = { "sha256", KHO_YAML_VALUE, true },
	};
	const struct yaml_node_s *values[NR];
	g_autofree char *where = g_strdup_printf("files: %s: ", file_texts[which]);
	const char *end;

	if (!kho_yaml_mapping(yaml, node, where, keys, NR, values, error) ||
	    !kho_yaml_line(yaml, values[NAME], "files: name", &file->name, error))
		return false;
	if (!is_file_name(which, file->name))
		return kho_yaml_fail(yaml, values[NAME], error, "%sname: is not a plain name (%s)", where,
				     KHO_NAME_RULE);
	if (!kho_number_parse(kho_yaml_text(values[SIZE]), &end, &file->size) || *end)
		return kho_yaml_fail(yaml, values[SIZE], error, "%ssize: is not a number of bytes", where);
	if (!is_hex(kho_yaml_text(values[SHA256]), SHA256_DIGITS))
		return kho_yaml_fail(yaml, values[SHA256], error, "%ssha256: is not %d hexadecimal digits", where,
				     SHA256_DIGITS);
	file->sha256 = g_strdup(kho_yaml_text(values[SHA256]));
	return true;
}

static bool read_files(struct kho_yaml *yaml, const struct yaml_node_s *node, struct kho_manifest *manifest,
		       GError **error)
{
	struct kho_yaml_key keys[KHO_NR_RECORDED_FILES];
	const struct yaml_node_s *values[KHO_NR_RECORDED_FILES];

	for (int i = 0; i < KHO_NR_RECORDED_FILES; i++)
		keys[i] = (struct kho_yaml_key){ file_texts[i], KHO_YAML_MAPPING, i != KHO_RECORDED_VMLINUX };
	if (!kho_yaml_mapping(yaml, node, "files: ", keys, KHO_NR_RECORDED_FILES, values, error))
		return false;
	for (int i = 0; i < KHO_NR_RECORDED_FILES; i++)
		if (values[i] && !read_file(yaml, values[i], i, &manifest->files[i], error))
			return false;
	return true;
}

/* The id is made of the other texts: where they contradict it, one of them was changed. */
static bool check_id(struct kho_yaml *yaml, const struct yaml_node_s *value, const struct kho_manifest *manifest,
		     GError **error)
{
	g_autoptr(KhoTopology) topology = kho_topology_new(manifest->topology, "");
	g_autoptr(KhoScratchSpec) scratch = kho_scratch_spec_parse(manifest->kho_scratch, NULL);
	struct kho_cell *cell =
		kho_cell_new(manifest->kernel, manifest->successor, topology, scratch, manifest->payload);
	bool same = g_str_equal(cell->id, manifest->cell);
	g_autofree char *quoted = kho_error_quote(cell->id);

	kho_cell_free(cell);
	return same || kho_yaml_fail(yaml, value, error, "cell: the rest of the file makes it %s", quoted);
}

static bool read_manifest(struct kho_yaml *yaml, struct kho_manifest *manifest, GError **error)
{
	const struct yaml_node_s *root = kho_yaml_root(yaml), *values[NR_KEYS];
	struct kho_yaml_key keys[NR_KEYS] = {
		[FORMAT] = { "format", KHO_YAML_VALUE, true },
		[OUTCOME] = { "outcome", KHO_YAML_VALUE, true },
		[FILES] = { "files", KHO_YAML_MAPPING, true },
	};

	kho_text_keys_expect(texts, NR_TEXTS, keys);
	if (!kho_yaml_expect(yaml, root, KHO_YAML_MAPPING, "the file", error) ||
	    !kho_yaml_mapping(yaml, root, "", keys, NR_KEYS, values, error) ||
	    !kho_text_read_format(yaml, values[FORMAT], KHO_MANIFEST_FORMAT, error))
		return false;
	return kho_text_keys_read(yaml, values, texts, NR_TEXTS, manifest, error) &&
	       check_id(yaml, values[0], manifest, error) && read_outcome(yaml, values[OUTCOME], manifest, error) &&
	       read_files(yaml, values[FILES], manifest, error);
}

struct kho_manifest *kho_manifest_parse(const char *path, const char *text, gsize length, GError **error)
{
	g_autoptr(KhoYaml) yaml = kho_yaml_parse(path, text, length, error);
	g_autoptr(KhoManifest) manifest = NULL;

	if (!yaml)
		return NULL;
	manifest = g_new0(struct kho_manifest, 1);
	return read_manifest(yaml, manifest, error) ? g_steal_pointer(&manifest) : NULL;
}

struct kho_manifest *kho_manifest_load(const char *path, GError **error)
{
	gsize length;
	g_autofree char *text = kho_yaml_read_file(path, &length, error);

	return text ? kho_manifest_parse(path, text, length, error) : NULL;
}

void kho_manifest_free(struct kho_manifest *manifest)
{
	kho_text_keys_free(texts, NR_TEXTS, manifest);
	for (int i = 0; i < KHO_NR_RECORDED_FILES; i++) {
		g_free(manifest->files[i].name);
		g_free(manifest->files[i].sha256);
	}
	g_free(manifest);
}

/* --- comparing --- */

/* Length of what begins at @text and is of the one run: an address, or a time in seconds with a fraction; else 0. */
static gsize of_one_run(const char *text)
{
	gsize digits = strspn(text, "0123456789"), fraction;

	if (strspn(text, "0123456789abcdefABCDEF") == ADDRESS_DIGITS)
		return ADDRESS_DIGITS;
	if (!digits || text[digits] != '.')
		return 0;
	fraction = strspn(text + digits + 1, "0123456789");
	return fraction && g_str_has_prefix(text + digits + 1 + fraction, " s") ? digits + 1 + fraction : 0;
}

static char *without_that(const char *reason)
{
	GString *text = g_string_new(NULL);

	while (*reason) {
		gsize length = of_one_run(reason);

		if (length)
			g_string_append_c(text, '#');
		else
			g_string_append_c(text, *reason);
		reason += length ?: 1;
	}
	return g_string_free(text, FALSE);
}

bool kho_manifest_same_reason(const char *one, const char *other)
{
	g_autofree char *one_text = without_that(one);
	g_autofree char *other_text = without_that(other);

	return g_str_equal(one_text, other_text);
}
