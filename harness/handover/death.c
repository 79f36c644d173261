// SPDX-License-Identifier: GPL-2.0-only
#include "harness/handover/death.h"

#include <stdio.h>
#include <string.h>

#include "harness/handover/watch.h"

/* --- where --- */

/* The boot step, as it stands in parentheses; to be freed. */
static char *step_text(const struct kho_death *death)
{
	enum kho_boot_step step = death->autopsy ? death->autopsy->progress : KHO_BOOT_UNKNOWN;

	if (step == KHO_BOOT_UNKNOWN)
		return g_strdup("before its first word");
	return g_strdup(kho_boot_step_name(step));
}

static const struct kho_frame *frame_at(const struct kho_autopsy_cpu *cpu, guint index)
{
	return index < cpu->frames->len ? g_ptr_array_index(cpu->frames, index) : NULL;
}

static bool is_one_of(const char *function, const char *const *names, gsize count)
{
	for (gsize i = 0; function && i < count; i++)
		if (strcmp(function, names[i]) == 0)
			return true;
	return false;
}

/* The function that called the outermost of @names, on whatever CPU they are on; NULL: none is. */
static const char *caller_of(const struct kho_autopsy *autopsy, const char *const *names, gsize count)
{
	const struct kho_autopsy_cpu *cpu = autopsy ? kho_autopsy_telling_cpu(autopsy, names[0]) : NULL;
	const struct kho_frame *frame;
	bool seen = false;

	for (guint i = 0; cpu && (frame = frame_at(cpu, i)); i++) {
		if (!frame->reliable)
			continue;
		if (is_one_of(frame->function, names, count))
			seen = true;
		else if (seen)
			return frame->function;
	}
	return NULL;
}

/* What a CPU executes for another function: it is that one that tells where it is. */
static bool is_helper(const char *function)
{
	static const char *const helpers[] = { "native_halt", "native_safe_halt", "delay_loop", "delay_tsc",
					       "__delay",     "__const_udelay",	  "__udelay" };

	return is_one_of(function, helpers, G_N_ELEMENTS(helpers));
}

/* NULL: not known. */
static const char *innermost(const struct kho_autopsy *autopsy)
{
	const struct kho_autopsy_cpu *cpu = autopsy ? kho_autopsy_telling_cpu(autopsy, NULL) : NULL;
	const struct kho_frame *frame;

	for (guint i = 0; cpu && (frame = frame_at(cpu, i)); i++)
		if (frame->reliable && !is_helper(frame->function))
			return frame->function;
	return NULL;
}

/* Where it is, by what was @seen (NULL: nobody looked) or by the stack. Never NULL. */
static const char *place(const struct kho_death *death, const char *seen)
{
	const struct kho_autopsy_cpu *cpu = death->autopsy ? kho_autopsy_telling_cpu(death->autopsy, NULL) : NULL;
	const char *function = innermost(death->autopsy);

	if (seen && !is_helper(seen))
		return seen;
	if (function)
		return function;
	if (cpu && cpu->registers.cpl)
		return KHO_IN_USER_SPACE;
	return death->autopsy && death->autopsy->found ? KHO_OUTSIDE_OF_THE_KERNEL : KHO_BEFORE_THE_KERNEL;
}

static bool on_stack(const struct kho_autopsy *autopsy, const char *const *names, gsize count)
{
	for (guint c = 0; autopsy && c < autopsy->cpus->len; c++) {
		const struct kho_autopsy_cpu *cpu = g_ptr_array_index(autopsy->cpus, c);
		const struct kho_frame *frame;

		for (guint i = 0; (frame = frame_at(cpu, i)); i++)
			if (frame->reliable && is_one_of(frame->function, names, count))
				return true;
	}
	return false;
}

/* --- what was said --- */

/* mm/sparse.c, up to 7.0: "sparse_init_nid: node[0] memory map backing failed. Some memory will not be available." */
static char *cause_text(const char *line)
{
	const char *node = strstr(line, "node[");
	unsigned int nid;
	int end = 0;

	if (!node || sscanf(node, "node[%u] %n", &nid, &end) != 1 || !end || !node[end])
		return strstr(line, "BUG: ") ? kho_console_mask(line) : g_strdup(line); /* CPUs, page frames, times */
	node += end;
	return g_strdup_printf("%.*s on node %u", (int)strcspn(node, "."), node, nid);
}

/* Without what differs from boot to boot: addresses. */
static char *oops_text(const char *line)
{
	static const struct {
		const char *start, *text;
	} kinds[] = {
		{ "BUG: kernel NULL pointer dereference", "NULL pointer dereference" },
		{ "BUG: unable to handle page fault", "page fault" },
		{ "Unable to handle kernel NULL pointer dereference", "NULL pointer dereference" },
		{ "Unable to handle kernel paging request", "page fault" },
		{ "Oops: general protection fault", "general protection fault" },
		{ "PANIC: early exception ", "exception before there is a handler" },
		{ "Oops: ", NULL },
		{ "Internal error: ", NULL },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++)
		if (g_str_has_prefix(line, kinds[i].start))
			return g_strdup(kinds[i].text ?: line + strlen(kinds[i].start));
	return g_strdup(line);
}

/* Adds what went wrong first, where that is not the death itself. */
static char *with_cause(const struct kho_death *death, char *text)
{
	g_autofree char *taken = text;
	g_autofree char *cause = death->speech->cause ? cause_text(death->speech->cause) : NULL;

	if (!cause || strstr(text, death->speech->cause))
		return g_steal_pointer(&taken);
	return g_strdup_printf("%s, after %s", text, cause);
}

/* --- the deaths --- */

