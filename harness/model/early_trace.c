// SPDX-License-Identifier: GPL-2.0-only
#include "harness/model/early_trace.h"

#include <string.h>

#include "harness/model/error.h"
#include "harness/model/log_line.h"

#define CACHE_BYTES 64 /* SMP_CACHE_BYTES: how untraced requests are aligned */
#define ENTRIES_MAX (1U << 24)

struct kho_early_trace *kho_early_trace_new(void)
{
	struct kho_early_trace *trace = g_new0(struct kho_early_trace, 1);

	trace->events = g_array_new(FALSE, TRUE, sizeof(struct kho_early_event));
	return trace;
}

void kho_early_trace_free(struct kho_early_trace *trace)
{
	g_array_unref(trace->events);
	g_free(trace->fault);
	g_free(trace);
}

static void fault(struct kho_early_trace *trace, const char *what, const char *line)
{
	g_autofree char *quoted = kho_error_quote(line);

	if (!trace->fault)
		trace->fault = g_strdup_printf("%s: %s", what, quoted);
}

/* --- events --- */

bool kho_early_event_valid(const struct kho_early_event *event)
{
	if (event->nid < KHO_ANY_NODE || event->nid >= KHO_EARLY_NODES_MAX || event->base >= KHO_EARLY_ADDRESS_MAX ||
	    !event->size)
		return false;
	if (event->kind == KHO_EARLY_DOUBLE)
		return event->size <= ENTRIES_MAX;
	if (event->size > KHO_EARLY_ADDRESS_MAX - event->base)
		return false;
	if (event->kind != KHO_EARLY_ALLOC)
		return true;
	return event->align && !(event->align & (event->align - 1)) && event->align <= KHO_EARLY_ADDRESS_MAX;
}

static void add(struct kho_early_trace *trace, guint at, const struct kho_early_event *event, const char *line)
{
	if (!kho_early_event_valid(event))
		fault(trace, "no kernel does that", line);
	else if (trace->events->len == KHO_EARLY_EVENTS_MAX)
		fault(trace, "too many events", line);
	else
		g_array_insert_vals(trace->events, at, event, 1);
}

/* Where a first kernel reserves scratch, or at the latest gives its memory to the page allocator. */
static bool is_end(const char *caller)
{
	static const char *const callers[] = { "kho_memory_init", "kho_reserve_scratch", "memblock_free_all" };

	for (gsize i = 0; i < G_N_ELEMENTS(callers); i++)
		if (g_str_equal(caller, callers[i]))
			return true;
	return false;
}

static void end(struct kho_early_trace *trace, const char *line)
{
	trace->complete = true;
	if (trace->counted && trace->found != trace->entries)
		fault(trace, "the table of what was reserved before is not whole", line);
}

void kho_early_trace_end(struct kho_early_trace *trace)
{
	if (!trace->complete && !trace->fault && trace->dumps)
		end(trace, "");
}

/* An event that is no answer: if one was awaited, it was refused. */
static void take_event(struct kho_early_trace *trace, const struct kho_early_event *event, const char *line)
{
	trace->asked = false;
	if (is_end(event->caller))
		end(trace, line);
	else
		add(trace, trace->events->len, event, line);
}

/* --- parts of a line --- */

/* "0x1000-0x1fff", inclusive. What has no size is 0x1000-0xfff, or 0x0-0xffffffffffffffff. */
static void read_range(struct kho_log_line *text, struct kho_early_event *event)
{
	uint64_t first, last;

	kho_log_expect(text, "0x");
	first = kho_log_hex(text, KHO_EARLY_ADDRESS_MAX - 1);
	kho_log_expect(text, "-0x");
	last = kho_log_hex(text, UINT64_MAX);
	event->base = first;
	event->size = last - first + 1;
	text->unfit |= event->size > KHO_EARLY_ADDRESS_MAX - first;
}

