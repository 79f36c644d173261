// SPDX-License-Identifier: GPL-2.0-only
/* Manifests: what is written is read back, and nothing else is. */
#include "harness/report/manifest.h"
#include "harness/model/error.h"
#include "tests/unit/test.h"

#include <string.h>

#define SUM "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* Borrowed texts: never freed. */
static struct kho_manifest sample(void)
{
	struct kho_manifest manifest = {
		.cell = "6.19-x86_64/two-even/16M,16M,16M+console",
		.kernel = "6.19-x86_64",
		.successor = "6.19-x86_64",
		.topology = "two-even",
		.kho_scratch = "16M,16M,16M",
		.payload = "console",
		.first_release = "6.19.6",
		.first_append = "memblock=debug x=\"a b\" \\n",
		.run = "0123456789abcdef",
		.command_line = "console=ttyS0 kho_scratch=16M,16M,16M",
		.accel = "tcg",
		.qemu_version = "QEMU emulator version 7.2.22",
		.estimator = "yes",
		.reason = "panic: # not: a 'comment'",
		.outcome = KHO_OUTCOME_PANICKED,
	};

	manifest.files[KHO_RECORDED_KERNEL] = (struct kho_manifest_file){ "bzImage", 2601984, SUM };
	manifest.files[KHO_RECORDED_INITRAMFS] = (struct kho_manifest_file){ "initramfs.cpio", 1, SUM };
	manifest.files[KHO_RECORDED_TOPOLOGY] = (struct kho_manifest_file){ "topology.yaml", 0, SUM };
	return manifest;
}

static struct kho_manifest *parse(const char *text, GError **error)
{
	return kho_manifest_parse("dir/manifest.yaml", text, strlen(text), error);
}

static struct kho_manifest *there_and_back(const struct kho_manifest *manifest)
{
	g_autofree char *text = kho_manifest_format(manifest);
	g_autoptr(GError) error = NULL;
	struct kho_manifest *read = parse(text, &error);

	assert_null(error);
	return read;
}

static void same_after_reading(void **state)
{
	struct kho_manifest manifest = sample();
	g_autoptr(KhoManifest) read = NULL;

	manifest.files[KHO_RECORDED_VMLINUX] = (struct kho_manifest_file){ "/a b/vmlinux", 1ULL << 40, SUM };
	read = there_and_back(&manifest);
	assert_string_equal(read->cell, manifest.cell);
	assert_string_equal(read->first_append, manifest.first_append);
	assert_string_equal(read->successor_append, "");
	assert_string_equal(read->reason, manifest.reason);
	assert_string_equal(read->run, manifest.run);
	assert_int_equal(read->outcome, KHO_OUTCOME_PANICKED);
	assert_string_equal(read->files[KHO_RECORDED_KERNEL].name, "bzImage");
	assert_int_equal(read->files[KHO_RECORDED_KERNEL].size, 2601984);
	assert_string_equal(read->files[KHO_RECORDED_VMLINUX].name, "/a b/vmlinux");
	assert_int_equal(read->files[KHO_RECORDED_VMLINUX].size, 1ULL << 40);
	assert_string_equal(read->files[KHO_RECORDED_VMLINUX].sha256, SUM);
}

static void symbols_may_be_absent(void **state)
{
	const struct kho_manifest manifest = sample();
	g_autoptr(KhoManifest) read = there_and_back(&manifest);

	assert_null(read->files[KHO_RECORDED_VMLINUX].name);
}

/* What a guest prints becomes a reason, and must not become a key, a second line, or a file that nobody can read. */
static void hostile_texts_stay_texts(void **state)
{
	static const char *const reasons[] = {
		"\"\noutcome: survived\n", "\\",	  "\"",	 "a\r\tb\033[31m", "\xff\xfe",
		"\u2028x\u2029",	   "%s: {[&*!|>", "- ~",
	};
	struct kho_manifest manifest = sample();

	for (gsize i = 0; i < COUNT(reasons); i++) {
		g_autoptr(KhoManifest) read = NULL;

		manifest.reason = (char *)reasons[i];
		read = there_and_back(&manifest);
		assert_int_equal(read->outcome, KHO_OUTCOME_PANICKED);
	}
}

/* The sample's text with one piece replaced. */
static char *with(const char *old, const char *new)
{
	const struct kho_manifest manifest = sample();
	GString *text = g_string_new(NULL);
	g_autofree char *good = kho_manifest_format(&manifest);

	g_string_append(text, good);
	assert_int_equal(g_string_replace(text, old, new, 1), 1);
	return g_string_free(text, FALSE);
}

