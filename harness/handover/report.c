// SPDX-License-Identifier: GPL-2.0-only
#include "harness/handover/report.h"

#include <inttypes.h>
#include <string.h>

/* More than any kernel has; so that a guest gone mad cannot fill the host's memory. */
#define MAX_ENTRIES 8192

struct kho_report *kho_report_new(const char *run)
{
	struct kho_report *report = g_new0(struct kho_report, 1);

	report->run = g_strdup(run);
	report->ranges = g_array_new(FALSE, TRUE, sizeof(struct kho_memory_range));
	report->successor_ranges = g_array_new(FALSE, TRUE, sizeof(struct kho_memory_range));
	report->scratch = g_array_new(FALSE, TRUE, sizeof(struct kho_scratch_area));
	report->preserved_at = g_array_new(FALSE, TRUE, sizeof(struct kho_scratch_area));
	report->events = g_array_new(FALSE, TRUE, sizeof(struct kho_early_event));
	report->segments = g_array_new(FALSE, TRUE, sizeof(struct kho_segment));
	report->missing = g_ptr_array_new_with_free_func(g_free);
	report->warnings = g_ptr_array_new_with_free_func(g_free);
	report->preserved = g_ptr_array_new_with_free_func(g_free);
	report->intact = g_ptr_array_new_with_free_func(g_free);
	report->not_intact = g_ptr_array_new_with_free_func(g_free);
	return report;
}

static void clear_stage(struct kho_stage_report *stage)
{
	g_free(stage->release);
	g_free(stage->error);
}

void kho_report_free(struct kho_report *report)
{
	clear_stage(&report->first);
	clear_stage(&report->successor);
	kho_prediction_clear(&report->kernel);
	kho_prediction_clear(&report->guest);
	g_array_unref(report->ranges);
	g_array_unref(report->successor_ranges);
	g_array_unref(report->scratch);
	g_array_unref(report->preserved_at);
	g_array_unref(report->events);
	g_array_unref(report->segments);
	g_ptr_array_unref(report->missing);
	g_ptr_array_unref(report->warnings);
	g_ptr_array_unref(report->preserved);
	g_ptr_array_unref(report->intact);
	g_ptr_array_unref(report->not_intact);
	g_free(report->run);
	g_free(report->fault);
	g_free(report->kho_reason);
	g_free(report->load);
	g_free(report->revived_reason);
	g_free(report);
}

static void set_text(char **place, const struct kho_record *record, const char *key)
{
	g_free(*place);
	*place = g_strdup(kho_record_text(record, key) ?: "");
}

static bool add_text(GPtrArray *texts, char *text)
{
	if (texts->len >= MAX_ENTRIES) {
		g_free(text);
		return false;
	}
	g_ptr_array_add(texts, text);
	return true;
}

static bool take_tristate(enum kho_tristate *place, const char *text, const char *yes, const char *no)
{
	if (g_strcmp0(text, yes) == 0)
		*place = KHO_TRUE;
	else if (g_strcmp0(text, no) == 0)
		*place = KHO_FALSE;
	else
		return false;
	return true;
}

/* --- records of both stages --- */

static bool take_hello(struct kho_report *report, const struct kho_record *record, struct kho_stage_report *stage)
{
	stage->hello = true;
	set_text(&stage->release, record, "release");
	return true;
}

static bool take_error(struct kho_report *report, const struct kho_record *record, struct kho_stage_report *stage)
{
	g_free(stage->error);
	stage->error = g_strdup_printf("%s: %s", kho_record_text(record, "what") ?: "?",
				       kho_record_text(record, "errno") ?: "?");
	return true;
}

static bool take_end(struct kho_report *report, const struct kho_record *record, struct kho_stage_report *stage)
{
	stage->end = true;
	return true;
}

static bool take_missing(struct kho_report *report, const struct kho_record *record, struct kho_stage_report *stage)
{
	return add_text(report->missing, g_strdup_printf("%s: %s", kho_record_text(record, "what") ?: "?",
							 kho_record_text(record, "why") ?: "?"));
}

/* --- the first kernel --- */

static bool take_kho(struct kho_report *report, const struct kho_record *record, struct kho_stage_report *stage)
{
	set_text(&report->kho_reason, record, "reason");
	return take_tristate(&report->kho_on, kho_record_text(record, "state"), KHO_KHO_ON, KHO_KHO_OFF);
}

