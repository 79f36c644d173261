// SPDX-License-Identifier: GPL-2.0-only
/* How autopsies are written, also such as a dying or a hostile kernel may leave. */
#include <json-glib/json-glib.h>

#include "harness/handover/autopsy_text.h"
#include "tests/unit/made_up_autopsy.h"

/* Escapes of 7 and 8 bits, a right-to-left override, half a character, DEL, a unit separator, a return. */
#define NASTY              \
	"\033[2J \xc2\x9b" \
	"31m \xe2\x80\xae \xc3 \x7f \x1f \r\t<b>\"quoted\"\\"
#define CLEANED "?[2J ?31m ? \xef\xbf\xbd ? ?   <b>\"quoted\"\\"

static void assert_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("'%s' is not in:\n%s", part, text);
}

static void assert_harmless(const char *text)
{
	assert_true(g_utf8_validate(text, -1, NULL));
	for (const char *c = text; *c; c = g_utf8_next_char(c))
		if (*c != '\n' && !g_unichar_isprint(g_utf8_get_char(c)))
			fail_msg("character 0x%x in:\n%s", g_utf8_get_char(c), text);
	assert_true(g_str_has_suffix(text, "\n"));
}

static struct kho_memblock *made_up_memblock(void)
{
	static const struct kho_memblock_region memory[] = {
		{ 0x1000, 0x9f000, 0, 0 },
		{ 0x100000000, 64 * MIB, KHO_MEMBLOCK_KHO_SCRATCH | 0x80000000, 1 },
	};
	static const struct kho_memblock_region reserved[] = {
		{ G_MAXUINT64 - 4095, 4095, KHO_MEMBLOCK_RSRV_KERN, -1 },
	};
	struct kho_memblock *memblock = g_new0(struct kho_memblock, 1);

	memblock->memory = g_array_new(FALSE, FALSE, sizeof(struct kho_memblock_region));
	memblock->reserved = g_array_new(FALSE, FALSE, sizeof(struct kho_memblock_region));
	g_array_append_vals(memblock->memory, memory, COUNT(memory));
	g_array_append_vals(memblock->reserved, reserved, COUNT(reserved));
	memblock->scratch = 64 * MIB;
	memblock->scratch_free = (1ULL << 53) + 1;
	memblock->scratch_largest = G_MAXUINT64;
	return memblock;
}

/* With everything that there can be. */
static struct kho_autopsy *full_autopsy(void)
{
	struct kho_autopsy *autopsy =
		made_up_autopsy("[    0.000000] Linux version 6.19.6\n\n[    0.100000] " NASTY "\n");
	struct kho_autopsy_cpu *cpu = made_up_cpu(autopsy, "sparse_init ?left_over start_kernel");

	cpu->registers.rip = G_MAXUINT64;
	cpu->registers.rsp = 0xffffffff82803f00;
	cpu->registers.cr2 = 0x10;
	cpu = made_up_cpu(autopsy, "-");
	cpu->registers.halted = true;
	cpu = made_up_cpu(autopsy, "");
	cpu->registers.cpl = 3;
	autopsy->reason = g_strdup("oops: page fault in sparse_init (sparse_init)");
	autopsy->slide = 0x18000000;
	autopsy->memblock = made_up_memblock();
	autopsy->registers = g_strdup("CPU#0\r\nRAX=0 \033[31m\r\n");
	return autopsy;
}

/* Of a machine that nothing was read from. */
static struct kho_autopsy *empty_autopsy(void)
{
	struct kho_autopsy *autopsy = made_up_autopsy(NULL);

	autopsy->found = false;
	return autopsy;
}

/* --- as text --- */

static void text_of_all(void **state)
{
	g_autoptr(KhoAutopsy) autopsy = full_autopsy();
	g_autofree char *text = kho_autopsy_text(autopsy);

	assert_harmless(text);
	assert_true(g_str_has_prefix(text, "reason: oops: page fault in sparse_init (sparse_init)\n"
					   "boot had come to: sparse_init\n"
					   "KASLR moved the kernel by 0x18000000\n"));
	assert_has(text, "\nCPU 0: in the kernel\n"
			 "  rip 0xffffffffffffffff  rsp 0xffffffff82803f00  rbp 0x0  rflags 0x200  cr2 0x10\n"
			 "    sparse_init+0x10/0x20\n"
			 "    ? left_over+0x10/0x20\n"
			 "    start_kernel+0x10/0x20\n");
	assert_has(text, "\nCPU 1: in the kernel, halted\n");
	assert_has(text, "    0xffffffff81000000\n");
	assert_has(text, "\nCPU 2: in user space\n");
	assert_has(text, "  scratch: 67108864 bytes, free: 9007199254740993, in one piece: 18446744073709551615\n"
			 "  memory: 2 regions\n"
			 "    [0x000000001000-0x0000000a0000) 651264 bytes, nid 0, none\n"
			 "    [0x000100000000-0x000104000000) 67108864 bytes, nid 1, scratch|0x80000000\n"
			 "  reserved: 1 regions\n"
			 "    [0xfffffffffffff000-0xffffffffffffffff) 4095 bytes, nid -1, kernel\n");
	assert_has(text, "\nthe kernel's log:\n[    0.000000] Linux version 6.19.6\n[    0.100000] " CLEANED "\n");
	assert_has(text, "\nall registers:\nCPU#0 \nRAX=0 ?[31m \n");
}

