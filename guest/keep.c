// SPDX-License-Identifier: GPL-2.0-only
#include "guest/keep.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "guest/ballast.h"
#include "guest/keep_places.h"
#include "guest/luo.h"
#include "guest/memfd.h"
#include "guest/protocol.h"

#define MIB    (1ULL << 20)
#define GIB    (1ULL << 30)
#define PIECE  (2 * MIB)  /* of what is kept at random */
#define STEP   (64 * MIB) /* of ballast between two tries */
#define MARGIN (96 * MIB) /* that a node keeps free: the kernel must go on */

bool keep_parse(const char *text, struct keep_request *request)
{
	unsigned long long bytes;
	char scatter[16];
	int length = -1;

	if (sscanf(text, "%llu:%15[^:]:%u:%d%n", &bytes, scatter, &request->seed, &request->node, &length) != 4 ||
	    length < 0 || text[length] || !bytes || request->node >= MEMFD_MAX_NODES)
		return false;
	request->bytes = bytes;
	if (strcmp(scatter, KHO_KEEP_BLOCK) == 0)
		request->scatter = KEEP_BLOCK;
	else if (strcmp(scatter, KHO_KEEP_EACH_GIB) == 0)
		request->scatter = KEEP_EACH_GIB;
	else if (strcmp(scatter, KHO_KEEP_RANDOM) == 0)
		request->scatter = KEEP_RANDOM;
	else
		return false;
	return true;
}

/* --- a walk over the free memory of the nodes, with pieces of memory taken here and there --- */

struct walk {
	int session;
	const char *run;
	const struct keep_request *request;
	const struct memory_map *map;
	uint64_t token;		    /* of the next file */
	uint64_t kept;		    /* bytes */
	struct kept_ranges *places; /* where it lies */
	bool *wanted;		    /* by blocks of 1 GiB: nothing is kept there yet */
	size_t nr_blocks;
	bool hit;	     /* a page of the piece at hand lies in a wanted block */
	int *pieces;	     /* not kept yet; their tokens go by their number */
	uint64_t *addresses; /* of their first pages, where they are to be chosen from */
	size_t nr_pieces;
};

static bool is_asked(const struct walk *walk, unsigned int node)
{
	return walk->request->node < 0 || (int)node == walk->request->node;
}

bool keep_block_counts(const struct kho_memory_range *range, uint64_t block)
{
	uint64_t start = block * GIB, end = start + GIB;

	if (start < range->start)
		start = range->start;
	if (end > range->end)
		end = range->end;
	return end > start && end - start > MARGIN;
}

static bool find_blocks(struct walk *walk)
{
	for (size_t i = 0; i < walk->map->count; i++)
		if (walk->map->ranges[i].end > walk->nr_blocks * GIB)
			walk->nr_blocks = (walk->map->ranges[i].end + GIB - 1) / GIB;
	walk->wanted = calloc(walk->nr_blocks, sizeof(*walk->wanted));
	for (size_t i = 0; walk->wanted && i < walk->map->count; i++) {
		const struct kho_memory_range *range = &walk->map->ranges[i];

		for (uint64_t block = range->start / GIB; is_asked(walk, range->node) && block * GIB < range->end;
		     block++)
			walk->wanted[block] |= keep_block_counts(range, block);
	}
	return walk->wanted;
}

static bool any_wanted(const struct walk *walk)
{
	for (size_t i = 0; i < walk->nr_blocks; i++)
		if (walk->wanted[i])
			return true;
	return false;
}

/* Does the node have a block in which nothing is kept yet? */
static bool node_is_wanted(const struct walk *walk, unsigned int node)
{
	for (size_t i = 0; i < walk->map->count; i++) {
		const struct kho_memory_range *range = &walk->map->ranges[i];

		for (uint64_t block = range->start / GIB; range->node == node && block * GIB < range->end; block++)
			if (walk->wanted[block])
				return true;
	}
	return false;
}

