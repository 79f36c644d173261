#!/usr/bin/env bats
# The libvirt backend, with a libvirtd of its own: what is refused, what is left behind (nothing), and the XML. That verdicts
# are those of plain QEMU is ci/backends' matter.

bats_require_minimum_version 1.5.0

setup_file() {
	[ -x "${BUILD:-$BATS_TEST_DIRNAME/../../build}/kho-libvirt" ] || skip "built without libvirt"
	LIBVIRTD=$(mktemp -d /tmp/kho-bats.XXXXXX)
	chmod 755 "$LIBVIRTD"
	URI=$("$BATS_TEST_DIRNAME/../../ci/libvirtd" start "$LIBVIRTD/d")
	export LIBVIRTD URI
}

teardown_file() {
	[ -n "${LIBVIRTD:-}" ] || return 0
	"$BATS_TEST_DIRNAME/../../ci/libvirtd" stop "$LIBVIRTD/d"
	rm -rf -- "$LIBVIRTD"
}

setup() {
	BUILD=${BUILD:-$BATS_TEST_DIRNAME/../../build}
	RUNNER=$BUILD/kho-runner
	RESULTS=$BATS_TEST_TMPDIR/results
	export ACCEL=tcg
	unset JOBS KERNEL_TREE KERNEL_DIR BACKEND CONNECT LIBVIRT_DEFAULT_URI
}

domains() {
	virsh -q -c "$URI" list --all --name | xargs
}

pools() {
	virsh -q -c "$URI" pool-list --all --name | xargs
}

# Waits until something is as it is to be, and says what it was if it never is.
until_true() {
	for _ in {1..150}; do
		"$@" && return 0
		sleep 0.1
	done
	echo "never: $*; domains: $(domains); pools: $(pools)"
	return 1
}

has_domain() {
	[ -n "$(domains)" ]
}

no_domain() {
	[ -z "$(domains)" ]
}

nothing_left() {
	[ -z "$(domains)$(pools)" ] && [ -z "$(ls -d /var/tmp/kho-matrix-* 2>/dev/null)" ] && ! pgrep -f 'guest=kho-matrix-' >/dev/null
}

refused() {
	run "$RUNNER" cell 6.19-x86_64/one/200% --results="$RESULTS" "${@:2}"
	echo "$output"
	[ "$status" -eq 2 ]
	[ "${#lines[@]}" -eq 1 ]
	[[ $output == *"$1"* ]]
	[ ! -e "$RESULTS" ]
}

@test "bad usage: one line, status 2" {
	refused "is neither qemu nor libvirt" --backend=xen
	refused "is for --backend=libvirt" --connect="$URI"
	run "$RUNNER" shell 6.19-x86_64/one/200% --backend=libvirt --connect="$URI"
	[ "$status" -eq 2 ]
	[[ $output == *"needs QEMU as a child"* ]]
}

@test "no libvirt there: one line, status 3" {
	run "$RUNNER" cell 6.19-x86_64/one/200% --backend=libvirt --connect="$URI-not" --results="$RESULTS"
	[ "$status" -eq 3 ]
	[ "${#lines[@]}" -eq 1 ]
	[[ $output == *"no connection to"* ]]
	[ ! -e "$RESULTS" ]
}

@test "a survivor: its memory is read through libvirt, and nothing is left" {
	run "$RUNNER" cell 6.19-x86_64/two-even/16M,128M,32M --backend=libvirt --connect="$URI" --results="$RESULTS"
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == *"fell back to small blocks"* ]]
	[ -s "$RESULTS/latest/cells/6.19-x86_64/two-even/16M,128M,32M/domain.xml" ]
	[ "$(jq -r .qemu "$RESULTS/latest/results.json")" != "${output}" ]
	[[ $(jq -r .qemu "$RESULTS/latest/results.json") == *libvirt* ]]
	[ "$(jq '.cells[0].outcome.cpu_seconds > 0.5' "$RESULTS/latest/results.json")" = true ]
	until_true nothing_left
}

@test "a death: stack, log and reason through libvirt" {
	run "$RUNNER" cell 6.19-x86_64/two-even/16M,16M,16M --backend=libvirt --connect="$URI" --results="$RESULTS"
	echo "$output"
	[ "$status" -eq 0 ]
	grep -q free_area_init "$RESULTS"/latest/cells/*/*/*/autopsy.txt
	grep -q 'memory map backing failed' "$RESULTS"/latest/cells/*/*/*/autopsy.txt
	until_true nothing_left
}

