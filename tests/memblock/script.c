// SPDX-License-Identifier: GPL-2.0-only
/*
 * Plays scripts from stdin. Prints a line per call: the call, its answer, and what changed in the two tables, so that
 * all lines together are all there is to know:
 *
 *	reserved 5-1+2 [0x1000-0x2000 -1 0x20] ...	after region 5, one went and two came
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "script.h"

#define MAX_REGIONS   65536
#define MAX_REMEMBER  64
#define LINE_MAX_SIZE 512

static const struct {
	const char *name;
	int arguments;
} calls[] = {
#define X(name, arguments) [SCRIPT_##name] = { #name, arguments },
	SCRIPT_CALLS(X)
#undef X
};

#define NR_CALLS (sizeof(calls) / sizeof(calls[0]))

/* The tables as they were before the call. */
static struct known {
	struct script_table table;
	struct script_region regions[MAX_REGIONS];
} known[2];

/* What was allocated, the newest last. */
static struct allocation {
	uint64_t base, size;
} allocations[MAX_REMEMBER];
static uint64_t nr_allocations;

static unsigned long line_number;

static void bad_line(const char *what)
{
	fprintf(stderr, "script: line %lu: %s\n", line_number, what);
	exit(2);
}

static struct script_call parse(char *line)
{
	struct script_call call = { 0 };
	char *save = NULL, *word = strtok_r(line, " \n", &save), *end;
	size_t name = 0;
	int count = 0;

	while (name < NR_CALLS && strcmp(word, calls[name].name))
		name++;
	if (name == NR_CALLS)
		bad_line("unknown call");
	call.name = name;
	for (; (word = strtok_r(NULL, " \n", &save)); count++) {
		if (count == calls[name].arguments)
			bad_line("too many arguments");
		errno = 0;
		/* A node may be -1, which strtoull() takes as well. */
		call.argument[count] = strtoull(word, &end, 0);
		if (errno || *end)
			bad_line("not a number");
	}
	if (count != calls[name].arguments)
		bad_line("too few arguments");
	return call;
}

static bool is_same(const struct script_region *a, const struct script_region *b)
{
	return a->base == b->base && a->size == b->size && a->nid == b->nid && a->flags == b->flags;
}

static void print_table_changes(int which)
{
	static struct script_region now[MAX_REGIONS];
	const char *const name = which ? "reserved" : "memory";
	struct known *before = &known[which];
	struct script_table table = backend_table(which);
	uint64_t head = 0, tail = 0, i;

	if (table.count > MAX_REGIONS)
		bad_line("too many regions");
	for (i = 0; i < table.count; i++)
		now[i] = backend_region(which, i);
	while (head < table.count && head < before->table.count && is_same(&now[head], &before->regions[head]))
		head++;
	while (tail < table.count - head && tail < before->table.count - head &&
	       is_same(&now[table.count - 1 - tail], &before->regions[before->table.count - 1 - tail]))
		tail++;
	if (head + tail != table.count || table.count != before->table.count) {
		printf(" %s %" PRIu64 "-%" PRIu64 "+%" PRIu64, name, head, before->table.count - head - tail,
		       table.count - head - tail);
		for (i = head; i < table.count - tail; i++)
			printf(" [%#" PRIx64 "-%#" PRIx64 " %" PRId64 " %#" PRIx64 "]", now[i].base,
			       now[i].base + now[i].size, now[i].nid, now[i].flags);
	}
	if (table.total != before->table.total)
		printf(" %s total %#" PRIx64, name, table.total);
	if (table.max != before->table.max || table.array != before->table.array)
		printf(" %s array %" PRIu64 " at %#" PRIx64, name, table.max, table.array);
	memcpy(before->regions, now, table.count * sizeof(now[0]));
	before->table = table;
}

static void remember(uint64_t base, uint64_t size)
{
	allocations[nr_allocations++ % MAX_REMEMBER] = (struct allocation){ base, size };
}

/* Turns a free_again into a free; one of nothing where there was no such allocation. */
static void recall(struct script_call *call)
{
	uint64_t back = call->argument[0];
	struct allocation none = { 0, 0 };
	const struct allocation *found = &none;

	if (back < nr_allocations && back < MAX_REMEMBER)
		found = &allocations[(nr_allocations - 1 - back) % MAX_REMEMBER];
	*call = (struct script_call){ SCRIPT_free, { found->base, found->size } };
}

static void print_answer(const struct script_call *call, const struct script_answer *answer)
{
	printf("%s", calls[call->name].name);
	for (int i = 0; i < calls[call->name].arguments; i++)
		printf(" %#" PRIx64, call->argument[i]);
	printf(" = %#" PRIx64, answer->value);
	if (call->name == SCRIPT_blocks)
		printf(" elsewhere %" PRIu64 " last %#" PRIx64, answer->elsewhere, answer->last);
}

/* False once nothing more can be asked. */
static bool play(struct script_call *call)
{
	struct script_answer answer;

	if (call->name == SCRIPT_start) {
		memset(&known[0].table, 0, sizeof(known[0].table));
		memset(&known[1].table, 0, sizeof(known[1].table));
		nr_allocations = 0;
	}
	if (call->name == SCRIPT_free_again)
		recall(call);
	answer = backend_call(call);
	if (backend_stopped()) {
		printf("%s: %s\n", calls[call->name].name, backend_stopped());
		return false;
	}
	if ((call->name == SCRIPT_alloc || call->name == SCRIPT_alloc_range) && answer.value)
		remember(answer.value, call->argument[0]);
	print_answer(call, &answer);
	print_table_changes(0);
	print_table_changes(1);
	putchar('\n');
	return true;
}

int main(void)
{
	static char line[LINE_MAX_SIZE];
	bool going = false;

	while (fgets(line, sizeof(line), stdin)) {
		struct script_call call;

		line_number++;
		if (line[0] == '\n')
			continue;
		/* "# seed 12": whose script it is. */
		if (line[0] == '#') {
			fputs(line, stdout);
			continue;
		}
		call = parse(line);
		if (call.name == SCRIPT_start)
			going = true;
		if (going)
			going = play(&call);
	}
	return ferror(stdin) || fflush(stdout) ? 3 : 0;
}
