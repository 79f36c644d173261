// SPDX-License-Identifier: GPL-2.0-only
#include "harness/handover/watch.h"

#include <string.h>

#include "harness/handover/registers.h"
#include "harness/model/topology.h"

/* Of kernel/panic.c, 6.18 to 7.3: the CPU that panics, or -1. */
#define PANIC_FLAG "panic_cpu"

/* More than a log can grow by between two looks. */
#define MOST_RECORDS (1ULL << 24)

/* Looks for the first kernel: a process's page tables may show little of it (PTI), or go while they are read. */
#define FIRST_LOOKS 10

/* What is read at every beat. */
enum { PANIC, STATIC_LOG, BOOT_LOG, NR_WORDS };

struct word {
	struct kho_watch *watch;
	guint64 address; /* in the vmlinux; 0: there is none */
	guint64 value;
};

struct kho_watch {
	struct kho_watch_config config;
	struct kho_locate *locate;
	guint first_looks; /* that are left */
	bool have_first, have_location;
	struct kho_location first, location;
	bool entered, held;
	double held_at; /* guest time */
	guint pending;	/* answers of this beat */
	struct word words[NR_WORDS];
	guint64 heads[NR_WORDS]; /* of the log's rings, at the last beat */
	guint64 records;	 /* that the log has grown by since the successor was seen first */
	bool flooded;		 /* the owner knows */
	bool spoke;		 /* the successor's log has begun */
	bool heard;
	double calm; /* wall time */
	struct kho_beat beat;
	char *function; /* beat.function */
	struct kho_stall stall;
	enum kho_stall_state state;
};

/* The head of a log's ring: it counts records. */
static guint64 head_address(const struct kho_vmlinux *vmlinux, const char *ring)
{
	guint64 address, desc_ring, head;

	kho_vmlinux_prefer(vmlinux, "kernel/printk/printk.c");
	if (!kho_vmlinux_symbol(vmlinux, ring, &address, NULL) ||
	    !kho_vmlinux_member(vmlinux, "printk_ringbuffer", "desc_ring", &desc_ring, NULL) ||
	    !kho_vmlinux_member(vmlinux, "prb_desc_ring", "head_id", &head, NULL))
		return 0;
	return address + desc_ring + head;
}

struct kho_watch *kho_watch_new(const struct kho_watch_config *config)
{
	struct kho_watch *watch = g_new0(struct kho_watch, 1);

	watch->config = *config;
	for (int i = 0; i < NR_WORDS; i++)
		watch->words[i].watch = watch;
	kho_vmlinux_symbol(config->vmlinux, PANIC_FLAG, &watch->words[PANIC].address, NULL);
	watch->words[STATIC_LOG].address = head_address(config->vmlinux, "printk_rb_static");
	watch->words[BOOT_LOG].address = head_address(config->vmlinux, "printk_rb_dynamic");
	watch->words[PANIC].value = G_MAXUINT64; /* not read yet */
	kho_stall_init(&watch->stall);
	return watch;
}

void kho_watch_free(struct kho_watch *watch)
{
	if (!watch)
		return;
	kho_locate_free(watch->locate);
	kho_stall_clear(&watch->stall);
	g_free(watch->function);
	g_free(watch);
}

/* --- the end of a beat: what it means --- */

static bool panicked(const struct kho_watch *watch)
{
	gint32 cpu = (gint32)(guint32)watch->words[PANIC].value;

	return watch->have_location && watch->words[PANIC].address && cpu >= 0 && cpu < (gint32)KHO_BOOT_CPUS;
}

/* A ring's head jumps only once: when the log moves into it. */
static guint64 growth(struct kho_watch *watch, int ring)
{
	guint64 grown = watch->words[ring].value - watch->heads[ring];

	watch->heads[ring] = watch->words[ring].value;
	return grown < MOST_RECORDS ? grown : 1;
}

static bool note_progress(struct kho_watch *watch)
{
	guint64 records = growth(watch, STATIC_LOG) + growth(watch, BOOT_LOG);
	bool grown = watch->have_location && records;

	if (grown) {
		watch->records += records;
		watch->spoke = true;
	}
	grown |= watch->heard;
	watch->heard = false;
	return grown;
}

