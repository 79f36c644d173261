#!/usr/bin/env bats
# A cell that went wrong, again: from its directory alone, under the harness, and in a debugger. Real machines throughout.

setup_file() {
	BUILD=${BUILD:-$BATS_TEST_DIRNAME/../../build}
	export ACCEL=tcg
	unset JOBS KERNEL_TREE KERNEL_DIR
	# One failed cell for all tests: whatever changes it, copies it first.
	"$BUILD/kho-runner" cell 6.19-x86_64/two-even/16M,16M,16M+console --results="$BATS_FILE_TMPDIR/results" \
		--first-append=quux=1 || true
}

setup() {
	BUILD=${BUILD:-$BATS_TEST_DIRNAME/../../build}
	RUNNER=$BUILD/kho-runner
	CELL=6.19-x86_64/two-even/16M,16M,16M+console
	RESULTS=$BATS_FILE_TMPDIR/results
	RECORDED=$RESULTS/latest/cells/$CELL
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
