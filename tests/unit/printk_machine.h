/* SPDX-License-Identifier: GPL-2.0-only */
/* A made-up machine with a log, for the tests of its reader. */
#ifndef KHO_TESTS_PRINTK_MACHINE_H
#define KHO_TESTS_PRINTK_MACHINE_H

#include "harness/handover/printk.h"
#include "tests/unit/made_up_log.h"

struct machine {
	struct kho_vmlinux *vmlinux;
	struct made_up_log log;
};

static inline int setup(void **state)
{
	struct machine *machine = g_new0(struct machine, 1);

	machine->vmlinux = fake_kernel_open();
	made_up_log_init(&machine->log);
	*state = machine;
	return 0;
}

static inline int teardown(void **state)
{
	struct machine *machine = *state;

	kho_vmlinux_free(machine->vmlinux);
	g_free(machine);
	return 0;
}

/* The log of a machine whose ring is the one that the kernel begins with. To be freed. */
static inline char *read_log(const struct machine *machine, GError **error)
{
	g_autoptr(KhoImage) image = kho_image_new();

	made_up_log_put(&machine->log, machine->vmlinux, "printk_rb_static", image);
	return kho_printk_log(machine->vmlinux, image, error);
}

static inline void expect_log(const struct machine *machine, const char *expected)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *text = read_log(machine, &error);

	if (!text)
		fail_msg("%s", error->message);
	assert_string_equal(text, expected);
	assert_true(g_utf8_validate(text, -1, NULL));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

#endif
