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
