// SPDX-License-Identifier: GPL-2.0-only
#include "harness/handover/examination.h"

#include <string.h>

#include "harness/handover/backing.h"
#include "harness/handover/capture.h"

/* A panic's text follows its flag; where it is not in the log yet, the machine runs on for a moment. */
#define PANIC_TEXT	    "Kernel panic - not syncing"
#define PANIC_TRIES	    10
#define RESUME_MILLISECONDS 200

/* A variable of mm/sparse.c, up to 7.1: these kernels want the map of a run in one piece. */
#define RUN_BUFFER "sparsemap_buf"

struct kho_examination {
	struct kho_examination_config config;
	enum kho_end end;
	GPtrArray *captures; /* of struct kho_capture: answers may still come for each */
	guint again;	     /* source */
	guint tries;
	struct kho_autopsy *autopsy;
	GArray *memory_map;
};

struct kho_examination *kho_examination_new(const struct kho_examination_config *config)
{
	struct kho_examination *examination = g_new0(struct kho_examination, 1);

	examination->config = *config;
	examination->captures = g_ptr_array_new_with_free_func((GDestroyNotify)kho_capture_free);
	return examination;
}

void kho_examination_free(struct kho_examination *examination)
{
	if (!examination)
		return;
	g_clear_handle_id(&examination->again, g_source_remove);
	g_ptr_array_unref(examination->captures);
	kho_autopsy_free(examination->autopsy);
	g_clear_pointer(&examination->memory_map, g_array_unref);
	g_free(examination);
}

static void capture(struct kho_examination *examination);

static gboolean capture_again(gpointer data)
{
	struct kho_examination *examination = data;

	examination->again = 0;
	capture(examination);
	return G_SOURCE_REMOVE;
}

static bool wants_panic_text(struct kho_examination *examination)
{
	const char *log = examination->autopsy->log;

	return examination->end == KHO_END_PANIC && !examination->config.console->panic &&
	       !(log && strstr(log, PANIC_TEXT)) && examination->tries++ < PANIC_TRIES;
}

static void look_at_memory_map(struct kho_examination *examination, const struct kho_captured *captured)
{
	const struct kho_report *report = examination->config.report;
	const struct kho_backing_input input = {
		.mappings = captured->memory_map,
		.start = captured->memory_map_start,
		.geometry = report->geometry,
		.ranges = report->ranges,
		.whole_runs = kho_vmlinux_has(examination->config.vmlinux, RUN_BUFFER),
	};

	if (captured->memory_map->len)
		examination->memory_map = kho_backing_examine(&input);
}

static void captured(const struct kho_captured *captured, void *data)
{
	struct kho_examination *examination = data;

	if (examination->end == KHO_END_SUCCESSOR) {
		look_at_memory_map(examination, captured);
		examination->config.done(examination->config.data);
		return;
	}
	kho_autopsy_free(examination->autopsy);
	examination->autopsy = kho_autopsy_examine(captured);
	if (wants_panic_text(examination)) {
		kho_qmp_execute(examination->config.qmp, "cont", NULL, NULL, NULL);
		examination->again = g_timeout_add(RESUME_MILLISECONDS, capture_again, examination);
	} else {
		examination->config.done(examination->config.data);
	}
}

/* Bytes of the memory map, as far as the first kernel's memory reaches. */
static guint64 memory_map_bytes(const struct kho_report *report)
{
	guint64 end = 0;

	if (!report->have_geometry || !report->geometry.map_virtual || !report->geometry.page_size)
		return 0;
	for (guint i = 0; i < report->ranges->len; i++)
		end = MAX(end, g_array_index(report->ranges, struct kho_memory_range, i).end);
	return end / report->geometry.page_size * report->geometry.struct_page_size;
}

static void capture(struct kho_examination *examination)
{
	const struct kho_examination_config *config = &examination->config;
	bool left = kho_evidence_stage(config->report, config->console) >= KHO_STAGE_HANDOVER;
	const struct kho_capture_config capture = {
		.qmp = config->qmp,
		.peek = config->peek,
		.vmlinux = config->vmlinux,
		.location = kho_watch_location(config->watch),
		/* Once it has left, the first kernel's remains tell nothing. */
		.not_there = left ? kho_watch_first_location(config->watch) : NULL,
		.memory_map_bytes = examination->end == KHO_END_SUCCESSOR ? memory_map_bytes(config->report) : 0,
		.done = captured,
		.data = examination,
	};

	g_ptr_array_add(examination->captures, kho_capture_start(&capture));
}

void kho_examination_start(struct kho_examination *examination, enum kho_end end)
{
	examination->end = end;
	examination->tries = 0;
	g_clear_pointer(&examination->autopsy, kho_autopsy_free);
	capture(examination);
}

void kho_examination_resume(struct kho_examination *examination)
{
	g_clear_pointer(&examination->autopsy, kho_autopsy_free);
	kho_qmp_execute(examination->config.qmp, "cont", NULL, NULL, NULL);
}

struct kho_autopsy *kho_examination_autopsy(const struct kho_examination *examination)
{
	return examination ? examination->autopsy : NULL;
}

GArray *kho_examination_memory_map(const struct kho_examination *examination)
{
	return examination ? examination->memory_map : NULL;
}

bool kho_examination_log_repeats(const struct kho_examination *examination)
{
	struct kho_console log;
	bool repeats;

	kho_console_init(&log);
	if (examination->autopsy && examination->autopsy->log)
		kho_console_take_log(&log, examination->autopsy->log);
	repeats = kho_console_repeats(&log);
	kho_console_clear(&log);
	return repeats;
}
