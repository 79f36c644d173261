// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "guest/cmdline.h"
#include "guest/file.h"
#include "guest/kernel_log.h"
#include "guest/kho.h"
#include "guest/keep.h"
#include "guest/luo.h"
#include "guest/memfd.h"
#include "guest/probe.h"
#include "guest/probe_estimate.h"
#include "guest/successor.h"

#define SUCCESSOR_KERNEL "/successor/kernel"
#define SUCCESSOR_INITRD "/successor/initrd"
#define TEST_KHO_BYTES	 "/sys/module/test_kho/parameters/max_mem"

/* Time for a foreign estimator's work to run: it has no file that could be waited on. */
#define SETTLE_MICROSECONDS 200000

static void report_kho(struct record_channel *channel, bool on)
{
	char reason[256] = "";
	struct record record;

	if (!on)
		probe_find_reason(reason, sizeof(reason));
	record_begin(&record, channel, KHO_TYPE_KHO);
	record_text(&record, "state", on ? KHO_KHO_ON : KHO_KHO_OFF);
	record_text(&record, "reason", reason);
	record_send(&record);
}

static void report_preserved(struct record_channel *channel, const char *method, uint64_t bytes)
{
	struct record record;

	record_begin(&record, channel, KHO_TYPE_PRESERVED);
	record_text(&record, "method", method);
	record_number(&record, "bytes", bytes);
	record_send(&record);
}

static bool preserve_proof(struct record_channel *channel, int session, struct kept_ranges *kept)
{
	int fd = memfd_new(channel->run, PROBE_PROOF_TOKEN, PROBE_PAYLOAD_BYTES, MEMFD_ANY_NODE);

	if (fd < 0 || !luo_put(session, PROBE_PROOF_TOKEN, fd)) {
		record_error(channel, "preserve memfd", errno);
		return false;
	}
	kept_ranges_add_memfd(kept, fd, PROBE_PAYLOAD_BYTES);
	report_preserved(channel, KHO_METHOD_LUO, PROBE_PAYLOAD_BYTES);
	return true;
}

static char *command_word(const char *word)
{
	char *cmdline = cmdline_read();
	char *value = cmdline ? cmdline_value(cmdline, word) : NULL;

	free(cmdline);
	return value;
}

/* What the payload asks for, if it does. */
static bool preserve_more(struct record_channel *channel, int session, struct kept_ranges *kept)
{
	char *word = command_word(KHO_WORD_KEEP);
	struct keep_request request;
	struct memory_map map = { 0 };
	const char *failed = NULL;
	uint64_t bytes = 0;

	if (!word)
		return true;
	if (!keep_parse(word, &request))
		failed = "read what is to be kept";
	else if (!memory_map_read(&map))
		failed = "read the memory map";
	else
		failed = keep_preserve(session, channel->run, &request, &map, &bytes, kept);
	if (failed)
		record_error(channel, failed, errno);
	else
		report_preserved(channel, KHO_METHOD_KEEP, bytes);
	memory_map_free(&map);
	free(word);
	return !failed;
}

static void report_kept(struct record_channel *channel, struct kept_ranges *kept)
{
	kept_ranges_sort(kept);
	if (kept->lost)
		probe_missing(channel, "where preserved memory lies", "too many pieces, or no addresses");
	for (size_t i = 0; i < kept->count && !kept->lost; i++) {
		struct record record;

		record_begin(&record, channel, KHO_TYPE_PRESERVED_AT);
		record_number(&record, "start", kept->ranges[i].start);
		record_number(&record, "size", kept->ranges[i].end - kept->ranges[i].start);
		record_send(&record);
	}
}

static bool preserve_by_luo(struct record_channel *channel)
{
	int session = luo_create();
	struct kept_ranges kept = { 0 };
	bool preserved;

	if (session < 0) {
		record_error(channel, "create session", errno);
		return false;
	}
	preserved = preserve_proof(channel, session, &kept) && preserve_more(channel, session, &kept);
	if (preserved)
		report_kept(channel, &kept);
	kept_ranges_free(&kept);
	return preserved;
}

static bool finalize(struct record_channel *channel)
{
	const char *state = kho_finalize();

	if (strcmp(state, "ok") == 0 || strcmp(state, "absent") == 0)
		return true;
	record_error(channel, "finalize KHO", errno);
	return false;
}

/* Bytes that test_kho was told to preserve. */
static uint64_t test_kho_bytes(void)
{
	char *text = file_read(TEST_KHO_BYTES, NULL);
	uint64_t bytes = text ? strtoull(text, NULL, 10) : 0;

	free(text);
	return bytes;
}

