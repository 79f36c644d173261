/* SPDX-License-Identifier: GPL-2.0-only */
/* The fake kernel that the Makefile builds from tests/unit/fake_kernel/, and damaged ones made from it. */
#ifndef KHO_TESTS_FAKE_KERNEL_H
#define KHO_TESTS_FAKE_KERNEL_H

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "harness/machine/vmlinux.h"
#include "tests/unit/test.h"

#define FAKE_KERNEL	     "build/tests/fake_kernel"
#define FAKE_KERNEL_STRIPPED "build/tests/fake_kernel_stripped"
#define FAKE_KERNEL_NO_TYPES "build/tests/fake_kernel_no_types"

static inline struct kho_vmlinux *fake_kernel_open(void)
{
	struct kho_vmlinux *vmlinux = kho_vmlinux_open(FAKE_KERNEL, NULL);

	assert_non_null(vmlinux);
	return vmlinux;
}

/* The file's bytes, to be damaged. To be freed. */
static inline char *fake_kernel_bytes(gsize *length)
{
	char *bytes;

	assert_true(g_file_get_contents(FAKE_KERNEL, &bytes, length, NULL));
	return bytes;
}

/* Opens what is in @bytes, as if it were a file. */
static inline struct kho_vmlinux *fake_kernel_open_bytes(const char *bytes, gsize length, GError **error)
{
	g_autofree char *path = NULL;
	struct kho_vmlinux *vmlinux;
	int fd = g_file_open_tmp("kho-fake-kernel-XXXXXX", &path, NULL);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, length), length);
	close(fd);
	vmlinux = kho_vmlinux_open(path, error);
	g_unlink(path);
	return vmlinux;
}

/* Spells a name another way: no symbol, type or member of that name is left. */
static inline void fake_kernel_rename(char *bytes, gsize length, const char *name)
{
	gsize size = strlen(name) + 1;

	for (gsize i = 0; i + size <= length; i++)
		if (memcmp(bytes + i, name, size) == 0)
			bytes[i] = '-';
}

static inline struct kho_vmlinux *fake_kernel_without(const char *name)
{
	gsize length;
	g_autofree char *bytes = fake_kernel_bytes(&length);
	struct kho_vmlinux *vmlinux;

	fake_kernel_rename(bytes, length, name);
	vmlinux = fake_kernel_open_bytes(bytes, length, NULL);
	assert_non_null(vmlinux);
	return vmlinux;
}

/* With the name that kernels have for where their text begins. */
static inline struct kho_vmlinux *fake_kernel_with_text(void)
{
	gsize length;
	g_autofree char *bytes = fake_kernel_bytes(&length);
	struct kho_vmlinux *vmlinux;

	for (gsize i = 0; i + 7 <= length; i++)
		if (memcmp(bytes + i, "\0first", 7) == 0)
			memcpy(bytes + i, "\0_text", 7);
	vmlinux = fake_kernel_open_bytes(bytes, length, NULL);
	assert_non_null(vmlinux);
	return vmlinux;
}

static inline guint64 fake_kernel_address(const struct kho_vmlinux *vmlinux, const char *symbol)
{
	guint64 address;

	assert_true(kho_vmlinux_symbol(vmlinux, symbol, &address, NULL));
	return address;
}

#endif
