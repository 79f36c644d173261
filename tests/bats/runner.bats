#!/usr/bin/env bats
# kho-runner as its users meet it: usage, bad input, real handovers, planted faults, interruption.
# Real machines throughout; nothing here stands in for QEMU, a kernel or a kexec.

load ahead
load processes

setup_file() {
	setup
	ahead_cells
}

setup() {
	BUILD=${BUILD:-$BATS_TEST_DIRNAME/../../build}
	RUNNER=$BUILD/kho-runner
	RESULTS=$BATS_TEST_TMPDIR/results
	export ACCEL=tcg
	unset JOBS KERNEL_TREE KERNEL_DIR
	CELL=6.19-x86_64/one/64M,64M,64M
}

record() {
	jq -r "$1" "$RESULTS/latest/cells/$CELL/record.json"
}

run_cell() {
	run "$RUNNER" cell "$CELL" --results="$RESULTS" "$@"
}

# --- usage and bad input: exit status 2, one line, nothing run ---

@test "no command: usage on stderr, status 2" {
	run "$RUNNER"
	[ "$status" -eq 2 ]
	[[ $output == Usage:* ]]
}

@test "--help: examples, status 0" {
	for command in "" matrix cell; do
		# shellcheck disable=SC2086
		run "$RUNNER" $command --help
		[ "$status" -eq 0 ]
		[[ $output == *Examples:* ]]
	done
}

@test "unknown command, option and matrix: one line, status 2" {
	run "$RUNNER" frobnicate
	[ "$status" -eq 2 ]
	[ "${#lines[@]}" -eq 1 ]
	run "$RUNNER" matrix --frobnicate
	[ "$status" -eq 2 ]
	[ "${#lines[@]}" -eq 1 ]
	run "$RUNNER" matrix nosuch
	[ "$status" -eq 2 ]
	[ "${#lines[@]}" -eq 1 ]
	[[ $output == *nosuch.yaml* ]]
	[ ! -e "$RESULTS" ]
}

@test "bad cell ids: one line that says what, status 2" {
	for id in "" x x/y x/y/z/w 6.19-x86_64/nosuch/16M,16M,16M 6.19-x86_64/one/16Q 6.19-x86_64/../16M,16M,16M \
		nosuch-x86_64/one/16M,16M,16M; do
		run "$RUNNER" cell "$id" --results="$RESULTS"
		echo "$id: $output"
		[ "$status" -eq 2 ]
		[[ $output == *"kho-runner: "* ]]
	done
	[ ! -e "$RESULTS" ]
}

@test "bad ACCEL, JOBS and --jobs: status 2" {
	ACCEL=turbo run "$RUNNER" cell "$CELL" --results="$RESULTS"
	[ "$status" -eq 2 ]
	[[ $output == *turbo* ]]
	JOBS=many run "$RUNNER" cell "$CELL" --results="$RESULTS"
	[ "$status" -eq 2 ]
	[[ $output == *many* ]]
	run_cell --jobs=-1
	[ "$status" -eq 2 ]
}

@test "a bad topology stops a matrix before anything runs, with file and line" {
	mkdir -p "$BATS_TEST_TMPDIR/data"
	cp -R "$BATS_TEST_DIRNAME"/../../{kernel,estimator,topologies,matrices,expected} "$BATS_TEST_TMPDIR/data"
	printf 'description: bad\nnodes:\n  - memory: 4Q\n    cpus: 1\n' >"$BATS_TEST_TMPDIR/data/topologies/one.yaml"
	KHO_MATRIX_DATA=$BATS_TEST_TMPDIR/data run "$RUNNER" matrix smoke --results="$RESULTS"
	echo "$output"
	[ "$status" -eq 2 ]
	[[ $output == *"topologies/one.yaml:3: node 0: memory: '4Q' is not a size"* ]]
	[ ! -e "$RESULTS" ]
}

