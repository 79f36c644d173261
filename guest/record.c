// SPDX-License-Identifier: GPL-2.0-only
#include "guest/record.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define TAIL_LENGTH 11 /* " #01234567\n" */

bool record_channel_open(struct record_channel *channel, const char *device, const char *run, const char *stage,
			 unsigned int number)
{
	struct termios termios;

	channel->fd = open(device, O_WRONLY | O_NOCTTY | O_CLOEXEC);
	if (channel->fd < 0)
		return false;
	if (tcgetattr(channel->fd, &termios) == 0) {
		cfmakeraw(&termios);
		cfsetspeed(&termios, B115200);
		tcsetattr(channel->fd, TCSANOW, &termios);
	}
	snprintf(channel->run, sizeof(channel->run), "%s", run);
	channel->stage = stage;
	channel->number = number;
	return true;
}

static void append(struct record *record, const char *text)
{
	size_t length = strlen(text);

	if (record->length + length + TAIL_LENGTH >= sizeof(record->text))
		return;
	memcpy(record->text + record->length, text, length);
	record->length += length;
}

void record_begin(struct record *record, struct record_channel *channel, const char *type)
{
	record->channel = channel;
	record->length = snprintf(record->text, sizeof(record->text), "%s %s %s %u %s", KHO_RECORD_MAGIC, channel->run,
				  channel->stage, channel->number, type);
}

void record_text(struct record *record, const char *key, const char *value)
{
	append(record, " ");
	append(record, key);
	append(record, "=");
	for (; *value; value++) {
		unsigned char c = *value;
		char text[4] = { c };

		if (c <= ' ' || c > '~' || c == '%' || c == '=' || c == '#')
			snprintf(text, sizeof(text), "%%%02X", c);
		append(record, text);
	}
}

void record_number(struct record *record, const char *key, uint64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, value);
	record_text(record, key, text);
}

static bool write_all(int fd, const char *bytes, size_t length)
{
	while (length) {
		ssize_t written = write(fd, bytes, length);

		if (written < 0 && errno != EINTR)
			return false;
		if (written > 0) {
			bytes += written;
			length -= written;
		}
	}
	return true;
}

bool record_send(struct record *record)
{
	uint32_t crc = kho_crc32(record->text, record->length);

	record->length += snprintf(record->text + record->length, sizeof(record->text) - record->length,
				   " #%08" PRIx32 "\n", crc);
	record->channel->number++;
	return write_all(record->channel->fd, record->text, record->length);
}

void record_error(struct record_channel *channel, const char *what, int error)
{
	struct record record;

	record_begin(&record, channel, KHO_TYPE_ERROR);
	record_text(&record, "what", what);
	record_text(&record, "errno", strerrorname_np(error) ?: "0");
	record_send(&record);
	tcdrain(channel->fd);
}
