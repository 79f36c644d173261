// SPDX-License-Identifier: GPL-2.0-only
/*
 * The search for a boundary on machines that are made up: what each value does is a letter.
 *
 *	r load rejected   x fails   s survives   d KHO off   v void   ? survives and fails in turn
 */
#include "harness/judge/boundary.h"
#include "tests/unit/test.h"

#include <string.h>

/* --- a machine that is made up, and a search on it --- */

struct machine {
	const char *does; /* a letter for each value, the first for 1 */
	unsigned int tries[64];
	unsigned int rounds, all;
};

static char letter(const struct machine *machine, uint64_t value)
{
	return machine->does[value - 1];
}

static enum kho_shown try_value(struct machine *machine, uint64_t value)
{
	unsigned int before = machine->tries[value]++;

	machine->all++;
	switch (letter(machine, value)) {
	case 'r':
		return KHO_SHOWN_REJECTED;
	case 'x':
		return KHO_SHOWN_FAILED;
	case 's':
		return KHO_SHOWN_SURVIVED;
	case 'd':
		return KHO_SHOWN_DISABLED;
	case '?':
		return before % 2 ? KHO_SHOWN_FAILED : KHO_SHOWN_SURVIVED;
	}
	return KHO_SHOWN_NOTHING;
}

/* Runs a search to its end. Every round has something new in it, so it ends. */
static void search(struct kho_boundary *boundary, struct machine *machine, struct kho_boundary_result *result)
{
	for (;;) {
		g_autoptr(GArray) values = kho_boundary_next(boundary);

		if (!values->len)
			break;
		machine->rounds++;
		assert_true(machine->rounds < 1000);
		for (guint i = 0; i < values->len; i++) {
			uint64_t value = g_array_index(values, uint64_t, i);

			assert_in_range(value, 1, strlen(machine->does));
			kho_boundary_see(boundary, value, try_value(machine, value));
		}
	}
	kho_boundary_result(boundary, result);
	assert_int_equal(result->tries, machine->all);
}

static struct kho_boundary_config plain(const char *does)
{
	return (struct kho_boundary_config){ .low = 1, .high = strlen(does), .repeats = 2, .width = 2, .survey = 2 };
}

static struct machine run(const char *does, const struct kho_boundary_config *config,
			  struct kho_boundary_result *result)
{
	struct machine machine = { .does = does };
	g_autoptr(KhoBoundary) boundary = kho_boundary_new(config);

	search(boundary, &machine, result);
	return machine;
}

static struct machine find(const char *does, struct kho_boundary_result *result)
{
	struct kho_boundary_config config = plain(does);

	return run(does, &config, result);
}

static void assert_edge(const struct kho_boundary_edge *edge, uint64_t below, uint64_t at)
{
	assert_int_equal(edge->have_below, below != 0);
	assert_int_equal(edge->have_at, at != 0);
	if (below)
		assert_int_equal(edge->below, below);
	if (at)
		assert_int_equal(edge->at, at);
}

static void assert_plain(const struct kho_boundary_result *result, uint64_t below, uint64_t at)
{
	assert_true(result->monotonic);
	assert_true(result->agree);
	assert_edge(&result->first, below, at);
	assert_edge(&result->last, below, at);
}

/* --- by hand --- */

static void test_an_edge(void **state)
{
	struct kho_boundary_result result;
	struct machine machine = find("rrrrxxxxxxxxsssssssssssdddd", &result);

	assert_plain(&result, 12, 13);
	/* Both sides were tried again. */
	assert_int_equal(machine.tries[12], 2);
	assert_int_equal(machine.tries[13], 2);
	assert_true(machine.all < 16);
}

static void test_edge_at_either_end(void **state)
{
	struct kho_boundary_result result;

	find("sssssssss", &result);
	assert_plain(&result, 0, 1);
	find("xxxxxxxxs", &result);
	assert_plain(&result, 8, 9);
	find("xssssssss", &result);
	assert_plain(&result, 1, 2);
	find("s", &result);
	assert_plain(&result, 0, 1);
	find("xs", &result);
	assert_plain(&result, 1, 2);
}

static void test_none_survives(void **state)
{
	struct kho_boundary_result result;

	find("xxxxxxxxx", &result);
	assert_plain(&result, 9, 0);
	assert_false(result.have_disabled);
	find("rrxxxxdddddd", &result);
	assert_plain(&result, 6, 0);
	assert_true(result.have_disabled);
	assert_int_equal(result.disabled, 7);
}

