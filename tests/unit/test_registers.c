// SPDX-License-Identifier: GPL-2.0-only
/* What QEMU says to "info registers -a". */
#include "harness/handover/registers.h"

#include <string.h>

#include "tests/unit/test.h"

/* Said by QEMU 7.2.22 of a Linux 6.19.6 with three CPUs: two idle, one in a loop of PID 1's. FPR and XMM left out. */
#define X86_CPU0                                                                                   \
	"\r\nCPU#0\r\n"                                                                            \
	"RAX=0000000000000000 RBX=ffffffff8180ac80 RCX=7fffffffffffffff RDX=0000000000000037\r\n"  \
	"RSI=0000000000000002 RDI=00000000000251a4 RBP=ffffffff81803e70 RSP=ffffffff81803e68\r\n"  \
	"R8 =ffffffff81803db8 R9 =0000000000000000 R10=7fffffffffffffff R11=0000000000000001\r\n"  \
	"R12=0000000000000000 R13=0000000000000000 R14=0000000000000000 R15=0000000000013a90\r\n"  \
	"RIP=ffffffff814beee3 RFL=00000246 [---Z-P-] CPL=0 II=0 A20=1 SMM=0 HLT=1\r\n"             \
	"ES =0000 0000000000000000 00000000 00000000\r\n"                                          \
	"CS =0010 0000000000000000 ffffffff 00af9b00 DPL=0 CS64 [-RA]\r\n"                         \
	"SS =0018 0000000000000000 ffffffff 00cf9300 DPL=0 DS   [-WA]\r\n"                         \
	"DS =0000 0000000000000000 00000000 00000000\r\n"                                          \
	"FS =0000 0000000000000000 00000000 00000000\r\n"                                          \
	"GS =0000 ffff88809da7c000 00000000 00000000\r\n"                                          \
	"LDT=0000 0000000000000000 00000000 00008200 DPL=0 LDT\r\n"                                \
	"TR =0040 fffffe0000003000 00000067 00008900 DPL=0 TSS64-avl\r\n"                          \
	"GDT=     fffffe0000001000 0000007f\r\n"                                                   \
	"IDT=     fffffe0000000000 00000fff\r\n"                                                   \
	"CR0=80050033 CR2=0000000000401000 CR3=00000000009fb000 CR4=000006b0\r\n"                  \
	"DR0=0000000000000000 DR1=0000000000000000 DR2=0000000000000000 DR3=0000000000000000 \r\n" \
	"DR6=00000000ffff0ff0 DR7=0000000000000400\r\n"                                            \
	"EFER=0000000000000d01\r\n"                                                                \
	"FCW=037f FSW=0000 [ST=0] FTW=00 MXCSR=00001f80\r\n"
#define X86_CPU1                                                                                  \
	"\r\nCPU#1\r\n"                                                                           \
	"RAX=0000000000000000 RBX=ffff8880001f4500 RCX=0000000000000001 RDX=ffffffff819a1700\r\n" \
	"RSI=0000000000000001 RDI=0000000000023aec RBP=ffff888000837ed8 RSP=ffff888000837ed0\r\n" \
	"RIP=ffffffff814beee3 RFL=00000246 [---Z-P-] CPL=0 II=0 A20=1 SMM=0 HLT=1\r\n"            \
	"CR0=80050033 CR2=0000000000000000 CR3=0000000001816000 CR4=000006b0\r\n"
#define X86_CPU2                                                                                  \
	"\r\nCPU#2\r\n"                                                                           \
	"RAX=0000000000000000 RBX=0000000000000000 RCX=0000000000000000 RDX=0000000000000000\r\n" \
	"RSI=0000000000000000 RDI=0000000000000000 RBP=0000000000000000 RSP=00007ffc33b46b90\r\n" \
	"RIP=0000000000401000 RFL=00000202 [-------] CPL=3 II=0 A20=1 SMM=0 HLT=0\r\n"            \
	"CS =0033 0000000000000000 ffffffff 00affb00 DPL=3 CS64 [-RA]\r\n"                        \
	"CR0=80050033 CR2=0000000000000000 CR3=00000000009fb000 CR4=000006b0\r\n"

