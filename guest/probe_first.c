// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "guest/cmdline.h"
#include "guest/file.h"
#include "guest/kernel_log.h"
#include "guest/kho.h"
#include "guest/luo.h"
#include "guest/probe.h"
#include "guest/probe_estimate.h"
#include "guest/successor.h"

#define SUCCESSOR_KERNEL "/successor/kernel"
#define SUCCESSOR_INITRD "/successor/initrd"

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

/* Preserves by every way this kernel has. False: there is none, or one failed. */
static bool preserve(struct record_channel *channel)
{
	char run[KHO_RUN_LENGTH + 1];
	const char *failed;
	bool any = false;

	if (luo_is_there()) {
		memcpy(run, channel->run, sizeof(run));
		failed = luo_preserve(run, PROBE_PAYLOAD_BYTES);
		if (failed) {
			record_error(channel, failed, errno);
			return false;
		}
		report_preserved(channel, KHO_METHOD_LUO, PROBE_PAYLOAD_BYTES);
		any = true;
	}
	if (file_exists(KHO_DEBUGFS "out/sub_fdts/kho_test")) {
		report_preserved(channel, KHO_METHOD_TEST_KHO, 0);
		any = true;
	}
	if (!any)
		record_error(channel, "nothing can be preserved: neither /dev/liveupdate nor test_kho", 0);
	return any;
}

static bool finalize(struct record_channel *channel)
{
	const char *state = kho_finalize();

	if (strcmp(state, "ok") == 0 || strcmp(state, "absent") == 0)
		return true;
	record_error(channel, "finalize KHO", errno);
	return false;
}

static char *successor_cmdline(void)
{
	char *cmdline = cmdline_read();
	char *words = cmdline ? cmdline_value(cmdline, KHO_WORD_SUCCESSOR) : NULL;

	free(cmdline);
	if (words && percent_decode(words))
		return words;
	free(words);
	return NULL;
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
	ok = successor_load(SUCCESSOR_KERNEL, SUCCESSOR_INITRD, cmdline);
	record_begin(&record, channel, KHO_TYPE_LOAD);
	record_text(&record, "status", ok ? KHO_OK : strerrorname_np(errno));
	record_send(&record);
	free(cmdline);
	return ok;
}

static bool pass_on_warning(const char *message, void *channel)
{
	struct record record;

	if (strncmp(message, "KHO: scratch: ", strlen("KHO: scratch: ")) == 0) {
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
	return preserve(channel) && finalize(channel);
}

/* Is this the control without KHO? Then there is nothing to hand over, only a kernel to enter. */
static bool plain_kexec_wanted(void)
{
	char *cmdline = cmdline_read();
	char *control = cmdline ? cmdline_value(cmdline, KHO_WORD_CONTROL) : NULL;
	bool wanted = control && strcmp(control, KHO_CONTROL_WORD_OFF) == 0;

	free(control);
	free(cmdline);
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
