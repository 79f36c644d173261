#!/usr/bin/env bats
# A cell that went wrong, again: from its directory alone, under the harness, and in a debugger. Real machines throughout.

load ahead
load processes

setup_file() {
	BUILD=${BUILD:-$BATS_TEST_DIRNAME/../../build}
	export ACCEL=tcg
	unset JOBS KERNEL_TREE KERNEL_DIR
	# Failed cells for all tests: what changes one copies it first. One that can be heard, and one that cannot.
	for cell in 16M,16M,16M+console 16M,16M,16M; do
		ahead "$cell" "$BUILD/kho-runner" cell "6.19-x86_64/two-even/$cell" --results="$BATS_FILE_TMPDIR/$cell" \
			--first-append=quux=1
	done
	wait
}

setup() {
	BUILD=${BUILD:-$BATS_TEST_DIRNAME/../../build}
	RUNNER=$BUILD/kho-runner
	CELL=6.19-x86_64/two-even/16M,16M,16M
	RECORDED=$BATS_FILE_TMPDIR/16M,16M,16M+console/latest/cells/$CELL+console
	RESULTS=$BATS_FILE_TMPDIR/16M,16M,16M
	SILENT=$RESULTS/latest/cells/$CELL
	export ACCEL=tcg
	unset JOBS KERNEL_TREE KERNEL_DIR
}

# Elsewhere, under a name that is awkward, and no link to anything.
take_along() {
	TAKEN="$BATS_TEST_TMPDIR/it's, taken"
	mkdir "$TAKEN"
	cp "$RECORDED"/{bzImage,initramfs.cpio,topology.yaml,manifest.yaml,reproduce.sh} "$TAKEN"
}

# --- the directory ---

@test "a failed cell's directory is self-contained" {
	for file in bzImage initramfs.cpio topology.yaml vmlinux manifest.yaml reproduce.sh qemu.cmd; do
		[ -s "$RECORDED/$file" ]
	done
	[ -x "$RECORDED/reproduce.sh" ]
	run grep -F "$HOME" "$RECORDED/reproduce.sh" "$RECORDED/manifest.yaml"
	[ "$status" -eq 1 ]
	shellcheck "$RECORDED/reproduce.sh"
	run "$RECORDED/reproduce.sh" --check
	[ "$status" -eq 0 ]
	for file in bzImage initramfs.cpio topology.yaml vmlinux; do
		grep -qF "$(sha256sum <"$RECORDED/$file" | cut -d' ' -f1)" "$RECORDED/manifest.yaml"
	done
}

@test "a cell that survives keeps none of that" {
	"$RUNNER" cell 6.19-x86_64/one/64M,64M,64M --results="$BATS_TEST_TMPDIR/results" || true
	directory=$BATS_TEST_TMPDIR/results/latest/cells/6.19-x86_64/one/64M,64M,64M
	[ -s "$directory/qemu.cmd" ]
	[ ! -e "$directory/bzImage" ]
	[ ! -e "$directory/manifest.yaml" ]
}

@test "taken elsewhere, reproduce.sh shows the same death, until it is ended" {
	take_along
	cd /
	timeout 60 "$TAKEN/reproduce.sh" </dev/null >"$BATS_TEST_TMPDIR/console" 2>&1 3>&- &
	for ((i = 0; i < 300; i++)); do
		! grep -q 'end Kernel panic' "$BATS_TEST_TMPDIR/console" || break
		sleep 0.2
	done
	kill $!
	wait $! || true
	output=$(<"$BATS_TEST_TMPDIR/console")
	[[ $output == *"quux=1"* ]]
	[[ $output == *"kexec_core: Starting new kernel"*"memory map backing failed"*"Kernel panic"* ]]
	[ -s "$TAKEN/reproduced-records.log" ]
}

@test "reproduce.sh refuses a file that is missing or changed" {
	take_along
	printf x | dd of="$TAKEN/initramfs.cpio" bs=1 seek=4096 conv=notrunc status=none
	run "$TAKEN/reproduce.sh"
	[ "$status" -eq 2 ]
	[ "${#lines[@]}" -eq 1 ]
	[[ $output == *"initramfs.cpio: is not the file"* ]]
	rm "$TAKEN/bzImage"
	run "$TAKEN/reproduce.sh"
	[ "$status" -eq 2 ]
	[[ $output == *"bzImage: is missing"* ]]
}

# --- kho-runner reproduce ---

@test "reproduce: the same, in a run of its own, under the recorded id" {
	run "$RUNNER" reproduce "$CELL" --results="$RESULTS"
	echo "$output"
	[ "$status" -eq 0 ]
	[[ ${lines[-1]} == "the same as recorded: panicked: "*"memory map backing failed"* ]]
	[[ $output == *"recorded in $RESULTS/"* ]]
	[ "$(find "$RESULTS" -name manifest.yaml | wc -l)" -eq 2 ]
	# The newest is another run, with the same run id and words.
	for key in run command_line first_append; do
		[ "$(find "$RESULTS" -name manifest.yaml -exec grep "^$key: " {} + | cut -d: -f2- | sort -u | wc -l)" -eq 1 ]
	done
	[[ $(grep '^first_append: ' "$SILENT/manifest.yaml") == *quux=1* ]]
}

@test "reproduce: from a directory that was taken elsewhere, where the record says otherwise: it differs, status 1" {
	take_along
	sed -i 's/^outcome: .*/outcome: hung/' "$TAKEN/manifest.yaml"
	run "$RUNNER" reproduce "$TAKEN" --results="$BATS_TEST_TMPDIR/results"
	echo "$output"
	[ "$status" -eq 1 ]
	[[ $output == *"vmlinux: is missing"*"going on without symbols"* ]]
	[[ ${lines[-1]} == "differs: recorded was hung: "*"; seen is panicked: "* ]]
}