/* In the words of QEMU 7.2's target/arm/cpu.c; some registers left out. */
#define ARM64_CPU0                                                         \
	"\nCPU#0\n"                                                        \
	" PC=ffff80000801f2b4 X00=0000000000000000 X01=0000000000000001\n" \
	"X02=0000000000000002 X03=0000000000000003 X04=0000000000000004\n" \
	"X29=ffff80000a1fbd60 X30=ffff80000801f298  SP=ffff80000a1fbd50\n" \
	"PSTATE=600003c5 -ZC- EL1h\n"
#define ARM64_CPU1                                                         \
	"\nCPU#1\n"                                                        \
	" PC=0000000000400220 X00=0000000000000000 X01=0000000000000001\n" \
	"X29=0000fffff0000010 X30=0000000000400210  SP=0000fffff0000000\n" \
	"PSTATE=80000000 N--- NS EL0t    FPU disabled\n"

static struct kho_cpu_registers registers_of(const char *text, guint index, guint count)
{
	g_autoptr(GArray) all = kho_registers_parse(text);

	assert_int_equal(all->len, count);
	return g_array_index(all, struct kho_cpu_registers, index);
}

static void x86_halted(void **state)
{
	struct kho_cpu_registers cpu = registers_of(X86_CPU0, 0, 1);

	assert_int_equal(cpu.cpu, 0);
	assert_true(cpu.have_rip);
	assert_int_equal(cpu.rip, 0xffffffff814beee3);
	assert_int_equal(cpu.rsp, 0xffffffff81803e68);
	assert_int_equal(cpu.rbp, 0xffffffff81803e70);
	assert_int_equal(cpu.rflags, 0x246);
	assert_int_equal(cpu.cr2, 0x401000);
	assert_int_equal(cpu.cpl, 0);
	assert_true(cpu.halted);
}

static void x86_user_space(void **state)
{
	struct kho_cpu_registers cpu = registers_of(X86_CPU2, 0, 1);

	assert_int_equal(cpu.cpu, 2);
	assert_true(cpu.have_rip);
	assert_int_equal(cpu.rip, 0x401000);
	assert_int_equal(cpu.rsp, 0x7ffc33b46b90);
	assert_int_equal(cpu.rbp, 0);
	assert_int_equal(cpu.cpl, 3);
	assert_false(cpu.halted);
}

/* Each CPU has its own, in the order of the text. */
static void several_cpus(void **state)
{
	const char *text = "QEMU 7.2.22 monitor\r\n" X86_CPU0 X86_CPU2 X86_CPU1;
	struct kho_cpu_registers first = registers_of(text, 0, 3), second = registers_of(text, 1, 3),
				 third = registers_of(text, 2, 3);

	assert_int_equal(first.cpu, 0);
	assert_int_equal(first.cr2, 0x401000);
	assert_int_equal(second.cpu, 2);
	assert_int_equal(second.cr2, 0);
	assert_int_equal(second.cpl, 3);
	assert_int_equal(third.cpu, 1);
	assert_int_equal(third.rsp, 0xffff888000837ed0);
	assert_int_equal(third.cpl, 0);
	assert_true(third.halted);
}

static void arm64(void **state)
{
	struct kho_cpu_registers kernel = registers_of(ARM64_CPU0 ARM64_CPU1, 0, 2),
				 user = registers_of(ARM64_CPU0 ARM64_CPU1, 1, 2);

	assert_true(kernel.have_rip);
	assert_int_equal(kernel.rip, 0xffff80000801f2b4);
	assert_int_equal(kernel.rsp, 0xffff80000a1fbd50);
	assert_int_equal(kernel.rbp, 0xffff80000a1fbd60);
	assert_int_equal(kernel.rflags, 0x600003c5);
	assert_int_equal(kernel.cr2, 0);
	assert_int_equal(kernel.cpl, 0);
	assert_false(kernel.halted);
	assert_int_equal(user.cpu, 1);
	assert_int_equal(user.rip, 0x400220);
	assert_int_equal(user.cpl, 3);
}

