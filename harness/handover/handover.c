// SPDX-License-Identifier: GPL-2.0-only
#include "harness/handover/handover.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/handover/autopsy.h"
#include "harness/handover/capture.h"
#include "harness/handover/channel.h"
#include "harness/handover/classify.h"
#include "harness/handover/cmdline.h"
#include "harness/handover/deadline.h"
#include "harness/machine/process.h"
#include "harness/machine/qemu_args.h"
#include "harness/machine/qmp.h"
#include "harness/machine/rundir.h"
#include "harness/model/error.h"

#define TICK_MILLISECONDS 100
#define PANIC_SECONDS	  0.4 /* for a panic to be printed to its end */

/* Of kernel/panic.c, 6.18 to 7.3: the CPU that panics, or -1. */
#define PANIC_FLAG "panic_cpu"
#define PANIC_FILE "panic_cpu"

enum { CONSOLE, RECORDS, QMP, NR_CHANNELS };

struct kho_handover {
	struct kho_handover_config config;
	kho_handover_done done;
	void *data;

	struct kho_rundir *rundir; /* the machine's own: it runs there */
	struct kho_process *process;
	struct kho_qmp *qmp;
	struct kho_capture *capture;
	struct kho_channel_reader *readers[2]; /* console and records */
	guint open;			       /* of both, how many have not hung up */
	bool running;			       /* the process */
	guint tick, finish, settle;	       /* sources */

	struct kho_report *report;
	struct kho_console console;
	GString *line; /* of records, not finished yet */
	struct kho_course course;
	double panic_at;     /* wall seconds; 0: none seen */
	uint64_t panic_flag; /* its address in the successor; 0: not known */
	bool panic_asked;    /* QMP is fetching it */

	enum kho_end end;	/* the first that was seen stands */
	enum kho_end guest_end; /* what QMP said of the guest's own end; counts when nothing else did */
	char *detail;
	double seconds, cpu_seconds;
};

enum kho_stage kho_handover_stage(const struct kho_handover *handover)
{
	return kho_evidence_stage(handover->report, &handover->console);
}

/* --- the end --- */

/* Why QEMU, or the watching of it, ended when the guest itself gave no sign. */
static char *machine_detail(struct kho_handover *handover)
{
	g_autofree char *words = kho_process_last_words(handover->process);

	if (*words)
		return g_strdup_printf("QEMU ended: %s", words);
	return g_strdup("QEMU ended without a word");
}

static enum kho_end final_end(struct kho_handover *handover)
{
	if (handover->end == KHO_END_NONE)
		handover->end = handover->guest_end;
	if (handover->end == KHO_END_NONE)
		handover->end = KHO_END_MACHINE;
	if (handover->end == KHO_END_MACHINE && !handover->detail)
		handover->detail = machine_detail(handover);
	return handover->end;
}

static gboolean finish(gpointer data)
{
	struct kho_handover *handover = data;
	struct kho_outcome outcome = { 0 };

	handover->finish = 0;
	if (handover->line->len)
		kho_report_take(handover->report, handover->line->str);
	kho_classify(&(struct kho_evidence){ .report = handover->report,
					     .console = &handover->console,
					     .end = final_end(handover),
					     .detail = handover->detail },
		     &outcome);
	outcome.seconds = handover->seconds;
	outcome.cpu_seconds = handover->cpu_seconds;
	outcome.first_boot_seconds = handover->course.first_hello;
	handover->done(handover, handover->report, outcome, handover->data);
	return G_SOURCE_REMOVE;
}

/* Judged only when the process is reaped and both channels are drained: nothing it said is lost. */
static void finish_if_over(struct kho_handover *handover)
{
	if (!handover->running && !handover->open && !handover->finish)
		handover->finish = g_idle_add(finish, handover);
}

/* Does a machine that ended so have anything to tell? */
static bool is_death(enum kho_end end)
{
	return end == KHO_END_PANIC || end == KHO_END_RESET || end == KHO_END_POWER_OFF || end == KHO_END_DEADLINE;
}

