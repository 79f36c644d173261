/* SPDX-License-Identifier: GPL-2.0-only */
/* The NUMA nodes that are online, as sysfs shows them to anybody. */
#ifndef KHO_GUEST_NODES_H
#define KHO_GUEST_NODES_H

#include <stdbool.h>
#include <stddef.h>

#define NODES_MAX 1024

struct node_facts {
	bool online;
	bool cpus_known;
	unsigned int cpus;
	unsigned int *distances; /* to each node that is online, in order; NULL: not known */
	size_t nr_distances;
};

struct nodes {
	struct node_facts *nodes; /* by number */
	size_t count;		  /* one more than the highest number; at least 1 */
	bool numa;		  /* false: there are none in sysfs; node 0 has all CPUs */
};

/* @root: as of capture_write(). Without sysfs there is one node of which nothing is known. False: errno says why. */
bool nodes_read(struct nodes *nodes, const char *root);
void nodes_free(struct nodes *nodes);

/* "0-3,8": how many numbers that names. False: it is not such a list. */
bool nodes_count_list(const char *list, unsigned int *count);

#endif
