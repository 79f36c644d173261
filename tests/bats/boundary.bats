#!/usr/bin/env bats
# kho-runner boundary, edges and --repeat: real boots, and machines that do not do the same twice.

setup() {
	BUILD=${BUILD:-$BATS_TEST_DIRNAME/../../build}
	RUNNER=$BUILD/kho-runner
	RESULTS=$BATS_TEST_TMPDIR/results
	export ACCEL=tcg
	unset JOBS KERNEL_TREE KERNEL_DIR
}

found() {
	jq -r "$1" "$BATS_TEST_TMPDIR/found.json"
}

result() {
	jq -r "$1" "$RESULTS/latest/results.json"
}

boundary() {
	run "$RUNNER" boundary "$@" --results="$RESULTS" --json="$BATS_TEST_TMPDIR/found.json"
	echo "$output"
	[ ! -e "$BATS_TEST_TMPDIR/found.json" ] ||
		"$BUILD/tests/validate" --strict "$BATS_TEST_DIRNAME/../../schema/boundary-1.json" "$BATS_TEST_TMPDIR/found.json"
}

@test "the edge, with a repeat on both sides, and beside it what estimators think" {
	boundary '6.19-x86_64/one/2M,*,2M' --survey=1
	[ "$status" -eq 0 ]
	[ "$(found .clean)" = true ]
	[ "$(found '.edge.at - .edge.below')" -eq $((2 << 20)) ]
	[ "$(found '.edge == .lowest_survivor')" = true ]
	[ "$(found '.edge.at as $at | .values[] | select(.value == $at) | .outcomes | tojson')" = '{"survived":2}' ]
	[ "$(found '.edge.below as $b | .values[] | select(.value == $b) | .outcomes | keys | length')" -eq 1 ]
	[ "$(found '.edge.below as $b | .values[] | select(.value == $b) | .outcomes | add')" -eq 2 ]
	# Something was seen on either side of the two.
	[ "$(found '.edge.below as $b | [.values[] | select(.value < $b)] | length')" -ge 1 ]
	[ "$(found '.edge.at as $at | [.values[] | select(.value > $at)] | length')" -ge 1 ]
	# This machine is known: sparsemem counts scratch that kernel and initrd are loaded into.
	[ "$(found '.estimators.sparsemem.error_mib < 0')" = true ]
	[ "$(found '.estimators.replay.error_mib | fabs <= 4')" = true ]
	[ "$(found .modelled_from)" = 6.19-x86_64/one/control:ample ]
	[[ $output == *"MiB too little ("* ]]
	# The run is like any other: each value a cell, each boot a line in the journal, and the repeats in "seen".
	[ "$(result .matrix)" = boundary ]
	[ "$(result '.cells | length')" -eq "$(found '.values | length')" ]
	[ "$(wc -l <"$RESULTS/latest/journal.jsonl")" -eq "$(found '.boots + 2')" ]
	[ "$(result '[.cells[] | select(.seen)] | length')" -eq 2 ]
	[ "$(result '[.cells[].expected.standing] | unique | join(" ")')" = unlisted ]
	# What was recorded is enough to draw everybody's lines again: the same cells from the same run.
	run "$RUNNER" edges "$RESULTS/latest"
	[ "$status" -eq 0 ]
	"$RUNNER" edges "$RESULTS/latest" 2>/dev/null >"$BATS_TEST_TMPDIR/one.yaml"
	"$RUNNER" edges "$RESULTS/latest" 2>/dev/null | cmp - "$BATS_TEST_TMPDIR/one.yaml"
	grep -q "\"2M,$(found '.edge.at / 1048576')M,2M\"" "$BATS_TEST_TMPDIR/one.yaml"
	# And it is a matrix: the kernel is what is wrong with this.
	run "$RUNNER" matrix "$BATS_TEST_TMPDIR/one.yaml" --kernel=nosuch --results="$RESULTS"
	[ "$status" -eq 2 ]
	[[ $output == *"nosuch"* ]]
	[[ $output != *"one.yaml:"* ]]
}

@test "no edge within the range: status 1, and it says so" {
	boundary 6.19-x86_64/two-even/16M,16M,16M --axis=pernode --low=16M --high=20M --survey=0 --controls=no
	[ "$status" -eq 1 ]
	[ "$(found .clean)" = false ]
	[ "$(found .edge.at)" = null ]
	[[ $output == *"Nothing that was tried survives"* ]]
	# Without controls there is what the cells themselves reported.
	[[ $(found .modelled_from) == 6.19-x86_64/two-even/16M,16M,*M ]]
}

@test "where KHO turns itself off the axis ends" {
	boundary '6.19-x86_64/one/16M,*,16M' --low=3G --step=256M --survey=0 --controls=no
	[ "$status" -eq 1 ]
	[ "$(found '.disabled_from')" -eq $((3 << 30)) ]
	[[ $output == *"From 3G on KHO turns itself off"* ]]
}

@test "planted: where a control dies there is no boundary" {
	boundary '6.19-x86_64/one/16M,16M,*' --successor-append=kho_matrix.fault=panic
	[ "$status" -eq 1 ]
	[[ $output == *"control-died: "* ]]
	[ ! -e "$BATS_TEST_TMPDIR/found.json" ]
	[ "$(result '.cells | length')" -eq 0 ]
}