# As over ssh, but for ssh: nothing of this host is seen but through the connection.
@test "a death over a remote transport" {
	own=
	[ "$(id -u)" -ne 0 ] || own="setpriv --reuid=65534 --regid=65534 --clear-groups"
	printf '#!/bin/sh\nexec %s env XDG_RUNTIME_DIR=%s virt-ssh-helper qemu:///session\n' "$own" "$LIBVIRTD/d/run" >"$BATS_TEST_TMPDIR/transport"
	chmod +x "$BATS_TEST_TMPDIR/transport"
	run "$RUNNER" cell 6.19-x86_64/two-even/16M,16M,16M --backend=libvirt --results="$RESULTS" \
		--connect="qemu+ext:///session?command=$BATS_TEST_TMPDIR/transport"
	echo "$output"
	[ "$status" -eq 0 ]
	grep -q 'memory map backing failed' "$RESULTS"/latest/cells/*/*/*/autopsy.txt
	until_true nothing_left
}

@test "placed, and with tables of its own" {
	run "$RUNNER" cell 6.19-x86_64/windows/16M,128M,32M --backend=libvirt --connect="$URI" --results="$RESULTS"
	echo "$output"
	[ "$status" -eq 0 ]
	until_true nothing_left
}

@test "kill -9 of the runner: no domain, no QEMU, no file stays" {
	"$RUNNER" cell 6.19-x86_64/two-even/16M,128M,32M --backend=libvirt --connect="$URI" --results="$RESULTS" >/dev/null 2>&1 3>&- &
	runner=$!
	until_true has_domain
	kill -KILL "$runner"
	wait "$runner" || true
	until_true nothing_left
}

@test "kill -9 of what stands for the machine: the cell is lost, and the host is clean" {
	"$RUNNER" cell 6.19-x86_64/two-even/16M,128M,32M --backend=libvirt --connect="$URI" --results="$RESULTS" >"$BATS_TEST_TMPDIR/said" 2>&1 3>&- &
	runner=$!
	until_true has_domain
	pkill -KILL -P "$runner" kho-libvirt
	status=0
	wait "$runner" || status=$?
	cat "$BATS_TEST_TMPDIR/said"
	[ "$status" -eq 3 ]
	[ "$(jq -r '.cells[0].outcome.name' "$RESULTS/latest/results.json")" = lost ]
	# Its domain ends with its connection; files that it was about to remove are the next one's.
	until_true no_domain
	"$BUILD/kho-libvirt" --check "$URI"
	until_true nothing_left
}

@test "what a killed one left in storage is swept by the next" {
	dead=$(sh -c 'echo $$')
	place=$(printf '%s|%s\n|%s' "$(hostname)" "$(cat /proc/sys/kernel/random/boot_id)" "$(readlink /proc/self/ns/pid)" | sha256sum | cut -c1-12)
	left=kho-matrix-$place-$dead-1
	virsh -q -c "$URI" pool-define-as "$left" dir --target "/var/tmp/$left"
	virsh -q -c "$URI" pool-build "$left"
	virsh -q -c "$URI" pool-start "$left"
	virsh -q -c "$URI" vol-create-as "$left" kernel 1M
	virsh -q -c "$URI" pool-define-as kho-matrix-somebody dir --target "$LIBVIRTD/somebody"
	"$BUILD/kho-libvirt" --check "$URI"
	echo "left: $(pools)"
	[ "$(pools)" = kho-matrix-somebody ]
	[ ! -e "/var/tmp/$left" ]
	virsh -q -c "$URI" pool-undefine kho-matrix-somebody
}

@test "the XML of every machine that can be booted is valid, and libvirt's test driver takes it" {
	for file in "$BATS_TEST_DIRNAME"/../../topologies/*.yaml; do
		name=$(basename "$file" .yaml)
		"$BUILD/kho-topology-gen" --format=libvirt-xml "$file" --output="$BATS_TEST_TMPDIR/xml" >/dev/null
		virt-xml-validate "$BATS_TEST_TMPDIR/xml/$name.xml"
		virsh -q -c test:///default create "$BATS_TEST_TMPDIR/xml/$name.xml"
	done
}
