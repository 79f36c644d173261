#!/usr/bin/env bats
# kho_probe --capture: the machine that it runs on as a topology file. Real machines, this one and guests.

load processes

setup() {
	BUILD=${BUILD:-$BATS_TEST_DIRNAME/../../build}
	# shellcheck disable=SC2034 # in_guest runs it
	RUNNER=$BUILD/kho-runner
	PROBE=$BUILD/guest/kho_probe
	CONSOLE=$BATS_TEST_TMPDIR/console
	ROOT=$(realpath "$BATS_TEST_DIRNAME/../..")
	export ACCEL=tcg
	unset JOBS KERNEL_TREE KERNEL_DIR
}

# Boots topologies/$1 of the data in $2 and has the guest captured, in its shell.
capture_guest() {
	KHO_MATRIX_DATA=$2 in_guest "6.19-x86_64/$1/16M,16M,16M" 'dmesg -n 1; /kho_probe --capture; echo captured' || true
	tr -d '\r' <"$CONSOLE" | sed -n '/^# Captured by/,/^captured/p' | sed '/^captured/d'
}

# A copy of the project's data, by links, whose topologies are its own.
make_data() {
	mkdir -p "$1/topologies"
	for entry in "$ROOT"/*; do
		[ "$(basename "$entry")" = topologies ] || ln -s "$entry" "$1"
	done
}

@test "this machine, as root and as nobody: a file, or what is missing" {
	run "$PROBE" --capture
	echo "$output"
	[ "$status" -le 1 ]
	[[ ${lines[0]} == "# Captured by kho_probe --capture: Linux $(uname -r) on "* ]]
	if [ "$(id -u)" -eq 0 ]; then
		# Where nobody may read, too.
		public=$(mktemp -d)
		chmod 755 "$public"
		cp "$PROBE" "$public"
		run setpriv --reuid=65534 --regid=65534 --clear-groups "$public/kho_probe" --capture
		rm -r "$public"
		[ "$status" -le 1 ]
		[[ $output == *"# not known: "* ]]
	fi
	run "$PROBE" --capture more
	[ "$status" -eq 2 ]
	run bash -c '"$1" --capture >/dev/full' - "$PROBE"
	[ "$status" -eq 3 ]
}

@test "a guest, captured and booted again, gives the same capture" {
	make_data "$BATS_TEST_TMPDIR/data"
	for topology in memoryless interleaved windows; do
		first=$(capture_guest "$topology" "$ROOT")
		echo "$first"
		[[ $first == *"description: captured from Linux"* ]]
		printf '%s\n' "$first" >"$BATS_TEST_TMPDIR/data/topologies/again.yaml"
		again=$(capture_guest again "$BATS_TEST_TMPDIR/data")
		diff <(printf '%s\n' "$first") <(printf '%s\n' "$again")
	done
}
