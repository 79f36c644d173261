/* SPDX-License-Identifier: GPL-2.0-only */
/* What the readers of the parts of a topology file share; of no use to anybody else. */
#ifndef KHO_MODEL_TOPOLOGY_READER_H
#define KHO_MODEL_TOPOLOGY_READER_H

#include "harness/model/topology.h"
#include "harness/model/yaml.h"

struct kho_topology_reader {
	struct kho_yaml *yaml;
	struct kho_topology *topology;
	GArray *declared; /* of struct kho_declared_range, ascending once all are read */
	GPtrArray *texts; /* of char *: what declared ranges point to */
};

enum kho_declared_kind { KHO_DECLARED_MEMORY, KHO_DECLARED_WINDOW, KHO_DECLARED_RESERVED };

/* Where the file says that memory is, or something else. */
struct kho_declared_range {
	enum kho_declared_kind kind;
	struct kho_range range;
	unsigned int nid; /* not of a reserved range */
	const char *what; /* for messages: "node 3: ranges" */
	const struct yaml_node_s *at;
};

/* @where ("node 3: memory: ") comes first in messages. */
bool kho_topology_read_size(struct kho_topology_reader *reader, const struct yaml_node_s *value, const char *where,
			    uint64_t *bytes, GError **error);

/* A list of ranges, of a node unless they are reserved; @bytes becomes their sum. */
bool kho_topology_read_ranges(struct kho_topology_reader *reader, const struct yaml_node_s *list,
			      enum kho_declared_kind kind, unsigned int nid, uint64_t *bytes, GError **error);

/*
 * All nodes and ranges are read: places the nodes' memory, as declared or as the machine does it, and checks that all
 * ranges are possible. @nodes: the file's list of nodes.
 */
bool kho_topology_take_ranges(struct kho_topology_reader *reader, const struct yaml_node_s *nodes, GError **error);

#endif
