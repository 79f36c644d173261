// SPDX-License-Identifier: GPL-2.0-only
#include "harness/model/early_trace.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define ADDRESS_MAX (1ULL << 52)
#define CACHE_BYTES 64 /* SMP_CACHE_BYTES: how untraced requests are aligned */

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
	if (!trace->fault)
		trace->fault = g_strdup_printf("%s: '%.80s'", what, line);
}

static void add(struct kho_early_trace *trace, const struct kho_early_event *event)
{
	if (trace->events->len == KHO_EARLY_EVENTS_MAX)
		fault(trace, "too many events", "");
	else
		g_array_append_vals(trace->events, event, 1);
}

/* "function+0x1/0x2", the last word of a line; without what is behind the name. False: there is none. */
static bool take_caller(const char *line, char *caller)
{
	const char *word = strrchr(line, ' ');
	size_t length;

	word = word ? word + 1 : line;
	length = strcspn(word, "+");
	if (!length || !word[length])
		return false;
	length = MIN(length, KHO_CALLER_MAX - 1);
	memcpy(caller, word, length);
	caller[length] = '\0';
	return true;
}

/* "[0x1000-0x1fff]", inclusive. */
static bool take_range(const char *text, struct kho_early_event *event)
{
	uint64_t first, last;
	int end = 0;

	if (sscanf(text, "[0x%" SCNx64 "-0x%" SCNx64 "]%n", &first, &last, &end) != 2 || !end || last < first ||
	    last >= ADDRESS_MAX)
		return false;
	event->base = first;
	event->size = last - first + 1;
	return true;
}

/* --- the calls that change tables --- */

/* The functions that reserve for an allocation, and so answer a request. */
static bool is_answer(const char *caller)
{
	return g_str_equal(caller, "memblock_alloc_range_nid") || g_str_equal(caller, "memblock_alloc_internal");
}

static void answer(struct kho_early_trace *trace, const struct kho_early_event *reserved, const char *line)
{
	struct kho_early_event event = *reserved, *request;

	if (!trace->asked) {
		event.kind = KHO_EARLY_ALLOC;
		event.align = CACHE_BYTES;
		add(trace, &event);
		return;
	}
	request = &g_array_index(trace->events, struct kho_early_event, trace->events->len - 1);
	if (request->size != event.size) {
		fault(trace, "an answer that does not fit its request", line);
		return;
	}
	request->base = event.base;
	request->flags = event.flags;
	trace->asked = false;
}

/* "[0x..-0x..] nid=0 flags=20 caller+0x1/0x2"; older kernels say neither nid nor flags, or flags alone. */
static void take_reserve(struct kho_early_trace *trace, const char *text, const char *line)
{
	struct kho_early_event event = { .kind = KHO_EARLY_RESERVE, .nid = KHO_ANY_NODE };
	const char *nid = strstr(text, " nid="), *flags = strstr(text, " flags=");

	if (!take_range(text, &event) || !take_caller(text, event.caller) ||
	    (nid && sscanf(nid, " nid=%d ", &event.nid) != 1) ||
	    (flags && sscanf(flags, " flags=%x ", &event.flags) != 1)) {
		fault(trace, "not a reservation", line);
		return;
	}
	/* MAX_NUMNODES stands for none, too. */
	if (event.nid < 0 || event.nid >= 1024 || g_strcmp0(event.caller, "") == 0)
		event.nid = KHO_ANY_NODE;
	if (is_answer(event.caller)) {
		answer(trace, &event, line);
		return;
	}
	trace->asked = false;
	add(trace, &event);
}

static void take_change(struct kho_early_trace *trace, const char *text, const char *line, enum kho_early_kind kind)
{
	struct kho_early_event event = { .kind = kind, .nid = KHO_ANY_NODE };
	const char *nid = strstr(text, " nid=");

	if (!take_range(text, &event) || !take_caller(text, event.caller) ||
	    (nid && sscanf(nid, " nid=%d ", &event.nid) != 1)) {
		fault(trace, "not a change of memblock's tables", line);
		return;
	}
	trace->asked = false;
	add(trace, &event);
}

/* "4096 bytes align=0x1000 nid=0 from=0x0 max_addr=0x0 caller+0x1/0x2"; some have no nid. */
static void take_request(struct kho_early_trace *trace, const char *text, const char *line, bool exact)
{
	struct kho_early_event event = { .kind = KHO_EARLY_ALLOC, .exact = exact, .traced = true };
	const char *nid = strstr(text, " nid="), *from = strstr(text, " from=0x");

	event.nid = KHO_ANY_NODE;
	if (sscanf(text, "%" SCNu64 " bytes align=0x%" SCNx64 " ", &event.size, &event.align) != 2 || !from ||
	    sscanf(from, " from=0x%" SCNx64 " max_addr=0x%" SCNx64 " ", &event.from, &event.to) != 2 ||
	    (nid && sscanf(nid, " nid=%d ", &event.nid) != 1) || !take_caller(text, event.caller) || !event.size ||
	    event.size > ADDRESS_MAX) {
		fault(trace, "not a request to memblock", line);
		return;
	}
	if (event.nid < 0)
		event.nid = KHO_ANY_NODE;
	trace->asked = true;
	add(trace, &event);
}

