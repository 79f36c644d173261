# SPDX-License-Identifier: GPL-2.0-only
# 'make help' says what there is. Everything is built under build/; V=1 shows commands.

MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all

CC ?= gcc
CXX ?= g++
CFLAGS ?= -O2 -g
PREFIX ?= /usr/local
MATRIX ?= default
BUILD := build

ifeq ($(V),1)
Q :=
say = @:
else
Q := @
say = @printf '  %-7s %s\n'
endif

# --- what must be installed: one line that names the package, never a compiler error ---

NO_BUILD_GOALS := help clean
ifneq ($(filter-out $(NO_BUILD_GOALS),$(or $(MAKECMDGOALS),all)),)
need_tool = $(if $(shell command -v $(1)),,$(error $(1) is missing: install the package $(2), or run ci/deps))
need_pkg = $(if $(shell pkg-config --exists $(1) && echo yes),,$(error $(1) is missing: install the package $(2), or run ci/deps))
$(call need_tool,$(firstword $(CC)),gcc)
$(call need_tool,pkg-config,pkg-config)
$(call need_tool,glib-compile-resources,libglib2.0-dev-bin)
$(call need_pkg,glib-2.0,libglib2.0-dev)
$(call need_pkg,json-glib-1.0,libjson-glib-dev)
$(call need_pkg,yaml-0.1,libyaml-dev)
$(call need_pkg,libarchive,libarchive-dev)
$(call need_pkg,libdw,libdw-dev)
$(call need_pkg,libelf,libelf-dev)
$(call need_pkg,libxml-2.0,libxml2-dev)
endif

PACKAGES := glib-2.0 gio-unix-2.0 json-glib-1.0 yaml-0.1 libarchive libdw libelf libxml-2.0
PACKAGE_CFLAGS := $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
PACKAGE_LIBS := $(shell pkg-config --libs $(PACKAGES) 2>/dev/null) -lm

WARNINGS := -Wall -Wextra -Wno-unused-parameter -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wvla
BASE_CFLAGS := -std=gnu11 -D_GNU_SOURCE -I. $(WARNINGS) -Werror -MMD -MP
HOST_CFLAGS = $(BASE_CFLAGS) $(PACKAGE_CFLAGS) $(CFLAGS)
SANITIZE := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

# --- what there is ---

ESTIMATOR := sparsemem memory_ranges aggregate replay early_boot direct_map map_backing memblock_model first_boot scratch_plan kexec_load
MODEL := error size arch cost shard series name plain_file scratch_spec axis payload yaml yaml_source topology topology_file topology_ranges pc_layout linux_view \
	cell control ample reservation matrix matrix_file random placing pairwise generate_options strategy_grid strategy_pairwise strategy_random strategy_edge strategy_real simpler \
	generate outcome prediction verdict result \
	log_line early_trace kexec_segments
MACHINE := qemu_args qemu_command reproducer domain_xml keep stand_in backend qmp qmp_message process guest_clock firmware_tables initramfs rundir host accel paths kernel images \
	vmlinux vmlinux_types
HANDOVER := record report console classify cmdline deadline channel launch handover schedule image printk registers unwind capture \
	autopsy autopsy_text backing boot_step death examination locate memblock tables page_reader page_walk peek stall watch
JUDGE := kernel_estimate layout_of paper_layout estimators predict_sparsemem predict_aggregate predict_replay opinion judge expected \
	run repeats rejudge merge boundary edge_cells statistics shrinking
REPORT := trace_file across text text_keys manifest tally json case junit ktap csv html html_cell html_chart grid html_grid html_table terminal_grid terminal_cell terminal_live run_diff page decisive evidence explain read_autopsy cell_map terminal terminal_summary results reports \
	boundary_report boundary_text boundary_json comparison html_kernel terminal_kernel
COMMAND := prepare campaign recorder recorded debugger options one_cell matrix cell shell reproduce gdb \
	boundary_search boundary edges shrink
# Recordings: read back, judged again, kept as data sets.
REPORT += json_lexis json_document json_reader read_prediction read_result recording judged_run \
	dataset_about dataset_trace dataset_line dataset_make dataset_load dataset_verdicts
COMMAND += sources renewal judge evidence_files merge dataset_origin record shown window show diff export list
# Handovers laid out on paper.
MODEL += scaled_machine percpu_plan reference_boot early_book scaled_parts scaled_late scaled_boot bzimage
REPORT += stretches drawing drawing_nodes
JUDGE += bisecting paper_difference forecast trials advice
REPORT += forecast_text forecast_json advice_text
COMMAND += paper_machine predict advise series bisect_step
# What reads this machine is the probe's, too.
MACHINE += this_machine
LIVE := guest/geometry guest/kernel_log guest/kho guest/file guest/memory_map guest/memory_blocks guest/nodes

