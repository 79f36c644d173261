# For tests that interrupt and kill: what runs below a runner, and whether something comes true in time.

# The machines of the runner with process $1; not the qemu-system --version that it asks first.
machines_of() {
	pgrep -P "$1" -f 'qemu-system.* -M ' || true
}

has_machine() {
	[ -n "$(machines_of "$1")" ]
}

gone() {
	! kill -0 "$1" 2>/dev/null
}

# Waits for $1 seconds until the command behind it succeeds.
within() {
	local i
	for ((i = 0; i < $1 * 10; i++)); do
		! "${@:2}" || return 0
		sleep 0.1
	done
	return 1
}

# in_guest ID COMMANDS: types them at the shell of the cell's first kernel, whose console goes to the file $CONSOLE. What is written
# right before the machine is switched off may not come out of the serial port any more.
in_guest() {
	: >"$CONSOLE"
	{
		within 60 grep -q 'BusyBox' "$CONSOLE"
		sleep 1
		printf '%s; sleep 1; exit\n' "$2"
	} | timeout 120 "$RUNNER" shell "$1" >"$CONSOLE" 2>&1
}
