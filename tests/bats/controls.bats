#!/usr/bin/env bats
# Control runs: that they run first and survive, and that a cell whose control dies is excluded and the run fails.

load ahead

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
	CELL=6.19-x86_64/one/200%
}

result() {
	jq -r "$1" "$RESULTS/latest/results.json"
}

run_cell() {
	run "$RUNNER" cell "$CELL" --results="$RESULTS" "$@"
	echo "$output"
}

@test "both controls run before the cell, survive, and are no cells" {
	ended_cell --controls=yes
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == *"1 cells in "*"2 of 2 controls survived"* ]]
	[ "$(result '[.controls[] | "\(.kind) \(.outcome.name)"] | join(", ")')" = "kho-off survived, ample survived" ]
	[ "$(result '.controls[0].outcome.reason')" = "plain kexec, nothing handed over" ]
	[[ $(result '.controls[1].outcome.reason') == "preserved memory intact: "* ]]
	[ "$(result '.cells | length')" -eq 1 ]
	[ "$(result '.cells[0].controls | [.["kho-off"], .ample] | join(" ")')" = "survived survived" ]
	[ "$(result '.cells[0].verdict.sparsemem.name')" = TN ]
	# The journal has them in the order in which they ended: the cell is the last.
	[ "$(jq -r .id "$RESULTS/latest/journal.jsonl" | tail -1)" = "$CELL" ]
	[ "$(wc -l <"$RESULTS/latest/journal.jsonl")" -eq 3 ]
	for kind in kho-off ample; do
		[ "$(jq -r .kind "$RESULTS/latest/cells/${CELL%/*}/control:$kind/record.json")" = "$kind" ]
		[ -s "$RESULTS/latest/cells/${CELL%/*}/control:$kind/console.log" ]
		[ -s "$RESULTS/latest/cells/${CELL%/*}/control:$kind/qemu.cmd" ]
	done
	[ "$(grep -c '<testcase' "$RESULTS/latest/junit.xml")" -eq 3 ]
	# Nothing was handed over without KHO, and nothing says that it was.
	[ "$(grep -c preserved "$RESULTS/latest/cells/${CELL%/*}/control:kho-off/records.log")" -eq 0 ]
	local count
	count=$(realpath "$BATS_TEST_DIRNAME/../../ci/count")
	[ "$(cd "$BATS_TEST_TMPDIR" && "$count" "$RESULTS/latest/results.json")" = "3 passed, 0 failed" ]
}

@test "planted: what kills the cell kills its controls, so it is excluded and the run fails" {
	ended_cell --controls=yes --successor-append=kho_matrix.fault=panic
	echo "$output"
	[ "$status" -eq 1 ]
	[ "$(result '[.controls[].outcome.name] | unique | join(" ")')" = panicked ]
	[ "$(result '.cells[0].outcome.name')" = panicked ]
	[ "$(result '.cells[0].verdict.sparsemem.excluded')" = control-died ]
	[ "$(result '.confusion.sparsemem["6.19-x86_64"] | [.tp, .fp, .tn, .fn] | add')" -eq 0 ]
	[[ $output == *"Controls that did not survive"*"control:kho-off: panicked: "* ]]
	grep -q '<failure type="control"' "$RESULTS/latest/junit.xml"
}

@test "planted: a control that proves nothing excludes as well, and is not survival" {
	ended_cell --controls=yes --first-append=kho=on
	echo "$output"
	[ "$status" -eq 1 ]
	[ "$(result '[.controls[] | "\(.kind) \(.outcome.name)"] | join(", ")')" = \
		"kho-off not-handed-over, ample survived" ]
	[ "$(result '.cells[0].outcome.name')" = survived ]
	[ "$(result '.cells[0].verdict.sparsemem.excluded')" = control-void ]
}

@test "a cell alone runs no controls, and knows none" {
	ended_cell
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$(result '.controls | length')" -eq 0 ]
	[ "$(result '.cells[0].controls | [.["kho-off"], .ample] | map(. == null) | all')" = true ]
}

@test "--controls: neither yes nor no is status 2" {
	run_cell --controls=perhaps
	[ "$status" -eq 2 ]
	[[ $output == *"--controls=perhaps"* ]]
	[ ! -e "$RESULTS" ]
}