static void test_nothing_is_handed_over(void **state)
{
	struct kho_boundary_result result;

	find("rrrrrrdddddd", &result);
	assert_plain(&result, 6, 0);
	assert_int_equal(result.rejected, 6);
	assert_int_equal(result.disabled, 7);
	find("dddddd", &result);
	assert_plain(&result, 0, 0);
	assert_int_equal(result.disabled, 1);
	find("rrrrrr", &result);
	assert_plain(&result, 6, 0);
	assert_false(result.have_disabled);
}

static void test_rejected_right_below(void **state)
{
	struct kho_boundary_result result;
	struct machine machine = find("rrrrrssssss", &result);

	assert_plain(&result, 5, 6);
	assert_true(result.have_rejected);
	assert_int_equal(result.rejected, 5);
	assert_int_equal(machine.tries[5], 2);
}

static void test_a_right_guess_is_quick(void **state)
{
	static const char does[] = "rrrrrrrrxxxxxxxxxxxxxxxxxxxxxsssssssssssssssssssssddddddddd";
	struct kho_boundary_config config = plain(does);
	struct kho_boundary_result result;
	struct machine machine;

	config.have_guess = true;
	config.survey = 0;
	config.guess = strlen("rrrrrrrrxxxxxxxxxxxxxxxxxxxxxs");
	machine = run(does, &config, &result);
	assert_plain(&result, config.guess - 1, config.guess);
	assert_int_equal(machine.all, 4);
	assert_int_equal(machine.rounds, 2);
	/* Two steps off costs a round more. */
	config.guess += 2;
	machine = run(does, &config, &result);
	assert_plain(&result, config.guess - 3, config.guess - 2);
	assert_true(machine.all <= 7);
}

static void test_a_guess_is_not_believed(void **state)
{
	static const char does[] = "rrrrxxxxxxxxxxxxxsssssssssssssssssssssssdddd";
	struct kho_boundary_result result;

	for (uint64_t guess = 1; guess <= strlen(does) + 3; guess++) {
		struct kho_boundary_config config = plain(does);

		config.have_guess = true;
		config.guess = guess;
		run(does, &config, &result);
		assert_plain(&result, 17, 18);
	}
}

static void test_an_island_of_failure(void **state)
{
	struct kho_boundary_config config = plain("xxxxxsssssxssssss");
	struct kho_boundary_result result;

	config.survey = 17;
	run("xxxxxsssssxssssss", &config, &result);
	assert_false(result.monotonic);
	assert_true(result.agree);
	assert_edge(&result.first, 5, 6);
	assert_edge(&result.last, 11, 12);
}

static void test_failure_at_the_top(void **state)
{
	struct kho_boundary_config config = plain("xxxxsssssxxdd");
	struct kho_boundary_result result;

	config.survey = 13;
	run("xxxxsssssxxdd", &config, &result);
	assert_false(result.monotonic);
	assert_edge(&result.first, 4, 5);
	assert_edge(&result.last, 11, 0);
	assert_int_equal(result.disabled, 12);
}

static void test_repeats_that_disagree(void **state)
{
	struct kho_boundary_result result;

	/* What survives only sometimes does not survive. */
	find("xxxxxxx?sssssss", &result);
	assert_false(result.agree);
	assert_true(result.monotonic);
	assert_edge(&result.first, 8, 9);
	find("???", &result);
	assert_false(result.agree);
	assert_edge(&result.first, 3, 0);
}

static void test_void_is_tried_once_more(void **state)
{
	struct kho_boundary_result result;
	struct machine machine = find("xxxxxvssss", &result);

	assert_plain(&result, 5, 7);
	assert_int_equal(machine.tries[6], 2);
	machine = find("xxxxxxssssvvvvvvvvvvvvvvvvvvvvvv", &result);
	assert_plain(&result, 6, 7);
	machine = find("vvvv", &result);
	assert_plain(&result, 0, 0);
	assert_int_equal(machine.all, 8);
}