@test "a machine that cannot fit is refused with numbers, before anything starts" {
	mkdir -p "$BATS_TEST_TMPDIR/data"
	cp -R "$BATS_TEST_DIRNAME"/../../{kernel,estimator,topologies,matrices,expected} "$BATS_TEST_TMPDIR/data"
	printf 'description: 32 TiB\nnodes:\n  - memory: 32T\n    cpus: 1\n' >"$BATS_TEST_TMPDIR/data/topologies/vast.yaml"
	KHO_MATRIX_DATA=$BATS_TEST_TMPDIR/data run "$RUNNER" cell 6.19-x86_64/vast/64M,64M,64M --results="$RESULTS"
	echo "$output"
	[ "$status" -eq 3 ]
	[[ $output =~ "needs about "[0-9]+" MiB" ]]
	[ ! -e "$RESULTS" ]
}

@test "results that cannot be written: status 3, one line with the path" {
	run "$RUNNER" cell "$CELL" --results=/proc/nosuch
	echo "$output"
	[ "$status" -eq 3 ]
	[[ $output == *"/proc/nosuch"* ]]
}

# --- real handovers ---

@test "a handover that survives: all files, all three places agree, preserved memory intact" {
	ended_cell
	echo "$output"
	[ "$(record .outcome.name)" = survived ]
	[ "$(record .outcome.stage)" = "done" ]
	[[ $(record .outcome.reason) == *luo* ]]
	[ "$(record .verdict.sparsemem.name)" = TN ]
	[ "$(record '[.predictions.sparsemem[] | .answer] | unique | join(" ")')" = sufficient ]
	for file in results.json junit.xml report.html journal.jsonl "cells/$CELL/console.log" "cells/$CELL/qemu.cmd"; do
		[ -s "$RESULTS/latest/$file" ]
	done
	[ "$(jq -r '.cells | length' "$RESULTS/latest/results.json")" -eq 1 ]
	[ "$(jq -r keys_unsorted[0] "$RESULTS/latest/results.json")" = schema_version ]
	# What the first kernel's console told: where the successor was loaded, and how early boot went up to scratch.
	[ "$(record '[.layout.segments[].kind] | join(" ")')" = "scratch-list purgatory boot-params kernel initrd" ]
	[ "$(record '.layout as $l | [.layout.segments[] | . as $s | any($l.scratch[];
		.start <= $s.start and $s.start + $s.size <= .start + .size)] | all')" = true ]
	[ "$(record '.layout.missing | length')" -eq 0 ]
	trace=$RESULTS/latest/$(record .layout.trace)
	[ "$(basename "$trace")" = "$(sha256sum <"$trace" | cut -c 1-16).trace" ]
	[ "$(head -n 1 "$trace")" = "kho-trace 1" ]
	for event in found initrd add reserve alloc free; do
		grep -q "^$event " "$trace"
	done
	# Of the memory map; the last before scratch is reserved; and nothing of scratch itself.
	grep -q '^alloc .* exact traced 20 memmap_alloc$' "$trace"
	tail -n 1 "$trace" | grep -q ' swiotlb_init_remap$'
	[ "$(grep -c ' kho_' "$trace")" -eq 0 ]
}

@test "a payload that the successor does not find is not survival" {
	ended_cell --successor-append=liveupdate=off
	echo "$output"
	[ "$(record .outcome.name)" = not-handed-over ]
	[ "$(record .verdict.sparsemem.excluded)" = not-handed-over ]
}

@test "KHO switched off in the first kernel is kho-disabled, not survival" {
	ended_cell --first-append=kho=off
	echo "$output"
	[ "$(record .outcome.name)" = kho-disabled ]
	[ "$(record .layout.trace)" = null ]
}

@test "KHO switched off in the successor is not-handed-over" {
	ended_cell --successor-append=kho=off
	echo "$output"
	[ "$(record .outcome.name)" = not-handed-over ]
}

# --- planted faults: each is named for what it is, and none is survival ---

