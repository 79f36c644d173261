/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A topology: a machine's nodes, their physical memory, CPUs and distances.
 * It knows nothing about kernels or scratch.
 *
 * The file format is YAML; docs/topologies.md documents every key.
 */
#ifndef KHO_MODEL_TOPOLOGY_H
#define KHO_MODEL_TOPOLOGY_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* What a topology may be: as much as Linux knows of. */
#define KHO_MAX_NODES  1024	     /* CONFIG_NODES_SHIFT=10 */
#define KHO_MAX_CPUS   8192	     /* CONFIG_MAXSMP */
#define KHO_MAX_MEMORY (64ULL << 40) /* bytes: x86-64 without five-level paging */

/* What can be booted. */
#define KHO_BOOT_NODES 64  /* CONFIG_NODES_SHIFT=6 in the kernels that are built here */
#define KHO_BOOT_CPUS  255 /* xAPIC ids */

/* A physical range [start, end), in bytes. */
struct kho_range {
	uint64_t start;
	uint64_t end;
};

struct kho_node {
	uint64_t memory;   /* bytes; 0 for a node without memory */
	unsigned int cpus; /* 0 for a node without CPUs */
	GArray *ranges;	   /* of struct kho_range, ascending: where the memory lies */
	GArray *windows;   /* of struct kho_range, ascending: where firmware says that memory may be plugged in */
};

struct kho_topology {
	char *name;	    /* the file's name without directory and .yaml */
	char *description;  /* one line; "" where the file has none */
	GPtrArray *nodes;   /* of struct kho_node *, by node number */
	GArray *reserved;   /* of struct kho_range, ascending: memory that no kernel may use */
	bool placed;	    /* memory lies, and windows are, where the file says, by firmware tables of its own; false:
			       pc_layout.h */
	uint8_t *distances; /* nodes->len squared, row by row; NULL: the firmware's default */
};

/*
 * Reads and checks a topology file. Errors are KHO_ERROR_INPUT and read
 * "FILE:LINE: node N: what is wrong".
 */
struct kho_topology *kho_topology_load(const char *path, GError **error);

/* The topology called @name, from the directory topologies/ in @data. */
struct kho_topology *kho_topology_find(const char *data, const char *name, GError **error);

/*
 * The same from a text; @path is only used in messages and for the name.
 */
struct kho_topology *kho_topology_parse(const char *path, const char *text, gsize length, GError **error);

/* The file's text for a topology: what kho_topology_parse() reads back as the same. */
char *kho_topology_format(const struct kho_topology *topology);

/*
 * An empty topology, to be filled by kho_topology_add_node(). kho_pc_layout() then places its memory; or
 * kho_topology_place() each range of it.
 */
struct kho_topology *kho_topology_new(const char *name, const char *description);
struct kho_node *kho_topology_add_node(struct kho_topology *topology, uint64_t memory, unsigned int cpus);

/*
 * Adds @range to the node's memory, and makes the topology one that is placed. Neighbours become one range. The caller
 * sees to it that no ranges overlap; kho_pc_cover() checks the rest.
 */
void kho_topology_place(struct kho_topology *topology, unsigned int nid, struct kho_range range);

struct kho_topology *kho_topology_copy(const struct kho_topology *topology);
void kho_topology_free(struct kho_topology *topology);
typedef struct kho_topology KhoTopology;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KhoTopology, kho_topology_free)

static inline const struct kho_node *kho_topology_node(const struct kho_topology *topology, unsigned int nid)
{
	return g_ptr_array_index(topology->nodes, nid);
}

/* Gives it a new description: "3 nodes, 4G in all". */
void kho_topology_describe(struct kho_topology *topology);

uint64_t kho_topology_memory(const struct kho_topology *topology); /* bytes, of all nodes */
unsigned int kho_topology_cpus(const struct kho_topology *topology);

/* Can the machine be booted, or only be laid out on paper? Errors are KHO_ERROR_INPUT. */
bool kho_topology_bootable(const struct kho_topology *topology, GError **error);

#endif
