#!/usr/bin/env bats
# A matrix as a Slurm array, on a cluster of its own: a node that fails, a runner that is killed, a job that is cancelled. That
# verdicts are those of a run in one piece is ci/backends' matter.

bats_require_minimum_version 1.5.0

setup_file() {
	command -v slurmctld >/dev/null || skip "no Slurm here"
	CLUSTER=$(mktemp -d /tmp/kho-bats.XXXXXX)
	chmod 755 "$CLUSTER"
	SLURM_CONF=$("$BATS_TEST_DIRNAME/../../ci/slurm/cluster" start "$CLUSTER/d")
	cat >"$CLUSTER/small.yaml" <<-'YAML'
		description: one cell
		kernels: [6.19-x86_64]
		groups:
		  - topologies: [one]
		    kho_scratch: ["16M,16M,64M"]
	YAML
	export CLUSTER SLURM_CONF
}

teardown_file() {
	[ -n "${CLUSTER:-}" ] || return 0
	"$BATS_TEST_DIRNAME/../../ci/slurm/cluster" stop "$CLUSTER/d"
	rm -rf -- "$CLUSTER"
}

setup() {
	SUBMIT=$BATS_TEST_DIRNAME/../../ci/slurm/submit
	OUT=$BATS_TEST_TMPDIR/out
	export ACCEL=tcg
	unset JOBS KERNEL_TREE KERNEL_DIR BACKEND CONNECT
}

until_true() {
	for _ in {1..300}; do
		"$@" && return 0
		sleep 0.1
	done
	echo "never: $*"
	squeue
	tail -n 5 "$OUT"/*.log
	return 1
}

# The runner of this test's shard, and the machine that it runs.
runner() {
	pgrep -f "kho-runner matrix .* --results=$OUT/1" | head -1
}

has_machine() {
	[ -n "$(runner)" ] && pgrep -P "$(runner)" qemu-system >/dev/null
}

is_quiet() {
	[ -z "$(runner)" ] && ! pgrep -f "kho_matrix.run=$1" >/dev/null
}

no_job() {
	[ -z "$(squeue -h)" ]
}

# The run id of the machine: on its command line.
machine() {
	pgrep -a -P "$(runner)" qemu-system | grep -o 'kho_matrix.run=[0-9a-f]*' | head -1 | cut -d= -f2
}

start_now() {
	scontrol update jobid="$(squeue -h -t PD -n kho-small -o %A | head -1)" starttime=now 2>/dev/null
}

@test "bad usage: one line, status 2, nothing submitted" {
	for words in "smoke 0 $OUT" "smoke x $OUT" "smoke 2 $CLUSTER"; do
		# shellcheck disable=SC2086
		run "$SUBMIT" $words
		[ "$status" -eq 2 ]
		[ "${#lines[@]}" -eq 1 ]
	done
	run "$SUBMIT" smoke
	[ "$status" -eq 2 ]
	no_job
}

@test "a node that fails: the shard is queued again, starts anew, and the whole is as expected" {
	"$SUBMIT" "$CLUSTER/small.yaml" 1 "$OUT"
	until_true has_machine
	id=$(machine)
	scontrol update nodename="$(hostname -s)" state=down reason=test
	until_true is_quiet "$id"
	# One that answers again may be back by itself.
	scontrol update nodename="$(hostname -s)" state=resume 2>/dev/null || true
	# What is queued again waits two minutes, unless told otherwise.
	until_true start_now
	until_true test -e "$OUT/status"
	cat "$OUT"/*.log
	[ "$(<"$OUT/status")" -eq 0 ]
	grep -q 'started again' "$OUT/1.log"
	grep -q '1 cells in .*: 1 as expected; 2 of 2 controls survived' "$OUT/merge.log"
	until_true no_job
}

@test "kill -9 of the runner: no machine and no job stays, and the whole is not a success" {
	"$SUBMIT" "$CLUSTER/small.yaml" 1 "$OUT"
	until_true has_machine
	id=$(machine)
	kill -KILL "$(runner)"
	until_true is_quiet "$id"
	until_true test -e "$OUT/status"
	[ "$(<"$OUT/status")" -eq 3 ]
	cat "$OUT/merge.log"
	grep -q 'was killed before its end' "$OUT/merge.log"
	until_true no_job
}

@test "a job that is cancelled ends its machines, and what it has is written down" {
	"$SUBMIT" "$CLUSTER/small.yaml" 1 "$OUT"
	until_true has_machine
	id=$(machine)
	scancel --name=kho-small --signal=TERM --full
	until_true is_quiet "$id"
	until_true test -e "$OUT/status"
	[ "$(<"$OUT/status")" -eq 3 ]
	[ "$(jq .interrupted "$OUT/merged/latest/results.json")" = true ]
	until_true no_job
}
