// SPDX-License-Identifier: GPL-2.0-only
#include "guest/memfd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "guest/xorshift.h"

#define PIECE	     4096 /* bytes that differ in their first word only */
#define NR_PIECES    64	  /* as many are written and read at once */
#define MPOL_BIND    2
#define PAGE_PRESENT (1ULL << 63) /* of a word of pagemap */
#define PAGE_FRAME   ((1ULL << 55) - 1)

struct pattern {
	uint64_t seed;
	uint64_t words[NR_PIECES][PIECE / sizeof(uint64_t)];
};

static uint64_t seed_of(const char *run, uint64_t token)
{
	uint64_t seed = 0xcbf29ce484222325ULL ^ token; /* FNV-1a */

	for (; *run; run++)
		seed = (seed ^ (unsigned char)*run) * 0x100000001b3ULL;
	return seed;
}

static void pattern_init(struct pattern *pattern, const char *run, uint64_t token)
{
	uint64_t word = pattern->seed = seed_of(run, token);

	for (size_t i = 0; i < PIECE / sizeof(uint64_t); i++)
		pattern->words[0][i] = word = xorshift64(word);
	for (size_t i = 1; i < NR_PIECES; i++)
		memcpy(pattern->words[i], pattern->words[0], PIECE);
}

/* What belongs at @offset and behind it. */
static void pattern_move(struct pattern *pattern, uint64_t offset)
{
	for (size_t i = 0; i < NR_PIECES; i++)
		pattern->words[i][0] = pattern->seed ^ (offset / PIECE + i) * 0x9e3779b97f4a7c15ULL;
}

/* All of it, to or from the file. */
static bool transfer(bool out, int fd, void *memory, size_t count, uint64_t offset)
{
	char *bytes = memory;

	while (count) {
		ssize_t n = out ? pwrite(fd, bytes, count, offset) : pread(fd, bytes, count, offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		bytes += n, count -= n, offset += n;
	}
	return true;
}

static bool fill(int fd, struct pattern *pattern, uint64_t bytes)
{
	for (uint64_t offset = 0; offset < bytes; offset += sizeof(pattern->words)) {
		uint64_t left = bytes - offset;

		pattern_move(pattern, offset);
		if (!transfer(true, fd, pattern->words, left < sizeof(pattern->words) ? left : sizeof(pattern->words),
			      offset))
			return false;
	}
	return true;
}

/* The policy is the file's, whoever writes to it; there must be a mapping to set it through. */
static bool bind_to(int fd, uint64_t bytes, int node)
{
	unsigned long mask[MEMFD_MAX_NODES / (8 * sizeof(unsigned long))] = { 0 };
	void *memory;
	bool ok;

	if (node == MEMFD_ANY_NODE)
		return true;
	mask[node / (8 * sizeof(unsigned long))] |= 1UL << node % (8 * sizeof(unsigned long));
	memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (memory == MAP_FAILED)
		return false;
	ok = syscall(SYS_mbind, memory, bytes, MPOL_BIND, mask, MEMFD_MAX_NODES, 0) == 0;
	munmap(memory, bytes);
	return ok;
}

int memfd_new(const char *run, uint64_t token, uint64_t bytes, int node)
{
	static struct pattern pattern;
	int fd = memfd_create("payload", MFD_CLOEXEC);

	pattern_init(&pattern, run, token);
	if (fd >= 0 && ftruncate(fd, bytes) == 0 && bind_to(fd, bytes, node) && fill(fd, &pattern, bytes))
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

bool memfd_is_intact(int fd, const char *run, uint64_t token, uint64_t *bytes)
{
	static struct pattern pattern, found;
	struct stat status;

	if (fstat(fd, &status) < 0)
		return false;
	*bytes = status.st_size;
	pattern_init(&pattern, run, token);
	for (uint64_t offset = 0; offset < *bytes; offset += sizeof(found.words)) {
		uint64_t left = *bytes - offset;
		size_t count = left < sizeof(found.words) ? left : sizeof(found.words);

		if (!transfer(false, fd, found.words, count, offset))
			return false;
		pattern_move(&pattern, offset);
		errno = 0;
		if (memcmp(found.words, pattern.words, count) != 0)
			return false;
	}
	return true;
}

/* --- where it lies --- */

static bool visit_pages(const uint64_t *entries, size_t count, void (*visit)(uint64_t address, void *context),
			void *context)
{
	uint64_t page = sysconf(_SC_PAGESIZE);

	for (size_t i = 0; i < count; i++) {
		if (!(entries[i] & PAGE_PRESENT) || !(entries[i] & PAGE_FRAME)) {
			errno = ENODATA;
			return false;
		}
		visit((entries[i] & PAGE_FRAME) * page, context);
	}
	return true;
}

bool memfd_walk(int fd, uint64_t bytes, void (*visit)(uint64_t address, void *context), void *context)
{
	uint64_t page = sysconf(_SC_PAGESIZE), count = (bytes + page - 1) / page;
	void *memory = mmap(NULL, bytes, PROT_READ, MAP_SHARED | MAP_POPULATE, fd, 0);
	uint64_t *entries = memory == MAP_FAILED ? NULL : calloc(count, sizeof(*entries));
	int pagemap = entries ? open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC) : -1;
	bool ok = pagemap >= 0 &&
		  transfer(false, pagemap, entries, count * sizeof(*entries),
			   (uintptr_t)memory / page * sizeof(*entries)) &&
		  visit_pages(entries, count, visit, context);

	if (pagemap >= 0)
		close(pagemap);
	free(entries);
	if (memory != MAP_FAILED)
		munmap(memory, bytes);
	return ok;
}
