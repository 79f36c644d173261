// SPDX-License-Identifier: GPL-2.0-only
/* A stopped CPU's stack: pure code, on the fake kernel and on memory that is made up. */
#include "harness/handover/unwind.h"

#include "tests/unit/fake_kernel.h"

#define STACK_BYTES (16 * KIB)
#define BOTTOM	    0xffffffff81804000 /* of the stack, and where the next one below ends */
#define TOP	    (BOTTOM + STACK_BYTES)
#define RSP	    (TOP - 0x100)

/* The fake kernel's functions call in their first instruction, which has 5 bytes. */
#define RETURN 5

struct stack {
	struct kho_vmlinux *vmlinux;
	struct kho_cpu_registers registers;
	guint64 words[0x100 / 8]; /* from RSP to TOP */
	guint used;
};

static int setup(void **state)
{
	struct stack *stack = g_new0(struct stack, 1);

	stack->vmlinux = fake_kernel_open();
	stack->registers = (struct kho_cpu_registers){ .have_rip = true, .rsp = RSP };
	stack->registers.rip = fake_kernel_address(stack->vmlinux, "sparse_init") + 3;
	*state = stack;
	return 0;
}

static int teardown(void **state)
{
	struct stack *stack = *state;

	kho_vmlinux_free(stack->vmlinux);
	g_free(stack);
	return 0;
}

static guint64 return_into(const struct stack *stack, const char *function)
{
	return fake_kernel_address(stack->vmlinux, function) + RETURN;
}

/* The address of the word that is pushed. */
static guint64 push(struct stack *stack, guint64 word)
{
	assert_true(stack->used < COUNT(stack->words));
	stack->words[stack->used] = word;
	return RSP + 8 * stack->used++;
}

/* The address of a frame whose caller is @function and has its own frame @above words further up. */
static guint64 push_frame(struct stack *stack, guint above, const char *function)
{
	guint64 at = RSP + 8 * stack->used;

	push(stack, at + 8 * above);
	push(stack, return_into(stack, function));
	return at;
}

/* All frames, one a line. To be freed. */
static char *unwind_with(const struct kho_vmlinux *vmlinux, const struct stack *stack)
{
	g_autoptr(KhoImage) image = kho_image_new();
	g_autoptr(GPtrArray) frames = NULL;
	g_autoptr(GString) text = g_string_new(NULL);

	kho_image_add(image, RSP, stack->words, sizeof(stack->words));
	frames = kho_unwind(vmlinux, image, &stack->registers);
	for (guint i = 0; i < frames->len; i++) {
		g_autofree char *frame = kho_frame_text(frames->pdata[i]);

		g_string_append_printf(text, "%s\n", frame);
	}
	return g_strdup(text->str);
}

static void expect_stack(const struct stack *stack, const char *expected)
{
	g_autofree char *text = unwind_with(stack->vmlinux, stack);

	assert_string_equal(text, expected);
}

#define PC "sparse_init+0x3/0x10\n"

/* --- good stacks --- */

/*
 *	rsp  0            left over from a call that ended
 *	     leftover
 *	rbp  saved rbp ---.
 *	     setup_arch   |
 *	     0            |
 *	     <------------'
 *	     0
 *	     start_kernel
 */
static void chain(void **state)
{
	struct stack *stack = *state;

	push(stack, 0);
	push(stack, return_into(stack, "sparse_init"));
	stack->registers.rbp = push_frame(stack, 3, "setup_arch");
	push(stack, 0);
	push_frame(stack, 0, "start_kernel");
	expect_stack(stack, PC "? sparse_init+0x5/0x10\nsetup_arch+0x5/0x10\nstart_kernel+0x5/0x10\n");
}

