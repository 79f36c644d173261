// SPDX-License-Identifier: GPL-2.0-only
/* Machines that say nothing, beat by beat: which of them get on, and in what way the others do not. */
#include "harness/handover/stall.h"
#include "tests/unit/fake_kernel.h"

#define PATIENCE 10.0
#define BEAT	 0.5 /* seconds of guest time between two beats */
#define MOST	 400 /* beats: twenty patiences */

/* A machine that says nothing for as long as it is watched. What it does goes round and round. */
struct silence {
	const char *what;
	const char *functions[16]; /* where it is, one a beat */
	bool halted, dead;
	guint running; /* every so many beats it is not halted after all; 0: never */
	double busy;   /* CPU time per guest time */
	enum kho_stall_state state;
	double earliest, latest; /* when it is said, in seconds of silence */
};

static const struct silence silences[] = {
	{ "a loop of one function", { "loop" }, false, false, 0, 1, KHO_STALL_LOOP, PATIENCE, 11 },
	{ "a loop with what it calls",
	  { "loop", "body", "loop", "udelay" },
	  false,
	  false,
	  0,
	  1,
	  KHO_STALL_LOOP,
	  PATIENCE,
	  11 },
	{ "a loop, half of the time without a CPU", { "loop" }, false, false, 0, 0.5, KHO_STALL_LOOP, PATIENCE, 11 },
	{ "halted for ever", { "halt" }, true, true, 0, 0, KHO_STALL_HALTED, 4, 8 },
	{ "idle", { "default_idle" }, true, false, 0, 0.01, KHO_STALL_IDLE, 3 * PATIENCE, 32 },
	{ "idle, but for its timer",
	  { "default_idle", "default_idle", "timer" },
	  true,
	  false,
	  15,
	  0.05,
	  KHO_STALL_IDLE,
	  3 * PATIENCE,
	  32 },
	{ "busy here and there",
	  { "a", "b", "c", "d", "e", "f", "g", "h", "i", "j" },
	  false,
	  false,
	  0,
	  1,
	  KHO_STALL_SILENT,
	  3 * PATIENCE,
	  32 },
	/* Nothing to be said of these: a busy host has them, or nobody could look. */
	{ "starved, the same registers again and again", { "loop" }, false, false, 0, 0.4, KHO_STALL_SUSPECT, 0, 0 },
	{ "starved", { "a", "b", "c", "d", "e" }, false, false, 0, 0.1, KHO_STALL_SUSPECT, 0, 0 },
	{ "wakes up now and then, and does little", { "idle" }, true, false, 7, 0.1, KHO_STALL_SUSPECT, 0, 0 },
	{ "nobody looked", { NULL }, false, false, 0, 1, KHO_STALL_SUSPECT, 0, 0 },
};

static struct kho_beat beat_of(const struct silence *silence, guint i)
{
	guint functions = 0;
	bool running = silence->running && i % silence->running == 0;

	while (silence->functions[functions])
		functions++;
	return (struct kho_beat){ .guest = 100 + i * BEAT,
				  .cpu = 50 + i * BEAT * silence->busy,
				  .progress = i == 0,
				  .function = functions ? silence->functions[i % functions] : NULL,
				  .halted = silence->halted && !running,
				  .dead = silence->dead && !running };
}

/* Seconds of silence after which the first verdict was passed, that counts; 0: never. */
static double watch(struct kho_stall *stall, const struct silence *silence, enum kho_stall_state *state)
{
	for (guint i = 0; i < MOST; i++) {
		struct kho_beat beat = beat_of(silence, i);

		*state = kho_stall_take(stall, &beat, PATIENCE);
		if (*state > KHO_STALL_SUSPECT)
			return i * BEAT;
	}
	return 0;
}

static void every_kind_of_silence(void **state)
{
	for (size_t i = 0; i < COUNT(silences); i++) {
		enum kho_stall_state seen = KHO_STALL_ALIVE;
		struct kho_stall stall;
		double after;

		print_message("%s\n", silences[i].what);
		kho_stall_init(&stall);
		after = watch(&stall, &silences[i], &seen);
		assert_int_equal(seen, silences[i].state);
		assert_true(after >= silences[i].earliest);
		assert_true(after <= silences[i].latest);
		kho_stall_clear(&stall);
	}
}

