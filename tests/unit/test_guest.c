// SPDX-License-Identifier: GPL-2.0-only
/* What the guest's programs read, as far as it is pure. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "guest/cmdline.h"
#include "guest/geometry.h"
#include "guest/kernel_log.h"
#include "guest/kho.h"
#include "guest/memory_map.h"
#include "guest/record.h"
#include "harness/handover/record.h"
#include "tests/unit/test.h"

static void log_messages(void **state)
{
	char plain[] = "6,12,3456,-;Early memory node ranges\n";
	char tagged[] = "6,12,3456,-,caller=T1;message; with more\n SUBSYSTEM=pci\n";
	char none[] = "no record";

	assert_string_equal(kernel_log_message(plain), "Early memory node ranges");
	assert_string_equal(kernel_log_message(tagged), "message; with more");
	assert_null(kernel_log_message(none));
}

/* What may be somebody's estimate, and what KHO says of scratch anyway. */
static void estimates(void **state)
{
	static const char *const some[] = {
		"KHO: scratch: node0 max=32MiB need=64MiB for sparse_buffer_init(map_count=32 "
		"section_map_size=2048KiB); kexec may fail",
		"KHO: scratch: sparsemem sanity skipped (temp alloc unavailable)",
		"kho: Scratch of node 0 is too small",
		"liveupdate: memmap needs 64 MiB, but scratch has 32",
	};
	static const char *const none[] = {
		"",
		"KHO: scratch areas: lowmem: 16MiB global: 16MiB pernode: 16MiB",
		"KHO: scratch scale is 200%",
		"Command line: kho_scratch=16M,16M,16M need",
		"Kernel command line: kho_scratch=16M,16M,16M max=1",
		"memblock_alloc_range_nid: 16777216 bytes align=0x200000 nid=0 kho_reserve_scratch+0x1/0x2 node",
		"Early memory node ranges",
	};

	for (size_t i = 0; i < COUNT(some); i++)
		assert_true(kernel_log_is_estimate(some[i]));
	for (size_t i = 0; i < COUNT(none); i++)
		assert_false(kernel_log_is_estimate(none[i]));
}

static void memory_ranges(void **state)
{
	static const char *const others[] = {
		"",
		"Initmem setup node 0 [mem 0x0000000000001000-0x000000013fffffff]",
		"  node   0: [mem 0x0000000000002000-0x0000000000001fff]x",
		"  node   0: [mem 0x0000000000002000-0x0000000000000fff]",
		"  node   0: [mem 0x0000000000002000-0xffffffffffffffff]",
		"  node 1024: [mem 0x0000000000001000-0x0000000000001fff]",
		"  node  -1: [mem 0x0000000000001000-0x0000000000001fff]",
	};
	struct kho_memory_range range;

	assert_true(memory_map_parse_line("  node   3: [mem 0x0000000000001000-0x000000000009efff]", &range));
	assert_int_equal(range.node, 3);
	assert_int_equal(range.start, 0x1000);
	assert_int_equal(range.end, 0x9f000); /* printed inclusive, kept half-open */
	for (size_t i = 0; i < COUNT(others); i++)
		assert_false(memory_map_parse_line(others[i], &range));
}

#define VMCOREINFO(page, size, bits, vmemmap)                                                                  \
	"OSRELEASE=6.19.6\nPAGESIZE=" page "\n" vmemmap "NUMBER(SECTION_SIZE_BITS)=" bits "\nSIZE(page)=" size \
	"\nSIZE(pglist_data)=5\n"
#define VMEMMAP "SYMBOL(vmemmap)=ffffea0000000000\n"

static void geometry(void **state)
{
	static const char *const bad[] = {
		"",
		VMCOREINFO("4095", "64", "27", ""),
		VMCOREINFO("4096", "0", "27", ""),
		VMCOREINFO("4096", "64", "11", ""),
		VMCOREINFO("4096", "64", "64", ""),
		"PAGESIZE=4096\nSIZE(page)=64\n",
		"XPAGESIZE=4096\nSIZE(page)=64\nNUMBER(SECTION_SIZE_BITS)=27\n",
	};
	struct kho_geometry read;

	assert_true(geometry_parse(VMCOREINFO("4096", "64", "27", VMEMMAP), &read));
	assert_int_equal(read.page_size, 4096);
	assert_int_equal(read.struct_page_size, 64);
	assert_int_equal(read.pmd_size, 2 * MIB);
	assert_int_equal(read.pages_per_section, 32768);
	assert_true(read.map_virtual);
	assert_true(geometry_parse(VMCOREINFO("65536", "64", "29", ""), &read));
	assert_int_equal(read.pmd_size, 512 * MIB);
	assert_int_equal(read.pages_per_section, 8192);
	assert_false(read.map_virtual);
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_false(geometry_parse(bad[i], &read));
}