/* A host that loses every machine, or a range in which no kernel boots, must not cost a boot a value. */
static void test_the_void_is_given_up(void **state)
{
	struct kho_boundary_config config = { .low = 1, .high = 60, .repeats = 2, .width = 2, .survey = 3 };
	char does[61] = "";
	struct kho_boundary_result result;
	struct machine machine;

	memset(does, 'v', 60);
	machine = run(does, &config, &result);
	assert_plain(&result, 0, 0);
	assert_in_range(machine.all, 16, 30);
	memset(does, 'x', 20);
	machine = run(does, &config, &result);
	assert_false(result.last.have_at);
	assert_in_range(machine.all, 10, 30);
}

static void test_what_was_seen_before_counts(void **state)
{
	static const char does[] = "xxxxxsssss";
	struct kho_boundary_config config = plain(does);
	g_autoptr(KhoBoundary) boundary = NULL;
	struct machine machine = { .does = does, .all = 2 };
	struct kho_boundary_result result;

	config.survey = 0;
	boundary = kho_boundary_new(&config);
	kho_boundary_see(boundary, 5, KHO_SHOWN_FAILED);
	kho_boundary_see(boundary, 6, KHO_SHOWN_SURVIVED);
	kho_boundary_result(boundary, &result);
	assert_plain(&result, 5, 6);
	search(boundary, &machine, &result);
	assert_int_equal(machine.rounds, 1);
}

static void test_wide_ranges(void **state)
{
	struct kho_boundary_config config = { .low = 1, .high = UINT64_MAX - 1, .repeats = 1, .width = 1, .survey = 3 };
	static const uint64_t edges[] = { 1, 2, 1000, 1ULL << 40, UINT64_MAX - 2, UINT64_MAX - 1 };

	for (gsize i = 0; i < COUNT(edges) * 4; i++) {
		g_autoptr(KhoBoundary) boundary = NULL;
		struct kho_boundary_result result;
		unsigned int tries = 0;

		config.have_guess = i % 4;
		config.guess = i % 4 == 1 ? 1 : i % 4 == 2 ? UINT64_MAX - 1 : 1ULL << 39;
		boundary = kho_boundary_new(&config);
		for (;;) {
			g_autoptr(GArray) values = kho_boundary_next(boundary);

			if (!values->len)
				break;
			for (guint j = 0; j < values->len; j++) {
				uint64_t value = g_array_index(values, uint64_t, j);

				kho_boundary_see(boundary, value,
						 value < edges[i / 4] ? KHO_SHOWN_FAILED : KHO_SHOWN_SURVIVED);
			}
			assert_true(++tries < 140);
		}
		kho_boundary_result(boundary, &result);
		assert_plain(&result, edges[i / 4] - 1, edges[i / 4]);
	}
}

/* --- every machine there is --- */

static bool is_plain(const char *does)
{
	static const char order[] = "rxsd";

	for (const char *c = does; c[0] && c[1]; c++)
		if (strchr(order, c[0]) > strchr(order, c[1]))
			return false;
	return true;
}

static uint64_t count_before(const char *does, const char *letters)
{
	return strspn(does, letters);
}

/* Nothing is said that the machine does not do, and neighbours are neighbours. */
static void check_edge(const struct machine *machine, const struct kho_boundary_edge *edge)
{
	if (edge->have_at)
		assert_int_equal(letter(machine, edge->at), 's');
	if (edge->have_below)
		assert_int_not_equal(letter(machine, edge->below), 's');
	if (edge->have_at && edge->have_below)
		assert_int_equal(edge->below + 1, edge->at);
	if (edge->have_at && !edge->have_below)
		assert_int_equal(edge->at, 1);
}

static void check_what_was_seen(const struct machine *machine, const struct kho_boundary_result *result)
{
	uint64_t first = 0, failed_above = 0, most = strlen(machine->does);
	bool handed_over_above = false;

	for (uint64_t value = most; value; value--) {
		char does = letter(machine, value);

		if (!machine->tries[value])
			continue;
		handed_over_above |= does != 'd';
		if (does == 's')
			first = value;
		else if (handed_over_above && !failed_above)
			failed_above = value;
	}
	assert_int_equal(result->first.have_at, first != 0);
	if (first)
		assert_int_equal(result->first.at, first);
	assert_int_equal(result->last.have_below, failed_above != 0);
	if (failed_above)
		assert_int_equal(result->last.below, failed_above);
	assert_int_equal(result->monotonic, !first || failed_above < first);
}

static void check_plain(const struct machine *machine, const struct kho_boundary_result *result)
{
	uint64_t below = count_before(machine->does, "rx"), at = letter(machine, below + 1) == 's' ? below + 1 : 0;

	assert_plain(result, below, at);
}