static void look_for_a_flood(struct kho_watch *watch)
{
	if (watch->flooded || watch->records <= kho_course_flood(watch->config.course))
		return;
	watch->flooded = true;
	watch->config.alarm(KHO_ALARM_FLOOD, watch->config.data);
}

static void end_beat(struct kho_watch *watch)
{
	watch->beat.guest = kho_process_guest_time(watch->config.process);
	watch->beat.cpu = kho_process_user_time(watch->config.process);
	watch->beat.function = watch->function;
	if (watch->held)
		return;
	if (panicked(watch)) {
		watch->config.alarm(KHO_ALARM_PANIC, watch->config.data);
		return;
	}
	watch->calm = kho_process_wall_time(watch->config.process);
	if (!kho_watch_can_tell(watch))
		return;
	watch->beat.progress = note_progress(watch);
	watch->state = kho_stall_take(&watch->stall, &watch->beat, kho_patience(watch->config.course, watch->spoke));
	if (watch->state > KHO_STALL_SUSPECT)
		watch->config.alarm(KHO_ALARM_STALL, watch->config.data);
	else
		look_for_a_flood(watch);
}

static void answered(struct kho_watch *watch)
{
	if (--watch->pending == 0)
		end_beat(watch);
}

/* --- a beat: registers where they are wanted, then either the place or the words --- */

static void took_word(const void *bytes, gsize length, void *data)
{
	struct word *word = data;

	if (bytes) {
		word->value = 0;
		memcpy(&word->value, bytes, length);
		word->value = GUINT64_FROM_LE(word->value);
	}
	answered(word->watch);
}

static void read_words(struct kho_watch *watch)
{
	for (int i = 0; i < NR_WORDS; i++) {
		struct word *word = &watch->words[i];

		if (!word->address)
			continue;
		watch->pending++;
		kho_peek_physical(watch->config.peek,
				  kho_location_physical(&watch->location, word->address + watch->location.slide),
				  i == PANIC ? sizeof(gint32) : sizeof(guint64), took_word, word);
	}
}

static void located(const struct kho_location *location, void *data)
{
	struct kho_watch *watch = data;

	g_clear_pointer(&watch->locate, kho_locate_free);
	if (location && !(watch->have_first && kho_location_same(location, &watch->first))) {
		watch->location = *location;
		watch->have_location = true;
		watch->heard = true; /* it runs in its own page tables now */
	}
	answered(watch);
}

/*
 * Halted in the first kernel's stop_this_cpu(): the kexec stopped it, and nobody has woken it since. Seen before the
 * successor's kernel runs, or with KASLR, it is anywhere but in the function that its address has in the successor.
 */
static bool left_behind(const struct kho_watch *watch, const struct kho_cpu_registers *cpu)
{
	return watch->have_first && kho_stall_is_left_behind(watch->config.vmlinux, watch->first.slide, cpu);
}

/* Where a CPU is; NULL: elsewhere. Before the successor's kernel runs only CPU 0 counts: migrate_to_reboot_cpu(). */
static const char *function_of(const struct kho_watch *watch, const struct kho_cpu_registers *cpu)
{
	if (cpu->cpl)
		return KHO_IN_USER_SPACE;
	if (left_behind(watch, cpu))
		return NULL;
	if (!watch->have_location)
		return cpu->cpu == 0 ? KHO_BEFORE_THE_KERNEL : NULL;
	return kho_vmlinux_function_at(watch->config.vmlinux, cpu->rip - watch->location.slide, NULL, NULL);
}

/* How much a CPU tells: one that has stopped for ever, one that runs, one that is idle. As in
 * kho_autopsy_telling_cpu(). */
enum { ELSEWHERE, IDLE, RUNS, DEAD };

static int weight(const struct kho_watch *watch, const struct kho_cpu_registers *cpu)
{
	const char *function = function_of(watch, cpu);

	if (!function)
		return ELSEWHERE;
	if (!cpu->halted)
		return RUNS;
	if (cpu->rflags & KHO_RFLAGS_IF)
		return IDLE;
	return kho_stall_is_parking(function) ? ELSEWHERE : DEAD;
}