/* However long it takes: who says a word within the patience is alive, and never has to be looked at. */
static void progress_begins_anew(void **state)
{
	struct kho_stall stall;

	kho_stall_init(&stall);
	for (guint i = 0; i < MOST; i++) {
		struct kho_beat beat = beat_of(&silences[0], i);

		beat.progress = i % 7 == 0; /* every 3.5 s */
		assert_int_equal(kho_stall_take(&stall, &beat, PATIENCE), KHO_STALL_ALIVE);
		assert_null(kho_stall_function(&stall));
	}
	kho_stall_clear(&stall);
}

/*
 * Stopped for a look and let go, again and again, a machine is as silent as it was: a silence that takes longer than
 * the time between two looks comes to its verdict all the same, no sooner than without them.
 */
static void stopped_now_and_then(void **state)
{
	struct kho_stall stall;
	enum kho_stall_state seen = KHO_STALL_ALIVE;
	double stopped = 0;
	guint i = 0;

	kho_stall_init(&stall);
	for (; i < MOST && seen <= KHO_STALL_SUSPECT; i++) {
		struct kho_beat beat = {
			.guest = i * BEAT + stopped, .progress = i == 0, .function = "idle", .halted = true
		};

		seen = kho_stall_take(&stall, &beat, PATIENCE);
		if (i % 10 == 9) {
			kho_stall_skip(&stall, 60);
			stopped += 60;
		}
	}
	assert_int_equal(seen, KHO_STALL_IDLE);
	assert_true((i - 1) * BEAT >= 3 * PATIENCE && (i - 1) * BEAT <= 32);
	kho_stall_clear(&stall);
}

/* What runs outside of all functions is always at the same place: it may be work, and gets more time than a loop. */
static void no_function(void **state)
{
	enum kho_stall_state seen = KHO_STALL_ALIVE;
	struct kho_stall stall;
	guint i = 0;

	kho_stall_init(&stall);
	for (; i < MOST && seen <= KHO_STALL_SUSPECT; i++) {
		struct kho_beat beat = beat_of(&silences[0], i);

		beat.vague = true;
		seen = kho_stall_take(&stall, &beat, PATIENCE);
	}
	assert_int_equal(seen, KHO_STALL_SILENT);
	assert_true((i - 1) * BEAT >= 3 * PATIENCE && (i - 1) * BEAT <= 32);
	kho_stall_clear(&stall);
}

/* What was seen before the last word does not count: neither its time, nor where it was. */
static void nothing_is_left_of_the_time_before(void **state)
{
	struct kho_stall stall;
	struct kho_beat beat = { .function = "before" };
	guint i = 0;

	kho_stall_init(&stall);
	for (; i * BEAT < PATIENCE - 1; i++) {
		beat.guest = beat.cpu = i * BEAT;
		assert_true(kho_stall_take(&stall, &beat, PATIENCE) <= KHO_STALL_SUSPECT);
	}
	assert_string_equal(kho_stall_function(&stall), "before");
	beat.progress = true;
	assert_int_equal(kho_stall_take(&stall, &beat, PATIENCE), KHO_STALL_ALIVE);
	assert_null(kho_stall_function(&stall));
	beat = (struct kho_beat){ .guest = beat.guest, .cpu = beat.cpu, .function = "after" };
	for (guint end = i + 19; i < end; i++) {
		beat.guest += BEAT;
		beat.cpu += BEAT;
		assert_true(kho_stall_take(&stall, &beat, PATIENCE) <= KHO_STALL_SUSPECT);
	}
	assert_string_equal(kho_stall_function(&stall), "after");
	kho_stall_clear(&stall);
}

/* A machine is looked at only once it is suspect: the first beats cost nothing. */
static void looked_at_only_when_suspect(void **state)
{
	struct kho_stall stall;
	guint looks = 0;

	kho_stall_init(&stall);
	for (guint i = 0; i * BEAT < 4; i++) {
		struct kho_beat beat = { .guest = i * BEAT, .progress = i == 0 };

		looks += kho_stall_take(&stall, &beat, PATIENCE) == KHO_STALL_SUSPECT;
	}
	assert_int_equal(looks, 0);
	assert_int_equal(kho_stall_take(&stall, &(struct kho_beat){ .guest = 4.1 }, PATIENCE), KHO_STALL_SUSPECT);
	kho_stall_clear(&stall);
}

/* Beats may be rare on a host that is very busy: one look is not enough for a verdict, whatever time has passed. */
static void a_verdict_takes_some_looks(void **state)
{
	struct kho_beat beat = { .function = "loop", .halted = true, .dead = true };
	struct kho_stall stall;

	kho_stall_init(&stall);
	for (guint i = 0; i < 4; i++) {
		beat.guest = beat.cpu = 1000 * (i + 1);
		assert_int_equal(kho_stall_take(&stall, &beat, PATIENCE), KHO_STALL_SUSPECT);
	}
	beat.guest = beat.cpu = 5000;
	assert_int_equal(kho_stall_take(&stall, &beat, PATIENCE), KHO_STALL_HALTED);
	kho_stall_clear(&stall);
}

