// SPDX-License-Identifier: GPL-2.0-only
#include "harness/model/payload.h"
#include "harness/model/error.h"
#include "tests/unit/test.h"

static struct kho_payload parsed(const char *text)
{
	g_autoptr(GError) error = NULL;
	struct kho_payload payload;

	if (!kho_payload_parse(text, &payload, &error))
		fail_msg("%s", error->message);
	return payload;
}

static void items(void **state)
{
	struct kho_payload all =
		parsed("console+keep=2M,node=1,each-gib+initrd=100M+gigantic=2+crashkernel=256M+fake=4");

	assert_true(all.early_console);
	assert_int_equal(all.keep, 2 << 20);
	assert_int_equal(all.node, 1);
	assert_int_equal(all.scatter, KHO_SCATTER_EACH_GIB);
	assert_int_equal(all.initrd, 100 << 20);
	assert_int_equal(all.gigantic, 2);
	assert_int_equal(all.crashkernel, 256 << 20);
	assert_int_equal(all.fake, 4);
	assert_int_equal(parsed("keep=64M,random=0").scatter, KHO_SCATTER_RANDOM);
	assert_int_equal(parsed("keep=64M,random=7").seed, 7);
	assert_int_equal(parsed("keep=6G").node, -1);
	assert_int_equal(parsed("keep=6G").scatter, KHO_SCATTER_BLOCK);
}

static void nothing(void **state)
{
	struct kho_payload none = parsed(KHO_PAYLOAD_DEFAULT);
	g_autofree char *words = kho_payload_words(&none);

	assert_false(none.early_console || none.keep || none.initrd || none.gigantic || none.crashkernel || none.fake);
	assert_string_equal(words, "");
	assert_false(kho_payload_changes_boot(&none));
}

static void words_for_the_successor(void **state)
{
	static const char *const texts[][2] = {
		{ "gigantic=2", " hugepagesz=1G hugepages=2" },
		{ "crashkernel=256M", " crashkernel=256M" },
		{ "fake=4", " numa=fake=4" },
		{ "keep=1G+initrd=1M", "" },
		{ "gigantic=1+crashkernel=1G", " hugepagesz=1G hugepages=1 crashkernel=1G" },
	};

	for (size_t i = 0; i < COUNT(texts); i++) {
		struct kho_payload payload = parsed(texts[i][0]);
		g_autofree char *words = kho_payload_words(&payload);

		assert_string_equal(words, texts[i][1]);
		assert_int_equal(kho_payload_changes_boot(&payload), *words != '\0');
	}
}

/* One payload, one spelling: or the same cell could have two ids. */
static void refused(void **state)
{
	static const char *const bad[] = {
		"",
		"loud",
		"Console",
		"console+",
		"+console",
		"console+console",
		"default+console",
		"keep",
		"keep=",
		"keep=0",
		"keep=1024K",
		"keep=1X",
		"keep=1M,",
		"keep=1M,node=",
		"keep=1M,node=-1",
		"keep=1M,node=1024",
		"keep=1M,node=1025",
		"keep=1M,each-gib,node=1",
		"keep=1M,each-gib,random=1",
		"keep=1M,random=1", /* not a multiple of 2M */
		"keep=2M,random=4294967296",
		"keep=2M,random=01",
		"initrd=1M+console",
		"initrd=1M+initrd=1M",
		"gigantic=0",
		"gigantic=1025",
		"gigantic=1 quiet",
		"crashkernel=0",
		"fake=x",
	};

	for (size_t i = 0; i < COUNT(bad); i++) {
		g_autoptr(GError) error = NULL;
		struct kho_payload payload;

		if (kho_payload_parse(bad[i], &payload, &error))
			fail_msg("'%s' is taken", bad[i]);
		assert_true(g_error_matches(error, KHO_ERROR, KHO_ERROR_INPUT));
		assert_null(strchr(error->message, '\n'));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(items),
		cmocka_unit_test(nothing),
		cmocka_unit_test(words_for_the_successor),
		cmocka_unit_test(refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
