// SPDX-License-Identifier: GPL-2.0-only
#include "guest/nodes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest/file.h"

#define NODE_PATH "%s/sys/devices/system/node/%s"
#define PATH_SIZE 512

/* A file of sysfs below the nodes; NULL: there is none. */
static char *read_of(const char *root, const char *name)
{
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), NODE_PATH, root, name);
	return file_read(path, NULL);
}

/* Calls @visit for each number in a list such as "0-3,8\n". */
static bool walk_list(const char *list, void (*visit)(unsigned long number, void *data), void *data)
{
	char *end;

	while (*list && *list != '\n') {
		unsigned long first = strtoul(list, &end, 10), last = first;

		if (end == list)
			return false;
		list = end;
		if (*list == '-') {
			last = strtoul(list + 1, &end, 10);
			if (end == list + 1 || last < first || last - first > 1000000)
				return false;
			list = end;
		}
		for (; first <= last; first++)
			visit(first, data);
		if (*list == ',')
			list++;
		else if (*list && *list != '\n')
			return false;
	}
	return true;
}

static void count(unsigned long number, void *data)
{
	++*(unsigned int *)data;
}

bool nodes_count_list(const char *list, unsigned int *number)
{
	*number = 0;
	return walk_list(list, count, number);
}

static void set_online(unsigned long number, void *data)
{
	struct nodes *nodes = data;

	if (number >= NODES_MAX)
		return;
	nodes->nodes[number].online = true;
	if (number >= nodes->count)
		nodes->count = number + 1;
}

static void read_cpus(struct node_facts *node, const char *root, size_t nid)
{
	char name[64], *list;

	snprintf(name, sizeof(name), "node%zu/cpulist", nid);
	list = read_of(root, name);
	node->cpus_known = list && nodes_count_list(list, &node->cpus);
	free(list);
}

static void read_distances(struct node_facts *node, const char *root, size_t nid)
{
	char name[64], *text, *next, *end;

	snprintf(name, sizeof(name), "node%zu/distance", nid);
	text = read_of(root, name);
	node->distances = text ? calloc(NODES_MAX, sizeof(*node->distances)) : NULL;
	for (next = text; node->distances && node->nr_distances < NODES_MAX; next = end) {
		unsigned long distance = strtoul(next, &end, 10);

		if (end == next)
			break;
		node->distances[node->nr_distances++] = distance > 255 ? 255 : distance;
	}
	free(text);
}

bool nodes_read(struct nodes *nodes, const char *root)
{
	char *online;

	*nodes = (struct nodes){ .nodes = calloc(NODES_MAX, sizeof(*nodes->nodes)), .count = 1 };
	if (!nodes->nodes)
		return false;
	online = read_of(root, "online");
	nodes->numa = online && walk_list(online, set_online, nodes);
	free(online);
	if (!nodes->numa)
		nodes->nodes[0].online = true;
	for (size_t nid = 0; nodes->numa && nid < nodes->count; nid++) {
		if (!nodes->nodes[nid].online)
			continue;
		read_cpus(&nodes->nodes[nid], root, nid);
		read_distances(&nodes->nodes[nid], root, nid);
	}
	return true;
}

void nodes_free(struct nodes *nodes)
{
	for (size_t nid = 0; nodes->nodes && nid < nodes->count; nid++)
		free(nodes->nodes[nid].distances);
	free(nodes->nodes);
	*nodes = (struct nodes){ 0 };
}