static void captured(const struct kho_image *image, const char *registers, void *data)
{
	struct kho_handover *handover = data;
	g_autofree char *log = kho_autopsy(handover->config.vmlinux, image, registers, handover->config.directory);

	/* A console that never spoke: the kernel's own log says what it would have said. */
	if (log && !handover->console.panic && !handover->console.oops)
		kho_console_take(&handover->console, log, strlen(log));
	kho_process_kill(handover->process);
}

static void stop(struct kho_handover *handover, enum kho_end end)
{
	if (handover->end != KHO_END_NONE)
		return;
	handover->end = end;
	handover->seconds = kho_process_wall_time(handover->process);
	if (is_death(end) && handover->config.vmlinux && handover->running)
		handover->capture = kho_capture_start(handover->qmp, kho_rundir_path(handover->rundir),
						      handover->config.vmlinux, captured, handover);
	else
		kho_process_kill(handover->process);
}

static void process_ended(struct kho_process *process, const struct kho_process_end *end, void *data)
{
	struct kho_handover *handover = data;

	handover->running = false;
	handover->cpu_seconds = end->cpu_seconds;
	if (handover->end == KHO_END_NONE)
		handover->seconds = kho_process_wall_time(process);
	g_clear_handle_id(&handover->tick, g_source_remove);
	finish_if_over(handover);
}

/* --- what comes from the guest --- */

static void took_console(const char *bytes, gsize length, void *data)
{
	struct kho_handover *handover = data;

	if (!length) {
		handover->open--;
		finish_if_over(handover);
		return;
	}
	kho_console_take(&handover->console, bytes, length);
	if (handover->console.panic && !handover->panic_at)
		handover->panic_at = kho_process_wall_time(handover->process);
	if (handover->console.panic_over)
		stop(handover, KHO_END_PANIC);
}

static void note_course(struct kho_handover *handover)
{
	const struct kho_report *report = handover->report;
	double now = kho_process_guest_time(handover->process);

	if (report->first.hello && !handover->course.first_hello)
		handover->course.first_hello = now;
	if (report->first.end && !handover->course.first_end)
		handover->course.first_end = now;
	if (report->successor.hello && !handover->course.successor_hello)
		handover->course.successor_hello = now;
}

static void react_to_records(struct kho_handover *handover)
{
	const struct kho_report *report = handover->report;

	note_course(handover);
	if (report->successor.end)
		stop(handover, KHO_END_SUCCESSOR);
	else if (report->first.error || report->successor.error)
		stop(handover, KHO_END_GAVE_UP);
	else if (report->first.end && g_strcmp0(report->load, KHO_OK) != 0)
		stop(handover, KHO_END_FIRST);
}

static void took_records(const char *bytes, gsize length, void *data)
{
	struct kho_handover *handover = data;

	if (!length) {
		handover->open--;
		finish_if_over(handover);
		return;
	}
	for (gsize i = 0; i < length; i++) {
		if (bytes[i] == '\n') {
			kho_report_take(handover->report, handover->line->str);
			g_string_truncate(handover->line, 0);
		} else if (bytes[i] != '\r' && handover->line->len < KHO_RECORD_MAX) {
			g_string_append_c(handover->line, bytes[i] ?: ' ');
		}
	}
	react_to_records(handover);
}

/* --- what comes from QEMU --- */

static gboolean settle(gpointer data)
{
	struct kho_handover *handover = data;

	handover->settle = 0;
	stop(handover, handover->guest_end);
	return G_SOURCE_REMOVE;
}

