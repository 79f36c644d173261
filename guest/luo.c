// SPDX-License-Identifier: GPL-2.0-only
#include "guest/luo.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEVICE	"/dev/liveupdate"
#define SESSION "kho-matrix"
#define TOKEN	1

/* The kernel's interface, include/uapi/linux/liveupdate.h, unchanged from 6.19 to 7.3. */
struct session_request {
	uint32_t size;
	int32_t fd;
	uint8_t name[64];
};

struct file_request {
	uint32_t size;
	int32_t fd;
	uint64_t token __attribute__((aligned(8)));
};

struct finish_request {
	uint32_t size;
	uint32_t reserved;
};

#define LUO_TYPE	     0xBA
#define LUO_CREATE_SESSION   _IO(LUO_TYPE, 0x00)
#define LUO_RETRIEVE_SESSION _IO(LUO_TYPE, 0x01)
#define LUO_PRESERVE_FILE    _IO(LUO_TYPE, 0x40)
#define LUO_RETRIEVE_FILE    _IO(LUO_TYPE, 0x41)
#define LUO_FINISH	     _IO(LUO_TYPE, 0x42)

bool luo_is_there(void)
{
	return access(DEVICE, F_OK) == 0;
}

static int open_session(unsigned long command)
{
	struct session_request request = { .size = sizeof(request), .name = SESSION };
	int device = open(DEVICE, O_RDWR | O_CLOEXEC);

	if (device < 0 || ioctl(device, command, &request) < 0)
		return -1;
	return request.fd;
}

static uint64_t seed_of(const char *run)
{
	uint64_t seed = 0xcbf29ce484222325ULL; /* FNV-1a */

	for (; *run; run++)
		seed = (seed ^ (unsigned char)*run) * 0x100000001b3ULL;
	return seed;
}

/* xorshift64: the n-th word of the payload follows from all before it. */
static uint64_t next_word(uint64_t word)
{
	word ^= word << 13;
	word ^= word >> 7;
	return word ^ word << 17;
}

static void fill(uint64_t *words, size_t count, uint64_t seed)
{
	for (size_t i = 0; i < count; i++)
		words[i] = seed = next_word(seed);
}

static bool compare(const uint64_t *words, size_t count, uint64_t seed)
{
	for (size_t i = 0; i < count; i++) {
		seed = next_word(seed);
		if (words[i] != seed)
			return false;
	}
	return true;
}

const char *luo_preserve(const char *run, size_t bytes)
{
	struct file_request request = { .size = sizeof(request), .token = TOKEN };
	int session = open_session(LUO_CREATE_SESSION);
	void *memory;

	if (session < 0)
		return "create session";
	request.fd = memfd_create("payload", MFD_CLOEXEC);
	if (request.fd < 0 || ftruncate(request.fd, bytes) < 0)
		return "create memfd";
	memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, request.fd, 0);
	if (memory == MAP_FAILED)
		return "map memfd";
	fill(memory, bytes / sizeof(uint64_t), seed_of(run));
	munmap(memory, bytes);
	if (ioctl(session, LUO_PRESERVE_FILE, &request) < 0)
		return "preserve memfd";
	return NULL;
}

const char *luo_verify(const char *run, size_t *bytes)
{
	struct file_request request = { .size = sizeof(request), .token = TOKEN };
	struct finish_request finish = { .size = sizeof(finish) };
	int session = open_session(LUO_RETRIEVE_SESSION);
	struct stat status;
	void *memory;

	if (session < 0)
		return "retrieve session";
	if (ioctl(session, LUO_RETRIEVE_FILE, &request) < 0 || fstat(request.fd, &status) < 0)
		return "retrieve memfd";
	*bytes = status.st_size;
	memory = *bytes ? mmap(NULL, *bytes, PROT_READ, MAP_SHARED, request.fd, 0) : MAP_FAILED;
	if (memory == MAP_FAILED)
		return "map memfd";
	if (!compare(memory, *bytes / sizeof(uint64_t), seed_of(run)))
		return "content differs";
	if (ioctl(session, LUO_FINISH, &finish) < 0)
		return "finish session";
	return NULL;
}
