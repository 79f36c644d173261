#!/usr/bin/env bats
# ci/detectors: every planted fault of a real kernel is named rightly, and a wrong name is noticed.

bats_require_minimum_version 1.5.0

setup() {
	ROOT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	DETECTORS=$ROOT/ci/detectors
	T=$BATS_TEST_TMPDIR
	unset ROUNDS LOAD PARALLEL FAULTS CELL TABLE OUTPUT KERNEL_TREE KERNEL_DIR
}

@test "--help and --list" {
	run -0 "$DETECTORS" --help
	[[ $output == usage:*"exit status:"* ]]
	run -0 "$DETECTORS" --list
	[ "${lines[0]}" = none ]
}

@test "bad usage and a bad table: one line, status 2, nothing run" {
	complaint() {
		run -2 "$DETECTORS"
		[ "${#lines[@]}" -eq 1 ]
		[[ $output == "ci/detectors: "*"$1"* ]]
	}
	run -2 "$DETECTORS" --frobnicate
	ROUNDS=0 complaint "ROUNDS=0: is not a number from 1"
	LOAD=much complaint "LOAD=much"
	PARALLEL=-1 complaint "PARALLEL=-1"
	FAULTS="none nosuch" complaint "nosuch: not in"
	TABLE="$T/none" complaint "$T/none: cannot be read"
	printf '# a comment\n\na hung\n' >"$T/table"
	TABLE="$T/table" complaint "$T/table:3: no outcome or no reason"
	printf 'a dead -\n' >"$T/table"
	TABLE="$T/table" complaint "$T/table:1: no outcome"
	printf 'a hung -\na hung -\n' >"$T/table"
	TABLE="$T/table" complaint "$T/table:2: a is there twice"
}

@test "the table names the faults that the kernel knows, and no others" {
	sed -n 's/^+\t{ "\([a-z-]*\)",.*/\1/p' "$ROOT"/kernel/patches/0002-*.patch | sort >"$T/kernel"
	"$DETECTORS" --list | grep -vx none | sort >"$T/table"
	[ -s "$T/kernel" ]
	diff "$T/kernel" "$T/table"
}

# What it prints is TAP of its own: here it is only said how far it is.
@test "every planted fault is named rightly, with an early console and without" {
	OUTPUT="$ROOT/build/detectors" "$DETECTORS" | sed -u 's/^/# /' >&3
	[ "${PIPESTATUS[0]}" -eq 0 ]
}

@test "a fault that is not what the table says is not ok, status 1" {
	printf 'panic-late hung -\n' >"$T/table"
	TABLE="$T/table" OUTPUT="$T/out" run -1 "$DETECTORS"
	echo "$output"
	[ "${lines[0]}" = 1..2 ]
	[ "$(grep -c '^not ok [12] - panic-late.*: panicked: ' <<<"$output")" -eq 2 ]
	[[ $output == *"# wanted: hung: "* && $output == *"# 0 of 2 named rightly"* ]]
	[ -s "$T/out/1/panic-late/latest/cells/6.19-faults-x86_64/two-even/64M,256M,64M/console.log" ]
	printf 'panic-late panicked another reason\n' >"$T/table"
	TABLE="$T/table" OUTPUT="$T/out" run -1 "$DETECTORS"
	[[ $output == *"# wanted: panicked: another reason"* ]]
}

@test "no record is status 3, and says where to look" {
	printf 'none survived -\n' >"$T/table"
	TABLE="$T/table" OUTPUT="$T/out" CELL=6.19-faults-x86_64/nosuch/64M,256M,64M run -3 "$DETECTORS"
	[ "$(grep -c "^not ok [12] - none.*: no record" <<<"$output")" -eq 2 ]
	[[ $output == *"$T/out/1/none/output"* ]]
	grep -q nosuch "$T/out/1/none/output"
}

@test "killed without a chance to clean up: no busy loop and no machine is left" {
	LOAD=2 PARALLEL=2 FAULTS=loop-late OUTPUT="$T/out" "$DETECTORS" >"$T/log" 2>&1 3>&- &
	local script=$! left='' pid
	for _ in $(seq 200); do
		left=$(pgrep -P "$script" || true)
		[ "$(wc -w <<<"$left")" -lt 4 ] || break
		sleep 0.05
	done
	[ "$(wc -w <<<"$left")" -ge 4 ]
	kill -KILL "$script"
	wait "$script" || true
	for _ in $(seq 100); do
		alive=0
		for pid in $left; do
			grep -qs '^State:.[^Z]' "/proc/$pid/status" && alive=1
		done
		[ "$alive" -eq 1 ] || break
		sleep 0.05
	done
	[ "$alive" -eq 0 ]
}
