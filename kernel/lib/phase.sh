# A phase: one command that may take long, in the background, so that a signal is heard at once, and watched,
# so that a person sees it move.
# shellcheck shell=bash
# What is set here is read by the other steps.
# shellcheck disable=SC2034

LIVE=
[[ -t 2 ]] && LIVE=yes
LIVE_SHOWN=
PLAIN_EVERY=15

end_live_line() {
	[[ -z $LIVE_SHOWN ]] || printf '\r\033[K' >&2
	LIVE_SHOWN=
}

# On a terminal one line that is overwritten every second, elsewhere a line of its own every 15 s.
show_progress() {
	local seconds=$1 text=$2
	if [[ -n $LIVE ]]; then
		printf '\r\033[Kkho-kernel: %s' "${text:0:100}" >&2
		LIVE_SHOWN=yes
	elif ((seconds >= PLAIN_EVERY && seconds / PLAIN_EVERY != PLAIN_SHOWN)); then
		PLAIN_SHOWN=$((seconds / PLAIN_EVERY))
		note "$text"
	fi
}

# run_phase TITLE COUNTER COMMAND...: runs COMMAND with its output in $LOG; COUNTER prints how far it is.
# Returns COMMAND's status.
run_phase() {
	local title=$1 counter=$2
	shift 2
	local start=$SECONDS seconds shown=-1 status=0
	PLAIN_SHOWN=0
	note "$title"
	# A program (not a function of ours) also ends when we are killed in a way that no trap sees.
	if [[ $(type -t "$1") == file ]]; then
		set -- exec setpriv --pdeathsig TERM "$@"
	fi
	# With job control the command leads a process group, and can be stopped with all it has started.
	set -m
	"$@" >>"$LOG" 2>&1 </dev/null &
	CHILD=$!
	set +m
	while kill -0 "$CHILD" 2>/dev/null; do
		seconds=$((SECONDS - start))
		if ((seconds != shown)); then
			shown=$seconds
			show_progress "$seconds" "$title: $("$counter"), $seconds s"
		fi
		sleep 0.05
	done
	wait "$CHILD" || status=$?
	CHILD=
	end_live_line
	((status != 0)) || note "$title: done, $("$counter"), $((SECONDS - start)) s"
	return "$status"
}

# Keeps the log of what failed, and prints the lines that decided it.
keep_log() {
	cp -- "$LOG" "$KEPT_LOG"
	end_live_line
	{ grep -aE 'error[: ]|\*\*\*|undefined reference|No space left|^[WE]: |Killed|FAILED' "$LOG" || tail -n 8 "$LOG"; } |
		tail -n 12 | sed 's/^/    /' >&2
}