static void text_of_nothing(void **state)
{
	g_autoptr(KhoAutopsy) autopsy = empty_autopsy();
	g_autofree char *text = kho_autopsy_text(autopsy), *why = NULL;

	assert_harmless(text);
	assert_true(g_str_has_prefix(text, "boot had come to: unknown\n\nmemblock:\n  not read\n"));
	assert_has(text, "the kernel's log:\n  not read\n");
	assert_has(text, "all registers:\n  QEMU did not answer\n");
	autopsy->log_problem = g_strdup("the log is " NASTY);
	autopsy->memblock_problem = g_strdup("memblock is " NASTY);
	why = kho_autopsy_text(autopsy);
	assert_harmless(why);
	assert_has(why, "\n  the log is " CLEANED "\n");
	assert_has(why, "\n  memblock is " CLEANED "\n");
}

/* --- as JSON --- */

/* A value by a path like "$.cpus[0].rip"; to be freed. */
static JsonNode *at(JsonNode *root, const char *path)
{
	g_autoptr(JsonNode) matches = json_path_query(path, root, NULL);

	assert_non_null(matches);
	if (json_array_get_length(json_node_get_array(matches)) != 1)
		fail_msg("no %s", path);
	return json_array_dup_element(json_node_get_array(matches), 0);
}

/* Written without spaces and line ends, the value is this. */
static void assert_json(JsonNode *root, const char *path, const char *expected)
{
	g_autoptr(JsonNode) node = at(root, path);
	g_autofree char *text = json_to_string(node, FALSE);

	if (!g_str_equal(text, expected))
		fail_msg("%s is %s, not %s", path, text, expected);
}

static JsonNode *parse(const char *text)
{
	g_autoptr(GError) error = NULL;
	JsonNode *root = json_from_string(text, &error);

	assert_null(error);
	assert_harmless(text);
	return root;
}

/* Every key that docs/results.md describes, in this order. */
static void keys_of_both(void **state)
{
	static const char keys[] = "reason progress kernel_found slide cpus memblock_problem memblock log_problem log";
	struct kho_autopsy *autopsies[] = { full_autopsy(), empty_autopsy() };

	for (size_t i = 0; i < COUNT(autopsies); i++) {
		g_autofree char *text = kho_autopsy_json(autopsies[i]);
		g_autoptr(JsonNode) root = parse(text);
		g_autoptr(GList) members = json_object_get_members(json_node_get_object(root));
		g_autoptr(GString) seen = g_string_new(NULL);

		for (GList *member = members; member; member = member->next)
			g_string_append_printf(seen, "%s%s", seen->len ? " " : "", (char *)member->data);
		assert_string_equal(seen->str, keys);
		kho_autopsy_free(autopsies[i]);
	}
}

static void json_of_all(void **state)
{
	g_autoptr(KhoAutopsy) autopsy = full_autopsy();
	g_autofree char *text = kho_autopsy_json(autopsy);
	g_autoptr(JsonNode) root = parse(text);

	assert_json(root, "$.reason", "\"oops: page fault in sparse_init (sparse_init)\"");
	assert_json(root, "$.progress", "\"sparse_init\"");
	assert_json(root, "$.kernel_found", "true");
	assert_json(root, "$.slide", "\"0x18000000\"");
	assert_json(root, "$.cpus[0].stack[1]",
		    "{\"address\":\"0xffffffff81000001\",\"function\":\"left_over\",\"offset\":16,\"size\":32,"
		    "\"reliable\":false}");
	assert_json(root, "$.cpus[0].rip", "\"0xffffffffffffffff\"");
	assert_json(root, "$.cpus[0].rflags", "\"0x200\"");
	assert_json(root, "$.cpus[0].cpl", "0");
	assert_json(root, "$.cpus[1].halted", "true");
	assert_json(root, "$.cpus[1].stack[0].function", "null");
	assert_json(root, "$.cpus[2].cpu", "2");
	assert_json(root, "$.cpus[2].stack", "[]");
	assert_json(root, "$.memblock_problem", "null");
	assert_json(root, "$.memblock.scratch_bytes", "67108864");
	/* Exact, also where a double or an int64 ends. */
	assert_json(root, "$.memblock.scratch_free_bytes", "9007199254740993");
	assert_json(root, "$.memblock.scratch_largest_bytes", "\"18446744073709551615\"");
	assert_json(root, "$.memblock.memory[1]",
		    "{\"base\":\"0x100000000\",\"size\":67108864,\"flags\":\"scratch|0x80000000\",\"nid\":1}");
	assert_json(root, "$.memblock.reserved[0].nid", "-1");
	assert_json(root, "$.log_problem", "null");
	assert_json(root, "$.log[0]", "\"[    0.000000] Linux version 6.19.6\"");
}

