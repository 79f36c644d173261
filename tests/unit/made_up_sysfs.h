/* SPDX-License-Identifier: GPL-2.0-only */
/* A made-up /sys with two nodes of three blocks each of 1 GiB, a hole of one before the last, in a directory of its
 * own. */
#ifndef KHO_TESTS_MADE_UP_SYSFS_H
#define KHO_TESTS_MADE_UP_SYSFS_H

#include <glib/gstdio.h>

#include "tests/unit/test.h"

static inline void sysfs_write(const char *root, const char *path, const char *text)
{
	g_autofree char *full = g_build_filename(root, path, NULL), *directory = g_path_get_dirname(full);

	assert_int_equal(g_mkdir_with_parents(directory, 0755), 0);
	assert_true(g_file_set_contents(full, text, -1, NULL));
}

static inline void sysfs_add_block(const char *root, const char *node, unsigned int number)
{
	g_autofree char *path = g_strdup_printf("sys/devices/system/node/%s/memory%u/state", node, number);

	sysfs_write(root, path, "online\n");
}

/* Its root, to be removed with sysfs_remove() and freed. */
static inline char *sysfs_make(void)
{
	char *root = g_dir_make_tmp("kho-XXXXXX", NULL);

	assert_non_null(root);
	sysfs_write(root, "sys/devices/system/memory/block_size_bytes", "40000000\n");
	sysfs_write(root, "sys/devices/system/node/online", "0-1\n");
	sysfs_write(root, "sys/devices/system/node/node0/cpulist", "0-3,8\n");
	sysfs_write(root, "sys/devices/system/node/node1/cpulist", "\n");
	for (unsigned int i = 0; i < 3; i++)
		sysfs_add_block(root, "node0", i);
	sysfs_add_block(root, "node1", 3);
	sysfs_add_block(root, "node1", 4);
	sysfs_add_block(root, "node1", 6);
	return root;
}

static inline void sysfs_remove(const char *path)
{
	g_autoptr(GDir) listing = g_dir_open(path, 0, NULL);
	const char *name;

	while (listing && (name = g_dir_read_name(listing))) {
		g_autofree char *full = g_build_filename(path, name, NULL);

		sysfs_remove(full);
	}
	g_remove(path);
}

#endif
