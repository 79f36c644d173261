// SPDX-License-Identifier: GPL-2.0-only
/* Per-cpu areas and what comes after them. */
#include "harness/model/scaled_parts.h"

#define MIB   (1ULL << 20)
#define GIB   (1ULL << 30)
#define CACHE 64 /* SMP_CACHE_BYTES */
#define PAGE  4096

#define PERCPU_INFO  56 /* struct pcpu_alloc_info without its groups */
#define PERCPU_GROUP 24

#define LOG_BUFFER     (128ULL << 10) /* CONFIG_LOG_BUF_SHIFT=17 */
#define LOG_CPU	       4096	      /* CONFIG_LOG_CPU_MAX_BUF_SHIFT=12 */
#define LOG_RECORD     32	      /* bytes that a prb_desc and a printk_info stand for */
#define LOG_DESCRIPTOR 24
#define LOG_INFO       88

#define HASH_BUCKET  8
#define DENTRY_SCALE 13 /* one for each 8 KiB */
#define INODE_SCALE  14
#define HASH_ADAPT   (64 * GIB) /* from here on tables grow half as fast as memory */

#define CPU_ENTRY_AREA 0x3b000ULL /* CPU_ENTRY_AREA_SIZE, x86-64 */
#define BOUNCE_AREA    16	  /* sizeof(struct io_tlb_area) */

static uint64_t page_up(uint64_t bytes)
{
	return (bytes + PAGE - 1) / PAGE * PAGE;
}

static uint64_t power_of_two_up(uint64_t number)
{
	uint64_t power = 1;

	while (power < number)
		power *= 2;
	return power;
}

/* --- per-cpu areas --- */

/* pcpu_embed_first_chunk() */
void kho_scaled_make_percpu(struct kho_scaled_parts *parts)
{
	for (guint i = 0; i < parts->percpu->groups->len; i++) {
		const struct kho_percpu_group *group =
			&g_array_index(parts->percpu->groups, struct kho_percpu_group, i);
		struct kho_early_event event =
			kho_early_request("pcpu_fc_alloc", parts->percpu->unit_bytes * group->units,
					  parts->boot.percpu_atom, (int)group->node);
		uint64_t place;

		event.from = KHO_MAX_DMA;
		place = kho_early_book_alloc(&parts->book, event, true);
		g_array_append_val(parts->percpu_places, place);
	}
}

/* What units have more than a CPU needs, and those without one. */
void kho_scaled_free_percpu(struct kho_scaled_parts *parts)
{
	uint64_t unit = parts->percpu->unit_bytes;

	for (guint i = 0; i < parts->percpu_places->len; i++) {
		const struct kho_percpu_group *group =
			&g_array_index(parts->percpu->groups, struct kho_percpu_group, i);
		uint64_t place = g_array_index(parts->percpu_places, uint64_t, i);

		for (guint cpu = 0; cpu < group->units; cpu++) {
			uint64_t used = cpu < group->cpus ? parts->boot.percpu_used : 0;

			kho_early_book_free(&parts->book, place + cpu * unit + used, unit - used, "memblock_free");
		}
	}
}

/* pcpu_setup_first_chunk(): offsets and sizes of groups, the CPUs' units and their offsets */
uint64_t kho_scaled_percpu_table(const struct kho_scaled_parts *parts, guint number)
{
	const uint64_t bytes[] = {
		sizeof(uint64_t) * parts->percpu->groups->len,
		sizeof(uint64_t) * parts->percpu->groups->len,
		sizeof(uint32_t) * parts->machine->nr_cpus,
		sizeof(uint64_t) * parts->machine->nr_cpus,
	};

	return bytes[number];
}

uint64_t kho_scaled_percpu_info(const struct kho_scaled_parts *parts)
{
	return page_up(PERCPU_INFO + (uint64_t)PERCPU_GROUP * parts->percpu->groups->len +
		       sizeof(uint32_t) * (uint64_t)parts->percpu->nr_units);
}