static bool read_geometry(const struct kho_record *record, struct kho_geometry *geometry)
{
	uint64_t vmemmap;

	if (!kho_record_number(record, "struct_page", &geometry->struct_page_size) ||
	    !kho_record_number(record, "page", &geometry->page_size) ||
	    !kho_record_number(record, "pmd", &geometry->pmd_size) ||
	    !kho_record_number(record, "pages_per_section", &geometry->pages_per_section) ||
	    !kho_record_number(record, "vmemmap", &vmemmap))
		return false;
	geometry->map_virtual = vmemmap != 0;
	/* Bounds within which the estimator cannot overflow. */
	return geometry->struct_page_size && geometry->struct_page_size <= 4096 && geometry->page_size >= 4096 &&
	       geometry->page_size <= 65536 && geometry->pmd_size <= 1ULL << 30 && geometry->pages_per_section &&
	       geometry->pages_per_section <= 1ULL << 24;
}

static bool take_geometry(struct kho_report *report, const struct kho_record *record, struct kho_stage_report *stage)
{
	report->have_geometry = read_geometry(record, &report->geometry);
	return report->have_geometry;
}

static bool take_kernel_geometry(struct kho_report *report, const struct kho_record *record,
				 struct kho_stage_report *stage)
{
	report->have_kernel_geometry = read_geometry(record, &report->kernel_geometry);
	return report->have_kernel_geometry;
}

static bool take_range(struct kho_report *report, const struct kho_record *record, struct kho_stage_report *stage)
{
	GArray *ranges = stage == &report->first ? report->ranges : report->successor_ranges;
	struct kho_memory_range range;
	uint64_t node;

	if (!kho_record_number(record, "node", &node) || node > 1023 ||
	    !kho_record_number(record, "start", &range.start) || !kho_record_number(record, "end", &range.end) ||
	    ranges->len >= MAX_ENTRIES)
		return false;
	range.node = node;
	g_array_append_val(ranges, range);
	return true;
}

static bool take_area(GArray *areas, const struct kho_record *record)
{
	struct kho_scratch_area area;

	if (!kho_record_number(record, "start", &area.start) || !kho_record_number(record, "size", &area.size) ||
	    area.start + area.size < area.start || areas->len >= MAX_ENTRIES)
		return false;
	g_array_append_val(areas, area);
	return true;
}

static bool take_scratch(struct kho_report *report, const struct kho_record *record, struct kho_stage_report *stage)
{
	return take_area(report->scratch, record);
}

static bool take_preserved_at(struct kho_report *report, const struct kho_record *record,
			      struct kho_stage_report *stage)
{
	return take_area(report->preserved_at, record);
}

static bool take_result(struct kho_prediction *prediction, const struct kho_record *record)
{
	uint64_t insufficient, worst;

	if (!kho_record_number(record, "insufficient", &insufficient) || !kho_record_number(record, "worst", &worst) ||
	    worst > 1023 || !kho_record_number(record, "section_map", &prediction->section_map_bytes))
		return false;
	prediction->answer = insufficient ? KHO_ANSWER_INSUFFICIENT : KHO_ANSWER_SUFFICIENT;
	prediction->node = worst;
	g_clear_pointer(&prediction->nodes, g_array_unref);
	prediction->nodes = g_array_new(FALSE, TRUE, sizeof(struct kho_sparsemem_node));
	return true;
}

/* Nodes come in order, behind the result; the worst one's figures are the prediction's. */
static bool take_node(struct kho_prediction *prediction, const struct kho_record *record)
{
	struct kho_sparsemem_node node;
	uint64_t id, insufficient;

	if (!prediction->nodes || !kho_record_number(record, "id", &id) || id != prediction->nodes->len || id > 1023 ||
	    !kho_record_number(record, "map_count", &node.map_count) ||
	    !kho_record_number(record, "required", &node.required_bytes) ||
	    !kho_record_number(record, "usable", &node.usable_bytes) ||
	    !kho_record_number(record, "insufficient", &insufficient))
		return false;
	node.insufficient = insufficient != 0;
	g_array_append_val(prediction->nodes, node);
	if (prediction->answer == KHO_ANSWER_INSUFFICIENT && id == prediction->node) {
		prediction->map_count = node.map_count;
		prediction->required_bytes = node.required_bytes;
		prediction->usable_bytes = node.usable_bytes;
	}
	return true;
}

static bool take_kernel_state(struct kho_report *report, const struct kho_record *record,
			      struct kho_stage_report *stage)
{
	const char *name = kho_record_text(record, "name");

	if (g_strcmp0(name, "done") == 0)
		return true; /* the result follows */
	report->kernel.answer = g_strcmp0(name, "skipped") == 0 ? KHO_ANSWER_SKIPPED : KHO_ANSWER_ABSENT;
	g_free(report->kernel.note);
	report->kernel.note = g_strdup_printf("the kernel's estimator: %s", name ?: "?");
	return name != NULL;
}