/* "reserved is doubled to 256 at [0x..-0x..]" */
static void take_doubling(struct kho_early_trace *trace, const char *text, const char *line)
{
	struct kho_early_event event = { .kind = KHO_EARLY_DOUBLE, .nid = KHO_ANY_NODE };
	const char *to = strstr(text, " is doubled to "), *at = strstr(text, " at [");

	if (!to || !at || sscanf(to, " is doubled to %" SCNu64 " ", &event.size) != 1 || !event.size) {
		fault(trace, "not a doubling of memblock's array", line);
		return;
	}
	sscanf(at, " at [0x%" SCNx64 "-", &event.base);
	/* It may come between a request and its answer, and must stay before both. */
	if (trace->asked && trace->events->len < KHO_EARLY_EVENTS_MAX)
		g_array_insert_vals(trace->events, trace->events->len - 1, &event, 1);
	else
		add(trace, &event);
}

/* --- what the trace begins with --- */

/* "reserved[0x0]\t[0x..-0x..], 0x1000 bytes flags: 0x20", of the first table */
static void take_found(struct kho_early_trace *trace, const char *text, const char *line)
{
	struct kho_early_event event = { .kind = KHO_EARLY_FOUND, .nid = KHO_ANY_NODE };
	const char *range = strchr(text + strlen("reserved["), '['), *flags = strstr(text, " flags: 0x");

	if (!range || !take_range(range, &event) || !flags || sscanf(flags, " flags: 0x%x", &event.flags) != 1)
		fault(trace, "not a line of memblock's table", line);
	else
		add(trace, &event);
}

/* "[mem 0x..-0x..]" */
static void take_initrd(struct kho_early_trace *trace, const char *text, const char *line)
{
	struct kho_early_event event = { .kind = KHO_EARLY_INITRD, .nid = KHO_ANY_NODE };
	uint64_t first, last;

	if (sscanf(text, "[mem 0x%" SCNx64 "-0x%" SCNx64 "]", &first, &last) != 2 || last < first ||
	    last >= ADDRESS_MAX) {
		fault(trace, "not an initrd", line);
		return;
	}
	event.base = first;
	event.size = last - first + 1;
	add(trace, &event);
}

/* --- lines --- */

static const char *message_of(const char *line)
{
	const char *end;

	if (*line != '[')
		return line;
	end = strchr(line, ']');
	if (!end || end == line + 1 || strspn(line + 1, " .0123456789") != (size_t)(end - line - 1))
		return line;
	return end[1] == ' ' ? end + 2 : end + 1;
}

/* What is behind @head in @message, or NULL. */
static const char *behind(const char *message, const char *head)
{
	return g_str_has_prefix(message, head) ? message + strlen(head) : NULL;
}

/* Where a first kernel reserves scratch, whatever was inlined into what. */
static bool is_end(const char *message)
{
	static const char *const callers[] = { " kho_memory_init+", " kho_reserve_scratch+", " mm_core_init+",
					       " memblock_free_all+" };

	for (gsize i = 0; i < G_N_ELEMENTS(callers); i++)
		if (strstr(message, callers[i]))
			return true;
	return false;
}

static void take_call(struct kho_early_trace *trace, const char *message)
{
	const char *text;

	if ((text = behind(message, "__memblock_reserve: ")) || (text = behind(message, "memblock_reserve: ")))
		take_reserve(trace, text, message);
	else if ((text = behind(message, "memblock_phys_alloc_range: ")) ||
		 (text = behind(message, "memblock_alloc_try_nid: ")) ||
		 (text = behind(message, "memblock_alloc_try_nid_raw: ")))
		take_request(trace, text, message, false);
	else if ((text = behind(message, "memblock_alloc_exact_nid_raw: ")))
		take_request(trace, text, message, true);
	else if ((text = behind(message, "memblock_phys_free: ")) || (text = behind(message, "memblock_free: ")))
		take_change(trace, text, message, KHO_EARLY_FREE);
	else if ((text = behind(message, "memblock_add: ")) || (text = behind(message, "memblock_add_node: ")))
		take_change(trace, text, message, KHO_EARLY_ADD);
	else if ((text = behind(message, "memblock_remove: ")))
		take_change(trace, text, message, KHO_EARLY_REMOVE);
	else if ((text = behind(message, "memblock: ")) && strstr(text, " is doubled to "))
		take_doubling(trace, text, message);
	else if (behind(message, "memblock: Failed to double"))
		fault(trace, "memblock was full", message);
}

void kho_early_trace_take(struct kho_early_trace *trace, const char *line)
{
	g_autofree char *message = g_strchomp(g_strdup(message_of(line)));
	const char *text = message + strspn(message, " ");

	if (trace->complete || trace->fault)
		return;
	if (strstr(message, " printk messages dropped"))
		fault(trace, "the kernel lost messages", message);
	else if (g_str_has_prefix(text, "MEMBLOCK configuration:"))
		trace->dumps++;
	else if (trace->dumps == 1 && g_str_has_prefix(text, "reserved[0x"))
		take_found(trace, text, message);
	else if ((text = behind(message, "RAMDISK: ")))
		take_initrd(trace, text, message);
	else if (strstr(message, "memblock") && is_end(message))
		trace->complete = true;
	else
		take_call(trace, message);
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
