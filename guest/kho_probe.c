// SPDX-License-Identifier: GPL-2.0-only
/* The probe: tells the harness what the running kernel is, and hands over to the next. */
#include "guest/probe.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest/capture.h"
#include "guest/kernel_log.h"

static const char usage[] =
	"Usage: kho_probe --device=TTY --run=ID --stage=first|successor [--number=N]\n"
	"       kho_probe --capture\n"
	"\n"
	"Runs inside of a kho-matrix guest; init starts it. In the first kernel it reports memory,\n"
	"scratch and estimates, preserves memory and hands over to /successor/kernel. In the successor\n"
	"it reports whether what was preserved came through.\n"
	"\n"
	"  --device=TTY   where records go\n"
	"  --run=ID       the cell's run id\n"
	"  --stage=NAME   which of the two kernels this is\n"
	"  --number=N     number of the first record (0)\n"
	"\n"
	"With --capture it writes the topology file of the machine that it runs on to standard output; any Linux, any\n"
	"user. What it may not read is named in comments. Exit status: 0 written; 1 memory or CPUs are not known; 2 "
	"bad\n"
	"usage; 3 it cannot be written.\n"
	"\n"
	"Example: kho_probe --device=/dev/ttyS1 --run=0123456789abcdef --stage=first\n"
	"         kho_probe --capture >topologies/this.yaml\n";

void probe_missing(struct record_channel *channel, const char *what, const char *why)
{
	struct record record;

	record_begin(&record, channel, KHO_TYPE_MISSING);
	record_text(&record, "what", what);
	record_text(&record, "why", why);
	record_send(&record);
}

/* What KHO and the estimator say of scratch explains no refusal. */
#define ABOUT_SCRATCH "KHO: scratch"

struct reason {
	char *text;
	size_t size;
};

static void append(struct reason *reason, const char *message)
{
	size_t used = strlen(reason->text);

	snprintf(reason->text + used, reason->size - used, "%s%s", used ? "; " : "", message);
}

static bool keep_kho_message(const char *message, void *context)
{
	struct reason *reason = context;

	if (strncmp(message, "KHO: ", strlen("KHO: ")) == 0 &&
	    strncmp(message, ABOUT_SCRATCH, strlen(ABOUT_SCRATCH)) != 0)
		append(reason, message);
	return true;
}

void probe_find_reason(char *text, size_t size)
{
	struct reason reason = { text, size };

	text[0] = '\0';
	kernel_log_walk(keep_kho_message, &reason);
}

static int fail(const char *message)
{
	fprintf(stderr, "kho_probe: %s; try --help\n", message);
	return 2;
}

static int capture(void)
{
	bool written = capture_write(stdout, "");

	if (fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, "kho_probe: standard output: %s\n", strerror(errno));
		return 3;
	}
	if (!written)
		fputs("kho_probe: not a topology: memory or CPUs are not known; the comments say why\n", stderr);
	return written ? 0 : 1;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "device", required_argument, NULL, 'd' },
		{ "run", required_argument, NULL, 'r' },
		{ "stage", required_argument, NULL, 's' },
		{ "number", required_argument, NULL, 'n' },
		{ "help", no_argument, NULL, 'h' },
		{ "capture", no_argument, NULL, 'c' },
		{ 0 },
	};
	const char *device = NULL, *run = NULL, *stage = NULL;
	struct record_channel channel;
	unsigned int number = 0;
	bool first, capturing = false;
	int option;

	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (option) {
		case 'd':
			device = optarg;
			break;
		case 'r':
			run = optarg;
			break;
		case 's':
			stage = optarg;
			break;
		case 'n':
			number = strtoul(optarg, NULL, 10);
			break;
		case 'c':
			capturing = true;
			break;
		case 'h':
			fputs(usage, stdout);
			return 0;
		default:
			return 2;
		}
	}
	if (capturing && !device && !run && !stage && optind == argc)
		return capture();
	if (!device || !run || !stage || optind < argc)
		return fail("--device, --run and --stage are needed, or --capture alone, and nothing else");
	first = strcmp(stage, KHO_STAGE_FIRST) == 0;
	if (!first && strcmp(stage, KHO_STAGE_SUCCESSOR) != 0)
		return fail("--stage is neither first nor successor");
	if (strlen(run) != KHO_RUN_LENGTH)
		return fail("--run is not 16 digits long");
	if (!record_channel_open(&channel, device, run, first ? KHO_STAGE_FIRST : KHO_STAGE_SUCCESSOR, number)) {
		fprintf(stderr, "kho_probe: %s: %s\n", device, strerror(errno));
		return 2;
	}
	return first ? probe_first(&channel) : probe_successor(&channel);
}
