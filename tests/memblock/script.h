/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A script is a list of calls to memblock, a line each: a name from the table below and its arguments, numbers as C
 * writes them. `start` begins another one, with an empty memblock. Two programs play the same scripts and print the
 * same, or should: one on the kernel's mm/memblock.c (kernel.c), one on the model (model.c).
 *
 * Arguments are addresses and sizes in bytes, nodes (-1: none), memblock's flags, and 0 or 1.
 */
#ifndef KHO_TESTS_MEMBLOCK_SCRIPT_H
#define KHO_TESTS_MEMBLOCK_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SCRIPT_MAX_ARGUMENTS 7

/* X(name, arguments) */
#define SCRIPT_CALLS(X)                                                                             \
	X(start, 3)	   /* entries of memory's array, of reserved's; movable_node */             \
	X(resize, 0)	   /* memblock_allow_resize() */                                            \
	X(limit, 1)	   /* memblock_set_current_limit() */                                       \
	X(scratch_only, 1) /* memblock_set_kho_scratch_only(), memblock_clear_...() */              \
	X(add, 2)	   /* base, size */                                                         \
	X(add_node, 4)	   /* base, size, node, flags */                                            \
	X(remove, 2)                                                                                \
	X(trim, 1)                                                                                  \
	X(reserve, 4)                                                                               \
	X(free, 2)                                                                                  \
	X(free_again, 1) /* what was allocated so many allocations ago; 0: the last one */          \
	X(mark, 4)	 /* 0: memory, 1: reserved; base, size, flag */                             \
	X(clear, 4)                                                                                 \
	X(set_node, 4)	   /* 0 or 1, base, size, node */                                           \
	X(alloc_range, 6)  /* memblock_alloc_range_nid(): size, alignment, from, to, node, exact */ \
	X(alloc, 6)	   /* memblock_alloc_internal() */                                          \
	X(blocks, 7)	   /* ... and how often */                                                  \
	X(kern_size, 2)	   /* memblock_reserved_kern_size(): limit, node */                         \
	X(free_scratch, 1) /* node */                                                               \
	X(largest, 4)	   /* alignment, from, to, node */

enum script_name {
#define X(name, arguments) SCRIPT_##name,
	SCRIPT_CALLS(X)
#undef X
};

struct script_call {
	enum script_name name;
	uint64_t argument[SCRIPT_MAX_ARGUMENTS];
};

/* Of an allocation value is its address; of blocks all three, see kho_mb_alloc_blocks(); of what may fail 1 is good. */
struct script_answer {
	uint64_t value, elsewhere, last;
};

struct script_region {
	uint64_t base, size;
	int64_t nid;
	uint64_t flags;
};

struct script_table {
	uint64_t count, max, array, total; /* array: where it lies, 0 for the first */
};

/* --- what kernel.c and model.c are --- */

struct script_answer backend_call(const struct script_call *call);
/* NULL, or why nothing more can be asked before the next start. */
const char *backend_stopped(void);
/* @table is 0 for memory and 1 for reserved. */
struct script_table backend_table(int table);
struct script_region backend_region(int table, uint64_t index);

#endif
