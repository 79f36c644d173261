// SPDX-License-Identifier: GPL-2.0-only
#include "guest/kho.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "guest/file.h"

#define MAX_AREAS 4096

bool kho_is_on(void)
{
	return file_exists(KHO_DEBUGFS "out");
}

bool kho_is_revived(void)
{
	return file_exists(KHO_DEBUGFS "in/fdt");
}

const char *kho_finalize(void)
{
	if (!file_exists(KHO_DEBUGFS "out/finalize"))
		return "absent";
	return file_write(KHO_DEBUGFS "out/finalize", "1") ? "ok" : strerrorname_np(errno);
}

long kho_parse_numbers(const char *text, u64 *numbers, size_t most)
{
	size_t count = 0;

	while (*text) {
		char *end;

		if (!isdigit((unsigned char)*text) || count == most)
			return -1;
		errno = 0;
		numbers[count++] = strtoull(text, &end, 0);
		if (errno || *end != '\n')
			return -1;
		text = end + 1;
	}
	return count;
}

/* Reads a file of numbers into a new array. -1: errno says why. */
static long read_numbers(const char *path, u64 numbers[MAX_AREAS])
{
	char *text = file_read(path, NULL);
	long count;

	if (!text)
		return -1;
	count = kho_parse_numbers(text, numbers, MAX_AREAS);
	if (count < 0)
		errno = EBADMSG;
	free(text);
	return count;
}

struct kho_scratch_area *kho_read_scratch(size_t *count)
{
	static u64 starts[MAX_AREAS], sizes[MAX_AREAS];
	long nr_starts = read_numbers(KHO_DEBUGFS "out/scratch_phys", starts);
	long nr_sizes = nr_starts < 0 ? -1 : read_numbers(KHO_DEBUGFS "out/scratch_len", sizes);
	struct kho_scratch_area *areas;

	if (nr_sizes < 0)
		return NULL;
	if (nr_sizes != nr_starts || nr_sizes == 0) {
		errno = EBADMSG;
		return NULL;
	}
	areas = calloc(nr_sizes, sizeof(*areas));
	for (long i = 0; areas && i < nr_sizes; i++)
		areas[i] = (struct kho_scratch_area){ starts[i], sizes[i] };
	*count = nr_sizes;
	return areas;
}
