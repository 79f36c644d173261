#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# In QEMU's place, for test_handover.c, which runs it in a directory of its own: says a first kernel's records, and
# answers on QMP. `behaviour` there may define these functions and variables anew.

say() { printf '%s\n' "$1" >&5; }

# Before the conversation, by all that a kernel says up to its last word.
booted=0.2
first() { sleep "$booted" && cat first >&4; }

# At the $1-th "stop", before it is answered.
stop() { :; }

# What it can do there.
successor() { cat successor >&4; }
reset() { say '{"event": "SHUTDOWN", "data": {"reason": "guest-reset"}}'; }
# Its channels stay open when it is killed.
hang_up() { exec 5>&- && sleep 100; }

blind=0 # how often nothing is said of the registers
hlt=0
registers() {
	blind=$((blind - 1))
	if ((blind < 0)); then
		printf '"CPU#0\\r\\nRIP=ffffffff81000000 RFL=00000002 [-------] CPL=0 HLT=%s\\r\\n' "$hlt"
		printf 'CR0=80050033 CR2=0000000000000000 CR3=0000000000001000 CR4=00000020\\r\\n"'
	fi
}

# save ADDRESS FILE: memory is a file for each address that is asked for.
save() {
	[[ ! -e memory-$1 ]] || cp "memory-$1" "$2"
}

# shellcheck disable=SC1091
. ./behaviour

say '{"QMP": {}}'
read -r -u 5 line && say '{"return": {}, "id": 1}'
first
stopped=0
while read -r -u 5 line; do
	id=${line##*'"id":'} id=${id%\}} return={}
	case $line in
	*'"execute":"stop"'*)
		echo stop >>commands
		stopped=$((stopped + 1))
		stop "$stopped"
		;;
	*'"execute":"cont"'*)
		echo cont >>commands
		;;
	*'info registers'*)
		registers >answer # here: it counts
		[[ ! -s answer ]] || return=$(<answer)
		;;
	*'"execute":"pmemsave"'*)
		address=${line##*'"val":'} file=${line##*'"filename":"'}
		save "${address%%,*}" "${file%%'"'*}"
		;;
	esac
	say "{\"return\": $return, \"id\": $id}"
done
