// SPDX-License-Identifier: GPL-2.0-only
#include "guest/geometry.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NOTE_NAME "VMCOREINFO"
#define NOTES_MAX (1 << 20)

/* The text behind "NAME=" at the start of a line; NULL if there is none. */
static const char *find_value(const char *text, const char *name)
{
	size_t length = strlen(name);

	for (; text; text = strchr(text, '\n'), text = text ? text + 1 : NULL)
		if (strncmp(text, name, length) == 0 && text[length] == '=')
			return text + length + 1;
	return NULL;
}

static bool find_number(const char *text, const char *name, u64 *number)
{
	const char *value = find_value(text, name);

	return value && sscanf(value, "%" SCNu64, number) == 1;
}

static bool power_of_two(u64 number)
{
	return number && !(number & (number - 1));
}

bool geometry_parse(const char *vmcoreinfo, struct kho_geometry *geometry)
{
	u64 page, struct_page, section_bits;

	if (!find_number(vmcoreinfo, "PAGESIZE", &page) || !find_number(vmcoreinfo, "SIZE(page)", &struct_page) ||
	    !find_number(vmcoreinfo, "NUMBER(SECTION_SIZE_BITS)", &section_bits))
		return false;
	if (!power_of_two(page) || page < 4096 || page > 65536 || !struct_page || struct_page > 4096 ||
	    section_bits > 40 || (1ULL << section_bits) < page)
		return false;
	*geometry = (struct kho_geometry){
		.struct_page_size = struct_page,
		.page_size = page,
		/* A PMD maps a whole table of 8-byte PTEs: x86-64 and arm64, every page size. */
		.pmd_size = page * (page / 8),
		.pages_per_section = (1ULL << section_bits) / page,
		.map_virtual = find_value(vmcoreinfo, "SYMBOL(vmemmap)") != NULL,
	};
	return true;
}

static u64 align4(u64 length)
{
	return (length + 3) & ~3ULL;
}

char *geometry_find_note(char *notes, size_t size)
{
	size_t at = 0;

	while (at + sizeof(Elf64_Nhdr) <= size) {
		const Elf64_Nhdr *note = (const Elf64_Nhdr *)(notes + at);
		size_t name = at + sizeof(*note), text = name + align4(note->n_namesz);

		if (text < name || text > size || note->n_descsz > size - text)
			return NULL;
		if (note->n_namesz == sizeof(NOTE_NAME) && memcmp(notes + name, NOTE_NAME, sizeof(NOTE_NAME)) == 0) {
			notes[text + note->n_descsz] = '\0';
			return notes + text;
		}
		at = text + align4(note->n_descsz);
	}
	return NULL;
}

static bool read_at(int fd, void *buffer, size_t size, off_t offset)
{
	ssize_t got = pread(fd, buffer, size, offset);

	if (got >= 0 && (size_t)got < size)
		errno = ENODATA;
	return got == (ssize_t)size;
}

/* The notes of an ELF core, with one spare byte behind; to be freed. */
static char *read_notes(int fd, size_t *size)
{
	Elf64_Ehdr header;
	Elf64_Phdr segment;
	char *notes;

	if (!read_at(fd, &header, sizeof(header), 0))
		return NULL;
	for (unsigned int i = 0; i < header.e_phnum; i++) {
		if (!read_at(fd, &segment, sizeof(segment), header.e_phoff + i * sizeof(segment)))
			return NULL;
		if (segment.p_type != PT_NOTE || segment.p_filesz > NOTES_MAX)
			continue;
		notes = malloc(segment.p_filesz + 1);
		if (notes && !read_at(fd, notes, segment.p_filesz, segment.p_offset)) {
			free(notes);
			return NULL;
		}
		*size = segment.p_filesz;
		return notes;
	}
	errno = ENODATA;
	return NULL;
}

bool geometry_read(struct kho_geometry *geometry)
{
	int fd = open("/proc/kcore", O_RDONLY | O_CLOEXEC);
	char *notes, *text = NULL;
	bool ok = false;
	size_t size;

	if (fd < 0)
		return false;
	notes = read_notes(fd, &size);
	if (notes) {
		text = geometry_find_note(notes, size);
		ok = text && geometry_parse(text, geometry);
		if (!ok)
			errno = ENODATA;
		free(notes);
	}
	close(fd);
	return ok;
}
