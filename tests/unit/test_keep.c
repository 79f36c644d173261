// SPDX-License-Identifier: GPL-2.0-only
/* What the guest does to preserve memory, as far as no kernel is needed for it. */
#include <errno.h>
#include <unistd.h>

#include "guest/ballast.h"
#include "guest/keep.h"
#include "guest/keep_places.h"
#include "guest/kept_ranges.h"
#include "guest/memfd.h"
#include "tests/unit/test.h"

#define RUN "0123456789abcdef"

static void requests(void **state)
{
	static const char *const bad[] = { "",
					   "1",
					   "1:block:0",
					   "0:block:0:-1",
					   "1:sieve:0:-1",
					   "x:block:0:-1",
					   "1:block:0:-1 ",
					   "1:block:0:-1:3",
					   "1:block:0:1024",
					   "1::0:-1" };
	struct keep_request request;

	assert_true(keep_parse("6442450944:block:0:-1", &request));
	assert_int_equal(request.bytes, 6ULL << 30);
	assert_int_equal(request.scatter, KEEP_BLOCK);
	assert_int_equal(request.node, -1);
	assert_true(keep_parse("2097152:each-gib:0:1", &request));
	assert_int_equal(request.scatter, KEEP_EACH_GIB);
	assert_int_equal(request.node, 1);
	assert_true(keep_parse("4194304:random:4294967295:-1", &request));
	assert_int_equal(request.scatter, KEEP_RANDOM);
	assert_int_equal(request.seed, 0xffffffff);
	for (size_t i = 0; i < COUNT(bad); i++)
		if (keep_parse(bad[i], &request))
			fail_msg("'%s' is taken", bad[i]);
}

/* The same seed, the same order; each number once. */
static void shuffled(void **state)
{
	size_t one[100], same[100], other[100];
	bool seen[100] = { false }, differs = false;

	keep_shuffle(one, COUNT(one), 7);
	keep_shuffle(same, COUNT(same), 7);
	keep_shuffle(other, COUNT(other), 8);
	for (size_t i = 0; i < COUNT(one); i++) {
		assert_true(one[i] < COUNT(one) && !seen[one[i]]);
		seen[one[i]] = true;
		assert_int_equal(one[i], same[i]);
		differs |= one[i] != other[i];
	}
	assert_true(differs);
}

/* Slots are of the node's memory, different ones, and the same each time: by address, not by what is free. */
static void places_are_drawn(void **state)
{
	struct kho_memory_range ranges[] = { { 4096, 3 * GIB, 0 },
					     { 4 * GIB, 5 * GIB + MIB, 1 },
					     { 5 * GIB + MIB, 6 * GIB, 0 } };
	const struct memory_map map = { ranges, COUNT(ranges), 2 };
	struct keep_places places, same, other;

	assert_true(keep_places_draw(&map, -1, 7, 16, &places));
	assert_true(keep_places_draw(&map, -1, 7, 16, &same));
	assert_true(keep_places_draw(&map, -1, 8, 16, &other));
	assert_int_equal(places.slot, 64 * MIB);
	assert_memory_equal(places.starts, same.starts, 16 * sizeof(*places.starts));
	assert_memory_not_equal(places.starts, other.starts, 16 * sizeof(*places.starts));
	for (size_t i = 0; i < places.count; i++) {
		assert_int_equal(places.starts[i] % places.slot, 0);
		for (size_t k = 0; k < i; k++)
			assert_true(places.starts[i] != places.starts[k]);
	}
	keep_places_free(&places);
	keep_places_free(&same);
	keep_places_free(&other);
	/* 16 slots of 64 MiB on node 1: for more they are smaller. */
	assert_true(keep_places_draw(&map, 1, 7, 100, &places));
	assert_int_equal(places.slot, 4 * MIB);
	for (size_t i = 0; i < places.count; i++)
		assert_true(places.starts[i] >= 4 * GIB && places.starts[i] + places.slot <= 5 * GIB + MIB);
	keep_places_free(&places);
	assert_false(keep_places_draw(&map, 1, 7, 513, &places));
	assert_false(keep_places_draw(&map, 5, 7, 1, &places));
}

static void the_nearest_is_chosen(void **state)
{
	static const uint64_t addresses[] = { 100, 500, 300, 310 };
	bool taken[COUNT(addresses)] = { false };

	assert_int_equal(keep_places_nearest(addresses, taken, COUNT(addresses), 0), 0);
	assert_int_equal(keep_places_nearest(addresses, taken, COUNT(addresses), 305), 2);
	taken[2] = true;
	assert_int_equal(keep_places_nearest(addresses, taken, COUNT(addresses), 305), 3);
	assert_int_equal(keep_places_nearest(addresses, taken, COUNT(addresses), UINT64_MAX), 1);
	taken[0] = taken[1] = taken[3] = true;
	assert_int_equal(keep_places_nearest(addresses, taken, COUNT(addresses), 305), COUNT(addresses));
	assert_int_equal(keep_places_nearest(addresses, taken, 0, 305), 0);
}