/* An exception before there is anything that could report it: early_fixup_exception() halts, and nothing is logged.
 * (It also mends what WARN() does: then it goes on.) */
static char *early_exception(const struct kho_death *death)
{
	static const char *const handlers[] = { "early_fixup_exception", "do_early_exception",
						"early_idt_handler_common" };
	const char *where;
	g_autofree char *step = NULL;

	if (death->sign != KHO_DEATH_STILL || !on_stack(death->autopsy, handlers, 1))
		return NULL;
	where = caller_of(death->autopsy, handlers, G_N_ELEMENTS(handlers));
	step = step_text(death);
	if (!where)
		return g_strdup_printf("exception before there is a handler (%s)", step);
	return g_strdup_printf("exception before there is a handler, in %s (%s)", where, step);
}

static char *oops(const struct kho_death *death)
{
	const char *where = death->speech->oops_place;
	g_autofree char *what = NULL, *step = NULL;
	g_autoptr(GString) text = g_string_new("oops: ");

	if (!death->speech->oops)
		return NULL;
	what = oops_text(death->speech->oops);
	g_string_append(text, what);
	if (where)
		g_string_append_printf(text, " in %s", where);
	if (death->autopsy) {
		step = step_text(death);
		g_string_append_printf(text, " (%s)", step);
	}
	return g_strdup(text->str);
}

static char *panic(const struct kho_death *death)
{
	static const char *const panics[] = { "vpanic", "panic", "nmi_panic" };
	const char *what = death->speech->panic ?: "without a word";
	const char *where;
	g_autofree char *step = NULL;

	if (death->sign != KHO_DEATH_PANIC && !death->speech->panic)
		return NULL;
	if (!death->autopsy)
		return g_strdup_printf("panic: %s", what);
	step = step_text(death);
	where = caller_of(death->autopsy, panics, G_N_ELEMENTS(panics));
	if (!where)
		where = caller_of(death->autopsy, panics + 1, G_N_ELEMENTS(panics) - 1);
	return g_strdup_printf("panic: %s (%s)", what, where ?: step);
}

/* Nothing was read out of the machine: what was heard has to do. */
static char *last_words(const struct kho_death *death, const char *text)
{
	if (!death->speech->last)
		return g_strdup(text);
	return g_strdup_printf("%s; its last words: %s", text, death->speech->last);
}

/* What ended the machine: the kernel's own doing, or a CPU that could not go on. */
static char *end_of_machine(const struct kho_death *death)
{
	static const char *const restarts[] = { "native_machine_emergency_restart", "native_machine_restart",
						"machine_restart", "emergency_restart", "kernel_restart" };
	g_autofree char *step = NULL;
	const char *where;

	if (!death->autopsy)
		return last_words(death,
				  death->sign == KHO_DEATH_RESET ? "reset its machine" : "switched its machine off");
	step = step_text(death);
	where = place(death, NULL);
	if (death->sign == KHO_DEATH_POWER_OFF)
		return g_strdup_printf("switched its machine off without a word, in %s (%s)", where, step);
	if (on_stack(death->autopsy, restarts, G_N_ELEMENTS(restarts)))
		return g_strdup_printf("reset its machine without a word (%s)", step);
	return g_strdup_printf("triple fault in %s (%s)", where, step);
}

static bool interrupts_off_in(const struct kho_death *death, const char *function)
{
	const struct kho_autopsy_cpu *cpu = death->autopsy ? kho_autopsy_telling_cpu(death->autopsy, function) : NULL;

	return cpu && !cpu->registers.cpl && !(cpu->registers.rflags & KHO_RFLAGS_IF) && frame_at(cpu, 0) &&
	       g_strcmp0(frame_at(cpu, 0)->function, function) == 0;
}

/* What it was doing when it got nowhere. */
static char *stillness(const struct kho_death *death)
{
	const char *where = place(death, death->function);
	g_autofree char *step = step_text(death);

	if (kho_console_repeats(death->speech)) {
		g_autofree char *line = kho_console_mask(death->speech->last);

		/* How far it had come was said long ago, and is overwritten by now. */
		return g_strdup_printf("endless log: %s", line);
	}
	if (!death->autopsy)
		return last_words(death, "no progress");
	switch (death->stall) {
	case KHO_STALL_LOOP:
		return g_strdup_printf("endless loop in %s%s (%s)", where,
				       interrupts_off_in(death, where) ? ", interrupts off" : "", step);
	case KHO_STALL_HALTED:
		return g_strdup_printf("halted for ever in %s, interrupts off (%s)", where, step);
	case KHO_STALL_IDLE:
		return g_strdup_printf("all CPUs idle, and nothing comes (%s)", step);
	case KHO_STALL_ALIVE:
	case KHO_STALL_SUSPECT:
	case KHO_STALL_SILENT:
		break;
	}
	return g_strdup_printf("no progress, last in %s (%s)", where, step);
}

static void set(struct kho_outcome *outcome, enum kho_outcome_name name, char *reason)
{
	outcome->name = name;
	outcome->reason = reason;
}

void kho_death_name(const struct kho_death *death, struct kho_outcome *outcome)
{
	char *text = early_exception(death) ?: oops(death);

	if (!text)
		text = panic(death);
	if (text) {
		set(outcome, KHO_OUTCOME_PANICKED, with_cause(death, text));
		return;
	}
	switch (death->sign) {
	case KHO_DEATH_RESET:
	case KHO_DEATH_POWER_OFF:
		set(outcome, KHO_OUTCOME_RESET, with_cause(death, end_of_machine(death)));
		return;
	case KHO_DEATH_PANIC: /* named above */
	case KHO_DEATH_STILL:
		break;
	}
	set(outcome, KHO_OUTCOME_HUNG, with_cause(death, stillness(death)));
}
