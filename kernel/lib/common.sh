# Messages, the cache's place, and the private work directory that never outlives the run.
# shellcheck shell=bash
# What is set here is read by the other steps.
# shellcheck disable=SC2034

CACHE=$(realpath -m -- "${XDG_CACHE_HOME:-${HOME:?HOME is not set}/.cache}/kho-matrix")
WORK=
CHILD=

note() {
	printf 'kho-kernel: %s\n' "$*" >&2
}

# fail STATUS WHAT WHERE WHAT-TO-DO: one line, then out.
fail() {
	local status=$1
	shift
	local line=$1
	shift
	local part
	for part; do
		line+=": $part"
	done
	end_live_line
	note "$line"
	exit "$status"
}

usage_error() {
	fail 2 "$1" "see kho-kernel --help"
}

prepare_cache() {
	mkdir -p "$CACHE"/{downloads,builds,work,locks,logs} ||
		fail 3 "cannot create the cache" "$CACHE" "set XDG_CACHE_HOME to a directory you can write to"
	trap leave EXIT
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM
}

# The caller holds the lock of this name, so whatever is there was left by a run that died.
open_work() {
	WORK=$CACHE/work/$1
	rm -rf -- "$WORK"
	mkdir -p "$WORK/result"
	LOG=$WORK/log
	KEPT_LOG=$CACHE/logs/$1.log
	: >"$LOG"
}

close_work() {
	[[ -n $WORK ]] || return 0
	rm -rf -- "$WORK"
	WORK=
}

# However the run ends: no process left, no half-made tree left.
leave() {
	local status=$?
	trap - EXIT
	trap '' HUP INT TERM
	if [[ -n $CHILD ]]; then
		kill -TERM -- "-$CHILD" 2>/dev/null || true
		wait "$CHILD" 2>/dev/null || true
	fi
	end_live_line
	close_work
	exit "$status"
}
