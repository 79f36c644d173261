#!/usr/bin/env bats
# The model of memblock against the kernel's own mm/memblock.c, built from a tree at hand.

bats_require_minimum_version 1.5.0

setup() {
	ROOT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	COMPARE=$ROOT/tests/memblock/compare
}

# Only where there is a tree: none is fetched for this.
need_tree() {
	if [ -z "${KERNEL_TREE:-}" ] && ! TREE=$("$ROOT/kernel/kho-kernel" source 6.19-x86_64 2>"$BATS_TEST_TMPDIR/why"); then
		skip "$(tail -n 1 "$BATS_TEST_TMPDIR/why")"
	fi
	export KERNEL_TREE=${KERNEL_TREE:-$TREE}
}

@test "the model answers as the kernel's memblock does, and its tables are the same after each call" {
	need_tree
	run -0 "$COMPARE" --seeds=200
	[[ $output == *"200 seeds from 0: no difference in "[0-9][0-9][0-9][0-9][0-9]" calls" ]]
}

@test "each fault that is planted into the model is found" {
	need_tree
	run -0 "$COMPARE" --faults
	[ "$(grep -c ': found$' <<<"$output")" -ge 30 ]
	[[ $output != *"NOT FOUND"* ]]
}

@test "a difference is shown: the seed, the call, and both answers" {
	need_tree
	mkdir -p "$BATS_TEST_TMPDIR/copy"
	cp -R "$ROOT"/{estimator,harness,tests} "$BATS_TEST_TMPDIR/copy/"
	sed -i 's/ && !request->exact)/)/' "$BATS_TEST_TMPDIR/copy/estimator/memblock_model.c"
	run -1 "$BATS_TEST_TMPDIR/copy/tests/memblock/compare" --seeds=50
	[[ ${lines[0]} =~ ^'compare: seed '([0-9]+)' differs, at line ' ]]
	seed=${BASH_REMATCH[1]}
	[[ ${lines[2]} == '  kernel: '* && ${lines[3]} == '  model:  '* && ${lines[2]:10} != "${lines[3]:10}" ]]
	run -1 "$BATS_TEST_TMPDIR/copy/tests/memblock/compare" --first="$seed" --seeds=1
}

@test "without a tree, and with what is none, it says so" {
	KERNEL_TREE=/nowhere run -2 "$COMPARE"
	[ "$output" = "compare: KERNEL_TREE=/nowhere: no such directory" ]
	KERNEL_TREE=$BATS_TEST_TMPDIR run -2 "$COMPARE"
	[[ $output == *"not a kernel's tree: mm/memblock.c is missing" ]]
	KERNEL_TREE='' XDG_CACHE_HOME=$BATS_TEST_TMPDIR run -3 "$COMPARE"
	[[ $output == *"6.19-x86_64: no tarball of it in $BATS_TEST_TMPDIR/kho-matrix/downloads: run: "* ]]
	run -2 "$COMPARE" --seeds=0
	run -2 "$COMPARE" --seeds=-1
	[ "$output" = "compare: COUNT: '-1' is not a number" ]
	run -2 "$COMPARE" --frobnicate
}