/* What is not known is null. */
static void json_of_nothing(void **state)
{
	g_autoptr(KhoAutopsy) autopsy = empty_autopsy();
	g_autofree char *text = kho_autopsy_json(autopsy);
	g_autoptr(JsonNode) root = parse(text);

	assert_json(root, "$.reason", "null");
	assert_json(root, "$.progress", "\"unknown\"");
	assert_json(root, "$.kernel_found", "false");
	assert_json(root, "$.cpus", "[]");
	assert_json(root, "$.memblock", "null");
	assert_json(root, "$.log", "null");
}

/* A CPU that QEMU printed nothing of is not at address 0. */
static void a_cpu_without_registers(void **state)
{
	g_autoptr(KhoAutopsy) autopsy = made_up_autopsy(NULL);
	struct kho_autopsy_cpu *cpu = made_up_cpu(autopsy, "");
	g_autofree char *text = NULL, *json = NULL;
	g_autoptr(JsonNode) root = NULL;

	cpu->registers = (struct kho_cpu_registers){ .cpu = 7 };
	text = kho_autopsy_text(autopsy);
	json = kho_autopsy_json(autopsy);
	root = parse(json);
	assert_has(text, "\nCPU 7: its registers are not known\n\n");
	assert_json(root, "$.cpus[0].cpu", "7");
	assert_json(root, "$.cpus[0].rip", "null");
	assert_json(root, "$.cpus[0].cr2", "null");
	assert_json(root, "$.cpus[0].stack", "[]");
}

/* A log without a word is not a log that was not read. */
static void an_empty_log(void **state)
{
	g_autoptr(KhoAutopsy) autopsy = made_up_autopsy("");
	g_autofree char *text = kho_autopsy_json(autopsy);
	g_autoptr(JsonNode) root = parse(text);

	assert_json(root, "$.log", "[]");
	assert_json(root, "$.log_problem", "null");
}

static void nasty_json(void **state)
{
	g_autoptr(KhoAutopsy) autopsy = made_up_autopsy(NASTY "\n" NASTY);
	g_autofree char *text = NULL;
	g_autoptr(JsonNode) root = NULL, line = NULL;

	autopsy->reason = g_strdup(NASTY);
	autopsy->memblock_problem = g_strdup(NASTY);
	made_up_cpu(autopsy, "f");
	g_free(((struct kho_frame *)((struct kho_autopsy_cpu *)autopsy->cpus->pdata[0])->frames->pdata[0])->function);
	((struct kho_frame *)((struct kho_autopsy_cpu *)autopsy->cpus->pdata[0])->frames->pdata[0])->function =
		g_strdup(NASTY);
	text = kho_autopsy_json(autopsy);
	root = parse(text);
	line = at(root, "$.log[1]");
	assert_string_equal(json_node_get_string(line), CLEANED);
}

/* Lines of a megabyte. (The sanitizers' strstr() measures all that is left for every line: few must do.) */
static void large_logs(void **state)
{
	g_autofree char *line = g_strnfill(MIB, 'x');
	g_autoptr(GString) log = g_string_new(NULL);
	g_autoptr(KhoAutopsy) autopsy = NULL;
	g_autofree char *text = NULL, *json = NULL;
	gint64 before = g_get_monotonic_time();

	line[MIB / 2] = '\033';
	for (guint i = 0; i < 2; i++)
		g_string_append_printf(log, "%s\n", line);
	for (guint i = 0; i < 500; i++)
		g_string_append_printf(log, "[%12u.000000] a line that is quite usual\n", i);
	autopsy = made_up_autopsy(NULL);
	autopsy->log = g_strdup(log->str);
	text = kho_autopsy_text(autopsy);
	json = kho_autopsy_json(autopsy);
	assert_null(strchr(text, '\033'));
	assert_null(strchr(json, '\033'));
	assert_true(strlen(text) > log->len);
	assert_true(strlen(json) > log->len);
	assert_true(g_get_monotonic_time() - before < 60 * G_USEC_PER_SEC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_of_all),	   cmocka_unit_test(text_of_nothing),
		cmocka_unit_test(keys_of_both),	   cmocka_unit_test(json_of_all),
		cmocka_unit_test(json_of_nothing), cmocka_unit_test(an_empty_log),
		cmocka_unit_test(nasty_json),	   cmocka_unit_test(a_cpu_without_registers),
		cmocka_unit_test(large_logs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