static bool take_kernel_result(struct kho_report *report, const struct kho_record *record,
			       struct kho_stage_report *stage)
{
	return take_result(&report->kernel, record);
}

static bool take_kernel_node(struct kho_report *report, const struct kho_record *record, struct kho_stage_report *stage)
{
	return take_node(&report->kernel, record);
}

static bool take_guest_result(struct kho_report *report, const struct kho_record *record,
			      struct kho_stage_report *stage)
{
	return take_result(&report->guest, record);
}

static bool take_guest_node(struct kho_report *report, const struct kho_record *record, struct kho_stage_report *stage)
{
	return take_node(&report->guest, record);
}

static bool take_warning(struct kho_report *report, const struct kho_record *record, struct kho_stage_report *stage)
{
	return add_text(report->warnings, g_strdup(kho_record_text(record, "text") ?: ""));
}

static bool has_method(GPtrArray *methods, const char *method)
{
	return g_ptr_array_find_with_equal_func(methods, method, g_str_equal, NULL);
}

static bool take_preserved(struct kho_report *report, const struct kho_record *record, struct kho_stage_report *stage)
{
	const char *method = kho_record_text(record, "method") ?: "?";

	if (g_str_equal(method, KHO_METHOD_KEEP) && !kho_record_number(record, "bytes", &report->kept))
		return false;
	return add_text(report->preserved, g_strdup(method));
}

static bool take_load(struct kho_report *report, const struct kho_record *record, struct kho_stage_report *stage)
{
	set_text(&report->load, record, "status");
	return true;
}

/* --- the successor --- */

static bool take_revived(struct kho_report *report, const struct kho_record *record, struct kho_stage_report *stage)
{
	set_text(&report->revived_reason, record, "reason");
	return take_tristate(&report->revived, kho_record_text(record, "state"), KHO_YES, KHO_NO);
}

static bool take_intact(struct kho_report *report, const struct kho_record *record, struct kho_stage_report *stage)
{
	const char *method = kho_record_text(record, "method") ?: "?";
	enum kho_tristate intact;

	if (!take_tristate(&intact, kho_record_text(record, "state"), KHO_YES, KHO_NO))
		return false;
	if (g_str_equal(method, KHO_METHOD_KEEP) && !kho_record_number(record, "bytes", &report->kept_intact))
		return false;
	if (intact == KHO_TRUE)
		return add_text(report->intact, g_strdup(method));
	/* Of a pair: the successor looks in every way that it has, whether or not the first kernel used it. */
	if (!has_method(report->preserved, method))
		return true;
	return add_text(report->not_intact,
			g_strdup_printf("%s: %s", method, kho_record_text(record, "reason") ?: "?"));
}

/* --- all of them --- */

#define IN_FIRST     1
#define IN_SUCCESSOR 2

static const struct taker {
	const char *type;
	int stages;
	bool (*take)(struct kho_report *report, const struct kho_record *record, struct kho_stage_report *stage);
} takers[] = {
	{ KHO_TYPE_HELLO, IN_FIRST | IN_SUCCESSOR, take_hello },
	{ KHO_TYPE_ERROR, IN_FIRST | IN_SUCCESSOR, take_error },
	{ KHO_TYPE_END, IN_FIRST | IN_SUCCESSOR, take_end },
	{ KHO_TYPE_MISSING, IN_FIRST | IN_SUCCESSOR, take_missing },
	{ KHO_TYPE_KHO, IN_FIRST, take_kho },
	{ KHO_TYPE_GEOMETRY, IN_FIRST, take_geometry },
	{ KHO_TYPE_RANGE, IN_FIRST | IN_SUCCESSOR, take_range },
	{ KHO_TYPE_SCRATCH, IN_FIRST, take_scratch },
	{ KHO_TYPE_KERNEL_STATE, IN_FIRST, take_kernel_state },
	{ KHO_TYPE_KERNEL_GEOMETRY, IN_FIRST, take_kernel_geometry },
	{ KHO_TYPE_KERNEL_RESULT, IN_FIRST, take_kernel_result },
	{ KHO_TYPE_KERNEL_NODE, IN_FIRST, take_kernel_node },
	{ KHO_TYPE_GUEST_RESULT, IN_FIRST, take_guest_result },
	{ KHO_TYPE_GUEST_NODE, IN_FIRST, take_guest_node },
	{ KHO_TYPE_WARNING, IN_FIRST, take_warning },
	{ KHO_TYPE_PRESERVED, IN_FIRST, take_preserved },
	{ KHO_TYPE_PRESERVED_AT, IN_FIRST, take_preserved_at },
	{ KHO_TYPE_LOAD, IN_FIRST, take_load },
	{ KHO_TYPE_REVIVED, IN_SUCCESSOR, take_revived },
	{ KHO_TYPE_INTACT, IN_SUCCESSOR, take_intact },
};