/* -1 and MAX_NUMNODES stand for none. */
static void read_nid(struct kho_log_line *text, struct kho_early_event *event)
{
	event->nid = kho_log_skip(text, "-1") ? KHO_ANY_NODE : (int)kho_log_decimal(text, KHO_EARLY_NODES_MAX);
	if (event->nid == KHO_EARLY_NODES_MAX)
		event->nid = KHO_ANY_NODE;
}

static void read_caller(struct kho_log_line *text, struct kho_early_event *event)
{
	kho_log_expect(text, " ");
	kho_log_symbol(text, event->caller, sizeof(event->caller));
}

/* --- the calls that change tables --- */

/* The functions that reserve for an allocation, and so answer a request, whichever of them the compiler left. */
static bool is_answer(const char *caller)
{
	return g_str_has_prefix(caller, "memblock_alloc_") || g_str_has_prefix(caller, "memblock_phys_alloc_");
}

/* memblock_alloc_range_nid(): aligned, below the limit, for the node that was asked for or then for any. */
static bool fits(const struct kho_early_event *request, const struct kho_early_event *got)
{
	return request->size == got->size && !(got->base & (request->align - 1)) &&
	       (request->to <= 1 || got->base + got->size <= request->to) &&
	       (got->nid == request->nid || (got->nid == KHO_ANY_NODE && !request->exact));
}

static void answer(struct kho_early_trace *trace, const struct kho_early_event *reserved, const char *line)
{
	struct kho_early_event event = *reserved, *request;

	if (!trace->asked) {
		event.kind = KHO_EARLY_ALLOC;
		event.align = CACHE_BYTES;
		add(trace, trace->events->len, &event, line);
		return;
	}
	trace->asked = false;
	request = &g_array_index(trace->events, struct kho_early_event, trace->events->len - 1);
	if (!fits(request, &event)) {
		fault(trace, "an answer that does not fit its request", line);
		return;
	}
	request->base = event.base;
	request->flags = event.flags;
}

/* What a trace's file does not keep is not kept here either: a trace that was read again is the same. */
static void keep_what_is_kept(struct kho_early_event *event)
{
	if (event->kind == KHO_EARLY_RESERVE)
		return;
	event->flags = 0;
	if (event->kind == KHO_EARLY_ADD)
		event->caller[0] = '\0';
	else
		event->nid = KHO_ANY_NODE;
}

/* "[0x..-0x..] nid=0 flags=20 caller+0x1/0x2"; others say neither nid nor flags, or one of them. */
static void take_change(struct kho_early_trace *trace, struct kho_log_line *text, enum kho_early_kind kind,
			const char *line)
{
	struct kho_early_event event = { .kind = kind, .nid = KHO_ANY_NODE };

	kho_log_expect(text, "[");
	read_range(text, &event);
	kho_log_expect(text, "]");
	if (kho_log_skip(text, " nid="))
		read_nid(text, &event);
	if (kho_log_skip(text, " flags=")) {
		kho_log_skip(text, "0x");
		event.flags = (unsigned int)kho_log_hex(text, UINT32_MAX);
	}
	read_caller(text, &event);
	keep_what_is_kept(&event);
	if (text->unfit)
		fault(trace, "not a change of memblock's tables", line);
	else if (kind == KHO_EARLY_RESERVE && event.size && is_answer(event.caller))
		answer(trace, &event, line);
	else if (event.size) /* memblock_add_range() and memblock_remove_range() do nothing otherwise */
		take_event(trace, &event, line);
}

/* "4096 bytes align=0x1000 nid=0 from=0x0 max_addr=0x0 caller+0x1/0x2"; memblock_phys_alloc_range() says no nid. */
static void take_request(struct kho_early_trace *trace, struct kho_log_line *text, bool exact, const char *line)
{
	struct kho_early_event event = { .kind = KHO_EARLY_ALLOC, .exact = exact, .traced = true, .nid = KHO_ANY_NODE };

	event.size = kho_log_decimal(text, KHO_EARLY_ADDRESS_MAX);
	kho_log_expect(text, " bytes align=0x");
	event.align = kho_log_hex(text, KHO_EARLY_ADDRESS_MAX);
	if (kho_log_skip(text, " nid="))
		read_nid(text, &event);
	kho_log_expect(text, " from=0x");
	event.from = kho_log_hex(text, UINT64_MAX);
	kho_log_expect(text, " max_addr=0x");
	event.to = kho_log_hex(text, UINT64_MAX);
	read_caller(text, &event);
	if (text->unfit) {
		fault(trace, "not a request to memblock", line);
		return;
	}
	take_event(trace, &event, line);
	trace->asked = !trace->complete && !trace->fault;
}

