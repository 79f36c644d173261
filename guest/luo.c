// SPDX-License-Identifier: GPL-2.0-only
#include "guest/luo.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define DEVICE	"/dev/liveupdate"
#define SESSION "kho-matrix"

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

int luo_create(void)
{
	return open_session(LUO_CREATE_SESSION);
}

int luo_retrieve(void)
{
	return open_session(LUO_RETRIEVE_SESSION);
}

bool luo_put(int session, uint64_t token, int fd)
{
	struct file_request request = { .size = sizeof(request), .token = token, .fd = fd };

	return ioctl(session, LUO_PRESERVE_FILE, &request) == 0;
}

int luo_get(int session, uint64_t token)
{
	struct file_request request = { .size = sizeof(request), .token = token };

	return ioctl(session, LUO_RETRIEVE_FILE, &request) == 0 ? request.fd : -1;
}

bool luo_finish(int session)
{
	struct finish_request finish = { .size = sizeof(finish) };

	return ioctl(session, LUO_FINISH, &finish) == 0;
}
