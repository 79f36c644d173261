// SPDX-License-Identifier: GPL-2.0-only
#include "sparsemem.h"

#define MIB ((u64)1 << 20)

/* Any unit, not only powers of two: 0 when the result does not fit. */
static u64 round_up_to(u64 value, u64 unit)
{
	u64 rest = value % unit;

	if (!rest)
		return value;
	return value + (unit - rest) < value ? 0 : value + (unit - rest);
}

u64 kho_section_map_bytes(const struct kho_geometry *geometry)
{
	u64 unit = geometry->page_size;

	if (geometry->map_virtual && geometry->pmd_size)
		unit = geometry->pmd_size;
	return round_up_to(geometry->struct_page_size * geometry->pages_per_section, unit);
}

/* --- runs: how long is the longest run of sections of each node? --- */

static void end_run(struct kho_sparsemem_node *node, u64 length)
{
	if (length > node->map_count)
		node->map_count = length;
}

/*
 * A run ends only where the node changes, as in sparse_init(): a hole in the
 * section numbers does not end it.
 */
static void find_longest_runs(const struct kho_sparsemem_input *input, struct kho_sparsemem_node *nodes)
{
	const struct kho_memory *memory = &input->memory;
	u64 section = 0, length = 0;
	unsigned int run_node = 0;

	for (; memory->next_section(memory->context, &section); section++) {
		unsigned int node = memory->pfn_node(memory->context, section * input->geometry.pages_per_section);

		if (length && node == run_node) {
			length++;
			continue;
		}
		if (length)
			end_run(&nodes[run_node], length);
		run_node = node;
		length = 1;
	}
	if (length)
		end_run(&nodes[run_node], length);
}

/* --- pieces: scratch areas, cut where the owning node changes --- */

/*
 * Cuts one area at section boundaries and stores its pieces (unless @pieces is NULL).
 * The node of the first piece is that of its own first page frame, which need not
 * be the node of the section around it.
 */
static size_t cut_area(const struct kho_sparsemem_input *input, const struct kho_scratch_area *area,
		       struct kho_scratch_piece *pieces)
{
	const struct kho_memory *memory = &input->memory;
	u64 section_bytes = input->geometry.page_size * input->geometry.pages_per_section;
	u64 end = area->start + area->size, cut = area->start, at;
	unsigned int node, next;
	size_t count = 0;

	if (!area->size || end < area->start)
		return 0;
	node = memory->pfn_node(memory->context, cut / input->geometry.page_size);
	for (at = cut - cut % section_bytes + section_bytes; at < end && at > cut; at += section_bytes) {
		next = memory->pfn_node(memory->context, at / input->geometry.page_size);
		if (next == node)
			continue;
		if (pieces)
			pieces[count] = (struct kho_scratch_piece){ cut, at, node };
		count++;
		cut = at;
		node = next;
	}
	if (pieces)
		pieces[count] = (struct kho_scratch_piece){ cut, end, node };
	return count + 1;
}

static size_t cut_scratch(const struct kho_sparsemem_input *input, struct kho_scratch_piece *pieces)
{
	size_t count = 0, i;

	for (i = 0; i < input->nr_scratch; i++)
		count += cut_area(input, &input->scratch[i], pieces ? pieces + count : NULL);
	return count;
}

size_t kho_sparsemem_count_pieces(const struct kho_sparsemem_input *input)
{
	return cut_scratch(input, NULL);
}

static bool piece_before(const struct kho_scratch_piece *a, const struct kho_scratch_piece *b)
{
	return a->node != b->node ? a->node < b->node : a->start < b->start;
}

static void sift_down(struct kho_scratch_piece *pieces, size_t root, size_t count)
{
	for (;;) {
		size_t child = 2 * root + 1;
		struct kho_scratch_piece swap = pieces[root];

		if (child >= count)
			return;
		if (child + 1 < count && piece_before(&pieces[child], &pieces[child + 1]))
			child++;
		if (!piece_before(&swap, &pieces[child]))
			return;
		pieces[root] = pieces[child];
		pieces[child] = swap;
		root = child;
	}
}

