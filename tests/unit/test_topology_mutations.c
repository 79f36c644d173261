// SPDX-License-Identifier: GPL-2.0-only
/* A topology file with a few bytes changed, 2000 times: never a crash, never more than one line. */
#include <string.h>

#include "harness/model/random.h"
#include "harness/model/topology.h"
#include "tests/unit/test.h"

static const char valid_file[] = "# Two even nodes of 4 GiB.\n"
				 "description: two nodes\n"
				 "nodes:\n"
				 "  - memory: 4G\n"
				 "    cpus: 1\n"
				 "  - memory: \"4096M\"\n"
				 "    cpus: 2\n"
				 "    ranges:\n"
				 "      - start: 5G\n"
				 "        size: 1G\n"
				 "      - {start: 6G, size: 3G}\n"
				 "distances:\n"
				 "  - [10, 20]\n"
				 "  - [20, 10]\n";

/* Changes, removes or doubles a few bytes. */
static void mutate(struct kho_random *random, GString *text)
{
	static const char bytes[] = "[]{}:,-#&*!|>'\"%@` \n\t0149KMGT\\~?x\xff\x80\x01";

	for (uint64_t changes = 1 + kho_random_below(random, 3); changes; changes--) {
		gsize at = kho_random_below(random, text->len);
		gsize length = 1 + kho_random_below(random, 16);

		length = MIN(length, text->len - at);

		switch (kho_random_below(random, 4)) {
		case 0:
			text->str[at] = bytes[kho_random_below(random, sizeof(bytes))];
			break;
		case 1:
			g_string_erase(text, at, length > 1 ? length - 1 : 0);
			break;
		case 2:
			g_string_insert_c(text, at, bytes[kho_random_below(random, sizeof(bytes))]);
			break;
		case 3: {
			g_autofree char *part = g_memdup2(text->str + at, length);

			g_string_insert_len(text, kho_random_below(random, text->len), part, length);
			break;
		}
		}
	}
}

/* Whatever a file holds, the answer is a topology that can be written and read again, or one line. */
static void test_mutations(void **state)
{
	unsigned int good = 0;

	for (uint64_t round = 0; round < 2000; round++) {
		struct kho_random random = kho_random_start(2026, round);
		g_autoptr(GString) text = g_string_new(valid_file);
		g_autoptr(KhoTopology) topology = NULL, again = NULL;
		g_autoptr(GError) error = NULL;
		g_autofree char *formatted = NULL;

		mutate(&random, text);
		topology = kho_topology_parse("topologies/big.yaml", text->str, text->len, &error);
		if (!topology) {
			assert_true(g_str_has_prefix(error->message, "topologies/big.yaml:"));
			assert_null(strchr(error->message, '\n'));
			assert_true(g_utf8_validate(error->message, -1, NULL));
			continue;
		}
		formatted = kho_topology_format(topology);
		again = kho_topology_parse("again.yaml", formatted, strlen(formatted), &error);
		if (!again)
			fail_msg("%s", error->message);
		good++;
	}
	/* Both ways must have been taken often. */
	assert_in_range(good, 50, 1950);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_mutations) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