static void frames_of_the_chain(void **state)
{
	struct stack *stack = *state;
	g_autoptr(KhoImage) image = kho_image_new();
	g_autoptr(GPtrArray) frames = NULL;
	const struct kho_frame *frame;

	stack->registers.rbp = push_frame(stack, 0, "setup_arch");
	kho_image_add(image, RSP, stack->words, sizeof(stack->words));
	frames = kho_unwind(stack->vmlinux, image, &stack->registers);
	assert_int_equal(frames->len, 2);
	frame = frames->pdata[0];
	assert_int_equal(frame->address, stack->registers.rip);
	assert_true(frame->reliable);
	frame = frames->pdata[1];
	assert_int_equal(frame->address, return_into(stack, "setup_arch"));
	assert_string_equal(frame->function, "setup_arch");
	assert_int_equal(frame->offset, RETURN);
	assert_int_equal(frame->size, 16);
	assert_true(frame->reliable);
}

/* Without frame pointers everything may be left over. */
static void no_chain(void **state)
{
	struct stack *stack = *state;

	push(stack, return_into(stack, "setup_arch"));
	push(stack, return_into(stack, "start_kernel"));
	expect_stack(stack, PC "? setup_arch+0x5/0x10\n? start_kernel+0x5/0x10\n");
}

/* What a function that never returns would return to belongs to the next function; the call does not. */
static void call_at_the_end(void **state)
{
	struct stack *stack = *state;

	push(stack, fake_kernel_address(stack->vmlinux, "dies") + 16);
	expect_stack(stack, PC "? dies+0x10/0x10\n");
}

/* Pointers into code that no call precedes, and into data, are no return addresses. */
static void other_words(void **state)
{
	struct stack *stack = *state;

	push(stack, fake_kernel_address(stack->vmlinux, "start_kernel"));
	push(stack, fake_kernel_address(stack->vmlinux, "start_kernel") + 4);
	push(stack, fake_kernel_address(stack->vmlinux, "start_kernel") + 6);
	push(stack, fake_kernel_address(stack->vmlinux, "banner"));
	push(stack, 0);
	push(stack, 1);
	push(stack, UINT64_MAX);
	push(stack, RSP);
	expect_stack(stack, PC);
}

static void slid(void **state)
{
	struct stack *stack = *state;
	g_autoptr(KhoVmlinux) up = kho_vmlinux_slid(stack->vmlinux, 0x1e000000);
	g_autofree char *text = NULL;

	stack->registers.rip += 0x1e000000;
	push(stack, return_into(stack, "start_kernel") + 0x1e000000);
	push(stack, return_into(stack, "setup_arch"));
	text = unwind_with(up, stack);
	assert_string_equal(text, PC "? start_kernel+0x5/0x10\n");
}

/* --- functions without a frame, and exceptions --- */

/* A function that makes no frame returns to what lies at the stack pointer, even if alternatives have patched its call.
 */
static void leaf(void **state)
{
	struct stack *stack = *state;

	stack->registers.rip = fake_kernel_address(stack->vmlinux, "outer") + 4;
	push(stack, fake_kernel_address(stack->vmlinux, "setup_arch") + 7);
	stack->registers.rbp = push_frame(stack, 0, "start_kernel");
	expect_stack(stack, "outer+0x4/0x20\nsetup_arch+0x7/0x10\nstart_kernel+0x5/0x10\n");
	stack->words[0] = 0;
	expect_stack(stack, "outer+0x4/0x20\nstart_kernel+0x5/0x10\n");
}

#define REGS_WORDS 21 /* of struct pt_regs */

/* Registers as entry code pushes them: an instruction of @function, whose frame is the next thing on the stack. */
static void push_regs(struct stack *stack, const char *function)
{
	guint64 at = RSP + 8 * stack->used;

	for (guint i = 0; i < REGS_WORDS; i++) {
		if (i == 4)
			push(stack, at + 8 * REGS_WORDS); /* rbp */
		else
			push(stack, i == 16 ? fake_kernel_address(stack->vmlinux, function) + 2 : 0);
	}
}

/*
 *	rbp  saved rbp = pt_regs + 1 (ENCODE_FRAME_POINTER)
 *	     entry code
 *	     pt_regs: ip in setup_arch, rbp --.
 *	     <---------------------------------'
 *	     start_kernel
 */