/* By number, then by name, whatever order a hash table has. */
static void the_function_seen_most(void **state)
{
	static const char *const seen[] = { "udelay", "panic", "udelay", "panic", "a_rare_one" };
	struct kho_stall stall;

	kho_stall_init(&stall);
	assert_null(kho_stall_function(&stall));
	for (size_t i = 0; i < COUNT(seen); i++)
		kho_stall_take(&stall, &(struct kho_beat){ .guest = PATIENCE, .function = seen[i] }, PATIENCE);
	assert_string_equal(kho_stall_function(&stall), "panic");
	kho_stall_take(&stall, &(struct kho_beat){ .guest = PATIENCE, .function = "udelay" }, PATIENCE);
	assert_string_equal(kho_stall_function(&stall), "udelay");
	kho_stall_clear(&stall);
}

/* What is kept of the functions is a copy: the caller's text is gone by the next beat. */
static void the_name_is_copied(void **state)
{
	char name[] = "loop";
	struct kho_stall stall;

	kho_stall_init(&stall);
	kho_stall_take(&stall, &(struct kho_beat){ .guest = PATIENCE, .function = name }, PATIENCE);
	name[0] = 'x';
	assert_string_equal(kho_stall_function(&stall), "loop");
	kho_stall_clear(&stall);
	kho_stall_clear(&stall);
}

/* The clocks are the host's, and a clock that stands still proves nothing. */
static void time_that_stands_still(void **state)
{
	struct kho_beat beat = { .function = "loop" };
	struct kho_stall stall;

	kho_stall_init(&stall);
	for (guint i = 0; i < MOST; i++)
		assert_int_equal(kho_stall_take(&stall, &beat, PATIENCE), KHO_STALL_ALIVE);
	beat.guest = -1;
	assert_int_equal(kho_stall_take(&stall, &beat, PATIENCE), KHO_STALL_ALIVE);
	kho_stall_clear(&stall);
}

/* CPUs that are out of use wait as the dead do. */
static void parking(void **state)
{
	assert_true(kho_stall_is_parking("stop_this_cpu"));
	assert_true(kho_stall_is_parking("native_play_dead"));
	assert_false(kho_stall_is_parking("stop_this_cpu_not"));
	assert_false(kho_stall_is_parking("early_fixup_exception"));
	assert_false(kho_stall_is_parking(""));
}

/* A CPU that the kexec stopped is where the first kernel put it, wherever KASLR has moved the successor. */
static void left_behind(void **state)
{
	static const guint64 slide = 384 * MIB;
	g_autoptr(KhoVmlinux) vmlinux = fake_kernel_open();
	struct kho_cpu_registers cpu = { .rip = fake_kernel_address(vmlinux, "stop_this_cpu") + slide + 8,
					 .halted = true };

	assert_true(kho_stall_is_left_behind(vmlinux, slide, &cpu));
	assert_false(kho_stall_is_left_behind(vmlinux, 0, &cpu));
	cpu.halted = false;
	assert_false(kho_stall_is_left_behind(vmlinux, slide, &cpu));
	cpu.halted = true;
	cpu.rflags = KHO_RFLAGS_IF;
	assert_false(kho_stall_is_left_behind(vmlinux, slide, &cpu));
	cpu.rflags = 0;
	cpu.cpl = 3;
	assert_false(kho_stall_is_left_behind(vmlinux, slide, &cpu));
	cpu.cpl = 0;
	cpu.rip = fake_kernel_address(vmlinux, "sparse_init") + slide;
	assert_false(kho_stall_is_left_behind(vmlinux, slide, &cpu));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_silence),
		cmocka_unit_test(progress_begins_anew),
		cmocka_unit_test(nothing_is_left_of_the_time_before),
		cmocka_unit_test(stopped_now_and_then),
		cmocka_unit_test(no_function),
		cmocka_unit_test(looked_at_only_when_suspect),
		cmocka_unit_test(a_verdict_takes_some_looks),
		cmocka_unit_test(the_function_seen_most),
		cmocka_unit_test(the_name_is_copied),
		cmocka_unit_test(time_that_stands_still),
		cmocka_unit_test(parking),
		cmocka_unit_test(left_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
