/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A model of memblock, the kernel's allocator of early boot: what the replay of a successor's boot runs on.
 *
 * It behaves as mm/memblock.c of Linux 6.19 (6.19.6) to the byte: the same calls give the same addresses, and leave the
 * same tables, at every step. tests/memblock/compare holds it against that very file, of this or any other tree. Not
 * there, because no KHO successor uses it: bottom-up search, mirrored memory, physmem, and what comes after the slab
 * allocator is up.
 *
 * Freestanding: no allocation, no library but memmove() (which a compiler may call on its own anyway). The caller
 * gives all memory, as a workspace; what the model is in is plain data and may be copied with its workspace.
 *
 * All addresses and sizes are physical and in bytes, all ranges half-open, cut off where they would wrap, as the kernel
 * does. Functions that return bool: false is the kernel's -ENOMEM. Allocations return 0 where there is nothing.
 */
#ifndef KHO_ESTIMATOR_MEMBLOCK_MODEL_H
#define KHO_ESTIMATOR_MEMBLOCK_MODEL_H

#include "port.h"

/* include/linux/memblock.h: enum memblock_flags, 6.18 to 7.3. */
#define KHO_MB_HOTPLUG	      0x01u
#define KHO_MB_MIRROR	      0x02u
#define KHO_MB_NOMAP	      0x04u
#define KHO_MB_DRIVER_MANAGED 0x08u
#define KHO_MB_RSRV_NOINIT    0x10u
#define KHO_MB_RSRV_KERN      0x20u
#define KHO_MB_SCRATCH	      0x40u

#define KHO_MB_NO_NODE	  (-1)	    /* NUMA_NO_NODE */
#define KHO_MB_ACCESSIBLE ((u64)0)  /* an upper bound: up to current_limit (MEMBLOCK_ALLOC_ACCESSIBLE) */
#define KHO_MB_ANYWHERE	  (~(u64)0) /* an upper bound: none (MEMBLOCK_ALLOC_ANYWHERE) */

/* What the kernel was built for. */
struct kho_mb_config {
	u64 page_size;	      /* PAGE_SIZE, bytes; a power of two */
	u64 cache_line;	      /* SMP_CACHE_BYTES: what an alignment of 0 means; a power of two */
	u64 region_size;      /* sizeof(struct memblock_region), bytes */
	u64 memory_regions;   /* INIT_MEMBLOCK_MEMORY_REGIONS */
	u64 reserved_regions; /* INIT_MEMBLOCK_RESERVED_REGIONS */
	int max_nodes;	      /* MAX_NUMNODES; as a region's nid: no node yet */
	bool movable_node;    /* "movable_node" on the command line: nothing is allocated in hotpluggable memory */
};

/* x86-64 as it is mostly built; @max_nodes: 1 << CONFIG_NODES_SHIFT. */
struct kho_mb_config kho_mb_config_x86_64(int max_nodes);

struct kho_mb_region {
	u64 base;
	u64 size;
	int nid; /* config.max_nodes or KHO_MB_NO_NODE: none. Of a reservation: the node that was asked for */
	unsigned int flags;
};

/* struct memblock_type. Anybody may read it; regions are sorted, do not overlap, and are merged where they can be. */
struct kho_mb_table {
	struct kho_mb_region *regions;
	size_t count;
	size_t room; /* entries of the workspace */
	u64 max;     /* entries of the kernel's array */
	u64 array;   /* where that array lies; 0: in the kernel's image */
	u64 total;   /* the kernel's total_size, in which bytes that kho_mb_trim() cut off still count */
};

enum kho_mb_state {
	KHO_MB_GOOD,
	KHO_MB_PANIC,	   /* the kernel panics: an array was full before kho_mb_allow_resize() */
	KHO_MB_BUG,	   /* the kernel runs into a BUG_ON(): no place for an array's own reservation */
	KHO_MB_OVERFLOW,   /* the *workspace* is too small: nothing is known of the kernel */
	KHO_MB_UNMODELLED, /* nothing is known either: 0 bytes, an alignment that is no power of two, or trimming what
			    would wrap */
};

/*
 * In any state but KHO_MB_GOOD, the model has stopped: functions that change it return false or 0 and do nothing, and
 * the tables are as they happened to be. Whoever looks at an answer must look at state as well.
 */
struct kho_mb {
	struct kho_mb_config config;
	struct kho_mb_table memory;
	struct kho_mb_table reserved;
	u64 current_limit; /* set it at will (memblock_set_current_limit()); KHO_MB_ANYWHERE at first */
	bool scratch_only; /* set it at will (memblock_set_kho_scratch_only(), _clear_); false at first */
	bool can_resize;
	enum kho_mb_state state;
	unsigned int doublings;	       /* of either array */
	unsigned int failed_doublings; /* for want of memory */
};

