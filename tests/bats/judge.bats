#!/usr/bin/env bats
# Recorded cells judged again, and kept as a data set. Nothing boots here: tests/golden/recorded is a run that did, and
# tests/golden/dataset was made of it.

setup() {
	BUILD=${BUILD:-$BATS_TEST_DIRNAME/../../build}
	RUNNER=$BUILD/kho-runner
	GOLDEN=$BATS_TEST_DIRNAME/../golden
	RUN=$BATS_TEST_TMPDIR/run
	SET=$BATS_TEST_TMPDIR/set
	CELL=6.19-x86_64/two-even/16M,128M,32M
	cp -r "$GOLDEN/recorded" "$RUN"
	cp -r "$GOLDEN/dataset" "$SET"
}

# Changes the run's results.json.
change() {
	jq "$1" "$RUN/results.json" >"$RUN/changed.json"
	mv "$RUN/changed.json" "$RUN/results.json"
}

# What recording needs beside: the machine of each cell.
add_commands() {
	for cell in 8M,8M,8M 16M,16M,16M 16M,128M,32M; do
		mkdir -p "$RUN/cells/6.19-x86_64/two-even/$cell"
		printf 'exec qemu-system-x86_64 \\\n\t-cpu %s \\\n\t-smp 2\n' "${1:-qemu64}" \
			>"$RUN/cells/6.19-x86_64/two-even/$cell/qemu.cmd"
	done
}

# --- usage and bad input ---

@test "--help: examples, status 0" {
	for command in judge record; do
		run "$RUNNER" "$command" --help
		[ "$status" -eq 0 ]
		[[ $output == *Examples:* ]]
	done
}

refused() {
	run "$RUNNER" "$@"
	[ "$status" -eq 2 ]
	[ "${#lines[@]}" -eq 1 ]
}

@test "bad usage: one line, status 2" {
	refused judge --frobnicate
	refused judge "$RUN" --estimator=oracle
	[[ $output == *"--estimator: 'oracle' is none"* ]]
	refused judge "$RUN" --update-verdicts
	[[ $output == *"is for one data set"* ]]
	refused record "$RUN"
	refused record --into="$BATS_TEST_TMPDIR/new"
}

@test "nothing there: one line that names it, status 2" {
	refused judge "$BATS_TEST_TMPDIR/none"
	[[ $output == *"/none: No such file or directory"* ]]
	mkdir "$BATS_TEST_TMPDIR/empty"
	refused judge "$BATS_TEST_TMPDIR/empty"
	[[ $output == *"/empty: no results.json"* ]]
	cd "$BATS_TEST_TMPDIR/empty"
	refused judge
	[[ $output == *"results/latest"* ]]
	mkfifo "$BATS_TEST_TMPDIR/fifo.json"
	refused judge "$BATS_TEST_TMPDIR/fifo.json"
	[[ $output == *"is not a plain file"* ]]
	change '.cells = []'
	refused judge "$RUN"
	[[ $output == *"there is no cell in it"* ]]
}

