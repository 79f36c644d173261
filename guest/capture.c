// SPDX-License-Identifier: GPL-2.0-only
#include "guest/capture.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "guest/kernel_log.h"
#include "guest/memory_blocks.h"
#include "guest/memory_map.h"
#include "guest/nodes.h"

#define MIB	    (1ULL << 20)
#define GIB	    (1ULL << 30)
#define SELF	    10
#define UNREACHABLE 255

struct capture {
	FILE *file;
	const char *root;
	struct memory_map memory;  /* whole MiB, ascending */
	struct memory_map windows; /* for memory that may be plugged in */
	struct nodes nodes;
};

static void __attribute__((format(printf, 2, 3))) unknown(const struct capture *capture, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	fputs("# not known: ", capture->file);
	vfprintf(capture->file, format, list);
	fputc('\n', capture->file);
	va_end(list);
}

/* --- memory --- */

static void read_memory(struct capture *capture)
{
	const char *why;

	if (!*capture->root && memory_map_read(&capture->memory))
		return;
	why = *capture->root ? "not looked at" : errno == EPIPE ? "its beginning is overwritten" : strerror(errno);
	if (memory_blocks_read(&capture->memory, capture->root))
		unknown(capture,
			"where memory begins and ends exactly (the kernel's log: %s); it is taken from sysfs, in whole "
			"blocks",
			why);
	else
		unknown(capture, "where memory lies: the kernel's log: %s; sysfs: %s", why, strerror(errno));
}

/*
 * To whole MiB, outwards: what firmware keeps for itself below 1 MiB and at the end of low memory is a matter of the
 * machine, not of its topology. What then touches is one range.
 */
static void round_memory(struct capture *capture)
{
	struct memory_map *memory = &capture->memory;
	size_t to = 0;

	for (size_t i = 0; i < memory->count; i++) {
		struct kho_memory_range range = memory->ranges[i], *before = to ? &memory->ranges[to - 1] : NULL;

		range.start = range.start < MIB ? 0 : range.start / MIB * MIB;
		range.end = (range.end + MIB - 1) / MIB * MIB;
		if (before && before->node == range.node && range.start <= before->end) {
			before->end = range.end > before->end ? range.end : before->end;
			continue;
		}
		if (before && range.start < before->end) {
			unknown(capture, "the border of nodes %u and %u near %" PRIu64 "M: it is not at a whole MiB",
				(unsigned int)before->node, (unsigned int)range.node, (uint64_t)(before->end / MIB));
			range.start = before->end;
		}
		if (range.start < range.end)
			memory->ranges[to++] = range;
	}
	memory->count = to;
}

static bool is_memory(const struct memory_map *memory, const struct kho_memory_range *range)
{
	for (size_t i = 0; i < memory->count; i++)
		if (memory->ranges[i].start < range->end && range->start < memory->ranges[i].end)
			return true;
	return false;
}

/* "ACPI: SRAT: Node 0 PXM 0 [mem 0x400000000-0x7ffffffff] hotplug" */
static bool take_window(const char *message, void *context)
{
	struct capture *capture = context;
	struct kho_memory_range range;
	uint64_t first, last;
	unsigned int node, domain;
	int end = 0;

	if (sscanf(message, "ACPI: SRAT: Node %u PXM %u [mem 0x%" SCNx64 "-0x%" SCNx64 "] hotplug%n", &node, &domain,
		   &first, &last, &end) != 4 ||
	    !end || last < first || node >= NODES_MAX)
		return true;
	range = (struct kho_memory_range){ first, last + 1, node };
	return first % MIB || range.end % MIB || first < 4 * GIB || is_memory(&capture->memory, &range) ||
	       memory_map_add(&capture->windows, &range);
}

static void read_windows(struct capture *capture)
{
	if (*capture->root || !kernel_log_walk(take_window, capture))
		unknown(capture, "windows for memory that may be plugged in (the kernel's log has them)");
}

/* --- nodes --- */

static bool has_memory(const struct capture *capture, unsigned int nid)
{
	for (size_t i = 0; i < capture->memory.count; i++)
		if (capture->memory.ranges[i].node == nid)
			return true;
	return false;
}

static void read_nodes(struct capture *capture)
{
	struct nodes *nodes = &capture->nodes;

	if (!nodes_read(nodes, capture->root))
		return;
	if (!nodes->numa && !*capture->root) {
		long cpus = sysconf(_SC_NPROCESSORS_ONLN);

		unknown(capture, "nodes: this kernel has none, so that all is node 0's");
		nodes->nodes[0].cpus_known = cpus > 0;
		nodes->nodes[0].cpus = cpus > 0 ? cpus : 0;
	}
	for (size_t nid = 0; nid < nodes->count; nid++)
		if (nodes->nodes[nid].online && !nodes->nodes[nid].cpus_known)
			unknown(capture, "how many CPUs node %zu has", nid);
}

/* Without memory and CPUs a node is none to a topology. */
static bool is_described(const struct capture *capture, unsigned int nid)
{
	return capture->nodes.nodes[nid].online && (capture->nodes.nodes[nid].cpus || has_memory(capture, nid));
}