static void qmp_event(struct kho_qmp *qmp, const char *name, JsonObject *arguments, void *data)
{
	struct kho_handover *handover = data;
	const char *reason = arguments ? json_object_get_string_member_with_default(arguments, "reason", "") : "";

	if (!g_str_equal(name, "SHUTDOWN") && !g_str_equal(name, "STOP"))
		return;
	if (g_str_equal(name, "SHUTDOWN") && g_str_equal(reason, "guest-reset"))
		handover->guest_end = KHO_END_RESET;
	else if (g_str_equal(name, "SHUTDOWN") && g_str_equal(reason, "guest-shutdown"))
		handover->guest_end = KHO_END_POWER_OFF;
	if (handover->guest_end != KHO_END_NONE) {
		/* QEMU keeps it paused. What the guest said before is on its way: that counts first. */
		if (!handover->settle)
			handover->settle = g_idle_add_full(G_PRIORITY_LOW, settle, handover, NULL);
	} else if (g_str_equal(name, "STOP") && handover->end == KHO_END_NONE) {
		/* Nobody asked for it: an emulation failure, an I/O error. */
		handover->detail = g_strdup("QEMU stopped the guest");
		stop(handover, KHO_END_MACHINE);
	}
}

/* --- the panic flag: a panic is seen with no console at all --- */

static void panic_flag_saved(struct kho_qmp *qmp, JsonNode *result, const GError *error, void *data)
{
	struct kho_handover *handover = data;
	g_autofree char *path = g_build_filename(kho_rundir_path(handover->rundir), PANIC_FILE, NULL);
	g_autofree char *bytes = NULL;
	gsize length;
	gint32 cpu;

	handover->panic_asked = false;
	/* An error only means that the address is not mapped yet: the successor is being unpacked. */
	if (error || !g_file_get_contents(path, &bytes, &length, NULL) || length != sizeof(cpu))
		return;
	memcpy(&cpu, bytes, sizeof(cpu));
	if (cpu >= 0 && cpu < KHO_MAX_CPUS && !handover->panic_at)
		handover->panic_at = kho_process_wall_time(handover->process);
}

static void ask_for_panic_flag(struct kho_handover *handover)
{
	if (!handover->panic_flag || handover->panic_asked || handover->panic_at || handover->end != KHO_END_NONE ||
	    !handover->console.entered)
		return;
	handover->panic_asked = true;
	kho_qmp_execute(handover->qmp, "memsave", kho_capture_memsave(handover->panic_flag, sizeof(gint32), PANIC_FILE),
			panic_flag_saved, handover);
}

static gboolean tick(gpointer data)
{
	struct kho_handover *handover = data;
	double now = kho_process_guest_time(handover->process);
	double deadline = kho_deadline(&handover->course, kho_topology_memory(handover->config.cell->topology));

	ask_for_panic_flag(handover);
	if (handover->panic_at && kho_process_wall_time(handover->process) - handover->panic_at > PANIC_SECONDS)
		stop(handover, KHO_END_PANIC);
	else if (now > deadline && handover->end == KHO_END_NONE) {
		handover->detail =
			g_strdup_printf("after %.1f s of guest time, where the first kernel's init came after %.1f s",
					now, handover->course.first_hello);
		stop(handover, KHO_END_DEADLINE);
	}
	return G_SOURCE_CONTINUE;
}

/* --- the start --- */

static bool write_command(const struct kho_handover *handover, const struct kho_machine_config *machine, GError **error)
{
	g_autofree char *path = g_build_filename(handover->config.directory, "qemu.cmd", NULL);
	g_autofree char *text = kho_qemu_command(machine);

	return g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_NONE, 0755, error);
}

static bool make_channels(int ours[NR_CHANNELS], int theirs[NR_CHANNELS], GError **error)
{
	for (int i = 0; i < NR_CHANNELS; i++) {
		int pair[2];

		if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) {
			g_set_error(error, KHO_ERROR, KHO_ERROR_HOST, "no channel to a machine: %s", g_strerror(errno));
			while (i-- > 0) {
				close(ours[i]);
				close(theirs[i]);
			}
			return false;
		}
		ours[i] = pair[0];
		theirs[i] = pair[1];
	}
	return true;
}

static struct kho_channel channel_fd(int index)
{
	return (struct kho_channel){ .kind = KHO_CHANNEL_FD, .fd = KHO_PROCESS_FIRST_FD + index };
}

