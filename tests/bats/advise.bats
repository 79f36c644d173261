#!/usr/bin/env bats
# Which scratch a machine needs, on paper. Nothing boots here.

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

advised() { jq -r ".estimators.replay.$1.kho_scratch" <<<"$output"; }

@test "--help: examples, status 0" {
	run "$RUNNER" advise --help
	[ "$status" -eq 0 ]
	[[ $output == *Examples:* ]]
}

@test "bad usage and bad input: one line, status 2" {
	refused advise
	refused advise one two-even
	refused advise --live one
	refused advise --live --like="$GOLDEN/dataset"
	refused advise --live --boundary
	refused advise nowhere
	refused advise two-even --margin=much
	[[ $output == *"--margin: 'much' is neither percent nor a size"* ]]
	refused advise two-even --estimator=oracle
	refused advise --live --dmesg="$BATS_TEST_TMPDIR/none"
}

@test "the smallest is the smallest: predict accepts it, and not one pageblock or percent less" {
	run "$RUNNER" advise two-even --json
	[ "$status" -eq 0 ]
	smallest=$(advised smallest)
	percent=$(advised smallest_percent)
	[[ $smallest =~ ^0,([0-9]+)M,0$ ]]
	run "$RUNNER" predict "two-even/$smallest" "two-even/$percent"
	[ "$status" -eq 0 ]
	run "$RUNNER" predict "two-even/0,$((BASH_REMATCH[1] - 2))M,0"
	[ "$status" -eq 1 ]
	run "$RUNNER" predict "two-even/$((${percent%\%} - 1))%"
	[ "$status" -eq 1 ]
}

@test "what is advised has a margin, and is accepted" {
	for machine in one four large memoryless tiny-node; do
		run "$RUNNER" advise "$machine" --json
		[ "$status" -eq 0 ]
		[ "$(jq '.estimators.replay | .advised.bytes - .smallest.bytes >= 16777216' <<<"$output")" = true ]
		run "$RUNNER" predict "$machine/$(advised advised)" "$machine/$(advised advised_percent)"
		[ "$status" -eq 0 ]
	done
}

@test "a larger margin, a larger initrd: more scratch" {
	run "$RUNNER" advise two-even --json
	before=$(jq .estimators.replay.advised.bytes <<<"$output")
	run "$RUNNER" advise two-even --json --margin=1G
	[ "$(jq ".estimators.replay.advised.bytes - $before > 900000000" <<<"$output")" = true ]
	run "$RUNNER" advise two-even --json --initrd-size=500M
	[ "$(jq ".estimators.replay.smallest.bytes > 500000000" <<<"$output")" = true ]
}

@test "nothing is enough: status 1" {
	run "$RUNNER" advise two-even --initrd-size=100G
	[ "$status" -eq 1 ]
	[[ $output != *kho_scratch=* ]]
}

@test "--live: whatever this machine is, what is not known of it is named" {
	run "$RUNNER" advise --live
	[[ $output == *"  not known: the successor's kernel"* ]]
	[ "$status" -le 1 ]
}

@test "--live with the log of a boot with memblock=debug: no model but that boot" {
	{
		echo '[    0.000000] Early memory node ranges'
		grep -E '  node   [01]: \[mem' "$GOLDEN/early-boot-two-even-64M-256M-64M.console" | head -4
		sed '/Starting new kernel/,$d' "$GOLDEN/early-boot-two-even-64M-256M-64M.console"
	} >"$BATS_TEST_TMPDIR/dmesg"
	run "$RUNNER" advise --live --dmesg="$BATS_TEST_TMPDIR/dmesg"
	[ "$status" -eq 0 ]
	[[ $output == *"this machine as it booted"* ]]
	[[ $output == *"  replay     0,"*"M,0 ("* ]]
}
