#!/usr/bin/env bats
# Handovers on paper. Nothing boots here: tests/golden/dataset and tests/golden/recorded are of machines that did.

setup() {
	BUILD=${BUILD:-$BATS_TEST_DIRNAME/../../build}
	RUNNER=$BUILD/kho-runner
	GOLDEN=$BATS_TEST_DIRNAME/../golden
}

refused() {
	run "$RUNNER" "$@"
	[ "$status" -eq 2 ]
	[ "${#lines[@]}" -eq 1 ]
}

@test "--help: examples, status 0" {
	run "$RUNNER" predict --help
	[ "$status" -eq 0 ]
	[[ $output == *Examples:* ]]
}

@test "bad usage and bad input: one line, status 2" {
	refused predict
	refused predict --frobnicate
	refused predict nowhere
	refused predict two-even/16M
	refused predict two-even/16M,16M,16M --estimator=oracle
	[[ $output == *"--estimator: 'oracle' is none"* ]]
	refused predict two-even --kernel=2.4-x86_64
	[[ $output == *"kernel '2.4-x86_64' has no reference boot"* ]]
	refused predict two-even --like="$BATS_TEST_TMPDIR/none"
	refused predict four --like="$GOLDEN/dataset"
	[[ $output == *"has no cell of four whose first boot was recorded with its trace"* ]]
	refused predict two-even --image=/dev/null
	refused predict two-even --kernel-size=12Q
	[[ $output == *"--kernel-size=12Q: is neither a size nor a file"* ]]
}

@test "enough scratch is status 0, too little 1" {
	run "$RUNNER" predict two-even/64M,256M,64M
	[ "$status" -eq 0 ]
	[[ $output == *"6.19-x86_64/two-even/64M,256M,64M, modelled in "* ]]
	run "$RUNNER" predict two-even/16M,16M,16M
	[ "$status" -eq 1 ]
	[[ $output == *"  replay     insufficient"* ]]
}

@test "replay decides, unless somebody else is asked" {
	run "$RUNNER" predict two-even/16M,128M,32M
	[ "$status" -eq 0 ]
	[[ $output == *"  sparsemem  insufficient  node 0 has 32 MiB, needs 64 MiB"* ]]
	run "$RUNNER" predict two-even/16M,128M,32M --estimator=sparsemem
	[ "$status" -eq 1 ]
}

@test "no handover: what is lacking, status 1" {
	run "$RUNNER" predict two-even/8M,8M,8M
	[ "$status" -eq 1 ]
	[[ $output == *"kexec_file_load is rejected: no area of scratch has room for the "*" KiB of the kernel"* ]]
	run "$RUNNER" predict two-even/16M,1024G,16M
	[ "$status" -eq 1 ]
	[[ $output == *"KHO turns itself off: no 1T in one piece for global scratch"* ]]
}

@test "200% where nobody says anything else, and several at once" {
	run "$RUNNER" predict one four/16M,64M,16M --kho-scratch=64M,64M,64M
	[[ $output == *"/one/64M,64M,64M,"*"/four/16M,64M,16M,"*"/four/64M,64M,64M,"* ]]
	run "$RUNNER" predict one
	[[ $output == *"/one/200%,"* ]]
}

@test "a file, and a larger successor" {
	run "$RUNNER" predict "$BATS_TEST_DIRNAME/../../topologies/two-even.yaml/16M,64M,64M"
	[ "$status" -eq 0 ]
	run "$RUNNER" predict two-even/16M,64M,64M --initrd-size=100M
	[ "$status" -eq 1 ]
	[[ $output == *"102400 KiB of the initrd"* ]]
}

@test "a machine's own boot, compared with what was recorded of it" {
	run "$RUNNER" predict two-even/16M,128M,32M two-even/16M,16M,16M --like="$GOLDEN/dataset" \
		--compare="$GOLDEN/dataset" --compare="$GOLDEN/recorded"
	[ "$status" -eq 1 ]
	[[ $output == *"as recorded of 6.19-x86_64/two-even/"* ]]
	[[ $output == *"  really     the same: 6.19-x86_64/two-even/16M,128M,32M in "*"/dataset"* ]]
	[[ $output != *differs* ]]
}

@test "a successor of another size is not where the recorded one was" {
	run "$RUNNER" predict two-even/16M,128M,32M --like="$GOLDEN/dataset" --compare="$GOLDEN/dataset" --initrd-size=3M
	[[ $output == *"  really     differs: 6.19-x86_64/two-even/16M,128M,32M in "* ]]
	[[ $output == *"initrd: modelled with 3145728 bytes, really "* ]]
}

@test "--json" {
	run "$RUNNER" predict two-even/64M,256M,64M two-even/8M,8M,8M --json
	[ "$status" -eq 1 ]
	[ "$(jq -r '.[0].predictions.replay.answer' <<<"$output")" = sufficient ]
	[ "$(jq -r '.[0].scratch | map(.name) | join(" ")' <<<"$output")" = "lowmem global node 0 node 1" ]
	[ "$(jq -r '.[1].end' <<<"$output")" = load-rejected ]
	[ "$(jq -r '.[1].predictions.replay.answer' <<<"$output")" = absent ]
}

@test "machines that cannot be booted: 1024 nodes, and a successor that dies of too many" {
	"$BUILD/kho-topology-gen" --strategy=grid --nodes=124,125,1024 --sizes=63G --output="$BATS_TEST_TMPDIR"
	run "$RUNNER" predict "$BATS_TEST_TMPDIR/grid-124x63G.yaml/256M,2G,1500M"
	[ "$status" -eq 0 ]
	for nodes in 125 1024; do
		run "$RUNNER" predict "$BATS_TEST_TMPDIR/grid-${nodes}x63G.yaml/256M,2G,1500M"
		[ "$status" -eq 1 ]
		[[ $output == *"cannot resize memory array, there are too many areas of scratch"* ]]
	done
}

@test "a machine that is too large is refused before anything starts" {
	mkdir "$BATS_TEST_TMPDIR/topologies"
	ln -s "$(realpath "$BATS_TEST_DIRNAME/../../kernel")" "$BATS_TEST_TMPDIR/kernel"
	"$BUILD/kho-topology-gen" --strategy=grid --nodes=65 --sizes=1G --output="$BATS_TEST_TMPDIR/topologies"
	printf 'nodes: [{memory: 4G, cpus: 256}]\n' >"$BATS_TEST_TMPDIR/topologies/busy.yaml"
	for machine in grid-65x1G busy; do
		KHO_MATRIX_DATA=$BATS_TEST_TMPDIR refused cell "6.19-x86_64/$machine/16M,16M,16M" \
			--results="$BATS_TEST_TMPDIR/results"
		[[ $output == *"'kho-runner predict' takes it"* ]]
	done
	[ ! -e "$BATS_TEST_TMPDIR/results" ]
}

# Every handover that is kept was laid out on paper as it really was, on machines that were scaled from another's boot.
@test "all cells of the data sets come out area by area, segment by segment" {
	DATASETS=$BATS_TEST_DIRNAME/../../datasets
	mapfile -t cells < <(jq -r .id "$DATASETS"/*/cells.jsonl | sort -u | sed '/+/d; s|^[^/]*/||')
	[ "${#cells[@]}" -gt 100 ]
	run "$RUNNER" predict --kernel=6.19-x86_64 --compare="$DATASETS" "${cells[@]}"
	[ "$(grep -c '  really     the same: ' <<<"$output")" -ge "${#cells[@]}" ]
	[[ $output != *"  really     differs"* ]]
}