/* memblock_double_array(): "reserved is doubled to 256 at [0x..-0x..]" */
static void take_doubling(struct kho_early_trace *trace, struct kho_log_line *text, const char *line)
{
	struct kho_early_event event = { .kind = KHO_EARLY_DOUBLE }, range = { 0 };

	if (!kho_log_skip(text, "reserved"))
		kho_log_expect(text, "memory");
	kho_log_expect(text, " is doubled to ");
	event.size = kho_log_decimal(text, ENTRIES_MAX);
	kho_log_expect(text, " at [");
	read_range(text, &range);
	kho_log_expect(text, "]");
	kho_log_end(text);
	event.nid = KHO_ANY_NODE;
	event.base = range.base;
	if (text->unfit)
		fault(trace, "not a doubling of memblock's array", line);
	else /* the last event must remain the request that has no answer yet */
		add(trace, trace->events->len - trace->asked, &event, line);
}

/* --- what the trace begins with --- */

/* "reserved[0x0]\t[0x..-0x..], 0x1000 bytes on node 0 flags: 0x20", of the first table: memblock_dump() */
static void take_found(struct kho_early_trace *trace, struct kho_log_line *text, const char *line)
{
	struct kho_early_event event = { .kind = KHO_EARLY_FOUND }, node;
	uint64_t number = kho_log_hex(text, KHO_EARLY_EVENTS_MAX), size;

	kho_log_expect(text, "]");
	while (kho_log_skip(text, "\t") || kho_log_skip(text, " "))
		continue;
	kho_log_expect(text, "[");
	read_range(text, &event);
	kho_log_expect(text, "], 0x");
	size = kho_log_hex(text, UINT64_MAX);
	kho_log_expect(text, " bytes");
	if (kho_log_skip(text, " on node "))
		read_nid(text, &node);
	kho_log_expect(text, " flags: 0x");
	event.flags = (unsigned int)kho_log_hex(text, UINT32_MAX);
	kho_log_end(text);
	event.nid = KHO_ANY_NODE;
	if (text->unfit || number != trace->found || size != event.size || !size)
		fault(trace, "not a line of memblock's table", line);
	else
		take_event(trace, &event, line);
	trace->found++;
}

/* "reserved.cnt  = 0x4" */
static void take_count(struct kho_early_trace *trace, struct kho_log_line *text, const char *line)
{
	while (kho_log_skip(text, " "))
		continue;
	kho_log_expect(text, "= 0x");
	trace->entries = kho_log_hex(text, KHO_EARLY_EVENTS_MAX);
	kho_log_end(text);
	if (text->unfit || trace->counted)
		fault(trace, "not the length of memblock's table", line);
	trace->counted = true;
}

/* reserve_initrd() of x86: "[mem 0x..-0x..]" */
static void take_initrd(struct kho_early_trace *trace, struct kho_log_line *text, const char *line)
{
	struct kho_early_event event = { .kind = KHO_EARLY_INITRD, .nid = KHO_ANY_NODE };

	kho_log_expect(text, "[mem ");
	read_range(text, &event);
	kho_log_expect(text, "]");
	kho_log_end(text);
	if (text->unfit || !event.size)
		fault(trace, "not an initrd", line);
	else
		take_event(trace, &event, line);
}

/* --- lines --- */

