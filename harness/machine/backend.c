// SPDX-License-Identifier: GPL-2.0-only
#include "harness/machine/backend.h"

#include <stdbool.h>

#include "harness/model/error.h"

#define PROGRAM "kho-libvirt" /* beside this program */

static char *beside(const char *name)
{
	g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
	g_autofree char *directory = g_path_get_dirname(self ?: ".");
	char *path = g_build_filename(directory, name, NULL);

	if (!g_file_test(path, G_FILE_TEST_IS_EXECUTABLE))
		g_clear_pointer(&path, g_free);
	return path;
}

struct kho_backend *kho_backend_new(const char *name, const char *uri, GError **error)
{
	bool libvirt = g_strcmp0(name, "libvirt") == 0;
	g_autofree char *program = libvirt ? beside(PROGRAM) : NULL;
	struct kho_backend *backend;

	if (name && !libvirt && !g_str_equal(name, "qemu"))
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "--backend=%s: is neither qemu nor libvirt", name);
	else if (libvirt && !program)
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT,
			    "--backend=libvirt: there is no " PROGRAM " beside this program: install libvirt-dev, and "
			    "run make again");
	else if (uri && !libvirt)
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "--connect=%s: is for --backend=libvirt", uri);
	else {
		backend = g_new0(struct kho_backend, 1);
		backend->stand_in = g_steal_pointer(&program);
		backend->uri = libvirt ? g_strdup(uri ?: (g_getenv("LIBVIRT_DEFAULT_URI") ?: "qemu:///session")) : NULL;
		return backend;
	}
	return NULL;
}

void kho_backend_free(struct kho_backend *backend)
{
	if (!backend)
		return;
	g_free(backend->stand_in);
	g_free(backend->uri);
	g_free(backend);
}

char *kho_backend_check(const struct kho_backend *backend, GError **error)
{
	const char *argv[] = { backend->stand_in, "--check", backend->uri, NULL };
	g_autofree char *output = NULL, *complaint = NULL;
	g_autoptr(GError) failed = NULL;
	int status = 0;

	if (g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &output, &complaint, &status,
			 &failed) &&
	    status == 0)
		return g_strconcat(g_strchomp(output), ", libvirt", NULL);
	g_set_error(error, KHO_ERROR, KHO_ERROR_HOST, "--backend=libvirt: %s",
		    failed ? failed->message : g_strchomp(complaint));
	return NULL;
}