LIBRARY := $(ESTIMATOR:%=estimator/%) $(MODEL:%=harness/model/%) $(MACHINE:%=harness/machine/%) \
	$(HANDOVER:%=harness/handover/%) $(JUDGE:%=harness/judge/%) $(REPORT:%=harness/report/%) $(BUILD)/generated/page_resource
RUNNER := harness/runner $(COMMAND:%=harness/command/%) $(LIBRARY) $(LIVE)
TOPOLOGY_GEN := harness/topology_gen harness/command/draw harness/command/machine_format harness/command/paper_machine harness/command/sources $(LIBRARY) $(LIVE)

# Only where there is libvirt.
LIBVIRT_PACKAGES := libvirt libvirt-qemu
LIBVIRT := $(if $(shell pkg-config --exists $(LIBVIRT_PACKAGES) && echo yes),stand_in owner report host_files domain console monitor memory_dump times)
# What of it knows nothing of libvirt.
LIBVIRT_PURE := harness/libvirt/memory_dump harness/libvirt/owner
LIBVIRT_PROGRAM := $(LIBVIRT:%=harness/libvirt/%) harness/model/error harness/machine/stand_in

INIT := guest/init guest/record guest/cmdline guest/file
PROBE := guest/kho_probe guest/probe_first guest/probe_successor guest/probe_estimate guest/record guest/cmdline \
	guest/file guest/kernel_log guest/memory_map guest/memory_blocks guest/nodes guest/capture guest/geometry guest/kho guest/luo guest/memfd guest/ballast guest/keep_places guest/kept_ranges guest/keep guest/successor \
	$(ESTIMATOR:%=estimator/%)
# For the guests of other architectures too, where there is a compiler.
CROSS_arm64 := aarch64-linux-gnu-
CROSS_ARCHES := $(foreach arch,arm64,$(if $(shell command -v $(CROSS_$(arch))gcc),$(arch)))

# The guest's pure parts, as the unit tests link them.
GUEST_PURE := guest/record guest/cmdline guest/file guest/kernel_log guest/memory_map guest/memory_blocks guest/nodes guest/capture guest/geometry guest/kho guest/luo guest/memfd guest/ballast guest/keep_places guest/kept_ranges guest/keep

UNIT_TESTS := $(patsubst tests/unit/%.c,%,$(wildcard tests/unit/test_*.c))

PROGRAMS := $(BUILD)/kho-runner $(if $(LIBVIRT),$(BUILD)/kho-libvirt) $(BUILD)/kho-topology-gen $(BUILD)/guest/init $(BUILD)/guest/kho_probe \
	$(foreach arch,$(CROSS_ARCHES),$(BUILD)/guest/$(arch)/init $(BUILD)/guest/$(arch)/kho_probe)

# --- building ---

# As many at once as there are CPUs, if nobody has said how many.
PARALLEL = $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(shell nproc))

.PHONY: all programs
all:
	$(Q)$(MAKE) --no-print-directory $(PARALLEL) programs

programs: $(PROGRAMS)
	@:

$(BUILD)/kho-runner: $(RUNNER:%=$(BUILD)/host/%.o)
$(BUILD)/kho-topology-gen: $(TOPOLOGY_GEN:%=$(BUILD)/host/%.o)
$(BUILD)/kho-runner $(BUILD)/kho-topology-gen:
	$(say) LINK $@
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(PACKAGE_LIBS)

$(BUILD)/kho-libvirt: $(LIBVIRT_PROGRAM:%=$(BUILD)/host/%.o)
	$(say) LINK $@
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(PACKAGE_LIBS) $(shell pkg-config --libs $(LIBVIRT_PACKAGES))

$(BUILD)/guest/init: $(INIT:%=$(BUILD)/static/%.o)
$(BUILD)/guest/kho_probe: $(PROBE:%=$(BUILD)/static/%.o)
$(BUILD)/guest/init $(BUILD)/guest/kho_probe:
	$(say) LINK $@
	@mkdir -p $(@D)
	$(Q)$(CC) -static -s -Wl,--gc-sections -o $@ $^

