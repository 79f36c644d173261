#!/usr/bin/env bats
# Machines whose memory lies where their file says: firmware's tables, what both kernels make of them, and that a kernel that
# sees another machine is noticed. Real machines throughout.

load processes

setup() {
	BUILD=${BUILD:-$BATS_TEST_DIRNAME/../../build}
	RUNNER=$BUILD/kho-runner
	RESULTS=$BATS_TEST_TMPDIR/results
	CONSOLE=$BATS_TEST_TMPDIR/console
	export ACCEL=tcg
	unset JOBS KERNEL_TREE KERNEL_DIR
}

# cell TOPOLOGY SPEC [OPTION...]
cell() {
	CELL=$RESULTS/latest/cells/6.19-x86_64/$1/$2
	run "$RUNNER" cell "6.19-x86_64/$1/$2" --results="$RESULTS" "${@:3}"
}

# disassembled NAME: the table as acpica-tools reads it, without a complaint.
disassembled() {
	local said

	cp "$CELL/$1.aml" "$BATS_TEST_TMPDIR"
	said=$(iasl -d "$BATS_TEST_TMPDIR/$1.aml" 2>&1) || return
	if grep -iE "incorrect|warning|error" <<<"$said"; then
		return 1
	fi
	cat "$BATS_TEST_TMPDIR/$1.dsl"
}

# fields NAME: the values of a field in a disassembled table, in their order.
fields() {
	sed -n "s/^\[.*\] *$1 : *//p" <<<"$TABLE" | paste -sd' '
}

@test "tables of a machine with windows and distances, disassembled" {
	cell windows 16M,16M,16M
	TABLE=$(disassembled srat)
	[ "$(fields 'Base Address')" = "0000000000000000 0000000400000000 0000000100000000 0000000800000000" ]
	[ "$(fields 'Address Length')" = "0000000080000000 0000000400000000 0000000080000000 0000000400000000" ]
	[ "$(grep -c 'Hot Pluggable : 1' <<<"$TABLE")" -eq 2 ]
	[ "$(fields 'Apic ID')" = "00 01" ]
	TABLE=$(disassembled slit)
	[ "$(fields 'Locality   0')" = "0A 1F" ]
	[ "$(fields 'Locality   1')" = "1F 0A" ]
}

@test "planted: a damaged table is complained of" {
	cell windows 16M,16M,16M
	printf '\001' | dd of="$CELL/srat.aml" bs=1 seek=100 conv=notrunc status=none
	run disassembled srat
	[ "$status" -ne 0 ]
	[[ $output == *"Incorrect checksum"* ]]
}

# Side by side, as a matrix.
@test "both kernels see nodes that take turns, holes, reserved memory, and memory beyond 1 TiB" {
	local topologies=interleaved,hole-split,misaligned,windows,terabyte topology

	printf 'kernels: [6.19-x86_64]\ngroups:\n  - topologies: [%s]\n    kho_scratch: ["64M,128M,64M"]\n' \
		"$topologies" >"$BATS_TEST_TMPDIR/placed.yaml"
	run "$RUNNER" matrix "$BATS_TEST_TMPDIR/placed.yaml" --controls=no --results="$RESULTS"
	echo "$output"
	for topology in ${topologies//,/ }; do
		CELL=$RESULTS/latest/cells/6.19-x86_64/$topology/64M,128M,64M
		[ "$(jq -r .outcome.name "$CELL/record.json")" = survived ]
		[ "$(jq -r .layout.unlike "$CELL/record.json")" = null ]
	done
	[ "$(jq -r '.layout.ranges[-1].start' "$CELL/record.json")" -eq $((1 << 40)) ]
}

@test "planted: a first kernel, and a successor, that see another machine: excluded, named, status 1" {
	cell two-even 64M,128M,64M --first-append=numa=off
	[ "$status" -eq 1 ]
	[[ $output == *"excluded   1 not-as-described"* ]]
	[[ $output == *": the first kernel: it sees memory from 4G to 9G on node 0 where the topology has 4G to 5G on node 0"* ]]
	[ "$(jq -r .verdict.sparsemem.excluded "$CELL/record.json")" = not-as-described ]
	cell interleaved 64M,128M,64M --successor-append=numa=off
	[ "$status" -eq 1 ]
	[[ $output == *": the successor: it sees memory from 1M to "*" on node 0 where the topology has 1M to 1G on node 0"* ]]
}

@test "a death on such a machine is kept with its tables, and happens again" {
	cell misaligned 16M,16M,16M
	CELL=$(realpath "$CELL")
	[ "$(jq -r .outcome.name "$CELL/record.json")" = panicked ]
	run "$CELL/reproduce.sh" --check
	[ "$status" -eq 0 ]
	run "$RUNNER" reproduce "$CELL" --results="$BATS_TEST_TMPDIR/again"
	echo "$output"
	[ "$status" -eq 0 ]
	printf 'x' >>"$CELL/srat.aml"
	run "$CELL/reproduce.sh" --check
	[ "$status" -eq 2 ]
	[[ $output == *"srat.aml: is not the file that was recorded"* ]]
}

@test "a shell on such a machine has its tables, too" {
	in_guest 6.19-x86_64/interleaved/16M,16M,16M true || true
	grep -q 'SRAT: Node 1 PXM 1 \[mem 0x40000000-0x7fffffff\]' "$CONSOLE"
}

@test "its controls survive, and a colon in a path is no end of it" {
	run "$RUNNER" cell 6.19-x86_64/windows/64M,128M,64M --controls=yes --results="$BATS_TEST_TMPDIR/re:sults"
	echo "$output"
	[[ $output == *"; 2 of 2 controls survived; "* ]]
	cell=$BATS_TEST_TMPDIR/re:sults/latest/cells/6.19-x86_64/windows/control:ample
	cd "$BATS_TEST_TMPDIR"
	timeout 10 "$cell/qemu.cmd" </dev/null >out || true
	grep -q 'SRAT: Node 0 PXM 0 \[mem 0x400000000-0x7ffffffff\] hotplug' out
}