static void blocks(void **state)
{
	const struct kho_memory_range range = { 200 * MIB, (3ULL << 30) + 96 * MIB, 0 };

	assert_true(keep_block_counts(&range, 0));
	assert_true(keep_block_counts(&range, 2));
	assert_false(keep_block_counts(&range, 3)); /* as much as the kernel keeps free */
	assert_false(keep_block_counts(&range, 4));
}

static void every_byte_counts(void **state)
{
	static const uint64_t places[] = { 0, 7, 8, 4095, 4096, 123456, (1 << 20) + 4095 };
	uint64_t bytes = (1 << 20) + 4096, found;
	int fd = memfd_new(RUN, 5, bytes, MEMFD_ANY_NODE);

	assert_true(fd >= 0);
	assert_true(memfd_is_intact(fd, RUN, 5, &found));
	assert_int_equal(found, bytes);
	assert_false(memfd_is_intact(fd, RUN, 6, &found));
	assert_int_equal(errno, 0);
	assert_false(memfd_is_intact(fd, "0123456789abcdee", 5, &found));
	for (size_t i = 0; i < COUNT(places); i++) {
		unsigned char byte;

		assert_int_equal(pread(fd, &byte, 1, places[i]), 1);
		byte ^= 1;
		assert_int_equal(pwrite(fd, &byte, 1, places[i]), 1);
		assert_false(memfd_is_intact(fd, RUN, 5, &found));
		byte ^= 1;
		assert_int_equal(pwrite(fd, &byte, 1, places[i]), 1);
	}
	assert_true(memfd_is_intact(fd, RUN, 5, &found));
	close(fd);
}

/* A page that came through at the wrong place. */
static void order_counts(void **state)
{
	uint64_t found;
	int fd = memfd_new(RUN, 2, 8192, MEMFD_ANY_NODE);
	char first[4096], second[4096];

	assert_int_equal(pread(fd, first, sizeof(first), 0), sizeof(first));
	assert_int_equal(pread(fd, second, sizeof(second), sizeof(first)), sizeof(second));
	assert_int_equal(pwrite(fd, second, sizeof(second), 0), sizeof(second));
	assert_int_equal(pwrite(fd, first, sizeof(first), sizeof(second)), sizeof(first));
	assert_false(memfd_is_intact(fd, RUN, 2, &found));
	close(fd);
}

static void kilobytes(void **state)
{
	static const char text[] = "Node 0 MemTotal:  4194304 kB\nNode 0 MemFree:    123456 kB\nNode 0 MemUsed: 1 kB\n";

	assert_int_equal(ballast_parse_kilobytes(text, "MemFree:"), 123456 << 10);
	assert_int_equal(ballast_parse_kilobytes(text, "MemAvailable:"), 0);
	assert_int_equal(ballast_parse_kilobytes(NULL, "MemFree:"), 0);
}

static void ranges_are_joined(void **state)
{
	struct kept_ranges kept = { 0 };

	kept_ranges_sort(&kept);
	assert_int_equal(kept.count, 0);
	kept_ranges_add(&kept, 8 * MIB, 4096);
	kept_ranges_add(&kept, 8 * MIB + 4096, 4096);
	kept_ranges_add(&kept, 2 * MIB, MIB);
	kept_ranges_add(&kept, 3 * MIB, 4096);
	kept_ranges_add(&kept, 2 * MIB, 4096);
	kept_ranges_sort(&kept);
	assert_int_equal(kept.count, 2);
	assert_true(kept.ranges[0].start == 2 * MIB && kept.ranges[0].end == 3 * MIB + 4096);
	assert_true(kept.ranges[1].start == 8 * MIB && kept.ranges[1].end == 8 * MIB + 8192);
	assert_false(kept.lost);
	kept_ranges_free(&kept);
}

/* All of it or none: half of a map would be a wrong one. */
static void too_many_ranges_are_none(void **state)
{
	struct kept_ranges kept = { 0 };

	for (uint64_t i = 0; i <= KEPT_RANGES_MAX; i++)
		kept_ranges_add(&kept, i * 2 * MIB, 4096);
	assert_false(kept.lost);
	kept_ranges_sort(&kept);
	assert_true(kept.lost);
	kept_ranges_free(&kept);
	kept_ranges_add_memfd(&kept, -1, 4096);
	assert_true(kept.lost);
	kept_ranges_free(&kept);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ranges_are_joined),
		cmocka_unit_test(too_many_ranges_are_none),
		cmocka_unit_test(requests),
		cmocka_unit_test(shuffled),
		cmocka_unit_test(places_are_drawn),
		cmocka_unit_test(the_nearest_is_chosen),
		cmocka_unit_test(blocks),
		cmocka_unit_test(every_byte_counts),
		cmocka_unit_test(order_counts),
		cmocka_unit_test(kilobytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
