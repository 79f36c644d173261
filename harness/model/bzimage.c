// SPDX-License-Identifier: GPL-2.0-only
#include "harness/model/bzimage.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "harness/model/error.h"

/* struct setup_header, from 0x1f1 on */
#define SETUP_SECTS	 0x1f1
#define BOOT_FLAG	 0x1fe
#define MAGIC		 0x202
#define VERSION		 0x206
#define LOADFLAGS	 0x211
#define KERNEL_ALIGNMENT 0x230
#define XLOADFLAGS	 0x236
#define PREF_ADDRESS	 0x258
#define INIT_SIZE	 0x260
#define HEADER_END	 0x264

#define SECTOR		  512
#define SETUP_DEFAULT	  4
#define VERSION_LEAST	  0x020c
#define LOADED_HIGH	  0x01
#define XLF_KERNEL_64	  0x01
#define XLF_ABOVE_4G	  0x02
#define PAGE		  4096ULL
#define ALIGN_MOST	  (1ULL << 30)
#define PREFERRED_MOST	  (1ULL << 46)
#define INIT_SIZE_TO_FILE 64 /* no compression is better than that */

static uint64_t read_at(const uint8_t *head, gsize at, gsize bytes)
{
	uint64_t value = 0;

	while (bytes--)
		value = value << 8 | head[at + bytes];
	return value;
}

static const char *problem_of(const uint8_t *head, gsize length, uint64_t file_size)
{
	uint64_t sectors, xload;

	if (length < HEADER_END || file_size < HEADER_END)
		return "too short for a kernel image";
	if (memcmp(head + MAGIC, "HdrS", 4) != 0 || read_at(head, BOOT_FLAG, 2) != 0xaa55)
		return "not a kernel image (bzImage)";
	if (read_at(head, VERSION, 2) < VERSION_LEAST)
		return "its boot protocol is older than 2.12: kexec_file_load does not take it";
	xload = read_at(head, XLOADFLAGS, 2);
	if (!(head[LOADFLAGS] & LOADED_HIGH) || !(xload & XLF_KERNEL_64) || !(xload & XLF_ABOVE_4G))
		return "not a 64-bit kernel that may be loaded anywhere: kexec_file_load does not take it";
	sectors = head[SETUP_SECTS] ?: SETUP_DEFAULT;
	if (file_size <= (sectors + 1) * SECTOR)
		return "cut off behind its setup code";
	return NULL;
}

static const char *nonsense_in(const struct kho_bzimage *image, uint64_t file_size)
{
	if (!image->align || image->align & (image->align - 1) || image->align > ALIGN_MOST)
		return "its kernel_alignment is no alignment";
	if (image->preferred > PREFERRED_MOST)
		return "its pref_address is no address";
	if (!image->init_size || image->init_size / INIT_SIZE_TO_FILE > file_size)
		return "its init_size makes no sense";
	return NULL;
}

bool kho_bzimage_parse(const char *path, const uint8_t *head, gsize length, uint64_t file_size,
		       struct kho_bzimage *image, GError **error)
{
	const char *problem = problem_of(head, length, file_size);

	if (!problem) {
		*image = (struct kho_bzimage){
			.init_size = (read_at(head, INIT_SIZE, 4) + PAGE - 1) / PAGE * PAGE,
			.align = read_at(head, KERNEL_ALIGNMENT, 4),
			.preferred = read_at(head, PREF_ADDRESS, 8),
		};
		problem = nonsense_in(image, file_size);
	}
	if (problem)
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "%s: %s", path, problem);
	return !problem;
}

bool kho_bzimage_load(const char *path, struct kho_bzimage *image, GError **error)
{
	uint8_t head[KHO_BZIMAGE_HEAD];
	FILE *file = fopen(path, "rbe");
	struct stat status;
	gsize length = 0;

	if (!file || fstat(fileno(file), &status) || !S_ISREG(status.st_mode)) {
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "cannot read %s: %s", path,
			    file ? "it is not a file" : g_strerror(errno));
		if (file)
			fclose(file);
		return false;
	}
	length = fread(head, 1, sizeof(head), file);
	fclose(file);
	return kho_bzimage_parse(path, head, length, (uint64_t)status.st_size, image, error);
}