/* Before long mode QEMU writes EIP, and there is no RIP. */
static void real_mode(void **state)
{
	struct kho_cpu_registers cpu =
		registers_of("CPU#0\n"
			     "EAX=00000000 EBX=00000000 ECX=00000000 EDX=00000663\n"
			     "ESI=00000000 EDI=00000000 EBP=00000000 ESP=00006f00\n"
			     "EIP=0000fff0 EFL=00000002 [-------] CPL=0 II=0 A20=1 SMM=0 HLT=0\n",
			     0, 1);

	assert_false(cpu.have_rip);
	assert_int_equal(cpu.rip, 0);
	assert_int_equal(cpu.rsp, 0);
}

/* A name is a word of its own, and its number is not found in the next CPU's part. */
static void names(void **state)
{
	struct kho_cpu_registers cpu =
		registers_of("CPU#7\nXRIP=1 GRSP=2 RIP= 3 RBP= RFL=zz RIP=00ab\nCPU#8\nRSP=5 HLT=11\n", 0, 2);
	struct kho_cpu_registers next = registers_of("CPU#7\n RIP=\nCPU#8\nRSP=5 HLT=11\n", 1, 2);

	assert_int_equal(cpu.cpu, 7);
	assert_int_equal(cpu.rip, 0xab);
	assert_int_equal(cpu.rsp, 0);
	assert_int_equal(cpu.rbp, 0);
	assert_int_equal(cpu.rflags, 0);
	assert_int_equal(next.rsp, 5);
	assert_false(next.have_rip);
	assert_false(next.halted);
}

static void no_cpu(void **state)
{
	static const char *const texts[] = { "", "CPU", "CPU #0", "Error: no CPU available\r\n", "RIP=1 RSP=2", NULL };

	for (gsize i = 0; i < COUNT(texts); i++) {
		g_autoptr(GArray) all = kho_registers_parse(texts[i]);

		assert_int_equal(all->len, 0);
	}
}

static void garbage(void **state)
{
	struct kho_cpu_registers cpu =
		registers_of("CPU#\xff\xfe RIP=ffffffffffffffffffffff RSP=-1 CPL=fffffff7 HLT=01", 0, 1);

	assert_int_equal(cpu.cpu, 0);
	assert_true(cpu.have_rip);
	assert_int_equal(cpu.rsp, 0);
	assert_int_equal(cpu.cpl, 3);
	registers_of("CPU#99999999999999999999999999CPU#-1 RIP=CPU#RIP=", 0, 3);
}

/* Cut anywhere, and of any number of CPUs. */
static void cut_off(void **state)
{
	const char *text = X86_CPU0 X86_CPU1 ARM64_CPU0;
	g_autoptr(GString) flood = g_string_new(NULL);

	for (gsize length = 0; length <= strlen(text); length++) {
		g_autofree char *part = g_strndup(text, length);
		g_autoptr(GArray) all = kho_registers_parse(part);

		assert_in_range(all->len, 0, 3);
	}
	for (int i = 0; i < 5000; i++)
		g_string_append(flood, "CPU#1 RIP=1\n");
	registers_of(flood->str, 4095, 4096);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(x86_halted), cmocka_unit_test(x86_user_space), cmocka_unit_test(several_cpus),
		cmocka_unit_test(arm64),      cmocka_unit_test(real_mode),	cmocka_unit_test(names),
		cmocka_unit_test(no_cpu),     cmocka_unit_test(garbage),	cmocka_unit_test(cut_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
