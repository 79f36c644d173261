// SPDX-License-Identifier: GPL-2.0-only
#include "guest/probe_estimate.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "estimator/memory_ranges.h"
#include "guest/file.h"
#include "guest/geometry.h"
#include "guest/kho.h"
#include "guest/memory_map.h"
#include "guest/probe.h"

#define KERNEL_ESTIMATE	     KHO_DEBUGFS "sparsemem"
#define KERNEL_ESTIMATE_HEAD "kho-sparsemem 1\n"

struct facts {
	struct kho_geometry geometry;
	struct memory_map map;
	struct kho_scratch_area *scratch;
	size_t nr_scratch;
};

static void report_geometry(struct record_channel *channel, const struct kho_geometry *geometry)
{
	struct record record;

	record_begin(&record, channel, KHO_TYPE_GEOMETRY);
	record_number(&record, "struct_page", geometry->struct_page_size);
	record_number(&record, "page", geometry->page_size);
	record_number(&record, "pmd", geometry->pmd_size);
	record_number(&record, "pages_per_section", geometry->pages_per_section);
	record_number(&record, "vmemmap", geometry->map_virtual);
	record_send(&record);
}

void probe_report_memory(struct record_channel *channel, const struct memory_map *map)
{
	struct record record;

	for (size_t i = 0; i < map->count; i++) {
		record_begin(&record, channel, KHO_TYPE_RANGE);
		record_number(&record, "node", map->ranges[i].node);
		record_number(&record, "start", map->ranges[i].start);
		record_number(&record, "end", map->ranges[i].end);
		record_send(&record);
	}
}

static void report_scratch(struct record_channel *channel, const struct kho_scratch_area *scratch, size_t count)
{
	struct record record;

	for (size_t i = 0; i < count; i++) {
		record_begin(&record, channel, KHO_TYPE_SCRATCH);
		record_number(&record, "index", i);
		record_number(&record, "start", scratch[i].start);
		record_number(&record, "size", scratch[i].size);
		record_send(&record);
	}
}

/* Reads and reports all that the estimate needs; what could not be read is named. */
static bool gather(struct record_channel *channel, struct facts *facts)
{
	bool complete = true;

	if (geometry_read(&facts->geometry))
		report_geometry(channel, &facts->geometry);
	else
		complete = false, probe_missing(channel, "geometry", strerror(errno));
	if (memory_map_read(&facts->map))
		probe_report_memory(channel, &facts->map);
	else
		complete = false, probe_missing(channel, "memory ranges", strerror(errno));
	facts->scratch = kho_read_scratch(&facts->nr_scratch);
	if (facts->scratch)
		report_scratch(channel, facts->scratch, facts->nr_scratch);
	else
		complete = false, probe_missing(channel, "scratch", strerror(errno));
	return complete;
}

static void report_estimate(struct record_channel *channel, const struct kho_sparsemem_result *result,
			    const struct kho_sparsemem_node *nodes, size_t nr_nodes)
{
	struct record record;

	record_begin(&record, channel, KHO_TYPE_GUEST_RESULT);
	record_number(&record, "insufficient", result->insufficient);
	record_number(&record, "worst", result->worst);
	record_number(&record, "section_map", result->section_map_bytes);
	record_send(&record);
	for (size_t i = 0; i < nr_nodes; i++) {
		record_begin(&record, channel, KHO_TYPE_GUEST_NODE);
		record_number(&record, "id", i);
		record_number(&record, "map_count", nodes[i].map_count);
		record_number(&record, "required", nodes[i].required_bytes);
		record_number(&record, "usable", nodes[i].usable_bytes);
		record_number(&record, "insufficient", nodes[i].insufficient);
		record_send(&record);
	}
}

static void estimate(struct record_channel *channel, const struct facts *facts)
{
	const struct kho_memory_ranges ranges =
		kho_memory_ranges_of(&facts->geometry, facts->map.ranges, facts->map.count);
	const struct kho_sparsemem_input input = {
		.geometry = facts->geometry,
		.memory = kho_memory_from_ranges(&ranges),
		.scratch = facts->scratch,
		.nr_scratch = facts->nr_scratch,
		.nr_nodes = facts->map.nr_nodes,
	};
	struct kho_sparsemem_node *nodes;
	struct kho_scratch_piece *pieces;

	if (!kho_memory_ranges_valid(&ranges, input.nr_nodes)) {
		probe_missing(channel, "guest estimate", "memory ranges are not in order");
		return;
	}
	nodes = calloc(input.nr_nodes, sizeof(*nodes));
	pieces = calloc(kho_sparsemem_count_pieces(&input) + 1, sizeof(*pieces));
	if (nodes && pieces) {
		struct kho_sparsemem_result result = kho_sparsemem_estimate(&input, nodes, pieces);

		report_estimate(channel, &result, nodes, input.nr_nodes);
	} else {
		probe_missing(channel, "guest estimate", strerror(ENOMEM));
	}
	free(nodes);
	free(pieces);
}

void probe_guest_estimate(struct record_channel *channel)
{
	struct facts facts = { 0 };

	if (gather(channel, &facts))
		estimate(channel, &facts);
	memory_map_free(&facts.map);
	free(facts.scratch);
}

/* "node id=0 map_count=32 ..." becomes a record of type kernel-node. */
static void pass_on(struct record_channel *channel, char *line)
{
	char type[64], *save, *word = strtok_r(line, " ", &save);
	struct record record;

	if (!word)
		return;
	snprintf(type, sizeof(type), "kernel-%s", word);
	record_begin(&record, channel, type);
	while ((word = strtok_r(NULL, " ", &save))) {
		char *value = strchr(word, '=');

		if (!value)
			continue;
		*value = '\0';
		record_text(&record, word, value + 1);
	}
	record_send(&record);
}

bool probe_kernel_estimate(struct record_channel *channel)
{
	char *text = file_read(KERNEL_ESTIMATE, NULL), *save;

	if (!text)
		return false;
	if (strncmp(text, KERNEL_ESTIMATE_HEAD, strlen(KERNEL_ESTIMATE_HEAD)) == 0)
		for (char *line = strtok_r(text + strlen(KERNEL_ESTIMATE_HEAD), "\n", &save); line;
		     line = strtok_r(NULL, "\n", &save))
			pass_on(channel, line);
	else
		probe_missing(channel, "kernel estimate", "its debugfs file has an unknown format");
	free(text);
	return true;
}