uint64_t kho_scaled_percpu_list(const struct kho_scaled_parts *parts)
{
	return page_up(sizeof(uint64_t) * (uint64_t)parts->percpu->groups->len);
}

/* --- from start_kernel() on --- */

static uint64_t free_bytes(const struct kho_scaled_parts *parts)
{
	const struct kho_mb_table *memory = &parts->book.mb.memory, *reserved = &parts->book.mb.reserved;
	uint64_t bytes = 0;
	size_t next = 0;

	for (size_t i = 0; i < memory->count; i++) {
		uint64_t start = memory->regions[i].base, end = start + memory->regions[i].size;

		bytes += end - start;
		while (next < reserved->count && reserved->regions[next].base + reserved->regions[next].size <= start)
			next++;
		for (size_t j = next; j < reserved->count && reserved->regions[j].base < end; j++)
			bytes -= MIN(end, reserved->regions[j].base + reserved->regions[j].size) -
				 MAX(start, reserved->regions[j].base);
	}
	return bytes;
}

/* alloc_large_system_hash(); the kernel counts pages somewhat earlier, and rounds up to a power of two in the end. */
static void make_hash(struct kho_scaled_parts *parts, unsigned int scale, uint64_t memory)
{
	uint64_t bytes = (memory + MIB - 1) / MIB * MIB;

	for (uint64_t adapt = HASH_ADAPT; adapt < bytes; adapt <<= 2)
		scale++;
	kho_early_book_alloc(&parts->book,
			     kho_early_request("alloc_large_system_hash",
					       power_of_two_up(MAX(bytes >> scale, 4096 / HASH_BUCKET)) * HASH_BUCKET,
					       CACHE, KHO_ANY_NODE),
			     true);
}

/* setup_log_buf() */
static void make_log(struct kho_scaled_parts *parts)
{
	uint64_t more = (uint64_t)(parts->machine->nr_cpus - 1) * LOG_CPU, bytes, records;

	if (more <= LOG_BUFFER / 2)
		return;
	bytes = power_of_two_up(LOG_BUFFER + more);
	records = bytes / LOG_RECORD;
	kho_early_book_alloc(&parts->book, kho_early_request("setup_log_buf", bytes, 8, KHO_ANY_NODE), true);
	kho_early_book_alloc(&parts->book,
			     kho_early_request("setup_log_buf", records * LOG_DESCRIPTOR, 8, KHO_ANY_NODE), true);
	kho_early_book_alloc(&parts->book, kho_early_request("setup_log_buf", records * LOG_INFO, 8, KHO_ANY_NODE),
			     true);
}

static guint nodes_with_memory(const struct kho_scaled_parts *parts)
{
	guint count = 0;

	for (guint nid = 0; nid < parts->machine->nr_nodes; nid++)
		count += kho_scaled_has_memory(parts, nid);
	return count;
}

static uint64_t entry_tables(guint cpus)
{
	return (cpus * CPU_ENTRY_AREA + 2 * MIB - 1) / (2 * MIB);
}

/* What comes before trap_init() and mm_core_init(), and may not be in the reference. */
void kho_scaled_make_late(struct kho_scaled_parts *parts)
{
	uint64_t memory = free_bytes(parts);
	uint64_t here = entry_tables(parts->machine->nr_cpus), there = entry_tables(parts->boot.nr_cpus);

	make_log(parts);
	if (nodes_with_memory(parts) == 1) {
		make_hash(parts, DENTRY_SCALE, memory);
		make_hash(parts, INODE_SCALE, memory);
	}
	for (; here > there; here--)
		kho_early_book_alloc(&parts->book, kho_early_request("spp_getpage", 4096, 4096, KHO_ANY_NODE), true);
}

uint64_t kho_scaled_bounce(const struct kho_scaled_parts *parts, uint64_t there)
{
	/* An area for each CPU; the buffer, and its slots, are the same on every machine. */
	return there < PAGE ? power_of_two_up(parts->machine->nr_cpus) * BOUNCE_AREA : there;
}
