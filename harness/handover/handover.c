// SPDX-License-Identifier: GPL-2.0-only
#include "harness/handover/handover.h"

#include <unistd.h>

#include "harness/handover/autopsy_text.h"
#include "harness/handover/backing.h"
#include "harness/handover/channel.h"
#include "harness/handover/cmdline.h"
#include "harness/handover/examination.h"
#include "harness/handover/launch.h"
#include "harness/handover/tables.h"
#include "harness/handover/watch.h"

#define TICK_MILLISECONDS 100
#define PANIC_SECONDS	  0.2 /* for a panic to be printed to its end */

#define NOT_READ "its memory could not be read: the vmlinux is not of the kernel that ran"

struct kho_handover {
	struct kho_handover_config config;
	kho_handover_done done;
	void *data;

	struct kho_rundir *rundir; /* the machine's own: it runs there */
	struct kho_process *process;
	struct kho_qmp *qmp;
	struct kho_peek *peek;
	struct kho_watch *watch;	       /* NULL: there is no vmlinux to read the machine by */
	struct kho_examination *examination;   /* NULL likewise */
	struct kho_tables *tables;	       /* NULL likewise */
	struct kho_channel_reader *readers[2]; /* console and records */
	bool running;			       /* the process */
	guint tick, finish, settle;	       /* sources */

	struct kho_report *report;
	struct kho_console console;
	bool spoke;    /* the console has, since the last tick */
	GString *line; /* of records, not finished yet */
	struct kho_course course;
	double extension; /* of the deadline */
	guint extensions;
	guint resumes;	 /* of the machine, that were asked for and have not come about yet */
	double panic_at; /* wall seconds; 0: none seen */
	bool left;	 /* the machine is stopped and stays: nothing more will come */
	bool told;	 /* ... and done() knows */