static bool start_process(struct kho_handover *handover, const char *cmdline, int *theirs, GError **error)
{
	const struct kho_machine_config machine = {
		.topology = handover->config.cell->topology,
		.qemu_binary = handover->config.qemu_binary,
		.kernel_image = handover->config.kernel_image,
		.initrd = handover->config.initramfs,
		.cmdline = cmdline,
		.kvm = handover->config.kvm,
		.pause_at_end = true,
		.channels = { channel_fd(CONSOLE), channel_fd(RECORDS), channel_fd(QMP) },
	};
	g_auto(GStrv) argv = kho_qemu_args(&machine);

	handover->rundir = kho_rundir_new(NULL, error);
	if (!handover->rundir || !write_command(handover, &machine, error)) {
		for (int i = 0; i < NR_CHANNELS; i++)
			close(theirs[i]);
		return false;
	}
	handover->process = kho_process_start((const char *const *)argv, kho_rundir_path(handover->rundir), theirs,
					      NR_CHANNELS, process_ended, handover, error);
	handover->running = handover->process != NULL;
	return handover->running;
}

static bool open_reader(struct kho_handover *handover, int index, int *fd, const char *name, kho_channel_took took,
			GError **error)
{
	g_autofree char *path = g_build_filename(handover->config.directory, name, NULL);

	handover->readers[index] = kho_channel_reader_new(*fd, path, took, handover, error);
	*fd = -1;
	handover->open += handover->readers[index] != NULL;
	return handover->readers[index] != NULL;
}

static bool start(struct kho_handover *handover, const char *cmdline, GError **error)
{
	static const struct kho_qmp_handlers handlers = { .event = qmp_event };
	int ours[NR_CHANNELS], theirs[NR_CHANNELS];
	bool ok;

	if (!make_channels(ours, theirs, error))
		return false;
	ok = start_process(handover, cmdline, theirs, error) &&
	     open_reader(handover, CONSOLE, &ours[CONSOLE], "console.log", took_console, error) &&
	     open_reader(handover, RECORDS, &ours[RECORDS], "records.log", took_records, error);
	if (ok) {
		handover->qmp = kho_qmp_new(ours[QMP], &handlers, handover);
		handover->tick = g_timeout_add(TICK_MILLISECONDS, tick, handover);
		return true;
	}
	for (int i = 0; i < NR_CHANNELS; i++)
		if (ours[i] >= 0)
			close(ours[i]);
	return false;
}

static char *new_run_id(void)
{
	return g_strdup_printf("%08x%08x", g_random_int(), g_random_int());
}

struct kho_handover *kho_handover_start(const struct kho_handover_config *config, kho_handover_done done, void *data,
					GError **error)
{
	g_autofree char *run = new_run_id();
	g_autofree char *cmdline =
		kho_cmdline_first(&(struct kho_cmdline_config){ .cell = config->cell,
								.run = run,
								.first_extra = config->first_extra,
								.successor_extra = config->successor_extra },
				  error);
	struct kho_handover *handover;

	if (!cmdline)
		return NULL;
	handover = g_new0(struct kho_handover, 1);
	handover->config = *config;
	handover->done = done;
	handover->data = data;
	handover->report = kho_report_new(run);
	if (config->vmlinux)
		kho_vmlinux_symbol(config->vmlinux, PANIC_FLAG, &handover->panic_flag, NULL);
	handover->line = g_string_new(NULL);
	kho_console_init(&handover->console);
	if (start(handover, cmdline, error))
		return handover;
	kho_handover_free(handover);
	return NULL;
}

void kho_handover_free(struct kho_handover *handover)
{
	g_clear_handle_id(&handover->tick, g_source_remove);
	g_clear_handle_id(&handover->finish, g_source_remove);
	g_clear_handle_id(&handover->settle, g_source_remove);
	kho_process_free(handover->process);
	kho_rundir_free(handover->rundir);
	kho_qmp_free(handover->qmp);
	kho_capture_free(handover->capture);
	kho_channel_reader_free(handover->readers[CONSOLE]);
	kho_channel_reader_free(handover->readers[RECORDS]);
	kho_console_clear(&handover->console);
	kho_report_free(handover->report);
	g_string_free(handover->line, TRUE);
	g_free(handover->detail);
	g_free(handover);
}