@test "Ctrl-C: status 3, and what was found until then is told" {
	"$RUNNER" boundary '6.19-x86_64/one/16M,16M,*' --controls=no --results="$RESULTS" >"$BATS_TEST_TMPDIR/out" 2>&1 &
	local runner=$! status=0
	until grep -q . "$BATS_TEST_TMPDIR/out"; do
		sleep 0.2
		kill -0 $runner
	done
	kill -INT $runner
	wait $runner || status=$?
	cat "$BATS_TEST_TMPDIR/out"
	[ "$status" -eq 3 ]
	grep -q '^Not finished: ' "$BATS_TEST_TMPDIR/out"
	grep -q '(what lies below was not tried)' "$BATS_TEST_TMPDIR/out"
	[ "$(result .interrupted)" = true ]
}

@test "bad axes and options: one line, status 2, nothing run" {
	local axis=6.19-x86_64/one
	for arguments in "$axis/16M,64M,32M" "$axis/*,*,32M" "$axis/16M,6Q,*" "$axis/200%" "$axis" "nosuch/one" \
		"$axis/*% --step=2M" "$axis/16M,64M,* --step=3M" "$axis/16M,64M,* --low=1G --high=2M" \
		"$axis/16M,64M,* --low=3M" "$axis/16M,64M,* --low=64G" "$axis/16M,64M,32M --axis=node" \
		"$axis/200% --axis=total" "$axis/*% --survey=-1" "$axis/*% --repeat=-1" "$axis/*% --update-expected" \
		"6.19-x86_64/nosuch/*%" "" "a b"; do
		set -f
		# shellcheck disable=SC2086
		run "$RUNNER" boundary $arguments --results="$RESULTS"
		set +f
		echo "$arguments: $output"
		[ "$status" -eq 2 ]
		[ "${#lines[@]}" -eq 1 ]
	done
	[ ! -e "$RESULTS" ]
}

# --- the same cell again ---

# Every second machine gets less scratch than it was asked for.
make_flaky() {
	mkdir -p "$BATS_TEST_TMPDIR/bin"
	cat >"$BATS_TEST_TMPDIR/bin/qemu-system-x86_64" <<-END
		#!/bin/bash
		if [[ "\$*" == *kho_scratch=* ]]; then
			echo >>"$BATS_TEST_TMPDIR/machines"
			if ((\$(wc -l <"$BATS_TEST_TMPDIR/machines") % 2 == 0)); then
				set -- "\${@/kho_scratch=64M,256M,64M/kho_scratch=16M,16M,16M}"
			fi
		fi
		exec $(command -v qemu-system-x86_64) "\$@"
	END
	chmod +x "$BATS_TEST_TMPDIR/bin/qemu-system-x86_64"
	PATH=$BATS_TEST_TMPDIR/bin:$PATH
}

@test "--repeat: a cell counts once" {
	local id=6.19-x86_64/two-even/16M,16M,16M
	run "$RUNNER" cell $id --repeat=2 --results="$RESULTS"
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == *"$id (repeat 1)"* ]]
	[ "$(result '.cells | length')" -eq 1 ]
	[ "$(result '.cells[0].seen | tojson')" = '{"panicked":2}' ]
	[ "$(result '.confusion.sparsemem["6.19-x86_64"].tp')" -eq 1 ]
	[ "$(wc -l <"$RESULTS/latest/journal.jsonl")" -eq 2 ]
	# Either has all its evidence, and what runs it again.
	for directory in "$RESULTS/latest/cells/$id" "$RESULTS/latest/cells/$id/repeat-1"; do
		[ -s "$directory/console.log" ]
		[ "$(jq -r .outcome.name "$directory/record.json")" = panicked ]
		[ -x "$directory/reproduce.sh" ]
	done
	run "$RUNNER" cell $id --repeat=1001 --results="$RESULTS"
	[ "$status" -eq 2 ]
}

@test "--repeat: runs that disagree exclude the cell, and the run fails" {
	local id=6.19-x86_64/two-even/64M,256M,64M
	make_flaky
	run "$RUNNER" cell $id --repeat=3 --jobs=1 --results="$RESULTS"
	echo "$output"
	[ "$status" -eq 1 ]
	[[ $output == *"Repeats disagree, so that the cell is excluded: 1"* ]]
	[[ $output == *"$id: panicked 1, survived 2"* ]]
	[ "$(result '.cells[0].seen | tojson')" = '{"panicked":1,"survived":2}' ]
	[ "$(result '[.cells[0].verdict[].excluded] | unique | join(" ")')" = repeats-disagree ]
	[ "$(result '.confusion.sparsemem["6.19-x86_64"] | [.tp, .fp, .tn, .fn] | add')" -eq 0 ]
	grep -q '<failure type="flaky" message="panicked 1, survived 2">' "$RESULTS/latest/junit.xml"
	# The journal alone says the same.
	run "$RUNNER" judge "$RESULTS/latest/journal.jsonl"
	[ "$status" -eq 1 ]
	[[ $output == *"$id: panicked 1, survived 2"* ]]
}

@test "a boundary on which repeats disagree is not clean" {
	make_flaky
	boundary '6.19-x86_64/two-even/64M,256M,*' --low=64M --high=64M --survey=0 --controls=no --repeat=2 --jobs=1
	[ "$status" -eq 1 ]
	[ "$(found .agree)" = false ]
	[ "$(found '.values[0].outcomes | tojson')" = '{"panicked":1,"survived":1}' ]
	[[ $output == *"Repeats disagree: "* ]]
}
