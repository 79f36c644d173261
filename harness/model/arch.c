// SPDX-License-Identifier: GPL-2.0-only
#include "harness/model/arch.h"

/* no_timer_check: on a busy host the check of the emulated timer fails and panics (IO-APIC + timer doesn't work!). */
const struct kho_arch kho_arch_x86_64 = {
	.name = "x86_64",
	.qemu = "qemu-system-x86_64",
	.qemu_package = "qemu-system-x86",
	.console = "ttyS0,115200",
	.early_console = "earlyprintk=ttyS0,115200",
	.words = " no_timer_check",
	.is_pc = true,
};

const struct kho_arch kho_arch_arm64 = {
	.name = "arm64",
	.qemu = "qemu-system-aarch64",
	.qemu_package = "qemu-system-arm",
	.console = "ttyAMA0",
	.early_console = "earlycon=pl011,0x9000000",
	.words = "",
	.memory_start = 1ULL << 30,
};

const struct kho_arch *kho_arch_of(const char *kernel)
{
	return g_str_has_suffix(kernel, "-arm64") ? &kho_arch_arm64 : &kho_arch_x86_64;
}