/* Puts a note behind those in @to; returns their new length. */
static size_t add_note(char *to, size_t at, const char *name, const char *text)
{
	const uint32_t header[3] = { strlen(name) + 1, strlen(text), 0 };

	memcpy(to + at, header, sizeof(header));
	memcpy(to + at + sizeof(header), name, header[0]);
	memcpy(to + at + sizeof(header) + (header[0] + 3) / 4 * 4, text, header[1]);
	return at + sizeof(header) + (header[0] + 3) / 4 * 4 + header[1];
}

static void notes(void **state)
{
	for (size_t length = 1; length <= 8; length++) {
		char all[256] = { 0 }, text[16] = { 0 };
		size_t size = add_note(all, 0, "CORE", "12345678");
		const char *found;

		memset(text, 'x', length);
		size = add_note(all, size, "VMCOREINFO", text);
		all[size] = '!';
		found = geometry_find_note(all, size);
		assert_non_null(found);
		assert_string_equal(found, text);
		assert_null(geometry_find_note(all, size - 1));
	}
}

static void numbers(void **state)
{
	uint64_t read[2];

	assert_int_equal(kho_parse_numbers("0x1000\n0xffffffffffffffff\n", read, 2), 2);
	assert_int_equal(read[0], 0x1000);
	assert_int_equal(read[1], UINT64_MAX);
	assert_int_equal(kho_parse_numbers("", read, 2), 0);
	assert_int_equal(kho_parse_numbers("0x1\n0x2\n0x3\n", read, 2), -1);
	assert_int_equal(kho_parse_numbers("0x1", read, 2), -1);
	assert_int_equal(kho_parse_numbers("-1\n", read, 2), -1);
	assert_int_equal(kho_parse_numbers("0x1ffffffffffffffff\n", read, 2), -1);
}

static void words(void **state)
{
	const char *line = "console=ttyS0 kho_matrix.run=ab  kho_matrix.runner=no kho_matrix.stage=first";
	char *run = cmdline_value(line, "kho_matrix.run="), *none = cmdline_value(line, "stage=");
	char text[] = "a%20b%3Dc%25", cut[] = "a%2", null[] = "a%00b";

	assert_string_equal(run, "ab");
	assert_null(none);
	free(run);
	assert_true(percent_decode(text));
	assert_string_equal(text, "a b=c%");
	assert_false(percent_decode(cut));
	assert_false(percent_decode(null));
}

/* What the guest writes, the harness reads: the same words on both sides. */
static void records_survive_the_way(void **state)
{
	struct record_channel channel = { .run = "0123456789abcdef", .stage = KHO_STAGE_FIRST, .number = 5 };
	g_autofree char *flood = g_strnfill(2 * KHO_RECORD_MAX, 'x');
	static const char text[] = "50% #1 a=b\n\x7f\xc3\xa9";
	struct record record;
	char line[2 * KHO_RECORD_MAX];
	const char *why = NULL;
	ssize_t length;
	int pipes[2];

	assert_int_equal(pipe(pipes), 0);
	channel.fd = pipes[1];
	record_begin(&record, &channel, KHO_TYPE_WARNING);
	record_text(&record, "text", text);
	record_number(&record, "number", UINT64_MAX);
	record_text(&record, "flood", flood); /* cut, but the record stays whole */
	assert_true(record_send(&record));
	length = read(pipes[0], line, sizeof(line) - 1);
	assert_true(length > 0 && length <= KHO_RECORD_MAX && line[length - 1] == '\n');
	line[length - 1] = '\0';
	g_autoptr(KhoRecord) parsed = kho_record_parse(line, &why);
	uint64_t number;

	assert_non_null(parsed);
	assert_int_equal(parsed->number, 5);
	assert_string_equal(parsed->type, KHO_TYPE_WARNING);
	assert_string_equal(kho_record_text(parsed, "text"), text);
	assert_true(kho_record_number(parsed, "number", &number) && number == UINT64_MAX);
	close(pipes[0]);
	close(pipes[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(log_messages),	 cmocka_unit_test(estimates),
		cmocka_unit_test(memory_ranges), cmocka_unit_test(geometry),
		cmocka_unit_test(notes),	 cmocka_unit_test(numbers),
		cmocka_unit_test(words),	 cmocka_unit_test(records_survive_the_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