static void bad_ones_are_refused_with_their_line(void **state)
{
	static const struct {
		const char *old, *new, *where, *what;
	} cases[] = {
		{ "format: 1", "format: 2", ":2: ", "format '2'" },
		{ "format: 1\n", "", ":2: ", "format is missing" },
		{ "cell: \"6.19-x86_64/two-even/16M,16M,16M+console\"", "cell: \"\"", ":3: ", "cell" },
		{ "kernel: \"6.19-x86_64\"", "kernel: \"../x\"", ":4: ", "'../x' is not" },
		{ "kho_scratch: \"16M,16M,16M\"", "kho_scratch: \"16Q\"", ":7: ", "a scratch spec" },
		{ "payload: \"console\"", "payload: \"none\"", ":8: ", "payload" },
		{ "run: \"0123456789abcdef\"", "run: \"0123\"", ":13: ", "16 hexadecimal digits" },
		{ "topology: \"two-even\"", "topology: \"one\"", ":3: ", "6.19-x86_64/one/16M,16M,16M+console" },
		{ "accelerator: \"tcg\"", "accelerator: \"xen\"", ":15: ", "tcg or kvm" },
		{ "estimator: \"yes\"", "estimator: \"maybe\"", ":17: ", "yes or no" },
		{ "outcome: panicked", "outcome: fine", ":19: ", "'fine' is not an outcome" },
		{ "outcome: panicked", "outcome: panicked\noutcome: hung", ":20: ", "there twice" },
		{ "outcome: panicked", "outcome: panicked\ncolour: red", ":20: ", "unknown key 'colour'" },
		{ "name: \"bzImage\"", "name: \"../../etc/shadow\"", ":22: ", "not a plain name" },
		{ "name: \"bzImage\"", "name: \"/etc/shadow\"", ":22: ", "not a plain name" },
		{ "name: \"initramfs.cpio\"", "name: \"\"", ":26: ", "not a plain name" },
		{ "size: 2601984", "size: -1", ":23: ", "not a number of bytes" },
		{ "size: 2601984", "size: 99999999999999999999", ":23: ", "not a number of bytes" },
		{ "sha256: \"" SUM, "sha256: \"0", ":24: ", "64 hexadecimal digits" },
		{ "  initramfs:\n", "  initrd:\n", ":25: ", "unknown key 'initrd'" },
	};

	for (gsize i = 0; i < COUNT(cases); i++) {
		g_autofree char *text = with(cases[i].old, cases[i].new);
		g_autoptr(GError) error = NULL;
		g_autofree char *where = g_strconcat("dir/manifest.yaml", cases[i].where, NULL);

		assert_null(parse(text, &error));
		assert_true(g_error_matches(error, KHO_ERROR, KHO_ERROR_INPUT));
		if (!g_str_has_prefix(error->message, where) || !strstr(error->message, cases[i].what))
			fail_msg("case %zu: %s", i, error->message);
	}
}

/* A manifest that was cut off anywhere is an error, never half of one; nor does it crash. */
static void cut_off_anywhere(void **state)
{
	const struct kho_manifest manifest = sample();
	g_autofree char *text = kho_manifest_format(&manifest);
	/* Without its last newline or quote it may still be whole. */
	gsize length = strlen(text) - strlen("\"\n") - 1;

	for (gsize i = 0; i < length; i++) {
		g_autoptr(GError) error = NULL;

		assert_null(kho_manifest_parse("manifest.yaml", text, i, &error));
		assert_non_null(error);
		assert_null(strchr(error->message, '\n'));
	}
}

static void a_missing_file_is_bad_input(void **state)
{
	g_autoptr(GError) error = NULL;

	assert_null(kho_manifest_load("/nowhere/manifest.yaml", &error));
	assert_true(g_error_matches(error, KHO_ERROR, KHO_ERROR_INPUT));
}

static void reasons_are_the_same_but_for_times_and_addresses(void **state)
{
	assert_true(kho_manifest_same_reason("", ""));
	assert_true(kho_manifest_same_reason("after 4.2 s of guest time", "after 14.7 s of guest time"));
	assert_true(kho_manifest_same_reason("pc 0xffffffff81000000, halted", "pc 0xffffffff81000010, halted"));
	assert_false(kho_manifest_same_reason("section 34", "section 35"));
	assert_false(kho_manifest_same_reason("node[0] of 2.5 MiB", "node[0] of 3.5 MiB"));
	assert_false(kho_manifest_same_reason("6.19.6", "6.19.8"));
	assert_false(kho_manifest_same_reason("hung", "hung, after 1.0 s"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_after_reading),
		cmocka_unit_test(symbols_may_be_absent),
		cmocka_unit_test(hostile_texts_stay_texts),
		cmocka_unit_test(bad_ones_are_refused_with_their_line),
		cmocka_unit_test(cut_off_anywhere),
		cmocka_unit_test(a_missing_file_is_bad_input),
		cmocka_unit_test(reasons_are_the_same_but_for_times_and_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
