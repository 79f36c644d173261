/* SPDX-License-Identifier: GPL-2.0-only */
/* Records: what the guest tells the harness (protocol.h), written to the record channel. */
#ifndef KHO_GUEST_RECORD_H
#define KHO_GUEST_RECORD_H

#include <stdbool.h>
#include "guest/protocol.h"

struct record_channel {
	int fd;
	char run[KHO_RUN_LENGTH + 1];
	const char *stage;
	unsigned int number; /* of the next record */
};

struct record {
	struct record_channel *channel;
	size_t length;
	char text[KHO_RECORD_MAX];
};

/* Opens the record channel (a serial port) and makes it pass bytes unchanged. False: errno says why. */
bool record_channel_open(struct record_channel *channel, const char *device, const char *run, const char *stage,
			 unsigned int number);

/* record_begin(), any number of values, record_send(). A value that does not fit any more is cut. */
void record_begin(struct record *record, struct record_channel *channel, const char *type);
void record_text(struct record *record, const char *key, const char *value);
void record_number(struct record *record, const char *key, uint64_t value);
bool record_send(struct record *record);

/* A record of KHO_TYPE_ERROR. */
void record_error(struct record_channel *channel, const char *what, int error);

#endif
