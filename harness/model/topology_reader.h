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
};

/* Where the file says that memory is; to be held against where the machine puts it. */
struct kho_declared_range {
	struct kho_range range;
	unsigned int nid;
	const struct yaml_node_s *at;
};

/* @where ("node 3: memory: ") comes first in messages. */
bool kho_topology_read_size(struct kho_topology_reader *reader, const struct yaml_node_s *value, const char *where,
			    uint64_t *bytes, GError **error);

/* The ranges of a node; @bytes becomes their sum. */
bool kho_topology_read_ranges(struct kho_topology_reader *reader, const struct yaml_node_s *list, unsigned int nid,
			      uint64_t *bytes, GError **error);

/* Are all declared ranges apart, and where the machine puts the nodes? */
bool kho_topology_check_ranges(struct kho_topology_reader *reader, GError **error);

#endif