/*
 * An empty memblock. @memory and @reserved are the workspace, of @nr_memory and @nr_reserved regions; the caller owns
 * it, it must live as long as the model, and its contents do not matter. Nothing else need be released.
 */
void kho_mb_init(struct kho_mb *mb, const struct kho_mb_config *config, struct kho_mb_region *memory, size_t nr_memory,
		 struct kho_mb_region *reserved, size_t nr_reserved);

/* memblock_allow_resize(): from now on, a full array is doubled. */
void kho_mb_allow_resize(struct kho_mb *mb);

/* --- tables --- */

/* memblock_add(), memblock_add_node(): memory that is there already keeps its node and flags. */
bool kho_mb_add(struct kho_mb *mb, u64 base, u64 size);
bool kho_mb_add_node(struct kho_mb *mb, u64 base, u64 size, int nid, unsigned int flags);
/* memblock_remove() */
bool kho_mb_remove(struct kho_mb *mb, u64 base, u64 size);
/* memblock_trim_memory(): regions of memory shrink to multiples of @align, a power of two, or go. */
void kho_mb_trim(struct kho_mb *mb, u64 align);
/*
 * __memblock_reserve(), which is memblock_reserve() with KHO_MB_NO_NODE and 0, memblock_reserve_kern() with
 * KHO_MB_NO_NODE and KHO_MB_RSRV_KERN. What is reserved already keeps its node and flags.
 */
bool kho_mb_reserve(struct kho_mb *mb, u64 base, u64 size, int nid, unsigned int flags);
/* memblock_phys_free() */
bool kho_mb_free(struct kho_mb *mb, u64 base, u64 size);
/*
 * memblock_mark_hotplug(), _nomap(), _kho_scratch() on mb->memory, memblock_reserved_mark_noinit() on mb->reserved,
 * and memblock_clear_*(): sets or clears @flag of what @table has in the range.
 */
bool kho_mb_mark(struct kho_mb *mb, struct kho_mb_table *table, u64 base, u64 size, unsigned int flag);
bool kho_mb_clear(struct kho_mb *mb, struct kho_mb_table *table, u64 base, u64 size, unsigned int flag);
/* memblock_set_node() */
bool kho_mb_set_node(struct kho_mb *mb, struct kho_mb_table *table, u64 base, u64 size, int nid);

/* --- allocation: top-down, never the first page; only scratch while scratch_only --- */

struct kho_mb_request {
	u64 size;   /* not 0 */
	u64 align;  /* a power of two; 0: config.cache_line */
	u64 from;   /* [from, to) */
	u64 to;	    /* KHO_MB_ACCESSIBLE, KHO_MB_ANYWHERE, or an address */
	int nid;    /* KHO_MB_NO_NODE: any */
	bool exact; /* no other node will do */
};

/* memblock_alloc_range_nid(), of which memblock_phys_alloc_range() and memblock_phys_alloc_try_nid() are cases. */
u64 kho_mb_alloc_range(struct kho_mb *mb, const struct kho_mb_request *request);
/*
 * memblock_alloc_internal(), which is memblock_alloc_try_nid() and _exact_nid_raw(), and so memblock_alloc(),
 * _alloc_node(), ...: never above current_limit; where nothing is left above request->from, below it will do.
 */
u64 kho_mb_alloc(struct kho_mb *mb, const struct kho_mb_request *request);

struct kho_mb_blocks {
	u64 count;     /* how many there were */
	u64 elsewhere; /* of these: on another node than request->nid; 0 where it is KHO_MB_NO_NODE */
	u64 last;      /* address of the last one; 0: there was none */
};

/*
 * @count times kho_mb_alloc() with the same @request, up to the first that fails: to the byte the same, but in a time
 * that depends on the number of free pieces, not of blocks, if request->size is a multiple of the alignment.
 */
struct kho_mb_blocks kho_mb_alloc_blocks(struct kho_mb *mb, const struct kho_mb_request *request, u64 count);

/* --- questions; they may be asked in any state --- */

/* Bytes of scratch that are not reserved, on node @nid or (KHO_MB_NO_NODE) on all. */
u64 kho_mb_free_scratch(const struct kho_mb *mb, int nid);
/*
 * The largest size for which kho_mb_alloc_range() would find memory now, without fallback: on @nid (KHO_MB_NO_NODE:
 * any), aligned to @align (as in a request), in [from, to); 0 if there is none.
 */
u64 kho_mb_largest_free(const struct kho_mb *mb, u64 align, u64 from, u64 to, int nid);
/* memblock_reserved_kern_size(): bytes below @limit that the kernel uses, on node @nid or (KHO_MB_NO_NODE) on all. */
u64 kho_mb_reserved_kern_size(const struct kho_mb *mb, u64 limit, int nid);
/* The region of @table that holds @address, or NULL. */
const struct kho_mb_region *kho_mb_find(const struct kho_mb_table *table, u64 address);

#endif
