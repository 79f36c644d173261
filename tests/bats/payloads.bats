#!/usr/bin/env bats
# Payloads, pairs and other architectures: what is refused, and what real machines make of them.

bats_require_minimum_version 1.5.0

setup() {
	BUILD=${BUILD:-$BATS_TEST_DIRNAME/../../build}
	RUNNER=$BUILD/kho-runner
	RESULTS=$BATS_TEST_TMPDIR/results
	export ACCEL=tcg
	unset JOBS KERNEL_TREE KERNEL_DIR KERNEL_ARCH
}

cell() {
	run "$RUNNER" cell "$1" --results="$RESULTS"
}

refused() {
	cell "$1"
	[ "$status" -eq 2 ]
	[ "${#lines[@]}" -eq 1 ]
	[[ $output == *"$2"* ]] || {
		echo "wanted '$2', got: $output"
		return 1
	}
	[ ! -e "$RESULTS" ]
}

outcome() {
	jq -r '.cells[0].outcome | .name, .reason' "$RESULTS/latest/results.json"
}

@test "what cannot be is refused in one line, before anything runs" {
	refused 6.19-x86_64/two-even/200%+loud "'loud' is not a payload"
	refused 6.19-x86_64/two-even/200%+keep=1024K "is to be written keep=1M"
	refused 6.19-x86_64/two-even/200%+initrd=1M+console "is to be written console+initrd=1M"
	refused 6.19-x86_64/two-even/200%+crashkernel=64M "needs CONFIG_CRASH_RESERVE, which 6.19-x86_64 is built without"
	refused '6.19-x86_64>7.3-arm64/two-even/200%' "another architecture"
	refused 7.3-arm64/interleaved/200% "done for x86-64 only"
	refused 7.3-arm64/two-even/200%+fake=2 "is for x86-64"
	refused 6.18-x86_64/two-even/200%+keep=2M,each-gib "keeps memory through test_kho"
	refused '6.19-x86_64>../x/two-even/200%' "is not KERNEL"
}

@test "a kept payload is found again, byte by byte" {
	cell 7.3-x86_64/one/64M,64M,64M+keep=4M,random=7
	[ "$(outcome)" = $'survived\npreserved memory intact: luo, keep, test_kho' ]
	grep -a 'preserved method=keep bytes=4194304 ' "$RESULTS"/latest/cells/*/*/*/records.log
	grep -a 'intact method=keep state=yes reason= bytes=4194304 ' "$RESULTS"/latest/cells/*/*/*/records.log
}

@test "more than the machine has cannot be kept, and the cell proves nothing" {
	cell 7.3-x86_64/one/64M,64M,64M+keep=4G
	[ "$status" -ne 0 ]
	[[ $(outcome) == "not-handed-over"*"find free memory: ENOMEM"* ]]
}

@test "a larger initrd is loaded: where it does not fit, the load is rejected" {
	cell 7.3-x86_64/one/64M,64M,64M+initrd=256M
	[[ $(outcome) == "load-rejected"* ]]
}

@test "formats that do not fit: the successor's own words" {
	cell '7.3-x86_64>6.19-x86_64/one/200%'
	[[ $(outcome) == "not-handed-over"*"is incompatible with 'kho-v1'"* ]]
}

@test "arm64: a death has its reason, its stack and its log" {
	cell 7.3-arm64/two-even/16M,16M,16M+keep=2M,each-gib
	[[ $(outcome) == "panicked"*"Failed to allocate memmap for section"* ]]
	grep -q 'Failed to allocate memmap' "$RESULTS"/latest/cells/*/*/*/autopsy.txt
	grep -q 'nid 1, scratch' "$RESULTS"/latest/cells/*/*/*/autopsy.txt
}