@test "planted: a successor that hangs is hung" {
	ended_cell --successor-append=kho_matrix.fault=hang
	echo "$output"
	[ "$(record .outcome.name)" = hung ]
	[ "$(record .outcome.stage)" = successor-boot ]
	[ "$(record .outcome.reason)" = "no progress, last in user space (init)" ]
}

@test "planted: a successor that waits for ever is hung, and not too slow to tell" {
	ended_cell --successor-append=kho_matrix.fault=wait
	echo "$output"
	[ "$(record .outcome.name)" = hung ]
	[ "$(record .outcome.reason)" = "all CPUs idle, and nothing comes (init)" ]
}

@test "planted: a successor that panics is panicked" {
	ended_cell --successor-append=kho_matrix.fault=panic
	echo "$output"
	[ "$(record .outcome.name)" = panicked ]
	[[ $(record .outcome.reason) == *"Attempted to kill init"* ]]
}

@test "planted: a successor that switches off without a word is lost, status 3" {
	ended_cell --successor-append=kho_matrix.fault=exit
	echo "$output"
	[ "$status" -eq 3 ]
	[ "$(record .outcome.name)" = lost ]
	[[ $(record .outcome.reason) == *"without a last word"* ]]
}

@test "planted: a successor that resets is reset" {
	ended_cell --successor-append=kho_matrix.fault=reset
	echo "$output"
	[ "$(record .outcome.name)" = reset ]
}

@test "planted: a record that is cut off is never survival" {
	ended_cell --successor-append=kho_matrix.fault=cut
	echo "$output"
	[ "$(record .outcome.name)" = hung ]
	[[ $(record .outcome.reason) == *"cut off or garbled"* ]]
}

@test "planted: a first kernel that panics is first-boot-failed, and the run fails" {
	ended_cell --first-append=kho_matrix.fault=panic
	echo "$output"
	[ "$status" -eq 1 ]
	[ "$(record .outcome.name)" = first-boot-failed ]
}

@test "a machine killed from outside is lost, status 3" {
	"$RUNNER" cell "$CELL" --results="$RESULTS" >"$BATS_TEST_TMPDIR/out" &
	local runner=$!
	within 60 has_machine "$runner"
	kill -9 "$(machines_of "$runner")"
	local status=0
	wait "$runner" || status=$?
	[ "$status" -eq 3 ]
	[ "$(record .outcome.name)" = lost ]
}

# --- expected/ ---

@test "a cell that differs from expected/ is new and fails; --update-expected mends it" {
	mkdir -p "$BATS_TEST_TMPDIR/data"
	cp -R "$BATS_TEST_DIRNAME"/../../{kernel,estimator,topologies,matrices,expected} "$BATS_TEST_TMPDIR/data"
	export KHO_MATRIX_DATA=$BATS_TEST_TMPDIR/data
	printf 'one/64M,64M,64M panicked insufficient TP\n' >"$KHO_MATRIX_DATA/expected/6.19-x86_64.txt"
	run_cell
	[ "$status" -eq 1 ]
	[ "$(record .expected.standing)" = new ]
	run_cell --update-expected
	echo "$output"
	[ "$status" -eq 0 ]
	grep -qE '^one/64M,64M,64M +survived +sufficient +TN$' "$KHO_MATRIX_DATA/expected/6.19-x86_64.txt"
	run_cell
	[ "$status" -eq 0 ]
	[ "$(record .expected.standing)" = same ]
}

# --- KERNEL_DIR ---

@test "KERNEL_DIR: a finished build is used as it is, and judged by its own messages" {
	local built
	built=$("$BATS_TEST_DIRNAME/../../kernel/kho-kernel" path 6.19-x86_64)
	CELL=dir-x86_64/one/64M,64M,64M
	KERNEL_DIR=$built run_cell
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$(record .outcome.name)" = survived ]
	[ "$(record .expected.standing)" = unlisted ]
}