/* Without the orchestrator test_kho keeps what is asked for, in folios of its own choice. */
static bool test_kho_keeps(void)
{
	char *word = command_word(KHO_WORD_KEEP);
	struct keep_request request;
	bool kept = !word || (keep_parse(word, &request) && request.scatter == KEEP_BLOCK && request.node < 0 &&
			      test_kho_bytes() >= request.bytes);

	free(word);
	return kept;
}

/* Preserves by every way this kernel has, and finalizes KHO. False: there is none, or one failed. */
static bool preserve(struct record_channel *channel)
{
	bool orchestrated = luo_is_there(), any = orchestrated;

	if (orchestrated && !preserve_by_luo(channel))
		return false;
	/* Where KHO is finalized, 6.18 asks test_kho only then; and nothing more can be preserved. */
	if (!finalize(channel))
		return false;
	if (file_exists(KHO_DEBUGFS "out/sub_fdts/kho_test")) {
		report_preserved(channel, KHO_METHOD_TEST_KHO, test_kho_bytes());
		any = true;
	}
	if (!any)
		record_error(channel, "nothing can be preserved: neither /dev/liveupdate nor test_kho", 0);
	if (!orchestrated && !test_kho_keeps()) {
		record_error(channel, "memory cannot be kept: no /dev/liveupdate, and test_kho was not told to",
			     ENOENT);
		return false;
	}
	return any;
}

static char *successor_cmdline(void)
{
	char *words = command_word(KHO_WORD_SUCCESSOR);

	if (words && percent_decode(words))
		return words;
	free(words);
	return NULL;
}

/* A distribution's initrd is large; the kernel skips zeros behind the archive. */
static bool enlarge_initrd(void)
{
	char *word = command_word(KHO_WORD_INITRD);
	unsigned long long more = word ? strtoull(word, NULL, 10) : 0;
	struct stat status;

	free(word);
	return !more ||
	       (stat(SUCCESSOR_INITRD, &status) == 0 && truncate(SUCCESSOR_INITRD, status.st_size + more) == 0);
}

static bool load(struct record_channel *channel)
{
	char *cmdline = successor_cmdline();
	struct record record;
	bool ok;

	if (!cmdline) {
		record_error(channel, "no command line for the successor", EINVAL);
		return false;
	}
	ok = enlarge_initrd() && successor_load(SUCCESSOR_KERNEL, SUCCESSOR_INITRD, cmdline);
	record_begin(&record, channel, KHO_TYPE_LOAD);
	record_text(&record, "status", ok ? KHO_OK : strerrorname_np(errno));
	record_send(&record);
	free(cmdline);
	return ok;
}

static bool pass_on_warning(const char *message, void *channel)
{
	struct record record;

	if (kernel_log_is_estimate(message)) {
		record_begin(&record, channel, KHO_TYPE_WARNING);
		record_text(&record, "text", message);
		record_send(&record);
	}
	return true;
}

static void report_warnings(struct record_channel *channel)
{
	if (!kernel_log_walk(pass_on_warning, channel))
		probe_missing(channel, "warnings", strerror(errno));
}

static void end(struct record_channel *channel)
{
	struct record record;

	record_begin(&record, channel, KHO_TYPE_END);
	record_send(&record);
	tcdrain(channel->fd);
}

/* Estimates, and all that must happen before the successor is loaded. */
static bool prepare_handover(struct record_channel *channel)
{
	probe_guest_estimate(channel);
	if (!probe_kernel_estimate(channel))
		usleep(SETTLE_MICROSECONDS);
	report_warnings(channel);
	return preserve(channel);
}

/* Is this the control without KHO? Then there is nothing to hand over, only a kernel to enter. */
static bool plain_kexec_wanted(void)
{
	char *control = command_word(KHO_WORD_CONTROL);
	bool wanted = control && strcmp(control, KHO_CONTROL_WORD_OFF) == 0;

	free(control);
	return wanted;
}

int probe_first(struct record_channel *channel)
{
	bool on = kho_is_on();

	report_kho(channel, on);
	/* Off where it is needed, or on where it must not be: the harness knows which, and nothing is entered. */
	if (on == plain_kexec_wanted()) {
		end(channel);
		return 0;
	}
	if (on && !prepare_handover(channel))
		return 1;
	if (!load(channel)) {
		end(channel);
		return 0;
	}
	end(channel);
	successor_enter();
	record_error(channel, "enter the successor", errno);
	return 1;
}
