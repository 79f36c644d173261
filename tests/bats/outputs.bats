#!/usr/bin/env bats
# What programs read: everything that a run writes is valid, and what is not is found out. And a run, looked at afterwards.

bats_require_minimum_version 1.5.0

FN=6.19-x86_64/two-even/2M,2M,64M

setup_file() {
	export ROOT=$BATS_TEST_DIRNAME/../..
	export BUILD=${BUILD:-$ROOT/build}
	export ACCEL=tcg
	unset JOBS KERNEL_TREE KERNEL_DIR BACKEND CONNECT
	"$BUILD/kho-runner" cell "$FN" --results="$BATS_FILE_TMPDIR/results" >"$BATS_FILE_TMPDIR/said"
	export RUN=$BATS_FILE_TMPDIR/results/latest/
}

setup() {
	RUNNER=$BUILD/kho-runner
	COPY=$BATS_TEST_TMPDIR/run
	cd "$BATS_TEST_TMPDIR" || return
}

# A copy of the run, with its results.json as a filter of jq makes it.
changed() {
	rm -rf "$COPY"
	cp -rL "$RUN" "$COPY"
	jq "$1" "$RUN/results.json" >"$COPY/results.json"
}

invalid() {
	run "$ROOT/ci/validate" "$COPY"
	echo "$output"
	[ "$status" -eq 1 ]
	[[ $output == *"$1: is not valid"* ]]
}

refused() {
	run "$RUNNER" "${@:2}"
	echo "$output"
	[ "$status" -eq 2 ]
	[ "${#lines[@]}" -eq 1 ]
	[[ $output == *"$1"* ]]
}

@test "all of a run is valid" {
	"$ROOT/ci/validate" "$RUN"
}

@test "what is not valid is found" {
	changed '.cells[0].surprise = 1'
	invalid results.json
	changed 'del(.cells[0].outcome.remark)'
	invalid results.json
	changed '.cells[0].verdict.sparsemem.name = "maybe"'
	invalid results.json
	changed '.cells[0].layout.scratch[0].size = 1.5'
	invalid results.json
	changed .
	sed -i 's/"outcome":{/"outcome":{"more":1,/' "$COPY/journal.jsonl"
	invalid journal.jsonl
	changed .
	sed -i 's/<testsuites /<testsuites skipped="0" /' "$COPY/junit.xml"
	invalid junit.xml
	changed .
	sed -i '/ok 1 .*2M,2M,64M/d' "$COPY/results.ktap"
	invalid results.ktap
	changed .
	sed -i 's/"kernel_found"/"kernel_lost"/' "$COPY/cells/$FN/autopsy.json"
	invalid cells
}

@test "what paper is asked, too" {
	"$RUNNER" predict two-even/16M,128M,32M --json >forecast.json
	"$BUILD/tests/validate" --strict "$ROOT/schema/forecast-1.json" forecast.json
	"$RUNNER" advise two-even --json >advice.json
	"$BUILD/tests/validate" --strict "$ROOT/schema/advice-1.json" advice.json
	jq '.estimators.replay.advised.more = 1' advice.json >other.json
	run "$BUILD/tests/validate" --strict "$ROOT/schema/advice-1.json" other.json
	[ "$status" -eq 1 ]
}

@test "data sets, recorded now and kept" {
	"$RUNNER" record "$RUN" --into=set
	for set in set "$ROOT"/datasets/* "$ROOT/tests/golden/dataset"; do
		"$BUILD/tests/validate" --strict --lines "$ROOT/schema/dataset-1.json" "$set/cells.jsonl"
		"$BUILD/tests/validate" --strict --lines --definition=machine "$ROOT/schema/dataset-1.json" "$set/machines.jsonl"
	done
	sed 's/"times":1/"times":0/' set/cells.jsonl >other.jsonl
	run "$BUILD/tests/validate" --lines "$ROOT/schema/dataset-1.json" other.jsonl
	[ "$status" -eq 1 ]
}

@test "a table for spreadsheets" {
	"$RUNNER" export --csv "$RUN" >cells.csv
	[ "$(head -1 cells.csv | cut -d, -f1-3)" = id,kernel,successor ]
	grep -q '^6.19-x86_64/two-even/2M,2M,64M,\|^"6.19-x86_64/two-even/2M,2M,64M",' cells.csv
	"$RUNNER" export --ktap "$RUN" | diff - "$RUN/results.ktap"
	"$RUNNER" export --junit "$RUN" | grep -q '<testsuites '
	refused "one of --csv" export "$RUN"
	refused "one of --csv" export --csv --ktap "$RUN"
	refused "no-such-run: " export --csv no-such-run
}

@test "a run is shown, and a cell of it" {
	"$RUNNER" show "$RUN" >shown
	grep -q '^6.19-x86_64, verdicts of sparsemem$' shown
	grep -q '^  two-even  *FN$' shown
	"$RUNNER" show "$RUN" 2M,2M >shown
	grep -q '^False negative: sparsemem was silent (sufficient), but the successor panicked: ' shown
	grep -q '^When it died, in free_area_init, ' shown
	grep -q '^reserved |' shown
	grep -q 'BUG: kernel NULL pointer dereference' shown
	mkdir results
	ln -s "$(realpath "$RUN")" results/latest
	"$RUNNER" show "$FN" | diff shown - | grep -v "$BATS_FILE_TMPDIR\|^---\|results/latest\|^[0-9]" && return 1
	"$RUNNER" show --estimator=replay | grep -q '^  two-even  *TP$'
	changed '.cells += [.cells[0] | .id |= sub("2M,2M"; "4M,2M") | .kho_scratch = "4M,2M,64M"]'
	refused "which of 2 cells? " show "$COPY" two-even
	refused "neither a run nor a cell of it" show "$RUN" no-such-cell
	refused "show takes one run and one cell" show "$RUN" a b
	refused "--estimator: 'nobody' is none" show --estimator=nobody
}

@test "what changed from run to run" {
	"$RUNNER" diff "$RUN" "$RUN"
	changed '.cells[0].outcome.name = "hung" | .cells[0].outcome.reason = "made up"'
	run "$RUNNER" diff "$RUN" "$COPY"
	echo "$output"
	[ "$status" -eq 1 ]
	[ "${lines[0]}" = "! $FN: panicked -> hung" ]
	[[ $output == *"is:  made up"* ]]
	run "$RUNNER" diff "$RUN:6.19-x86_64" "$COPY:6.19-x86_64"
	[ "$status" -eq 1 ]
	[ "${lines[0]}" = "! two-even/2M,2M,64M: panicked -> hung" ]
	refused "the run has no kernel '7.9'" diff "$RUN:7.9" "$COPY:6.19-x86_64"
	refused "pick one of each" diff "$RUN" "$COPY:6.19-x86_64"
	refused "diff takes two runs" diff "$RUN"
}

@test "a terminal shows what each machine is doing; a file gets lines alone" {
	command="'$RUNNER' cell '$FN' --results='$BATS_TEST_TMPDIR/results'"
	script -qec "stty cols 80 rows 24; $command" typescript >/dev/null </dev/null
	grep -q $'s  power-on        6.19-x86_64/two-even/2M,2M,64M' typescript
	grep -q $'\e\\[J' typescript
	run ! grep -q $'\e' "$BATS_FILE_TMPDIR/said"
	run ! grep -q 'power-on' "$BATS_FILE_TMPDIR/said"
}
