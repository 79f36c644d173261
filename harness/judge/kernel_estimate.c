// SPDX-License-Identifier: GPL-2.0-only
#include "harness/judge/kernel_estimate.h"

#include <inttypes.h>
#include <stdio.h>

#include "estimator/memory_ranges.h"
#include "harness/model/error.h"

#define SKIPPED "KHO: scratch: sparsemem sanity skipped (temp alloc unavailable)"

static void absent(struct kho_prediction *prediction, const char *note)
{
	*prediction = (struct kho_prediction){ .answer = KHO_ANSWER_ABSENT, .note = g_strdup(note) };
}

#define FORMAT                                                                                                  \
	"KHO: scratch: node%u max=%" PRIu64 "MiB need=%" PRIu64 "MiB for sparse_buffer_init(map_count=%" PRIu64 \
	" section_map_size=%" PRIu64 "KiB); kexec may fail"

/* What was read is the whole message, and no more: sscanf() takes blanks, signs and numbers that are too large. */
static bool is_exactly(const char *message, const struct kho_prediction *prediction)
{
	g_autofree char *again = g_strdup_printf(FORMAT, prediction->node, prediction->usable_bytes >> 20,
						 prediction->required_bytes >> 20, prediction->map_count,
						 prediction->section_map_bytes >> 10);

	return g_str_equal(again, message);
}

bool kho_warning_parse(const char *message, struct kho_prediction *prediction)
{
	u64 usable_mib, required_mib, map_count, map_kib;
	unsigned int node;

	if (sscanf(message,
		   "KHO: scratch: node%u max=%" SCNu64 "MiB need=%" SCNu64
		   "MiB for sparse_buffer_init(map_count=%" SCNu64 " section_map_size=%" SCNu64 "KiB); kexec may fail",
		   &node, &usable_mib, &required_mib, &map_count, &map_kib) != 5)
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
	return is_exactly(message, prediction);
}

/* --- the messages about scratch: one at most, in the published format --- */

static bool take_message(const char *message, struct kho_prediction *prediction)
{
	if (kho_warning_parse(message, prediction))
		return true;
	if (!g_str_equal(message, SKIPPED))
		return false;
	*prediction = (struct kho_prediction){ .answer = KHO_ANSWER_SKIPPED, .note = g_strdup(message) };
	return true;
}

static bool has_node(const struct kho_report *report, unsigned int node)
{
	for (guint i = 0; i < report->ranges->len; i++)
		if ((unsigned int)g_array_index(report->ranges, struct kho_memory_range, i).node == node)
			return true;
	return !report->ranges->len;
}

static void contradict(struct kho_prediction *prediction, const char *what, const char *message)
{
	g_autofree char *quoted = kho_error_quote(message);

	if (!prediction->contradiction)
		prediction->contradiction = g_strdup_printf("%s: %s", what, quoted);
}

/* What nearly fits is neither a warning nor silence: it is told, and there is no answer. False: there
 * is no message, and @prediction is as it was. */
static bool find_warning(const struct kho_report *report, struct kho_prediction *prediction)
{
	bool found = false;

	for (guint i = 0; i < report->warnings->len; i++) {
		const char *message = g_ptr_array_index(report->warnings, i);
		struct kho_prediction one = { 0 };

		if (!take_message(message, &one)) {
			if (!found)
				absent(prediction,
				       "the kernel says something of scratch, but not in the published format");
			contradict(prediction, "a message that is not in the published format", message);
		} else if (found && prediction->answer != KHO_ANSWER_ABSENT) {
			contradict(prediction, "a second message", message);
			kho_prediction_clear(&one);
		} else {
			if (found) {
				one.contradiction = g_steal_pointer(&prediction->contradiction);
				kho_prediction_clear(prediction);
			}
			*prediction = one;
		}
		found = true;
	}
	if (found && prediction->answer == KHO_ANSWER_INSUFFICIENT && !has_node(report, prediction->node))
		contradict(prediction, "a warning of a node that has no memory",
			   g_ptr_array_index(report->warnings, 0));
	return found;
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

static bool same_geometry(const struct kho_geometry *a, const struct kho_geometry *b)
{
	return a->struct_page_size == b->struct_page_size && a->page_size == b->page_size &&
	       a->pmd_size == b->pmd_size && a->pages_per_section == b->pages_per_section &&
	       a->map_virtual == b->map_virtual;
}

/* How message and figures contradict each other; NULL: they do not, or the figures' geometry is not the probe's. */
static char *contradiction(const struct kho_report *report, const struct kho_prediction *figures)
{
	struct kho_prediction message;
	char *text;

	if (report->have_geometry && !same_geometry(&report->geometry, &report->kernel_geometry))
		return g_strdup("geometry as read by the probe and as known to the kernel");
	predict_by_message(report, true, &message);
	text = message.contradiction ? g_strdup(message.contradiction) : kho_prediction_disagreement(figures, &message);
	kho_prediction_clear(&message);
	return text;
}

void kho_kernel_prediction(const struct kho_report *report, bool carries_estimator, struct kho_prediction *prediction)
{
	if (report->kho_on != KHO_TRUE) {
		absent(prediction, "KHO is off, so the estimator did not run");
		return;
	}
	if (!report->have_kernel_geometry) {
		predict_by_message(report, carries_estimator, prediction);
		return;
	}
	kho_prediction_copy(&report->kernel, prediction);
	prediction->contradiction = contradiction(report, prediction);
}
