// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>
#include <termios.h>

#include "guest/kernel_log.h"
#include "guest/kho.h"
#include "guest/keep.h"
#include "guest/luo.h"
#include "guest/memfd.h"
#include "guest/probe.h"

static void report_revived(struct record_channel *channel, bool revived)
{
	char reason[256] = "";
	struct record record;

	if (!revived)
		probe_find_reason(reason, sizeof(reason));
	record_begin(&record, channel, KHO_TYPE_REVIVED);
	record_text(&record, "state", revived ? KHO_YES : KHO_NO);
	record_text(&record, "reason", reason);
	record_send(&record);
}

static void report_intact(struct record_channel *channel, const char *method, const char *wrong, uint64_t bytes)
{
	struct record record;

	record_begin(&record, channel, KHO_TYPE_INTACT);
	record_text(&record, "method", method);
	record_text(&record, "state", wrong ? KHO_NO : KHO_YES);
	record_text(&record, "reason", wrong ?: "");
	record_number(&record, "bytes", bytes);
	record_send(&record);
}

/* lib/test_kho.c checks by itself during boot; its verdict is in the log. */
static bool find_test_kho(const char *message, void *context)
{
	const char **wrong = context;

	if (strcmp(message, "test_kho: KHO restore succeeded") == 0)
		*wrong = NULL;
	else if (strcmp(message, "test_kho: KHO restore failed") == 0)
		*wrong = "KHO restore failed";
	return true;
}

static const char *verify_proof(int session, const char *run, uint64_t *bytes)
{
	int fd = luo_get(session, PROBE_PROOF_TOKEN);

	if (fd < 0)
		return "retrieve memfd";
	if (!memfd_is_intact(fd, run, PROBE_PROOF_TOKEN, bytes))
		return errno ? "read memfd" : "content differs";
	return NULL;
}

static void verify_luo(struct record_channel *channel)
{
	int session = luo_retrieve();
	const char *wrong = session < 0 ? "retrieve session" : NULL;
	uint64_t bytes = 0, kept = 0;

	if (!wrong)
		wrong = verify_proof(session, channel->run, &bytes);
	report_intact(channel, KHO_METHOD_LUO, wrong, bytes);
	if (session < 0)
		return;
	wrong = keep_verify(session, channel->run, &kept);
	if (wrong || kept)
		report_intact(channel, KHO_METHOD_KEEP, wrong, kept);
	if (!luo_finish(session))
		report_intact(channel, KHO_METHOD_LUO, "finish session", bytes);
}

/* It may be another machine than the first kernel saw, if firmware's tables did not come through. */
static void report_memory(struct record_channel *channel)
{
	struct memory_map map = { 0 };

	if (memory_map_read(&map))
		probe_report_memory(channel, &map);
	else
		probe_missing(channel, "the successor's memory ranges", strerror(errno));
	memory_map_free(&map);
}

int probe_successor(struct record_channel *channel)
{
	static const char not_found[] = "nothing was handed over";
	const char *test_kho = not_found;
	bool revived = kho_is_revived();
	struct record record;

	report_revived(channel, revived);
	report_memory(channel);
	if (luo_is_there())
		verify_luo(channel);
	if (kernel_log_walk(find_test_kho, &test_kho) && test_kho != not_found)
		report_intact(channel, KHO_METHOD_TEST_KHO, test_kho, 0);
	record_begin(&record, channel, KHO_TYPE_END);
	record_send(&record);
	tcdrain(channel->fd);
	return 0;
}