static const struct taker *find_taker(const char *type, int stage)
{
	for (gsize i = 0; i < G_N_ELEMENTS(takers); i++)
		if (takers[i].stages & stage && g_str_equal(takers[i].type, type))
			return &takers[i];
	return NULL;
}

static void remember_fault(struct kho_report *report, const char *what, const char *line)
{
	g_autofree char *start = g_strndup(line, 60);
	g_autofree char *text = g_utf8_make_valid(start, -1);

	if (!report->fault)
		report->fault = g_strdup_printf("record %s: %s", what, text);
}

static const char *take(struct kho_report *report, const struct kho_record *record)
{
	bool first = g_str_equal(record->stage, KHO_STAGE_FIRST);
	struct kho_stage_report *stage = first ? &report->first : &report->successor;
	const struct taker *taker;

	if (!g_str_equal(record->run, report->run))
		return "of another run";
	if (!first && !g_str_equal(record->stage, KHO_STAGE_SUCCESSOR))
		return "of an unknown stage";
	if (!first && !report->first.end)
		return "of a successor before its time";
	if (record->number != stage->next)
		return "out of sequence";
	taker = find_taker(record->type, first ? IN_FIRST : IN_SUCCESSOR);
	if (!taker)
		return "of an unknown type";
	stage->next++;
	return taker->take(report, record, stage) ? NULL : "with impossible values";
}

void kho_report_take(struct kho_report *report, const char *line)
{
	const char *why = NULL;
	g_autoptr(KhoRecord) record = kho_record_parse(line, &why);

	if (record)
		why = take(report, record);
	if (why)
		remember_fault(report, why, line);
}

char *kho_report_payload_missing(const struct kho_report *report)
{
	GString *missing = g_string_new(NULL);

	for (guint i = 0; i < report->preserved->len; i++) {
		const char *method = g_ptr_array_index(report->preserved, i);

		if (!has_method(report->intact, method))
			g_string_append_printf(missing, "%s%s", missing->len ? ", " : "", method);
	}
	if (!missing->len && report->kept != report->kept_intact)
		g_string_append_printf(missing, "%" PRIu64 " bytes of " KHO_METHOD_KEEP,
				       report->kept - report->kept_intact);
	return g_string_free(missing, FALSE);
}

bool kho_report_payload_intact(const struct kho_report *report)
{
	g_autofree char *missing = kho_report_payload_missing(report);

	return report->preserved->len && !report->not_intact->len && !*missing;
}

/* kho_locate_mem_hole() finds room in scratch and nowhere else, if it is known where that is. */
static bool lie_in_scratch(const struct kho_report *report, const GArray *segments)
{
	for (guint i = 0; i < segments->len; i++) {
		const struct kho_segment *segment = &g_array_index(segments, struct kho_segment, i);
		bool inside = !report->scratch->len;

		for (guint j = 0; j < report->scratch->len; j++) {
			const struct kho_scratch_area *area =
				&g_array_index(report->scratch, struct kho_scratch_area, j);

			inside |= segment->start >= area->start && segment->size <= area->size &&
				  segment->start - area->start <= area->size - segment->size;
		}
		if (!inside)
			return false;
	}
	return true;
}

static void take_segments(struct kho_report *report, const struct kho_kexec_segments *loaded)
{
	if (!kho_kexec_segments_complete(loaded))
		add_text(report->missing, g_strdup("segments: the console does not show where they were loaded"));
	else if (!lie_in_scratch(report, loaded->segments))
		add_text(report->missing, g_strdup("segments: where the console shows them is no scratch"));
	else
		g_array_append_vals(report->segments, loaded->segments->data, loaded->segments->len);
}

/* The trace is there even if KHO turned itself off afterwards. */
void kho_report_take_console(struct kho_report *report, const struct kho_console *console)
{
	g_autofree char *problem = kho_early_trace_problem(console->trace);

	if (!problem)
		g_array_append_vals(report->events, console->trace->events->data, console->trace->events->len);
	else if (report->kho_on == KHO_TRUE)
		add_text(report->missing, g_strdup_printf("early trace: %s", problem));
	if (report->kho_on == KHO_TRUE && g_strcmp0(report->load, KHO_OK) == 0)
		take_segments(report, &console->segments);
}
