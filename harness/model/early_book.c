// SPDX-License-Identifier: GPL-2.0-only
#include "harness/model/early_book.h"

#include <stdio.h>
#include <string.h>

#include "estimator/early_boot.h"

#define DOUBLER "memblock_double_array"

void kho_early_book_init(struct kho_early_book *book, const struct kho_mb_config *config, size_t nr_memory,
			 size_t nr_reserved, GArray *events)
{
	book->events = events;
	book->problem[0] = '\0';
	book->memory = g_new(struct kho_mb_region, nr_memory);
	book->reserved = g_new(struct kho_mb_region, nr_reserved);
	book->before = g_new(struct kho_mb_region, nr_reserved);
	kho_mb_init(&book->mb, config, book->memory, nr_memory, book->reserved, nr_reserved);
}

void kho_early_book_clear(struct kho_early_book *book)
{
	g_free(book->memory);
	g_free(book->reserved);
	g_free(book->before);
}

void kho_early_book_fail(struct kho_early_book *book, const char *what)
{
	if (!*book->problem)
		snprintf(book->problem, sizeof(book->problem), "%s", what);
}

void kho_early_book_append(struct kho_early_book *book, const struct kho_early_event *event)
{
	g_array_append_vals(book->events, event, 1);
}

struct kho_early_event kho_early_request(const char *caller, uint64_t size, uint64_t align, int nid)
{
	struct kho_early_event event = {
		.kind = KHO_EARLY_ALLOC, .traced = true, .size = size, .align = align, .nid = nid
	};

	g_strlcpy(event.caller, caller, sizeof(event.caller));
	return event;
}

/* --- doublings --- */

static uint64_t array_bytes(const struct kho_early_book *book, uint64_t entries)
{
	uint64_t page = book->mb.config.page_size;

	return (entries * book->mb.config.region_size + page - 1) / page * page;
}

/* memblock_double_array(), step by step; only the last array is still there. */
static void append_doublings(struct kho_early_book *book, const struct kho_mb_table *table, u64 max, u64 array)
{
	struct kho_early_event event = { .kind = KHO_EARLY_DOUBLE, .nid = KHO_ANY_NODE, .base = table->array };
	uint64_t old_bytes = array_bytes(book, max);

	while (max < table->max) {
		max *= 2;
		event.size = max;
		kho_early_book_append(book, &event);
	}
	if (array == table->array)
		return;
	if (array) {
		event = (struct kho_early_event){ .kind = KHO_EARLY_FREE, .nid = KHO_ANY_NODE };
		event.base = array;
		event.size = old_bytes;
		g_strlcpy(event.caller, DOUBLER, sizeof(event.caller));
		kho_early_book_append(book, &event);
	}
	event = (struct kho_early_event){ .kind = KHO_EARLY_RESERVE, .nid = KHO_ANY_NODE, .flags = KHO_MB_RSRV_KERN };
	event.base = table->array;
	event.size = array_bytes(book, table->max);
	g_strlcpy(event.caller, DOUBLER, sizeof(event.caller));
	kho_early_book_append(book, &event);
}

static struct kho_early_mark mark_of(const struct kho_mb *mb)
{
	return (struct kho_early_mark){
		.nr_before = mb->reserved.count,
		.memory_max = mb->memory.max,
		.memory_array = mb->memory.array,
		.reserved_max = mb->reserved.max,
		.reserved_array = mb->reserved.array,
	};
}

static void end(struct kho_early_book *book, const struct kho_early_mark *mark)
{
	append_doublings(book, &book->mb.memory, mark->memory_max, mark->memory_array);
	append_doublings(book, &book->mb.reserved, mark->reserved_max, mark->reserved_array);
	if (book->mb.state != KHO_MB_GOOD)
		kho_early_book_fail(book, "it is too much for the model of memblock");
}

/* --- calls --- */

uint64_t kho_early_book_alloc(struct kho_early_book *book, struct kho_early_event request, bool must)
{
	const struct kho_mb_request wanted = kho_early_request_of(&request);
	struct kho_early_mark mark = mark_of(&book->mb);
	char problem[sizeof(book->problem)];

	request.base = kho_mb_alloc(&book->mb, &wanted);
	request.flags = KHO_MB_RSRV_KERN;
	kho_early_book_append(book, &request);
	end(book, &mark);
	if (must && !request.base) {
		snprintf(problem, sizeof(problem), "there is no memory for %s", request.caller);
		kho_early_book_fail(book, problem);
	}
	return request.base;
}

void kho_early_book_reserve(struct kho_early_book *book, const struct kho_early_event *event)
{
	struct kho_early_mark mark = mark_of(&book->mb);

	kho_mb_reserve(&book->mb, event->base, event->size, event->nid, event->flags);
	kho_early_book_append(book, event);
	end(book, &mark);
}

void kho_early_book_free(struct kho_early_book *book, uint64_t base, uint64_t size, const char *caller)
{
	struct kho_early_event event = { .kind = KHO_EARLY_FREE, .nid = KHO_ANY_NODE, .base = base, .size = size };
	struct kho_early_mark mark = mark_of(&book->mb);

	if (!size)
		return;
	g_strlcpy(event.caller, caller, sizeof(event.caller));
	kho_mb_free(&book->mb, base, size);
	kho_early_book_append(book, &event);
	end(book, &mark);
}

/* --- what others do --- */

struct kho_early_mark kho_early_book_begin(struct kho_early_book *book)
{
	memcpy(book->before, book->mb.reserved.regions, book->mb.reserved.count * sizeof(struct kho_mb_region));
	return mark_of(&book->mb);
}

static void append_piece(struct kho_early_book *book, const struct kho_early_event *like, uint64_t start,
			 uint64_t piece_end, int nid)
{
	struct kho_early_event event = *like;

	if (start >= piece_end)
		return;
	event.base = start;
	event.size = piece_end - start;
	event.nid = nid < 0 || nid >= book->mb.config.max_nodes ? KHO_ANY_NODE : nid;
	event.flags = KHO_MB_RSRV_KERN;
	kho_early_book_append(book, &event);
}

static void append_new(struct kho_early_book *book, size_t nr_before, const struct kho_early_event *like)
{
	const struct kho_mb_table *now = &book->mb.reserved;
	size_t old = 0;

	for (size_t i = 0; i < now->count; i++) {
		const struct kho_mb_region *region = &now->regions[i];
		uint64_t at = region->base, region_end = region->base + region->size;

		while (old < nr_before && book->before[old].base < region_end) {
			const struct kho_mb_region *was = &book->before[old++];

			append_piece(book, like, at, MIN(was->base, region_end), region->nid);
			at = MAX(at, was->base + was->size);
		}
		append_piece(book, like, at, region_end, region->nid);
	}
}

void kho_early_book_end(struct kho_early_book *book, const struct kho_early_mark *mark,
			const struct kho_early_event *like)
{
	if (like)
		append_new(book, mark->nr_before, like);
	end(book, mark);
}