define cross_guest
$(BUILD)/guest/$(1)/init: $(INIT:%=$(BUILD)/$(1)/%.o)
$(BUILD)/guest/$(1)/kho_probe: $(PROBE:%=$(BUILD)/$(1)/%.o)
$(BUILD)/guest/$(1)/init $(BUILD)/guest/$(1)/kho_probe:
	$$(say) LINK $$@
	@mkdir -p $$(@D)
	$$(Q)$(CROSS_$(1))gcc -static -s -Wl,--gc-sections -o $$@ $$^

$(BUILD)/$(1)/%.o: %.c Makefile
	$$(say) CC "$$< ($(1))"
	@mkdir -p $$(@D)
	$$(Q)$(CROSS_$(1))gcc $(BASE_CFLAGS) -Os -ffunction-sections -fdata-sections -c -o $$@ $$<
endef
$(foreach arch,$(CROSS_ARCHES),$(eval $(call cross_guest,$(arch))))

# The style and the script of the report, as a part of the program.
$(BUILD)/generated/page_resource.c: $(wildcard harness/report/page/*)
	$(say) PAGE $@
	@mkdir -p $(@D)
	$(Q)glib-compile-resources --generate-source --c-name kho_page --sourcedir=harness/report/page --target=$@ \
		harness/report/page/page.gresource.xml

$(BUILD)/host/%.o: %.c Makefile
	$(say) CC $<
	@mkdir -p $(@D)
	$(Q)$(CC) $(HOST_CFLAGS) -c -o $@ $<

$(BUILD)/static/%.o: %.c Makefile
	$(say) CC $<
	@mkdir -p $(@D)
	$(Q)$(CC) $(BASE_CFLAGS) -Os -ffunction-sections -fdata-sections -c -o $@ $<

$(BUILD)/sanitized/%.o: %.c Makefile
	$(say) CC "$< (sanitized)"
	@mkdir -p $(@D)
	$(Q)$(CC) $(BASE_CFLAGS) $(PACKAGE_CFLAGS) $(SANITIZE) -c -o $@ $<

# --- tests ---

SANITIZED_LIBRARY := $(patsubst %,$(BUILD)/sanitized/%.o,$(LIBRARY) $(GUEST_PURE) $(LIBVIRT_PURE))

$(BUILD)/tests/unit.a: $(SANITIZED_LIBRARY)
	$(say) AR $@
	@mkdir -p $(@D)
	$(Q)rm -f $@ && ar rc $@ $^

$(BUILD)/tests/%: $(BUILD)/sanitized/tests/unit/%.o $(BUILD)/tests/unit.a
	$(say) LINK $@
	$(Q)$(CC) $(SANITIZE) -o $@ $^ -lcmocka $(PACKAGE_LIBS)

# The validator of JSON Schema is C++; so are the tests' alone.
$(BUILD)/tests/validate: tests/schema/validate.cc Makefile
	$(say) CXX $@
	@mkdir -p $(@D)
	$(Q)$(CXX) -O1 -Wall -Wextra -Werror -o $@ $<

# A file that looks like a vmlinux, for the unit tests of its readers. Its C files are data only: it may lie at a kernel's
# addresses without the kernel's code model. The decoy must be the first unit.
FAKE_KERNEL := $(BUILD)/tests/fake_kernel
FAKE_KERNEL_SOURCES := $(addprefix tests/unit/fake_kernel/,decoy.c code.S init/main.c kernel/printk/printk.c mm/memblock.c)
FAKE_KERNEL_HEADERS := $(wildcard tests/unit/fake_kernel/include/*.h)

$(FAKE_KERNEL)_stripped: FAKE_KERNEL_STRIP := -Wl,--strip-all
$(FAKE_KERNEL)_no_types: FAKE_KERNEL_STRIP := -Wl,--strip-debug
$(FAKE_KERNEL) $(FAKE_KERNEL)_stripped $(FAKE_KERNEL)_no_types: $(FAKE_KERNEL_SOURCES) $(FAKE_KERNEL_HEADERS) Makefile
	$(say) LINK $@
	@mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 -I. -O1 -g -ffreestanding -fno-pie -no-pie -static -nostdlib -Wl,-Ttext-segment=0xffffffff81000000 \
		-Wl,-e,start_kernel -Wl,--build-id=none $(FAKE_KERNEL_STRIP) -o $@ $(FAKE_KERNEL_SOURCES)

$(UNIT_TESTS:%=$(BUILD)/tests/%): | $(FAKE_KERNEL) $(FAKE_KERNEL)_stripped $(FAKE_KERNEL)_no_types

.PRECIOUS: $(BUILD)/sanitized/%.o

.PHONY: unit unit-tests
unit:
	$(Q)$(MAKE) --no-print-directory $(PARALLEL) unit-tests
	$(Q)ci/run-unit $(UNIT_TESTS:%=$(BUILD)/tests/%)

unit-tests: $(UNIT_TESTS:%=$(BUILD)/tests/%)
	@:

# What the tests and the default matrices need, built first where its progress can be seen; KERNELS=all builds all.
KERNELS ?= 6.19-x86_64 6.19-faults-x86_64 7.3-x86_64 $(if $(CROSS_ARCHES),7.3-arm64)

.PHONY: kernels
kernels:
	$(Q)for name in $(if $(filter all,$(KERNELS)),$$(kernel/kho-kernel list),$(KERNELS)); do \
		kernel/kho-kernel build $$name >/dev/null || exit; done

.PHONY: bats
bats: all kernels man $(BUILD)/tests/validate
	$(Q)ci/run-bats tests/bats

.PHONY: smoke
smoke: all kernels $(BUILD)/tests/validate
	$(Q)ci/backends

.PHONY: check
check: unit bats smoke

.PHONY: matrix
matrix: all
	$(Q)$(BUILD)/kho-runner matrix $(MATRIX)

# Against the library without sanitizers: what is measured is what runs.
$(BUILD)/tests/bench_estimators: $(BUILD)/host/tests/bench/estimators.o $(LIBRARY:%=$(BUILD)/host/%.o) $(LIVE:%=$(BUILD)/host/%.o)
	$(say) LINK $@
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(PACKAGE_LIBS)

.PHONY: bench
bench: all $(BUILD)/tests/bench_estimators
	$(Q)ci/bench

.PHONY: lint
lint:
	$(Q)ci/lint

# --- the rest ---

SHARE := $(DESTDIR)$(PREFIX)/share

# Pages of the manual, from what the programs say of themselves and from docs/.
.PHONY: man
man: all
	$(say) MAN $(BUILD)/man
	$(Q)docs/manual $(BUILD) $(BUILD)/man

.PHONY: install
install: all man
	install -d $(DESTDIR)$(PREFIX)/bin $(SHARE)/kho-matrix/guest
	install -m 755 $(BUILD)/kho-runner $(BUILD)/kho-topology-gen $(if $(LIBVIRT),$(BUILD)/kho-libvirt) $(DESTDIR)$(PREFIX)/bin
	install -m 755 $(BUILD)/guest/init $(BUILD)/guest/kho_probe $(SHARE)/kho-matrix/guest
	for arch in $(CROSS_ARCHES); do install -D -m 755 -t $(SHARE)/kho-matrix/guest/$$arch $(BUILD)/guest/$$arch/init \
		$(BUILD)/guest/$$arch/kho_probe || exit; done
	cp -R kernel estimator topologies matrices expected references schema $(SHARE)/kho-matrix
	install -D -m 644 -t $(SHARE)/man/man1 $(BUILD)/man/*.1
	install -D -m 644 -t $(SHARE)/man/man5 $(BUILD)/man/*.5
	install -D -m 644 completion/kho-matrix.bash $(SHARE)/bash-completion/completions/kho-runner
	ln -sf kho-runner $(SHARE)/bash-completion/completions/kho-topology-gen

.PHONY: clean
clean:
	$(say) RM $(BUILD)
	$(Q)rm -rf $(BUILD)

.PHONY: help
help:
	@echo 'make                  build the programs under $(BUILD)/'
	@echo 'make matrix           run the default matrix; MATRIX=smoke|default|full or a file'
	@echo 'make check            unit tests, Bats tests, and the smoke matrix in every way (QEMU, libvirt, Slurm)'
	@echo 'make bench            timings, as paired ratios'
	@echo 'make lint             style and static checks'
	@echo 'make man              pages of the manual, under $(BUILD)/man'
	@echo 'make install          into DESTDIR=$(DESTDIR) PREFIX=$(PREFIX)'
	@echo 'make kernels          build the kernels that tests need; KERNELS=all builds those of the full matrix, too'
	@echo 'make clean            remove $(BUILD)/'
	@echo
	@echo 'variables: KERNEL_TREE=DIR  a kernel tree to build instead of a downloaded one'
	@echo '           KERNEL_DIR=DIR   a finished build, used as it is'
	@echo '           ACCEL=auto|kvm|tcg  JOBS=N  V=1'

-include $(shell test -d $(BUILD) && find $(BUILD) -name '*.d')
