#!/usr/bin/env bats
# The simplest machine on which an estimator is still wrong. Real machines throughout.

load processes

setup() {
	BUILD=${BUILD:-$BATS_TEST_DIRNAME/../../build}
	RUNNER=$BUILD/kho-runner
	RESULTS=$BATS_TEST_TMPDIR/results
	export ACCEL=tcg
	unset JOBS KERNEL_TREE KERNEL_DIR
}

refused() {
	run "$RUNNER" shrink "$@" --results="$RESULTS"
	echo "$output"
	[ "$status" -eq 2 ]
	[ "${#lines[@]}" -eq 1 ]
}

@test "--help and bad usage" {
	run "$RUNNER" shrink --help
	[ "$status" -eq 0 ]
	[[ $output == *Examples:* ]]
	refused
	refused 6.19-x86_64/nowhere/16M,16M,16M
	refused 6.19-x86_64/one/16M,16M,16M --estimator=oracle
	refused 6.19-x86_64/one/16M,16M,16M --name='../x'
	refused 6.19-x86_64/one/16M,16M,16M --boots=0
	refused 6.19-x86_64/one/16M,16M,16M --topology="$BATS_TEST_DIRNAME/../../topologies/two-even.yaml"
	[[ $output == *"is called 'two-even', but the cell's topology 'one'" ]]
	long=$(printf 'x%.0s' $(seq 60))
	cp "$BATS_TEST_DIRNAME/../../topologies/one.yaml" "$BATS_TEST_TMPDIR/$long.yaml"
	refused "6.19-x86_64/$long/16M,16M,16M" --topology="$BATS_TEST_TMPDIR/$long.yaml"
	[[ $output == *"$long-shrunk: too long for a name: give one with --name" ]]
	[ ! -e "$RESULTS" ]
}

@test "a false negative becomes one node, and its matrix shows it again" {
	run "$RUNNER" shrink 6.19-x86_64/interleaved/16M,16M,16M --results="$RESULTS" --into="$BATS_TEST_TMPDIR/into"
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == *"Nothing simpler shows it after "*": FN, kho_scratch="* ]]
	file=$BATS_TEST_TMPDIR/into/interleaved-shrunk.yaml
	[ "$(grep -c 'memory:' "$file")" -eq 1 ]
	[[ $(head -1 "$file") == "# Shrunk from 6.19-x86_64/interleaved/16M,16M,16M by kho-runner shrink, "* ]]
	scratch=$(sed -n 's/.*kho_scratch: \["\(.*\)"\]/\1/p' "$BATS_TEST_TMPDIR/into/interleaved-shrunk-matrix.yaml")
	# Again from there: there is nothing left to take away.
	run "$RUNNER" shrink "6.19-x86_64/interleaved-shrunk/$scratch" --topology="$file" --results="$RESULTS" --name=again
	[ "$status" -eq 0 ]
	[[ $output == *" and 0 steps: FN, "* ]]
}

@test "planted: an estimator that is right, and no boots left" {
	run "$RUNNER" shrink 6.19-x86_64/one/64M,64M,64M --results="$RESULTS"
	echo "$output"
	[ "$status" -eq 1 ]
	[[ $output == *"sparsemem is not wrong about 6.19-x86_64/one/64M,64M,64M: TN"* ]]
	run "$RUNNER" shrink 6.19-x86_64/interleaved/16M,16M,16M --results="$RESULTS" --boots=1
	[ "$status" -eq 0 ]
	[[ $output == *"Not finished after 1 boots and 0 steps: FN"* ]]
}

@test "interrupted: what was found is written, status 3, no machine left" {
	"$RUNNER" shrink 6.19-x86_64/interleaved/16M,16M,16M --results="$RESULTS" --into="$BATS_TEST_TMPDIR/into" \
		>"$BATS_TEST_TMPDIR/out" 2>&1 &
	runner=$!
	within 60 grep -q 'goes on from there' "$BATS_TEST_TMPDIR/out"
	within 20 has_machine "$runner"
	kill -INT "$runner"
	status=0
	wait "$runner" || status=$?
	cat "$BATS_TEST_TMPDIR/out"
	[ "$status" -eq 3 ]
	[ -s "$BATS_TEST_TMPDIR/into/interleaved-shrunk.yaml" ]
	[ -z "$(machines_of "$runner")" ]
}