@test "reproduce: a changed or missing file is refused by its name, status 2" {
	take_along
	printf x | dd of="$TAKEN/initramfs.cpio" bs=1 seek=4096 conv=notrunc status=none
	run "$RUNNER" reproduce "$TAKEN" --results="$BATS_TEST_TMPDIR/results"
	echo "$output"
	[ "$status" -eq 2 ]
	[ "${#lines[@]}" -eq 1 ]
	[[ $output == *"/initramfs.cpio: is not the file that was recorded"* ]]
	rm "$TAKEN/bzImage"
	run "$RUNNER" reproduce "$TAKEN" --results="$BATS_TEST_TMPDIR/results"
	[ "$status" -eq 2 ]
	[[ $output == *"/bzImage: is missing"* ]]
	[ ! -e "$BATS_TEST_TMPDIR/results" ]
}

@test "reproduce: a bad manifest is refused with its line, status 2" {
	take_along
	sed -i 's/^accelerator: .*/accelerator: "steam"/' "$TAKEN/manifest.yaml"
	run "$RUNNER" reproduce "$TAKEN" --results="$BATS_TEST_TMPDIR/results"
	echo "$output"
	[ "$status" -eq 2 ]
	[ "${#lines[@]}" -eq 1 ]
	[[ $output =~ manifest.yaml:[0-9]+:\ accelerator:\ \'steam\' ]]
}

@test "reproduce: nothing recorded and bad usage: one line that says what to do, status 2" {
	mkdir -p "$BATS_TEST_TMPDIR/results/20260101T000000Z/cells/6.19-x86_64/one/64M,64M,64M"
	for what in 6.19-x86_64/one/64M,64M,64M 6.19-x86_64/one/8M,8M,8M "$BATS_TEST_TMPDIR" 6.19-x86_64/../x nosuch ''; do
		run "$RUNNER" reproduce "$what" --results="$BATS_TEST_TMPDIR/results"
		echo "$what: $output"
		[ "$status" -eq 2 ]
		[ "${#lines[@]}" -eq 1 ]
	done
	run "$RUNNER" reproduce 6.19-x86_64/one/64M,64M,64M --results="$BATS_TEST_TMPDIR/results"
	[[ $output == *"has not failed in any run"*"kho-runner cell"* ]]
	run "$RUNNER" reproduce
	[ "$status" -eq 2 ]
	run "$RUNNER" reproduce "$CELL" --accel=steam --results="$RESULTS"
	[ "$status" -eq 2 ]
}

# --- kho-runner gdb ---

@test "gdb: where it died, with the symbols of the successor" {
	run "$RUNNER" gdb "$CELL" -- -batch -ex bt </dev/null
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == *"$CELL: panicked: "* ]]
	[[ $output == *" vpanic (fmt="*" at kernel/panic.c:"* ]]
}

@test "gdb --at=entry: at the first instruction of the successor's kernel" {
	run "$RUNNER" gdb "$CELL" --at=entry -- -batch -ex 'info registers rip' </dev/null
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == *"rip "*"<x86_64_start_kernel>"* ]]
}

@test "gdb --at=FUNCTION: a recorded cell, from its directory" {
	run "$RUNNER" gdb "$SILENT" --at=free_area_init -- -batch -ex bt </dev/null
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == *"#0 "*"free_area_init ("*"setup_arch"*"start_kernel ("* ]]
}

@test "gdb: a cell that never comes to the point: status 1 and why" {
	run "$RUNNER" gdb 6.19-x86_64/two-even/8M,8M,8M --at=entry </dev/null
	echo "$output"
	[ "$status" -eq 1 ]
	[[ ${lines[-1]} == *"never came to that point: load-rejected: "* ]]
}

@test "gdb: bad input and no gdb: one line, nothing left" {
	run "$RUNNER" gdb "$CELL" --at=nosuch
	[ "$status" -eq 2 ]
	[[ ${lines[-1]} == *"'nosuch' is neither entry nor death nor a function of 6.19-x86_64" ]]
	for arguments in "" "x/y" "$CELL $CELL" "--at= $CELL" "$RESULTS" "--first-append=x $SILENT"; do
		# shellcheck disable=SC2086
		run "$RUNNER" gdb $arguments
		echo "$arguments: $output"
		[ "$status" -eq 2 ]
		[ "${#lines[@]}" -eq 1 ]
	done
	PATH=/nowhere run "$(realpath "$RUNNER")" gdb "$CELL"
	[ "$status" -eq 3 ]
	[[ $output == "kho-runner: gdb is not there: install the package gdb"* ]]
}

@test "gdb: killed or ended, the runner leaves no machine and no debugger" {
	local -A runners=()
	for signal in INT TERM KILL; do
		# It waits for commands that never come.
		mkfifo "$BATS_TEST_TMPDIR/$signal"
		"$RUNNER" gdb "$CELL" <>"$BATS_TEST_TMPDIR/$signal" >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
		runners[$signal]=$!
	done
	for signal in INT TERM KILL; do
		runner=${runners[$signal]}
		within 60 has_machine "$runner"
		machine=$(machines_of "$runner")
		debugger=
		if [ "$signal" = KILL ]; then
			within 60 pgrep -P "$runner" gdb
			debugger=$(pgrep -P "$runner" gdb)
		fi
		# A background job ignores SIGINT, which the runner then takes for itself.
		kill -"$signal" "$runner"
		within 20 gone "$runner"
		within 10 gone "$machine"
		[ -z "$debugger" ] || within 10 gone "$debugger"
	done
}
