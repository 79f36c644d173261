// SPDX-License-Identifier: GPL-2.0-only
#include "harness/libvirt/host_files.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/libvirt/owner.h"
#include "harness/libvirt/report.h"
#include "harness/model/error.h"

/* Where every host has room, and every user may write. */
#define PARENT "/var/tmp/"

struct kho_host_files {
	virConnectPtr connection;
	virStoragePoolPtr pool;
	char *name;
};

/* --- the pool --- */

/* QEMU's user must get in, whoever that is; what is in it is no secret. */
static char *pool_xml(const char *name)
{
	return g_markup_printf_escaped("<pool type='dir'><name>%s</name><target><path>" PARENT "%s</path>"
				       "<permissions><mode>0755</mode></permissions></target></pool>",
				       name, name);
}

struct kho_host_files *kho_host_files_new(virConnectPtr connection, const char *name, GError **error)
{
	g_autofree char *xml = pool_xml(name);
	virStoragePoolPtr pool = virStoragePoolDefineXML(connection, xml, 0);
	struct kho_host_files *files;

	if (!pool) {
		kho_libvirt_fail(error, "no storage pool for the machine's files");
		return NULL;
	}
	files = g_new0(struct kho_host_files, 1);
	*files = (struct kho_host_files){ .connection = connection, .pool = pool, .name = g_strdup(name) };
	if (virStoragePoolBuild(pool, 0) < 0 || virStoragePoolCreate(pool, 0) < 0) {
		kho_libvirt_fail(error, "no storage pool for the machine's files");
		kho_host_files_free(files);
		return NULL;
	}
	return files;
}

static void remove_volumes(virStoragePoolPtr pool)
{
	virStorageVolPtr *volumes = NULL;
	int count = virStoragePoolListAllVolumes(pool, &volumes, 0);

	for (int i = 0; i < count; i++) {
		virStorageVolDelete(volumes[i], 0);
		virStorageVolFree(volumes[i]);
	}
	free(volumes);
}

/* As far as it is there: of one whose making was cut short there may be no directory. */
static void remove_pool(virStoragePoolPtr pool)
{
	if (virStoragePoolIsActive(pool) != 1)
		virStoragePoolCreate(pool, 0);
	virStoragePoolRefresh(pool, 0);
	remove_volumes(pool);
	virStoragePoolDestroy(pool);
	virStoragePoolDelete(pool, 0);
	virStoragePoolUndefine(pool);
	virStoragePoolFree(pool);
}

void kho_host_files_free(struct kho_host_files *files)
{
	if (!files)
		return;
	remove_pool(files->pool);
	g_free(files->name);
	g_free(files);
}

void kho_host_files_sweep(virConnectPtr connection)
{
	virStoragePoolPtr *pools = NULL;
	int count = virConnectListAllStoragePools(connection, &pools, 0);

	for (int i = 0; i < count; i++) {
		if (kho_owner_is_gone(virStoragePoolGetName(pools[i])))
			remove_pool(pools[i]);
		else
			virStoragePoolFree(pools[i]);
	}
	free(pools);
}

/* --- files --- */

static virStorageVolPtr new_volume(struct kho_host_files *files, const char *name, guint64 bytes)
{
	g_autofree char *xml = g_markup_printf_escaped(
		"<volume><name>%s</name><capacity unit='bytes'>%" G_GUINT64_FORMAT "</capacity>"
		"<target><format type='raw'/><permissions><mode>0644</mode></permissions></target></volume>",
		name, bytes);

	return virStorageVolCreateXML(files->pool, xml, 0);
}

static int read_source(virStreamPtr stream, char *bytes, size_t length, void *data)
{
	ssize_t got;

	do {
		got = read(*(int *)data, bytes, length);
	} while (got < 0 && errno == EINTR);
	return got;
}

static bool send(struct kho_host_files *files, virStorageVolPtr volume, int fd, guint64 bytes)
{
	virStreamPtr stream = virStreamNew(files->connection, 0);
	bool sent = stream && virStorageVolUpload(volume, stream, 0, bytes, 0) == 0 &&
		    virStreamSendAll(stream, read_source, &fd) == 0 && virStreamFinish(stream) == 0;

	if (stream)
		virStreamFree(stream);
	return sent;
}

static char *add(struct kho_host_files *files, int fd, const char *path, const char *name, GError **error)
{
	g_autofree char *what = g_strdup_printf("%s cannot be copied to the host", path);
	virStorageVolPtr volume;
	struct stat status;
	char *there = NULL, *result;

	if (fstat(fd, &status) < 0) {
		g_set_error(error, KHO_ERROR, KHO_ERROR_HOST, "%s: %s", path, g_strerror(errno));
		return NULL;
	}
	volume = new_volume(files, name, status.st_size);
	if (volume && send(files, volume, fd, status.st_size))
		there = virStorageVolGetPath(volume);
	if (!there)
		kho_libvirt_fail(error, what);
	if (volume)
		virStorageVolFree(volume);
	result = g_strdup(there);
	free(there);
	return result;
}

char *kho_host_files_add(struct kho_host_files *files, const char *path, const char *name, GError **error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *there;

	if (fd < 0) {
		g_set_error(error, KHO_ERROR, KHO_ERROR_HOST, "%s: %s", path, g_strerror(errno));
		return NULL;
	}
	there = add(files, fd, path, name, error);
	close(fd);
	return there;
}
