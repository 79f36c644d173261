# One build from its inputs to the cache: which step follows which.
# shellcheck shell=bash

make_build() {
	sweep_leftovers
	open_work "$K_NAME-$KEY"
	if [[ $K_SOURCE == dir ]]; then
		link_finished_build
	else
		check_tools
		check_disk
		get_source
		patch_source
		configure
		check_key
		compile
	fi
	write_info
	publish
	close_work
	# What an earlier attempt left behind to be read is answered.
	rm -f -- "$KEPT_LOG"
}