static bool take_table(struct kho_early_trace *trace, const char *message)
{
	struct kho_log_line text = { .rest = message + strspn(message, " ") };

	if (kho_log_skip(&text, "MEMBLOCK configuration:")) {
		trace->dumps++;
		return true;
	}
	if (trace->dumps != 1)
		return false;
	if (kho_log_skip(&text, "reserved[0x"))
		take_found(trace, &text, message);
	else if (kho_log_skip(&text, "reserved.cnt "))
		take_count(trace, &text, message);
	else
		return false;
	return true;
}

static bool take_call(struct kho_early_trace *trace, const char *message)
{
	struct kho_log_line text = { .rest = message };

	if (kho_log_skip(&text, "__memblock_reserve: ") || kho_log_skip(&text, "memblock_reserve: "))
		take_change(trace, &text, KHO_EARLY_RESERVE, message);
	else if (kho_log_skip(&text, "memblock_phys_alloc_range: ") ||
		 kho_log_skip(&text, "memblock_alloc_try_nid: ") || kho_log_skip(&text, "memblock_alloc_try_nid_raw: "))
		take_request(trace, &text, false, message);
	else if (kho_log_skip(&text, "memblock_alloc_exact_nid_raw: "))
		take_request(trace, &text, true, message);
	else if (kho_log_skip(&text, "memblock_phys_free: ") || kho_log_skip(&text, "memblock_free: "))
		take_change(trace, &text, KHO_EARLY_FREE, message);
	else if (kho_log_skip(&text, "memblock_add: ") || kho_log_skip(&text, "memblock_add_node: "))
		take_change(trace, &text, KHO_EARLY_ADD, message);
	else if (kho_log_skip(&text, "memblock_remove: "))
		take_change(trace, &text, KHO_EARLY_REMOVE, message);
	else if (kho_log_skip(&text, "memblock_free_late: "))
		end(trace, message);
	else if (kho_log_skip(&text, "memblock: Failed to double "))
		fault(trace, "memblock was full", message);
	else if (kho_log_skip(&text, "memblock: "))
		take_doubling(trace, &text, message);
	else if (kho_log_skip(&text, "RAMDISK: "))
		take_initrd(trace, &text, message);
	else
		return false;
	return true;
}

/*
 * What is left of a line of the trace that lost its beginning, or another call of memblock. Others do speak of it:
 * "software IO TLB: swiotlb_memblock_alloc: Failed to allocate 67108864 bytes tlb structure".
 */
static bool is_torn(const char *message)
{
	if (g_str_has_prefix(message, "memblock_") || g_str_has_prefix(message, "__memblock_"))
		return true;
	return (strstr(message, "[0x") || strstr(message, "align=0x") || strstr(message, "max_addr=0x")) &&
	       strstr(message, "+0x") && strstr(message, "/0x");
}

void kho_early_trace_take(struct kho_early_trace *trace, const char *line)
{
	const char *message = kho_log_message(line);

	if (trace->complete || trace->fault)
		return;
	if (strstr(message, " printk messages dropped"))
		fault(trace, "the kernel lost messages", message);
	else if (!take_table(trace, message) && !take_call(trace, message) && is_torn(message))
		fault(trace, "a torn line, or one of a kernel that is not known", message);
}

bool kho_early_trace_owns(const char *line)
{
	static const char *const heads[] = { "memblock_",   "__memblock_", "memblock: ", "MEMBLOCK configuration:",
					     "memory size", "memory.cnt",  "memory[0x",	 "reserved.cnt",
					     "reserved[0x" };
	const char *message = kho_log_message(line);

	message += strspn(message, " ");
	for (gsize i = 0; i < G_N_ELEMENTS(heads); i++)
		if (g_str_has_prefix(message, heads[i]))
			return true;
	return false;
}

char *kho_early_trace_problem(const struct kho_early_trace *trace)
{
	if (trace->fault)
		return g_strdup(trace->fault);
	if (!trace->events->len)
		return g_strdup("the console shows none: was memblock=debug given, and is the log level 7?");
	if (!trace->complete)
		return g_strdup("it does not reach the reservation of scratch");
	return NULL;
}