static void note_numbers(const struct capture *capture)
{
	unsigned int number = 0;

	for (unsigned int nid = 0; nid < capture->nodes.count; nid++) {
		if (!is_described(capture, nid)) {
			if (capture->nodes.nodes[nid].online)
				fprintf(capture->file, "# Node %u has neither memory nor CPUs, and is left out.\n",
					nid);
			continue;
		}
		if (number != nid)
			fprintf(capture->file, "# Node %u here is Linux's node %u.\n", number, nid);
		number++;
	}
}

/* --- the file --- */

static void put_size(FILE *file, u64 bytes)
{
	if (bytes && bytes % GIB == 0)
		fprintf(file, "%" PRIu64 "G", (uint64_t)(bytes / GIB));
	else if (bytes)
		fprintf(file, "%" PRIu64 "M", (uint64_t)(bytes / MIB));
	else
		fputc('0', file);
}

static void put_ranges(const struct capture *capture, const struct memory_map *map, unsigned int nid, const char *key)
{
	bool any = false;

	for (size_t i = 0; i < map->count; i++) {
		const struct kho_memory_range *range = &map->ranges[i];

		if (range->node != nid)
			continue;
		if (!any)
			fprintf(capture->file, "    %s:\n", key);
		any = true;
		fputs("      - start: ", capture->file);
		put_size(capture->file, range->start);
		fputs("\n        size: ", capture->file);
		put_size(capture->file, range->end - range->start);
		fputc('\n', capture->file);
	}
}

static void put_node(const struct capture *capture, unsigned int nid)
{
	u64 bytes = 0;

	for (size_t i = 0; i < capture->memory.count; i++)
		if (capture->memory.ranges[i].node == nid)
			bytes += capture->memory.ranges[i].end - capture->memory.ranges[i].start;
	fputs("  - memory: ", capture->file);
	put_size(capture->file, bytes);
	fputc('\n', capture->file);
	put_ranges(capture, &capture->memory, nid, "ranges");
	put_ranges(capture, &capture->windows, nid, "windows");
	if (capture->nodes.nodes[nid].cpus)
		fprintf(capture->file, "    cpus: %u\n", capture->nodes.nodes[nid].cpus);
}

/* Which of the distances of a node is that to @nid: sysfs has those that are online. */
static size_t index_of(const struct capture *capture, unsigned int nid)
{
	size_t index = 0;

	for (unsigned int other = 0; other < nid; other++)
		index += capture->nodes.nodes[other].online;
	return index;
}

static unsigned int distance(const struct capture *capture, unsigned int from, unsigned int to)
{
	const struct node_facts *node = &capture->nodes.nodes[from];
	size_t index = index_of(capture, to);

	return index < node->nr_distances ? node->distances[index] : 0;
}

/* Linux takes no others either. */
static bool distances_valid(const struct capture *capture)
{
	for (unsigned int from = 0; from < capture->nodes.count; from++) {
		for (unsigned int to = 0; to < capture->nodes.count; to++) {
			unsigned int value;

			if (!is_described(capture, from) || !is_described(capture, to))
				continue;
			value = distance(capture, from, to);
			if (from == to ? value != SELF : value <= SELF || value > UNREACHABLE)
				return false;
		}
	}
	return true;
}

static void put_distances(const struct capture *capture)
{
	fputs("distances:\n", capture->file);
	for (unsigned int from = 0; from < capture->nodes.count; from++) {
		const char *before = "";

		if (!is_described(capture, from))
			continue;
		fputs("  - [", capture->file);
		for (unsigned int to = 0; to < capture->nodes.count; to++) {
			if (!is_described(capture, to))
				continue;
			fprintf(capture->file, "%s%u", before, distance(capture, from, to));
			before = ", ";
		}
		fputs("]\n", capture->file);
	}
}

static bool put_all(const struct capture *capture, const struct utsname *name)
{
	bool distances = capture->nodes.numa && distances_valid(capture);
	unsigned int cpus = 0;

	for (unsigned int nid = 0; nid < capture->nodes.count; nid++)
		cpus += capture->nodes.nodes[nid].cpus;
	if (capture->nodes.numa && !distances)
		unknown(capture, "how far nodes are from each other");
	note_numbers(capture);
	if (!capture->memory.count || !cpus)
		return false;
	fprintf(capture->file, "description: captured from Linux %s\nnodes:\n", name->release);
	for (unsigned int nid = 0; nid < capture->nodes.count; nid++)
		if (is_described(capture, nid))
			put_node(capture, nid);
	if (distances)
		put_distances(capture);
	return true;
}

bool capture_write(FILE *file, const char *root)
{
	struct capture capture = { .file = file, .root = root };
	struct utsname name;
	bool written;

	uname(&name);
	fprintf(file, "# Captured by kho_probe --capture: Linux %s on %s.\n", name.release, name.machine);
	read_memory(&capture);
	round_memory(&capture);
	read_windows(&capture);
	read_nodes(&capture);
	written = capture.nodes.nodes && put_all(&capture, &name);
	nodes_free(&capture.nodes);
	memory_map_free(&capture.memory);
	memory_map_free(&capture.windows);
	return written;
}