/* With a survey of everything nothing is missed. */
static void check_all(const struct machine *machine, const struct kho_boundary_result *result)
{
	const char *first = strchr(machine->does, 's');

	assert_int_equal(result->first.have_at, first != NULL);
	if (first)
		assert_int_equal(result->first.at, first - machine->does + 1);
}

/* All but what lies below a load that was rejected. */
static bool all_are_looked_at(const char *does)
{
	return strspn(does, "r") + strcspn(does + strspn(does, "r"), "r") == strlen(does) && !strchr(does, 'd');
}

static void check_machine(const char *does, const struct kho_boundary_config *config)
{
	struct kho_boundary_result result;
	struct machine machine = run(does, config, &result);

	assert_true(result.agree);
	check_edge(&machine, &result.first);
	check_edge(&machine, &result.last);
	check_what_was_seen(&machine, &result);
	if (is_plain(does))
		check_plain(&machine, &result);
	if (config->survey >= strlen(does) && all_are_looked_at(does))
		check_all(&machine, &result);
}

#define MOST_VALUES 6

static void for_every_machine(unsigned int length, const struct kho_boundary_config *config)
{
	static const char letters[] = "rxsd";
	char does[MOST_VALUES + 1] = "";

	for (unsigned int number = 0; number < 1U << 2 * length; number++) {
		for (unsigned int i = 0; i < length; i++)
			does[i] = letters[number >> 2 * i & 3];
		check_machine(does, config);
	}
}

static void test_every_machine(void **state)
{
	for (unsigned int length = 1; length <= MOST_VALUES; length++) {
		for (unsigned int width = 1; width <= 3; width++) {
			for (unsigned int guess = 0; guess <= length + 1; guess++) {
				struct kho_boundary_config config = { .low = 1,
								      .high = length,
								      .repeats = 1 + guess % 2,
								      .width = width,
								      .survey = guess % 2 ? length : width - 1,
								      .have_guess = guess != 0,
								      .guess = guess };

				for_every_machine(length, &config);
			}
		}
	}
}

static void test_outcomes(void **state)
{
	assert_int_equal(kho_shown_by(KHO_OUTCOME_SURVIVED), KHO_SHOWN_SURVIVED);
	assert_int_equal(kho_shown_by(KHO_OUTCOME_HUNG), KHO_SHOWN_FAILED);
	assert_int_equal(kho_shown_by(KHO_OUTCOME_PANICKED), KHO_SHOWN_FAILED);
	assert_int_equal(kho_shown_by(KHO_OUTCOME_RESET), KHO_SHOWN_FAILED);
	assert_int_equal(kho_shown_by(KHO_OUTCOME_LOAD_REJECTED), KHO_SHOWN_REJECTED);
	assert_int_equal(kho_shown_by(KHO_OUTCOME_KHO_DISABLED), KHO_SHOWN_DISABLED);
	assert_int_equal(kho_shown_by(KHO_OUTCOME_LOST), KHO_SHOWN_NOTHING);
	assert_int_equal(kho_shown_by(KHO_OUTCOME_FIRST_BOOT_FAILED), KHO_SHOWN_NOTHING);
	/* Its successor lives, but nothing says that it would have with what was preserved. */
	assert_int_equal(kho_shown_by(KHO_OUTCOME_NOT_HANDED_OVER), KHO_SHOWN_NOTHING);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_edge),
		cmocka_unit_test(test_edge_at_either_end),
		cmocka_unit_test(test_none_survives),
		cmocka_unit_test(test_nothing_is_handed_over),
		cmocka_unit_test(test_rejected_right_below),
		cmocka_unit_test(test_a_right_guess_is_quick),
		cmocka_unit_test(test_a_guess_is_not_believed),
		cmocka_unit_test(test_an_island_of_failure),
		cmocka_unit_test(test_failure_at_the_top),
		cmocka_unit_test(test_repeats_that_disagree),
		cmocka_unit_test(test_void_is_tried_once_more),
		cmocka_unit_test(test_the_void_is_given_up),
		cmocka_unit_test(test_what_was_seen_before_counts),
		cmocka_unit_test(test_wide_ranges),
		cmocka_unit_test(test_every_machine),
		cmocka_unit_test(test_outcomes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