static const struct kho_cpu_registers *telling_cpu(const struct kho_watch *watch, const GArray *cpus)
{
	const struct kho_cpu_registers *telling = NULL;

	for (guint i = 0; i < cpus->len; i++) {
		const struct kho_cpu_registers *cpu = &g_array_index(cpus, struct kho_cpu_registers, i);

		if (!telling || weight(watch, cpu) > weight(watch, telling))
			telling = cpu;
	}
	return telling;
}

/* Whatever runs there always seems to be at the same place. */
static bool is_vague(const char *function)
{
	return g_str_equal(function, KHO_IN_USER_SPACE) || g_str_equal(function, KHO_BEFORE_THE_KERNEL) ||
	       g_str_equal(function, KHO_OUTSIDE_OF_THE_KERNEL);
}

static void took_registers(const char *text, void *data)
{
	struct kho_watch *watch = data;
	g_autoptr(GArray) cpus = kho_registers_parse(text ?: "");
	const struct kho_cpu_registers *cpu = telling_cpu(watch, cpus);

	if (cpu) {
		g_free(watch->function);
		watch->function = g_strdup(function_of(watch, cpu) ?: KHO_OUTSIDE_OF_THE_KERNEL);
		watch->beat.vague = is_vague(watch->function);
		watch->beat.halted = cpu->halted;
		watch->beat.dead = weight(watch, cpu) == DEAD;
	}
	answered(watch);
}

static void start_beat(struct kho_watch *watch)
{
	watch->pending = 1; /* so that no answer ends the beat before all is asked */
	g_clear_pointer(&watch->function, g_free);
	if (watch->state >= KHO_STALL_SUSPECT) {
		watch->pending++;
		kho_peek_registers(watch->config.peek, true, took_registers, watch);
	}
	if (watch->have_location) {
		read_words(watch);
	} else {
		watch->pending++;
		watch->locate = kho_locate_start(watch->config.peek, watch->config.vmlinux, located, watch);
	}
	answered(watch);
}

/* --- what the owner says --- */

static void first_located(const struct kho_location *location, void *data)
{
	struct kho_watch *watch = data;

	g_clear_pointer(&watch->locate, kho_locate_free);
	watch->pending = 0;
	watch->have_first = location != NULL;
	if (location)
		watch->first = *location;
}

static void look_for_first(struct kho_watch *watch)
{
	watch->pending = 1;
	watch->first_looks--;
	watch->locate = kho_locate_start(watch->config.peek, watch->config.vmlinux, first_located, watch);
}

void kho_watch_tick(struct kho_watch *watch)
{
	if (watch->held || watch->pending)
		return;
	if (watch->entered)
		start_beat(watch);
	else if (watch->first_looks && !watch->have_first)
		look_for_first(watch);
}

void kho_watch_first(struct kho_watch *watch)
{
	watch->first_looks = FIRST_LOOKS;
	kho_watch_tick(watch);
}

void kho_watch_enter(struct kho_watch *watch)
{
	if (watch->entered)
		return;
	watch->entered = true;
	watch->heard = true;
	watch->calm = kho_process_wall_time(watch->config.process);
}

void kho_watch_heard(struct kho_watch *watch)
{
	watch->heard = true;
}

void kho_watch_hold(struct kho_watch *watch, bool hold)
{
	double now = kho_process_guest_time(watch->config.process);

	if (hold && !watch->held)
		watch->held_at = now;
	else if (!hold && watch->held)
		kho_stall_skip(&watch->stall, now - watch->held_at);
	watch->held = hold;
	watch->state = KHO_STALL_ALIVE;
}

const struct kho_location *kho_watch_location(const struct kho_watch *watch)
{
	return watch->have_location ? &watch->location : NULL;
}

enum kho_stall_state kho_watch_state(const struct kho_watch *watch)
{
	return watch->state;
}

const char *kho_watch_function(const struct kho_watch *watch)
{
	return kho_stall_function(&watch->stall);
}

double kho_watch_calm(const struct kho_watch *watch)
{
	return watch->calm;
}

bool kho_watch_can_tell(const struct kho_watch *watch)
{
	return watch->have_first || watch->have_location;
}

const struct kho_location *kho_watch_first_location(const struct kho_watch *watch)
{
	return watch->have_first ? &watch->first : NULL;
}
