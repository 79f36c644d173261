# Locks, one file each under locks/. The files stay: a lock file that is removed can be locked twice.
# shellcheck shell=bash
# What is set here is read by the other steps.
# shellcheck disable=SC2034

# take_lock FD-VARIABLE NAME WHAT-FOR: waits, and says so.
take_lock() {
	local -n fd=$1
	exec {fd}>>"$CACHE/locks/$2"
	if ! flock --nonblock "$fd"; then
		note "$3: another run is at it, waiting"
		flock "$fd"
	fi
}

# Held until the process, and every child that is still writing into the work directory, is gone.
lock_build() {
	take_lock BUILD_LOCK "$1" "$1"
}

# Work directories of killed runs. One whose lock is taken belongs to a run that lives.
sweep_leftovers() {
	local dir name
	for dir in "$CACHE"/work/*/; do
		[[ -d $dir ]] || continue
		name=$(basename "$dir")
		[[ $name != "$K_NAME-$KEY" ]] || continue
		(
			flock --nonblock 9 || exit 0
			note "removing what a killed run left: $dir"
			rm -rf -- "$dir"
		) 9>>"$CACHE/locks/$name"
	done
}