static void see_page(uint64_t address, void *context)
{
	struct walk *walk = context;

	if (address / GIB < walk->nr_blocks && walk->wanted[address / GIB])
		walk->hit = true;
}

static void settle_page(uint64_t address, void *context)
{
	struct walk *walk = context;

	if (address / GIB < walk->nr_blocks)
		walk->wanted[address / GIB] = false;
}

static bool put_aside(struct walk *walk, int fd)
{
	int *pieces = NULL;

	if (KEEP_FIRST_TOKEN + walk->nr_pieces + 1 < KEEP_END_TOKEN)
		pieces = realloc(walk->pieces, (walk->nr_pieces + 1) * sizeof(*pieces));
	if (!pieces)
		return false;
	walk->pieces = pieces;
	pieces[walk->nr_pieces++] = fd;
	return true;
}

static bool keep_piece(struct walk *walk, int fd, uint64_t bytes)
{
	if (!luo_put(walk->session, walk->token, fd))
		return false;
	walk->token++;
	walk->kept += bytes;
	/* Preserving moves pages out of scratch, so that only now it is known where they are. */
	kept_ranges_add_memfd(walk->places, fd, bytes);
	return true;
}

/* Preserving moves pages out of scratch, so that only afterwards it is known where they are. */
static const char *try_piece(struct walk *walk, unsigned int node)
{
	uint64_t bytes = walk->request->bytes;
	int fd = memfd_new(walk->run, walk->token, bytes, node);

	walk->hit = false;
	if (fd < 0)
		return "fill memory";
	if (!memfd_walk(fd, bytes, see_page, walk))
		return "find where memory lies";
	if (!walk->hit)
		return put_aside(walk, fd) ? NULL : "remember memory";
	if (!keep_piece(walk, fd, bytes))
		return "preserve memory";
	return memfd_walk(fd, bytes, settle_page, walk) ? NULL : "find where memory lies";
}

static bool has_room(const struct walk *walk, unsigned int node, uint64_t bytes)
{
	return ballast_free_memory(node) > bytes + MARGIN;
}

static const char *walk_node(struct walk *walk, unsigned int node)
{
	const char *failed = NULL;

	while (!failed && node_is_wanted(walk, node) && has_room(walk, node, walk->request->bytes)) {
		failed = try_piece(walk, node);
		if (has_room(walk, node, STEP))
			ballast_grow(node, STEP);
	}
	return failed;
}

static void drop_all(struct walk *walk)
{
	for (unsigned int node = 0; node < walk->map->nr_nodes; node++)
		ballast_drop(node);
	for (size_t i = 0; i < walk->nr_pieces; i++)
		close(walk->pieces[i]);
	free(walk->pieces);
	free(walk->addresses);
	free(walk->wanted);
}

static const char *keep_each_gib(struct walk *walk)
{
	const char *failed = find_blocks(walk) ? NULL : "remember blocks";

	for (unsigned int node = 0; !failed && node < walk->map->nr_nodes; node++)
		failed = walk_node(walk, node);
	if (!failed && any_wanted(walk)) {
		errno = ENOMEM;
		failed = "find free memory in each block of 1 GiB";
	}
	return failed;
}

/* --- at random: pieces all over the memory, of which those stay that lie where the seed wants them --- */

static void see_first(uint64_t address, void *context)
{
	uint64_t *first = context;

	if (*first == UINT64_MAX)
		*first = address;
}

static bool put_aside_with_address(struct walk *walk, int fd)
{
	uint64_t *addresses = realloc(walk->addresses, (walk->nr_pieces + 1) * sizeof(*addresses));

	if (!addresses)
		return false;
	walk->addresses = addresses;
	addresses[walk->nr_pieces] = UINT64_MAX;
	return memfd_walk(fd, PIECE, see_first, &addresses[walk->nr_pieces]) && put_aside(walk, fd);
}