	enum kho_end end;	/* the first that was seen stands */
	enum kho_end guest_end; /* what QMP said of the guest's own end; counts when nothing else did */
	char *detail;
	enum kho_stall_state stall;
	char *function; /* of the stall */
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

/* Evidence only: a cell is not lost for it. */
static bool write_autopsy(const struct kho_handover *handover, const struct kho_outcome *outcome)
{
	struct kho_autopsy *autopsy = kho_examination_autopsy(handover->examination);
	g_autofree char *text_path = g_build_filename(handover->config.directory, "autopsy.txt", NULL);
	g_autofree char *json_path = g_build_filename(handover->config.directory, "autopsy.json", NULL);
	g_autofree char *text = NULL, *json = NULL;

	if (!autopsy)
		return false;
	autopsy->reason = g_strdup(outcome->reason);
	text = kho_autopsy_text(autopsy);
	json = kho_autopsy_json(autopsy);
	return g_file_set_contents(text_path, text, -1, NULL) && g_file_set_contents(json_path, json, -1, NULL);
}

/* Evidence, too. */
static void write_tables(const struct kho_handover *handover)
{
	const struct kho_memblock *memblock = kho_tables_seen(handover->tables);
	g_autofree char *path = g_build_filename(handover->config.directory, "memblock.json", NULL);
	g_autofree char *json = memblock ? kho_memblock_json(memblock) : NULL;

	if (json)
		g_file_set_contents(path, json, -1, NULL);
}

static void complete(const struct kho_handover *handover, struct kho_outcome *outcome)
{
	GArray *memory_map = kho_examination_memory_map(handover->examination);

	outcome->autopsied = write_autopsy(handover, outcome);
	if (outcome->name == KHO_OUTCOME_SURVIVED)
		write_tables(handover);
	if (outcome->name == KHO_OUTCOME_SURVIVED && memory_map) {
		outcome->memory_map = g_array_ref(memory_map);
		outcome->remark = kho_backing_remark(memory_map);
	}
	if (outcome->name == KHO_OUTCOME_PANICKED && handover->watch &&
	    (handover->end == KHO_END_PANIC || handover->end == KHO_END_RESET))
		outcome->verdict_seconds = handover->seconds - kho_watch_calm(handover->watch);
	outcome->seconds = handover->seconds;
	outcome->cpu_seconds = handover->cpu_seconds;
	outcome->first_boot_seconds = handover->course.first_hello;
}

/*
 * Of a machine whose kernel was never found nothing was read, and that it did not come to its kernel would be a guess:
 * then the vmlinux is of another one.
 */
static const struct kho_autopsy *readable_autopsy(struct kho_handover *handover)
{
	const struct kho_autopsy *autopsy = kho_examination_autopsy(handover->examination);
	g_autofree char *detail = NULL;

	if (!autopsy || autopsy->found || kho_watch_can_tell(handover->watch))
		return autopsy;
	detail = handover->detail;
	handover->detail = g_strconcat(detail ?: "", detail ? "; " : "", NOT_READ, NULL);
	return NULL;
}

static gboolean finish(gpointer data)
{
	struct kho_handover *handover = data;
	const struct kho_autopsy *autopsy = readable_autopsy(handover);
	struct kho_outcome outcome = { 0 };

	handover->finish = 0;
	handover->told = true;
	if (handover->line->len)
		kho_report_take(handover->report, handover->line->str);
	kho_report_take_console(handover->report, &handover->console);
	kho_classify(&(struct kho_evidence){ .report = handover->report,
					     .console = &handover->console,
					     .end = final_end(handover),
					     .detail = handover->detail,
					     .autopsy = autopsy,
					     .stall = handover->stall,
					     .function = handover->function,
					     .plain = handover->config.cell->control == KHO_CONTROL_KHO_OFF },
		     &outcome);
	complete(handover, &outcome);
	handover->done(handover, handover->report, outcome, handover->data);
	return G_SOURCE_REMOVE;
}

/*
 * Judged only when the process is reaped, or left stopped, and both channels are drained: nothing it said is lost. What
 * it said is read ahead of the idle source. That they hang up is not waited for: a stranger may hold them open, as
 * where QEMU is a script that starts it.
 */
static void finish_if_over(struct kho_handover *handover)
{
	if ((handover->left || !handover->running) && !handover->told && !handover->finish)
		handover->finish = g_idle_add(finish, handover);
}

static void machine_stopped(struct kho_qmp *qmp, JsonNode *result, const GError *error, void *data)
{
	struct kho_handover *handover = data;

	if (error) {
		kho_process_kill(handover->process);
		return;
	}
	handover->left = true;
	finish_if_over(handover);
}

/* Nobody watches it any more: it goes, or stays as it is. */
static void over(struct kho_handover *handover)
{
	handover->seconds = kho_process_wall_time(handover->process);
	if (handover->config.keep && handover->running)
		kho_qmp_execute(handover->qmp, "stop", NULL, machine_stopped, handover);
	else
		kho_process_kill(handover->process);
}

/* --- the examination of a stopped machine --- */

/* Ends in which the machine has something to tell. */
static bool is_telling(enum kho_end end)
{
	switch (end) {
	case KHO_END_SUCCESSOR:
	case KHO_END_PANIC:
	case KHO_END_RESET:
	case KHO_END_POWER_OFF:
	case KHO_END_STALL:
	case KHO_END_DEADLINE:
		return true;
	case KHO_END_NONE:
	case KHO_END_FIRST:
	case KHO_END_GAVE_UP:
	case KHO_END_SLOW:
	case KHO_END_MACHINE:
	case KHO_NR_ENDS:
		break;
	}
	return false;
}

/* Its deadline has passed, but nothing shows that it hangs: a slow machine gets more time. */
static bool is_slow(const struct kho_handover *handover)
{
	return handover->end == KHO_END_DEADLINE && handover->course.first_end > 0 && handover->watch &&
	       kho_watch_can_tell(handover->watch) && !kho_examination_log_repeats(handover->examination);
}

static void give_more_time(struct kho_handover *handover)
{
	double since = MAX(handover->course.first_end, handover->course.successor_hello);

	/* From now on: it stood still while it was examined. */
	handover->extension = kho_process_guest_time(handover->process) - since;
	handover->end = handover->extensions++ < KHO_EXTENSIONS ? KHO_END_NONE : KHO_END_SLOW;
	if (handover->end == KHO_END_SLOW) {
		over(handover);
		return;
	}
	g_clear_pointer(&handover->detail, g_free);
	kho_watch_hold(handover->watch, false);
	handover->resumes++;
	kho_examination_resume(handover->examination);
}

static void stop(struct kho_handover *handover, enum kho_end end)
{
	if (handover->end != KHO_END_NONE)
		return;
	handover->end = end;
	if (handover->watch)
		kho_watch_hold(handover->watch, true);
	if (is_telling(end) && handover->watch && handover->running)
		kho_examination_start(handover->examination, end);
	else
		over(handover);
}

static void process_ended(struct kho_process *process, const struct kho_process_end *end, void *data)
{
	struct kho_handover *handover = data;

	handover->running = false;
	handover->cpu_seconds = end->cpu_seconds;
	if (handover->seconds <= 0)
		handover->seconds = kho_process_wall_time(process);
	g_clear_handle_id(&handover->tick, g_source_remove);
	finish_if_over(handover);
}

/* --- what comes from the guest --- */

static void heard(struct kho_handover *handover)
{
	handover->spoke = true;
	if (handover->watch)
		kho_watch_heard(handover->watch);
}

static void took_console(const char *bytes, gsize length, void *data)
{
	struct kho_handover *handover = data;

	if (!length)
		return;
	kho_console_take(&handover->console, bytes, length);
	heard(handover);
	if (handover->watch && handover->console.entered)
		kho_watch_enter(handover->watch);
	if (handover->console.panic && !handover->panic_at)
		handover->panic_at = kho_process_wall_time(handover->process);
	if (handover->console.panic_over)
		stop(handover, KHO_END_PANIC);
}

static void note_course(struct kho_handover *handover)
{
	const struct kho_report *report = handover->report;
	double now = kho_process_guest_time(handover->process);

	if (report->first.hello && !handover->course.first_hello) {
		handover->course.first_hello = now;
		if (handover->watch)
			kho_watch_first(handover->watch);
	}
	if (report->first.end && !handover->course.first_end) {
		handover->course.first_end = now;
		/* A quiet console does not say that it is entered. */
		if (handover->watch && g_strcmp0(report->load, KHO_OK) == 0)
			kho_watch_enter(handover->watch);
	}
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
	else if (report->first.end && (handover->config.until_entry || g_strcmp0(report->load, KHO_OK) != 0))
		stop(handover, KHO_END_FIRST);
}

static void took_records(const char *bytes, gsize length, void *data)
{
	struct kho_handover *handover = data;

	if (!length)
		return;
	heard(handover);
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

/* --- the end of an examination --- */

/*
 * Ends in which the guest seems to do nothing more are decided here, and QEMU stops it a moment later. What it did
 * until then counts for more, and nobody listened to it: it is not said twice. False: there was nothing.
 */
static bool was_overtaken(struct kho_handover *handover)
{
	enum kho_end end = handover->end;

	if (end != KHO_END_STALL && end != KHO_END_DEADLINE)
		return false;
	handover->end = KHO_END_NONE;
	react_to_records(handover);
	if (handover->console.panic_over)
		stop(handover, KHO_END_PANIC);
	if (handover->guest_end != KHO_END_NONE)
		stop(handover, handover->guest_end);
	if (handover->end != KHO_END_NONE) {
		g_clear_pointer(&handover->detail, g_free);
		return true;
	}
	handover->end = end;
	return false;
}

static void examined(void *data)
{
	struct kho_handover *handover = data;

	if (was_overtaken(handover))
		return;
	if (is_slow(handover))
		give_more_time(handover);
	else
		over(handover);
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

	if (g_str_equal(name, "RESUME") && handover->resumes)
		handover->resumes--;
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
	} else if (g_str_equal(name, "STOP") && handover->end == KHO_END_NONE && !handover->resumes) {
		/*
		 * Nobody asked for it: an emulation failure, an I/O error. What an examination asks for comes before
		 * its resume, but maybe after its time, where QEMU did not get to answering.
		 */
		handover->detail = g_strdup("QEMU stopped the guest");
		stop(handover, KHO_END_MACHINE);
	}
}

/* --- what the watch and the clock say --- */

static void alarmed(enum kho_alarm alarm, void *data)
{
	struct kho_handover *handover = data;

	switch (alarm) {
	case KHO_ALARM_PANIC:
		if (!handover->panic_at)
			handover->panic_at = kho_process_wall_time(handover->process);
		return;
	case KHO_ALARM_FLOOD:
		stop(handover, KHO_END_DEADLINE);
		return;
	case KHO_ALARM_STALL:
		break;
	}
	if (handover->end != KHO_END_NONE)
		return;
	handover->stall = kho_watch_state(handover->watch);
	handover->function = g_strdup(kho_watch_function(handover->watch));
	stop(handover, KHO_END_STALL);
}

static void check_deadline(struct kho_handover *handover, double now)
{
	double deadline = kho_deadline(&handover->course, kho_topology_memory(handover->config.cell->topology)) +
			  handover->extension;

	if (now <= deadline || handover->end != KHO_END_NONE)
		return;
	handover->detail =
		g_strdup_printf("after %.1f s of guest time, where the first kernel's init came after %.1f s", now,
				handover->course.first_hello);
	stop(handover, KHO_END_DEADLINE);
}

/*
 * What the first boot is measured by for the successor's sake: its early trace breaks silences and makes a log longer
 * that the successor's will not be.
 */
static void follow_course(struct kho_handover *handover, double now)
{
	guint lines = handover->console.lines - handover->console.trace_lines;

	if (handover->course.first_line > 0 && lines == handover->course.lines)
		return;
	kho_course_heard(&handover->course, now);
	handover->course.lines = lines;
}

static gboolean tick(gpointer data)
{
	struct kho_handover *handover = data;
	double now = kho_process_guest_time(handover->process);

	if (handover->spoke && !handover->course.first_end)
		follow_course(handover, now);
	handover->spoke = false;
	if (handover->watch)
		kho_watch_tick(handover->watch);
	if (handover->tables && kho_watch_location(handover->watch) && !handover->report->successor.hello)
		kho_tables_look(handover->tables, kho_watch_location(handover->watch));
	if (handover->panic_at && kho_process_wall_time(handover->process) - handover->panic_at > PANIC_SECONDS)
		stop(handover, KHO_END_PANIC);
	else
		check_deadline(handover, now);
	return G_SOURCE_CONTINUE;
}

/* --- the start --- */

static bool open_reader(struct kho_handover *handover, int index, int *fd, const char *name, kho_channel_took took,
			GError **error)
{
	g_autofree char *path = g_build_filename(handover->config.directory, name, NULL);

	handover->readers[index] = kho_channel_reader_new(*fd, path, took, handover, error);
	*fd = -1;
	return handover->readers[index] != NULL;
}

static void start_looking(struct kho_handover *handover)
{
	const struct kho_watch_config watch = {
		.peek = handover->peek,
		.process = handover->process,
		.vmlinux = handover->config.vmlinux,
		.course = &handover->course,
		.alarm = alarmed,
		.data = handover,
	};

	handover->watch = kho_watch_new(&watch);
	handover->tables = kho_tables_new(handover->peek, handover->config.vmlinux);
	handover->examination =
		kho_examination_new(&(struct kho_examination_config){ .qmp = handover->qmp,
								      .peek = handover->peek,
								      .vmlinux = handover->config.vmlinux,
								      .watch = handover->watch,
								      .report = handover->report,
								      .console = &handover->console,
								      .done = examined,
								      .data = handover });
}

static void start_watching(struct kho_handover *handover)
{
	handover->peek = kho_peek_new(handover->qmp, kho_rundir_path(handover->rundir));
	if (handover->config.vmlinux)
		start_looking(handover);
	handover->tick = g_timeout_add(TICK_MILLISECONDS, tick, handover);
}

static bool start(struct kho_handover *handover, const char *cmdline, GError **error)
{
	static const struct kho_qmp_handlers handlers = { .event = qmp_event };
	struct kho_launched launched;
	bool ok = kho_launch(&handover->config, cmdline, process_ended, handover, &launched, error);

	handover->rundir = launched.rundir;
	handover->process = launched.process;
	if (!ok)
		return false;
	handover->running = true;
	if (open_reader(handover, 0, &launched.fds[KHO_LAUNCH_CONSOLE], "console.log", took_console, error) &&
	    open_reader(handover, 1, &launched.fds[KHO_LAUNCH_RECORDS], "records.log", took_records, error)) {
		handover->qmp = kho_qmp_new(launched.fds[KHO_LAUNCH_QMP], &handlers, handover);
		start_watching(handover);
		return true;
	}
	for (int i = 0; i < KHO_NR_LAUNCH_CHANNELS; i++)
		if (launched.fds[i] >= 0)
			close(launched.fds[i]);
	return false;
}

static char *new_run_id(void)
{
	return g_strdup_printf("%08x%08x", g_random_int(), g_random_int());
}

struct kho_handover *kho_handover_start(const struct kho_handover_config *config, kho_handover_done done, void *data,
					GError **error)
{
	g_autofree char *run = config->run ? g_strdup(config->run) : new_run_id();
	g_autofree char *cmdline =
		kho_cmdline_first(&(struct kho_cmdline_config){ .cell = config->cell,
								.run = run,
								.first_extra = config->first_extra,
								.successor_extra = config->successor_extra,
								.no_folios = config->no_folios },
				  error);
	struct kho_handover *handover;

	if (!cmdline)
		return NULL;
	handover = g_new0(struct kho_handover, 1);
	handover->config = *config;
	handover->done = done;
	handover->data = data;
	handover->report = kho_report_new(run);
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
	kho_watch_free(handover->watch);
	kho_examination_free(handover->examination);
	kho_tables_free(handover->tables);
	kho_peek_free(handover->peek);
	kho_channel_reader_free(handover->readers[0]);
	kho_channel_reader_free(handover->readers[1]);
	kho_console_clear(&handover->console);
	kho_report_free(handover->report);
	g_string_free(handover->line, TRUE);
	g_free(handover->function);
	g_free(handover->detail);
	g_free(handover);
}
