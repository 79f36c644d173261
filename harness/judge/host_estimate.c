// SPDX-License-Identifier: GPL-2.0-only
#include "harness/judge/host_estimate.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define MAX_ADDRESS (1ULL << 52)
#define MIN_SECTION (16ULL << 20)
#define SKIPPED	    "KHO: scratch: sparsemem sanity skipped (temp alloc unavailable)"

static void absent(struct kho_prediction *prediction, const char *note)
{
	*prediction = (struct kho_prediction){ .answer = KHO_ANSWER_ABSENT, .note = g_strdup(note) };
}

/* Scratch must lie in memory: so no garbled report can make the estimator walk for ever. */
static bool scratch_valid(const struct kho_report *report, u64 end_of_memory)
{
	for (guint i = 0; i < report->scratch->len; i++) {
		const struct kho_scratch_area *area = &g_array_index(report->scratch, struct kho_scratch_area, i);

		if (area->start + area->size > end_of_memory)
			return false;
	}
	return true;
}

static size_t count_nodes(const struct kho_report *report)
{
	size_t nr_nodes = 0;

	for (guint i = 0; i < report->ranges->len; i++)
		nr_nodes = MAX(nr_nodes, g_array_index(report->ranges, struct kho_memory_range, i).node + 1);
	return nr_nodes;
}

static const char *what_is_wrong(const struct kho_report *report, const struct kho_memory_ranges *ranges,
				 size_t nr_nodes)
{
	if (!report->have_geometry)
		return "the probe could not read the kernel's geometry";
	if (!ranges->count)
		return "the probe could not read the memory ranges";
	if (!report->scratch->len)
		return "the probe could not read the scratch layout";
	if (ranges->section_bytes < MIN_SECTION || !kho_memory_ranges_valid(ranges, nr_nodes) ||
	    ranges->ranges[ranges->count - 1].end > MAX_ADDRESS ||
	    !scratch_valid(report, ranges->ranges[ranges->count - 1].end))
		return "the probe's report of memory and scratch makes no sense";
	return NULL;
}

static void fill(struct kho_prediction *prediction, const struct kho_sparsemem_result *result, GArray *nodes)
{
	*prediction = (struct kho_prediction){
		.answer = result->insufficient ? KHO_ANSWER_INSUFFICIENT : KHO_ANSWER_SUFFICIENT,
		.node = result->worst,
		.section_map_bytes = result->section_map_bytes,
		.nodes = nodes,
	};
	if (result->insufficient) {
		const struct kho_sparsemem_node *worst =
			&g_array_index(nodes, struct kho_sparsemem_node, result->worst);

		prediction->usable_bytes = worst->usable_bytes;
		prediction->required_bytes = worst->required_bytes;
		prediction->map_count = worst->map_count;
	}
}

void kho_host_estimate(const struct kho_report *report, struct kho_prediction *prediction)
{
	const struct kho_memory_ranges ranges = {
		.ranges = (const struct kho_memory_range *)report->ranges->data,
		.count = report->ranges->len,
		.page_size = report->geometry.page_size,
		.section_bytes = report->geometry.page_size * report->geometry.pages_per_section,
	};
	const struct kho_sparsemem_input input = {
		.geometry = report->geometry,
		.memory = kho_memory_from_ranges(&ranges),
		.scratch = (const struct kho_scratch_area *)report->scratch->data,
		.nr_scratch = report->scratch->len,
		.nr_nodes = count_nodes(report),
	};
	const char *wrong = what_is_wrong(report, &ranges, input.nr_nodes);
	g_autofree struct kho_scratch_piece *pieces = NULL;
	struct kho_sparsemem_result result;
	GArray *nodes;

	if (wrong) {
		absent(prediction, wrong);
		return;
	}
	pieces = g_new(struct kho_scratch_piece, kho_sparsemem_count_pieces(&input) + 1);
	nodes = g_array_new(FALSE, TRUE, sizeof(struct kho_sparsemem_node));
	g_array_set_size(nodes, input.nr_nodes);
	result = kho_sparsemem_estimate(&input, (struct kho_sparsemem_node *)nodes->data, pieces);
	fill(prediction, &result, nodes);
}

bool kho_warning_parse(const char *message, struct kho_prediction *prediction)
{
	u64 usable_mib, required_mib, map_count, map_kib;
	unsigned int node;
	int end = 0;

	if (sscanf(message,
		   "KHO: scratch: node%u max=%" SCNu64 "MiB need=%" SCNu64
		   "MiB for sparse_buffer_init(map_count=%" SCNu64 " section_map_size=%" SCNu64
		   "KiB); kexec may fail%n",
		   &node, &usable_mib, &required_mib, &map_count, &map_kib, &end) != 5 ||
	    !end || message[end])
		return false;
	*prediction = (struct kho_prediction){
		.answer = KHO_ANSWER_INSUFFICIENT,
		.whole_mib = true,
		.node = node,
		.usable_bytes = usable_mib << 20,
		.required_bytes = required_mib << 20,
		.map_count = map_count,
		.section_map_bytes = map_kib << 10,
	};
	return true;
}

static bool find_warning(const struct kho_report *report, struct kho_prediction *prediction)
{
	for (guint i = 0; i < report->warnings->len; i++) {
		const char *message = g_ptr_array_index(report->warnings, i);

		if (kho_warning_parse(message, prediction))
			return true;
		if (g_str_equal(message, SKIPPED)) {
			*prediction =
				(struct kho_prediction){ .answer = KHO_ANSWER_SKIPPED, .note = g_strdup(message) };
			return true;
		}
	}
	return false;
}

/* From the kernel's messages alone. */
static void predict_by_message(const struct kho_report *report, bool carries_estimator,
			       struct kho_prediction *prediction)
{
	if (find_warning(report, prediction))
		return;
	if (carries_estimator)
		*prediction = (struct kho_prediction){ .answer = KHO_ANSWER_SUFFICIENT, .whole_mib = true };
	else
		absent(prediction, "the kernel does not carry the estimator");
}

static void copy(const struct kho_prediction *from, struct kho_prediction *to)
{
	*to = *from;
	to->note = g_strdup(from->note);
	if (from->nodes)
		to->nodes = g_array_ref(from->nodes);
}

static bool same_geometry(const struct kho_geometry *a, const struct kho_geometry *b)
{
	return a->struct_page_size == b->struct_page_size && a->page_size == b->page_size &&
	       a->pmd_size == b->pmd_size && a->pages_per_section == b->pages_per_section &&
	       a->map_virtual == b->map_virtual;
}

char *kho_kernel_prediction(const struct kho_report *report, bool carries_estimator, struct kho_prediction *prediction)
{
	struct kho_prediction message;
	char *text;

	if (report->kho_on != KHO_TRUE) {
		absent(prediction, "KHO is off, so the estimator did not run");
		return NULL;
	}
	if (!report->have_kernel_geometry) {
		predict_by_message(report, carries_estimator, prediction);
		return NULL;
	}
	copy(&report->kernel, prediction);
	if (report->have_geometry && !same_geometry(&report->geometry, &report->kernel_geometry))
		return g_strdup("geometry as read by the probe and as known to the kernel");
	predict_by_message(report, true, &message);
	text = kho_prediction_disagreement(prediction, &message);
	kho_prediction_clear(&message);
	return text;
}