static const char *gather(struct walk *walk, unsigned int node, uint64_t step)
{
	while (has_room(walk, node, PIECE + step)) {
		int fd = memfd_new(walk->run, KEEP_FIRST_TOKEN + walk->nr_pieces, PIECE, node);

		if (fd < 0)
			return "fill memory";
		if (!put_aside_with_address(walk, fd))
			return "remember memory";
		ballast_grow(node, step);
	}
	return NULL;
}

static const char *choose(struct walk *walk, const struct keep_places *places)
{
	bool *taken = calloc(walk->nr_pieces + 1, sizeof(*taken));
	const char *failed = taken ? NULL : "remember memory";

	for (size_t i = 0; !failed && i < places->count; i++) {
		size_t piece = keep_places_nearest(walk->addresses, taken, walk->nr_pieces,
						   places->starts[i] + places->slot / 2);

		taken[piece] = true;
		walk->token = KEEP_FIRST_TOKEN + piece;
		if (!keep_piece(walk, walk->pieces[piece], PIECE))
			failed = "preserve memory";
	}
	free(taken);
	return failed;
}

/* A piece a slot, more or less: the kernel gives memory out as it lies, and has taken some before. */
static const char *keep_at(struct walk *walk, const struct keep_places *places)
{
	const char *failed = NULL;

	for (unsigned int node = 0; !failed && node < walk->map->nr_nodes; node++)
		if (is_asked(walk, node))
			failed = gather(walk, node, places->slot - PIECE);
	if (!failed && walk->nr_pieces < places->count) {
		errno = ENOMEM;
		failed = "find free memory";
	}
	return failed ?: choose(walk, places);
}

static const char *keep_random(struct walk *walk)
{
	const struct keep_request *request = walk->request;
	struct keep_places places;
	const char *failed;

	if (!keep_places_draw(walk->map, request->node, request->seed, request->bytes / PIECE, &places)) {
		errno = ENOMEM;
		return "find as much memory";
	}
	failed = keep_at(walk, &places);
	keep_places_free(&places);
	return failed;
}

static uint64_t free_memory(const struct walk *walk)
{
	uint64_t all = 0;

	for (unsigned int node = 0; node < walk->map->nr_nodes; node++)
		if (is_asked(walk, node))
			all += ballast_free_memory(node);
	return all;
}

static const char *keep_block(struct walk *walk)
{
	uint64_t bytes = walk->request->bytes;
	int fd;

	if (free_memory(walk) < bytes + MARGIN) {
		errno = ENOMEM;
		return "find free memory";
	}
	fd = memfd_new(walk->run, walk->token, bytes, walk->request->node);
	if (fd < 0)
		return "fill memory";
	return keep_piece(walk, fd, bytes) ? NULL : "preserve memory";
}

const char *keep_preserve(int session, const char *run, const struct keep_request *request,
			  const struct memory_map *map, uint64_t *bytes, struct kept_ranges *kept)
{
	struct walk walk = {
		.session = session,
		.run = run,
		.request = request,
		.map = map,
		.token = KEEP_FIRST_TOKEN,
		.places = kept,
	};
	const char *failed;
	int error;

	if (request->scatter == KEEP_BLOCK)
		failed = keep_block(&walk);
	else
		failed = request->scatter == KEEP_EACH_GIB ? keep_each_gib(&walk) : keep_random(&walk);
	error = errno;
	drop_all(&walk);
	errno = error;
	*bytes = walk.kept;
	return failed;
}

const char *keep_verify(int session, const char *run, uint64_t *bytes)
{
	*bytes = 0;
	for (uint64_t token = KEEP_FIRST_TOKEN; token < KEEP_END_TOKEN; token++) {
		int fd = luo_get(session, token);
		uint64_t found = 0;
		bool intact;

		if (fd < 0 && errno == ENOENT)
			continue;
		if (fd < 0)
			return "retrieve kept memory";
		intact = memfd_is_intact(fd, run, token, &found);
		close(fd);
		if (!intact)
			return errno ? "read kept memory" : "kept content differs";
		*bytes += found;
	}
	return NULL;
}