static void exception(void **state)
{
	struct stack *stack = *state;

	stack->registers.rbp = push(stack, RSP + 16 + 1);
	push(stack, return_into(stack, "dies"));
	push_regs(stack, "setup_arch");
	push_frame(stack, 0, "start_kernel");
	expect_stack(stack, PC "dies+0x5/0x10\nsetup_arch+0x2/0x10\nstart_kernel+0x5/0x10\n");
	stack->words[0] = RSP + 17 + 1; /* no place for registers */
	expect_stack(stack, PC "dies+0x5/0x10\n? start_kernel+0x5/0x10\n");
	stack->words[0] = (TOP - 8) | 1; /* they would not fit */
	expect_stack(stack, PC "dies+0x5/0x10\n? start_kernel+0x5/0x10\n");
}

/* Before that: the first handler leaves the registers right above its return address, and no frame pointer to them. */
static void early_exception(void **state)
{
	struct stack *stack = *state;

	stack->registers.rbp = push_frame(stack, 100, "early_idt_handler_common");
	push_regs(stack, "setup_arch");
	push_frame(stack, 0, "start_kernel");
	expect_stack(stack, PC "early_idt_handler_common+0x5/0x10\nsetup_arch+0x2/0x10\nstart_kernel+0x5/0x10\n");
}

/* --- no stack --- */

static void nothing_to_unwind(void **state)
{
	struct stack *stack = *state;

	push(stack, return_into(stack, "start_kernel"));
	stack->registers.cpl = 3;
	expect_stack(stack, "");
	stack->registers.cpl = 0;
	stack->registers.have_rip = false;
	expect_stack(stack, "");
}

/* A program counter that went astray is shown all the same, and so is the stack. */
static void astray(void **state)
{
	struct stack *stack = *state;

	push(stack, return_into(stack, "start_kernel"));
	stack->registers.rip = 0xdeadbeef;
	expect_stack(stack, "0xdeadbeef\n? start_kernel+0x5/0x10\n");
	stack->registers.rip = 0;
	expect_stack(stack, "0x0\n? start_kernel+0x5/0x10\n");
}

static void stack_pointer_astray(void **state)
{
	static const guint64 pointers[] = {
		0, 8, 0x7ffc33b46b90, BOTTOM, UINT64_MAX, UINT64_MAX - 7, UINT64_MAX << 14
	};
	struct stack *stack = *state;

	push(stack, return_into(stack, "start_kernel"));
	for (gsize i = 0; i < COUNT(pointers); i++) {
		stack->registers.rsp = stack->registers.rbp = pointers[i];
		expect_stack(stack, PC);
	}
}

/* Only whole words count, from the one that the pointer points into. */
static void unaligned_stack_pointer(void **state)
{
	struct stack *stack = *state;

	push(stack, return_into(stack, "start_kernel"));
	push(stack, return_into(stack, "setup_arch"));
	stack->registers.rsp += 7;
	expect_stack(stack, PC "? start_kernel+0x5/0x10\n? setup_arch+0x5/0x10\n");
	stack->registers.rsp += 1;
	expect_stack(stack, PC "? setup_arch+0x5/0x10\n");
}

/* --- damaged chains --- */

/* What a frame pointer must not be. Nothing is reliable then, and nothing is lost. */
static void damaged_frame_pointers(void **state)
{
	static const guint64 pointers[] = {
		0,
		RSP - 8,
		RSP + 1,
		RSP + 7,
		RSP + 8,
		TOP - 8,
		TOP,
		TOP + 8,
		UINT64_MAX,
		UINT64_MAX - 7,
		0xdead000000000000,
	};
	struct stack *stack = *state;

	push(stack, 0);
	push(stack, return_into(stack, "setup_arch"));
	for (gsize i = 0; i < COUNT(pointers); i++) {
		stack->registers.rbp = pointers[i];
		expect_stack(stack, PC "? setup_arch+0x5/0x10\n");
	}
	stack->registers.rbp = RSP;
	expect_stack(stack, PC "setup_arch+0x5/0x10\n");
}