@test "KERNEL_DIR with another kernel's vmlinux: what was heard counts, and the record says so" {
	local built other
	built=$("$BATS_TEST_DIRNAME/../../kernel/kho-kernel" path 6.19-x86_64)
	other=$("$BATS_TEST_DIRNAME/../../kernel/kho-kernel" path 6.19-faults-x86_64)
	mkdir "$BATS_TEST_TMPDIR/mixed"
	cp "$built"/{bzImage,.config} "$other/vmlinux" "$BATS_TEST_TMPDIR/mixed"
	CELL=dir-x86_64/two-even/16M,16M,16M+console
	KERNEL_DIR=$BATS_TEST_TMPDIR/mixed run_cell
	echo "$output"
	[ "$(record .outcome.name)" = panicked ]
	[[ $(record .outcome.reason) == "oops: NULL pointer dereference in __bitmap_set, after "* ]]
	[[ $(record .outcome.detail) == *"the vmlinux is not of the kernel that ran"* ]]
}

@test "KERNEL_DIR without an image: status 2, names what is missing" {
	mkdir "$BATS_TEST_TMPDIR/empty"
	CELL=dir-x86_64/one/64M,64M,64M
	KERNEL_DIR=$BATS_TEST_TMPDIR/empty run_cell
	echo "$output"
	[ "$status" -eq 2 ]
	[[ $output == *bzImage* ]]
}

@test "KERNEL_DIR with an image that is none: first-boot-failed or lost, never survival" {
	local built
	built=$("$BATS_TEST_DIRNAME/../../kernel/kho-kernel" path 6.19-x86_64)
	mkdir "$BATS_TEST_TMPDIR/junk"
	cp "$built"/{vmlinux,.config} "$BATS_TEST_TMPDIR/junk"
	head -c 100000 /dev/zero >"$BATS_TEST_TMPDIR/junk/bzImage"
	CELL=dir-x86_64/one/64M,64M,64M
	KERNEL_DIR=$BATS_TEST_TMPDIR/junk run_cell
	echo "$output"
	[ "$status" -ne 0 ]
	[ "$(jq '[.cells[] | select(.outcome.name == "survived")] | length' "$RESULTS/latest/results.json" 2>/dev/null || echo 0)" -eq 0 ]
}

# --- interruption ---

begun() {
	[ -s "$RESULTS/latest/journal.jsonl" ] && has_machine "$1"
}

# Until a first cell has ended and another runs.
start_matrix() {
	setsid "$RUNNER" matrix smoke --controls=no --results="$RESULTS" >"$BATS_TEST_TMPDIR/out" 2>&1 &
	MATRIX_PID=$!
	within 120 begun "$MATRIX_PID"
}

@test "SIGINT: machines end, results of what was done are written, status 3" {
	start_matrix
	local machines
	machines=$(machines_of "$MATRIX_PID")
	kill -INT "$MATRIX_PID"
	local status=0
	wait "$MATRIX_PID" || status=$?
	[ "$status" -eq 3 ]
	for pid in $machines; do
		run kill -0 "$pid"
		[ "$status" -ne 0 ]
	done
	[ "$(jq -r .interrupted "$RESULTS/latest/results.json")" = true ]
	[ "$(jq -r '[.cells[] | select(.ended)] | length' "$RESULTS/latest/results.json")" -ge 1 ]
	[ "$(jq -r '[.cells[] | select(.ended | not)] | length' "$RESULTS/latest/results.json")" -ge 1 ]
}

@test "SIGKILL: no machine is left, and the journal can be read" {
	start_matrix
	local machines
	machines=$(machines_of "$MATRIX_PID")
	[ -n "$machines" ]
	kill -KILL "$MATRIX_PID"
	wait "$MATRIX_PID" || true
	for _ in $(seq 100); do
		alive=0
		for pid in $machines; do
			[ -e "/proc/$pid" ] && grep -qs qemu "/proc/$pid/comm" && ! grep -q '^State:.Z' "/proc/$pid/status" && alive=1
		done
		[ "$alive" -eq 0 ] && break
		sleep 0.05
	done
	[ "$alive" -eq 0 ]
	[ "$(jq -s 'length' "$RESULTS/latest/journal.jsonl")" -ge 1 ]
}
