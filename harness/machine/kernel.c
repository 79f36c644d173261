// SPDX-License-Identifier: GPL-2.0-only
#include "harness/machine/kernel.h"

#include <string.h>
#include <sys/wait.h>

#include "harness/model/error.h"

/* The part of the published warning that no other message has. */
#define WARNING "MiB for sparse_buffer_init(map_count="

bool kho_file_contains(const char *path, const char *text)
{
	GMappedFile *file = g_mapped_file_new(path, FALSE, NULL);
	bool found;

	if (!file)
		return false;
	found = g_mapped_file_get_length(file) &&
		memmem(g_mapped_file_get_contents(file), g_mapped_file_get_length(file), text, strlen(text));
	g_mapped_file_unref(file);
	return found;
}

const char *kho_kernel_override(void)
{
	const char *tree = g_getenv("KERNEL_TREE"), *directory = g_getenv("KERNEL_DIR"),
		   *arch = g_getenv("KERNEL_ARCH");
	bool arm64 = g_strcmp0(arch, "arm64") == 0;

	if (tree && *tree)
		return arm64 ? "tree-arm64" : "tree-x86_64";
	if (directory && *directory)
		return arm64 ? "dir-arm64" : "dir-x86_64";
	return NULL;
}

/* The value behind "key=" in kernel.info; NULL if there is none. */
static char *info_value(const char *info, const char *key)
{
	g_auto(GStrv) lines = g_strsplit(info, "\n", -1);
	gsize length = strlen(key);

	for (char **line = lines; *line; line++)
		if (g_str_has_prefix(*line, key) && (*line)[length] == '=')
			return g_strdup(*line + length + 1);
	return NULL;
}

static char *find_image(const char *directory)
{
	static const char *const names[] = { "bzImage", "Image" };

	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		char *path = g_build_filename(directory, names[i], NULL);

		if (g_file_test(path, G_FILE_TEST_IS_REGULAR))
			return path;
		g_free(path);
	}
	return NULL;
}

static struct kho_kernel *open_build(const char *name, const char *directory, GError **error)
{
	g_autoptr(KhoKernel) kernel = g_new0(struct kho_kernel, 1);
	g_autofree char *info_path = g_build_filename(directory, "kernel.info", NULL);
	g_autofree char *info = NULL;

	kernel->name = g_strdup(name);
	kernel->directory = g_strdup(directory);
	kernel->image = find_image(directory);
	kernel->vmlinux = g_build_filename(directory, "vmlinux", NULL);
	if (!kernel->image || !g_file_get_contents(info_path, &info, NULL, NULL)) {
		g_set_error(error, KHO_ERROR, KHO_ERROR_HOST, "%s: no kernel image or no kernel.info in it", directory);
		return NULL;
	}
	kernel->release = info_value(info, "release");
	kernel->source_hash = info_value(info, "source_sha256");
	kernel->key = info_value(info, "key");
	kernel->carries_estimator = kho_file_contains(kernel->vmlinux, WARNING);
	kernel->symbols = kho_vmlinux_open(kernel->vmlinux, NULL);
	return g_steal_pointer(&kernel);
}

struct kho_kernel *kho_kernel_build(const struct kho_paths *paths, const char *name, GError **error)
{
	g_autofree char *program = g_build_filename(paths->data, "kernel", "kho-kernel", NULL);
	const char *argv[] = { program, "build", name, NULL };
	g_autofree char *directory = NULL;
	int status;

	/* Its standard error is ours: a build takes minutes, and says how far it is. */
	if (!g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &directory, NULL, &status, error))
		return NULL;
	g_strchomp(directory);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		bool input = WIFEXITED(status) && WEXITSTATUS(status) == KHO_EXIT_INPUT;

		g_set_error(error, KHO_ERROR, input ? KHO_ERROR_INPUT : KHO_ERROR_HOST,
			    "kernel %s cannot be had: see kho-kernel's message above", name);
		return NULL;
	}
	return open_build(name, directory, error);
}

bool kho_kernel_has_option(const struct kho_kernel *kernel, const char *option)
{
	g_autofree char *path = g_build_filename(kernel->directory, ".config", NULL);
	g_autofree char *line = g_strdup_printf("\n%s=y\n", option);

	return kho_file_contains(path, line);
}

void kho_kernel_free(struct kho_kernel *kernel)
{
	g_free(kernel->name);
	g_free(kernel->directory);
	g_free(kernel->image);
	g_free(kernel->vmlinux);
	g_clear_pointer(&kernel->symbols, kho_vmlinux_free);
	g_free(kernel->release);
	g_free(kernel->source_hash);
	g_free(kernel->key);
	g_free(kernel);
}