/* A frame that points at itself, below itself, or past the stack ends the chain: there are no loops. */
static void chain_that_breaks(void **state)
{
	static const guint64 saved[] = { RSP + 16, RSP, RSP + 24, TOP, 0, UINT64_MAX };
	struct stack *stack = *state;

	stack->registers.rbp = push_frame(stack, 2, "sparse_init");
	push_frame(stack, 0, "setup_arch");
	push(stack, 0);
	push(stack, return_into(stack, "start_kernel"));
	for (gsize i = 0; i < COUNT(saved); i++) {
		stack->words[2] = saved[i];
		expect_stack(stack, PC "sparse_init+0x5/0x10\nsetup_arch+0x5/0x10\n? start_kernel+0x5/0x10\n");
	}
	stack->words[2] = RSP + 32;
	expect_stack(stack, PC "sparse_init+0x5/0x10\nsetup_arch+0x5/0x10\nstart_kernel+0x5/0x10\n");
}

/* --- borders --- */

/* What lies above the stack's end is another stack. */
static void end_of_the_stack(void **state)
{
	struct stack *stack = *state;
	g_autoptr(KhoImage) image = kho_image_new();
	g_autoptr(GPtrArray) frames = NULL;
	guint64 above = return_into(stack, "setup_arch");

	stack->words[COUNT(stack->words) - 1] = return_into(stack, "start_kernel");
	kho_image_add(image, RSP, stack->words, sizeof(stack->words));
	kho_image_add(image, TOP, &above, sizeof(above));
	stack->registers.rbp = TOP - 8; /* half a frame */
	frames = kho_unwind(stack->vmlinux, image, &stack->registers);
	assert_int_equal(frames->len, 2);
	assert_int_equal(((struct kho_frame *)frames->pdata[1])->address, return_into(stack, "start_kernel"));
	assert_false(((struct kho_frame *)frames->pdata[1])->reliable);
}

/* What was not read ends the stack. */
static void hole(void **state)
{
	struct stack *stack = *state;
	g_autoptr(KhoImage) image = kho_image_new();
	g_autoptr(GPtrArray) frames = NULL;

	push(stack, return_into(stack, "sparse_init"));
	push(stack, return_into(stack, "setup_arch"));
	push(stack, return_into(stack, "start_kernel"));
	kho_image_add(image, RSP, stack->words, 12);
	kho_image_add(image, RSP + 16, stack->words + 2, 8);
	frames = kho_unwind(stack->vmlinux, image, &stack->registers);
	assert_int_equal(frames->len, 2);
}

/* A stack full of return addresses, with a chain through all of it. */
static void full_stack(void **state)
{
	struct stack *stack = *state;
	g_autofree guint64 *words = g_new0(guint64, STACK_BYTES / 8);
	g_autoptr(KhoImage) image = kho_image_new();
	g_autoptr(GPtrArray) frames = NULL;

	for (guint i = 0; i < STACK_BYTES / 8; i += 2) {
		words[i] = BOTTOM + 8 * (i + 2);
		words[i + 1] = return_into(stack, "setup_arch");
	}
	kho_image_add(image, BOTTOM, words, STACK_BYTES);
	stack->registers.rsp = stack->registers.rbp = BOTTOM;
	frames = kho_unwind(stack->vmlinux, image, &stack->registers);
	assert_int_equal(frames->len, 1 + STACK_BYTES / 16);
	for (guint i = 0; i < frames->len; i++)
		assert_true(((struct kho_frame *)frames->pdata[i])->reliable);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(chain),
		TEST(frames_of_the_chain),
		TEST(no_chain),
		TEST(call_at_the_end),
		TEST(other_words),
		TEST(leaf),
		TEST(exception),
		TEST(early_exception),
		TEST(slid),
		TEST(nothing_to_unwind),
		TEST(astray),
		TEST(stack_pointer_astray),
		TEST(unaligned_stack_pointer),
		TEST(damaged_frame_pointers),
		TEST(chain_that_breaks),
		TEST(end_of_the_stack),
		TEST(hole),
		TEST(full_stack),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