/* By node, then by start. Heap sort: no memory, no recursion, no bad case on 1,024 nodes. */
static void sort_pieces(struct kho_scratch_piece *pieces, size_t count)
{
	size_t i;

	for (i = count / 2; i-- > 0;)
		sift_down(pieces, i, count);
	for (i = count; i-- > 1;) {
		struct kho_scratch_piece last = pieces[i];

		pieces[i] = pieces[0];
		pieces[0] = last;
		sift_down(pieces, 0, i);
	}
}

/* What an aligned buffer can use of [start, end). The end is not rounded. */
static u64 usable_bytes(u64 start, u64 end, u64 align)
{
	u64 aligned = round_up_to(start, align);

	return aligned < start || aligned >= end ? 0 : end - aligned;
}

/* Merges sorted pieces of a node that overlap or touch, and keeps each node's best. */
static void find_usable_scratch(const struct kho_scratch_piece *pieces, size_t count, u64 align,
				struct kho_sparsemem_node *nodes)
{
	size_t i, j;

	for (i = 0; i < count; i = j) {
		struct kho_sparsemem_node *node = &nodes[pieces[i].node];
		u64 end = pieces[i].end, usable;

		for (j = i + 1; j < count && pieces[j].node == pieces[i].node && pieces[j].start <= end; j++)
			if (pieces[j].end > end)
				end = pieces[j].end;
		usable = usable_bytes(pieces[i].start, end, align);
		if (usable > node->usable_bytes)
			node->usable_bytes = usable;
	}
}

/* --- the worst node --- */

static u64 whole_mib(u64 bytes)
{
	return bytes < MIB ? 1 : bytes / MIB;
}

/*
 * Is @node, the later one, at least as bad as @worst? By deficit / need, in whole MiB, compared
 * by cross multiplication; 128 bits, so that no size can overflow.
 */
static bool at_least_as_bad(const struct kho_sparsemem_node *node, const struct kho_sparsemem_node *worst)
{
	u64 deficit = node->required_bytes - node->usable_bytes;
	u64 worst_deficit = worst->required_bytes - worst->usable_bytes;
	unsigned __int128 left = (unsigned __int128)whole_mib(deficit) * whole_mib(worst->required_bytes);
	unsigned __int128 right = (unsigned __int128)whole_mib(worst_deficit) * whole_mib(node->required_bytes);

	if (left != right)
		return left > right;
	return deficit >= worst_deficit;
}

static void judge_nodes(size_t nr_nodes, struct kho_sparsemem_node *nodes, struct kho_sparsemem_result *result)
{
	size_t i;

	for (i = 0; i < nr_nodes; i++) {
		struct kho_sparsemem_node *node = &nodes[i];

		node->required_bytes = node->map_count * result->section_map_bytes;
		node->insufficient = node->map_count && node->usable_bytes < node->required_bytes;
		if (!node->insufficient)
			continue;
		if (!result->insufficient || at_least_as_bad(node, &nodes[result->worst]))
			result->worst = i;
		result->insufficient = true;
	}
}

struct kho_sparsemem_result kho_sparsemem_estimate(const struct kho_sparsemem_input *input,
						   struct kho_sparsemem_node *nodes, struct kho_scratch_piece *pieces)
{
	struct kho_sparsemem_result result = { .section_map_bytes = kho_section_map_bytes(&input->geometry) };
	size_t count, i;

	for (i = 0; i < input->nr_nodes; i++)
		nodes[i] = (struct kho_sparsemem_node){ 0 };
	find_longest_runs(input, nodes);
	count = cut_scratch(input, pieces);
	sort_pieces(pieces, count);
	find_usable_scratch(pieces, count, result.section_map_bytes, nodes);
	judge_nodes(input->nr_nodes, nodes, &result);
	return result;
}