@test "a damaged file: file, line and key, status 2" {
	change '.schema_version = 2'
	refused judge "$RUN"
	[[ $output == *"results.json:1: schema_version: is not 1"* ]]
	cp "$GOLDEN/recorded/results.json" "$RUN/"
	change '(.cells[] | select(.id == "'"$CELL"'") | .layout.scratch[1].start) = -1'
	refused judge "$RUN"
	[[ $output == *"results.json:"*": cell '$CELL': layout.scratch[1].start: is not a whole number"* ]]
	head -c 10000 "$GOLDEN/recorded/results.json" >"$RUN/results.json"
	refused judge "$RUN"
	cp "$GOLDEN/recorded/results.json" "$RUN/"
	rm "$RUN"/traces/*
	refused judge "$RUN"
	[[ $output == *".trace: No such file or directory"* ]]
}

# --- judging ---

@test "a run, judged again: the summary, nothing changed, status 0" {
	run "$RUNNER" judge "$RUN"
	[ "$status" -eq 0 ]
	[[ $output == *$'6.19-x86_64 (6.19.6)\n  estimator '* ]]
	[[ $output == *$'\n  replay        1     0     0     1 '* ]]
	[[ $output == *"2 of 2 controls survived"* ]]
	[[ ${lines[-1]} == "Judged again: 3 cells, recorded 3 times; 0 verdicts changed" ]]
	run "$RUNNER" judge "$RUN/results.json"
	[ "$status" -eq 0 ]
}

@test "an outcome changed by hand: was FP, is TP, status 1" {
	change '(.cells[] | select(.id == "'"$CELL"'") | .outcome.name) = "panicked"'
	run "$RUNNER" judge "$RUN"
	[ "$status" -eq 1 ]
	[[ $output == *"  $CELL: sparsemem: was FP, is TP"* ]]
	[[ $output == *"  $CELL: replay: was TN, is FN"* ]]
	run "$RUNNER" judge "$RUN" --estimator=replay
	[ "$status" -eq 1 ]
	[[ $output != *sparsemem* ]]
	run "$RUNNER" judge "$RUN" --wrong --estimator=replay
	[ "$status" -eq 1 ]
	[ "${#lines[@]}" -eq 1 ]
	[[ $output == "replay FN $CELL: "*"; panicked: "* ]]
}

@test "a control that died excludes, and that is a change" {
	change '(.controls[] | select(.kind == "ample") | .outcome.name) = "hung" | .cells[].controls.ample = "hung"'
	run "$RUNNER" judge "$RUN"
	[ "$status" -eq 1 ]
	[[ $output == *"  $CELL: sparsemem: was FP, is control-died"* ]]
}

@test "repeats that agree count once; a link to one is none" {
	mkdir "$BATS_TEST_TMPDIR/all"
	cp -r "$RUN" "$BATS_TEST_TMPDIR/all/1"
	cp -r "$RUN" "$BATS_TEST_TMPDIR/all/2"
	ln -s 2 "$BATS_TEST_TMPDIR/all/latest"
	run "$RUNNER" judge "$BATS_TEST_TMPDIR/all" "$BATS_TEST_TMPDIR/all/latest"
	[ "$status" -eq 0 ]
	[[ $output == *$'\n  sparsemem     1     1     0     0 '* ]]
	[[ ${lines[-1]} == "Judged again: 3 cells, recorded 6 times (3 of them more than once, 0 disagree); 0 verdicts changed" ]]
}

@test "repeats that disagree are shown and excluded, status 1" {
	cp -r "$RUN" "$BATS_TEST_TMPDIR/other"
	change '(.cells[] | select(.id == "'"$CELL"'")) |= (.outcome.name = "reset" | .verdict.sparsemem.name = "TP" |
		.verdict.aggregate.name = "FN" | .verdict.replay.name = "FN")'
	run "$RUNNER" judge "$BATS_TEST_TMPDIR/other" "$RUN" --json="$BATS_TEST_TMPDIR/j.json"
	[ "$status" -eq 1 ]
	[[ $output == *"Repeats disagree, so that the cell is excluded: 1"* ]]
	[[ $output == *"  $CELL: reset 1, survived 1"* ]]
	[[ $output == *"1 repeats-disagree"* ]]
	[[ $output == *"; 0 verdicts changed" ]]
	[ "$(jq -c '.cells[] | select(.id == "'"$CELL"'") | .seen' "$BATS_TEST_TMPDIR/j.json")" = '{"reset":1,"survived":1}' ]
	# And so it is, if that is judged again.
	run "$RUNNER" judge "$BATS_TEST_TMPDIR/j.json"
	[ "$status" -eq 1 ]
	[[ $output == *"  $CELL: reset 1, survived 1"* ]]
	[[ $output == *"; 0 verdicts changed" ]]
}

@test "a run that was killed: its journal, without the torn line" {
	jq -c '.controls[], .cells[]' "$RUN/results.json" >"$RUN/journal.jsonl"
	rm "$RUN/results.json"
	truncate -s -100 "$RUN/journal.jsonl"
	run "$RUNNER" judge "$RUN"
	[ "$status" -eq 0 ]
	[[ $output == *"journal.jsonl: the last line is torn, and void"* ]]
	[[ $output == *"Judged again: 2 cells"* ]]
}

@test "reports are written anew, and can be judged again" {
	run "$RUNNER" judge "$RUN" --json="$BATS_TEST_TMPDIR/j.json" --html="$BATS_TEST_TMPDIR/h.html" \
		--junit="$BATS_TEST_TMPDIR/x.xml"
	[ "$status" -eq 0 ]
	grep -q "<title>kho-matrix recorded</title>" "$BATS_TEST_TMPDIR/h.html"
	grep -q '<testsuite name="6.19-x86_64" .* tests="5" failures="0" errors="0" time="[0-9.]*" skipped="1"' "$BATS_TEST_TMPDIR/x.xml"
	ln -s "$BATS_TEST_TMPDIR/to" "$BATS_TEST_TMPDIR/link"
	run "$RUNNER" judge "$RUN" --junit="$BATS_TEST_TMPDIR/link"
	[ -L "$BATS_TEST_TMPDIR/link" ]
	[ -s "$BATS_TEST_TMPDIR/to" ]
	run "$RUNNER" judge "$BATS_TEST_TMPDIR/j.json"
	[ "$status" -eq 0 ]
	run "$RUNNER" judge "$RUN" --json="$BATS_TEST_TMPDIR/none/j.json"
	[ "$status" -eq 3 ]
	[[ $output == *"cannot write"* ]]
}

# --- data sets ---

@test "a data set is made of a run, byte for byte" {
	add_commands
	run "$RUNNER" record "$RUN" --into="$BATS_TEST_TMPDIR/new" --config="$GOLDEN/dataset/config"
	[ "$status" -eq 0 ]
	[[ $output == *"left out: 6.19-x86_64/two-even/8M,8M,8M: no segments: nothing was loaded"* ]]
	[[ $output == *"2 cells, recorded 2 times, in "* ]]
	diff -r "$GOLDEN/dataset" "$BATS_TEST_TMPDIR/new"
	# Again, over what is there, with a trace that nobody needs.
	touch "$BATS_TEST_TMPDIR/new/traces/old.trace"
	run "$RUNNER" record "$RUN/results.json" --into="$BATS_TEST_TMPDIR/new" --config="$GOLDEN/dataset/config"
	[ "$status" -eq 0 ]
	diff -r "$GOLDEN/dataset" "$BATS_TEST_TMPDIR/new"
}

@test "a data set is made of a data set, and of it and a run" {
	run "$RUNNER" record "$SET" --into="$BATS_TEST_TMPDIR/new"
	[ "$status" -eq 0 ]
	diff -r "$SET" "$BATS_TEST_TMPDIR/new"
	add_commands
	run "$RUNNER" record "$RUN" "$SET" --into="$SET"
	[ "$status" -eq 0 ]
	[[ $output == *"2 cells, recorded 4 times, in "* ]]
	grep -q '"outcome":"survived","times":2' "$SET/cells.jsonl"
	run "$RUNNER" judge "$SET"
	[ "$status" -eq 0 ]
	[[ ${lines[-1]} == "Judged again: 2 cells, recorded 4 times (2 of them more than once, 0 disagree); 0 verdicts changed" ]]
}

@test "what cannot be one data set: one line, status 2, nothing written" {
	new=$BATS_TEST_TMPDIR/new
	refused record "$RUN" --into="$new" --config="$GOLDEN/dataset/config" --kernel=7.3-x86_64
	[[ $output == *"no cell that could be in a data set"* ]]
	run "$RUNNER" record "$SET" "$RUN" --into="$new"
	[ "$status" -eq 2 ]
	[[ ${lines[-1]} == *"qemu.cmd: No such file or directory"* ]]
	add_commands host
	run "$RUNNER" record "$SET" "$RUN" --into="$new"
	[ "$status" -eq 2 ]
	[[ ${lines[-1]} == *"its cpu is not that of the others"* ]]
	add_commands
	change '.kernels[0].key = "0123456789abcdef0123"'
	run "$RUNNER" record "$SET" "$RUN" --into="$new"
	[ "$status" -eq 2 ]
	[[ ${lines[-1]} == *"its key is not that of the others"* ]]
	[ ! -e "$new" ]
	mkdir "$new"
	touch "$new/somebody's"
	refused record "$SET" --into="$new"
	[[ $output == *"is neither a data set nor an empty directory"* ]]
}

@test "a data set, judged: nothing changed; changed by hand: status 1, until its verdicts are updated" {
	run "$RUNNER" judge "$SET"
	[ "$status" -eq 0 ]
	[[ ${lines[-1]} == "Judged again: 2 cells, recorded 2 times; 0 verdicts changed" ]]
	sed -i '/16M,128M,32M/s/"outcome":"survived"/"outcome":"hung"/' "$SET/cells.jsonl"
	run "$RUNNER" judge "$SET"
	[ "$status" -eq 1 ]
	[[ $output == *"  $CELL: sparsemem: was FP, is TP"* ]]
	run "$RUNNER" judge "$SET" --update-verdicts
	[ "$status" -eq 1 ]
	grep -q "^$CELL  sparsemem=TP aggregate=FN replay=FN\$" "$SET/verdicts.txt"
	run "$RUNNER" judge "$SET"
	[ "$status" -eq 0 ]
}

@test "a damaged data set: status 2" {
	sed -i 1d "$SET/cells.jsonl"
	refused judge "$SET"
	[[ $output == *"about.yaml speaks of 2 cells and 2 recordings, but cells.jsonl has 1 and 1"* ]]
	cp "$GOLDEN/dataset/cells.jsonl" "$SET/"
	sed -i 's/two-even/three/' "$SET/machines.jsonl"
	refused judge "$SET/cells.jsonl"
	[[ $output == *"cells.jsonl:1: cell '$CELL': machine: is not in machines.jsonl"* ]]
	cp "$GOLDEN/dataset/machines.jsonl" "$SET/"
	echo "6.19-x86_64/x/y sparsemem=TP" >>"$SET/verdicts.txt"
	refused judge "$SET"
	[[ $output == *"verdicts.txt:5: cell '6.19-x86_64/x/y' is not in the data set"* ]]
	rm "$SET/config"
	refused judge "$SET"
}
