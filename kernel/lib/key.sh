# The cache key: a hash over everything that a build is made of.
# shellcheck shell=bash
# What is set here is read by the other steps.
# shellcheck disable=SC2034

# Sets KEY. For a user's tree or build also USER_STATE, the hash of what is in it.
set_key() {
	[[ $K_SOURCE != tree ]] || set_tree_state
	[[ $K_SOURCE != dir ]] || set_dir_state
	KEY=$(hash_inputs)
}

# Once everything has been read: what somebody edited meanwhile must not end up under the old key.
check_key() {
	[[ $(hash_inputs) == "$KEY" ]] ||
		fail 2 "$K_NAME" "a file that goes into the kernel changed while it was read" "run again"
}

hash_inputs() {
	key_input | sha256sum | cut -c1-20
}

# The steps that shape the result. How it is asked for, fetched, waited for and shown does not count.
SHAPING_STEPS=(kernel/lib/{arch,build,range,source,tree,config,compile,finished,result}.sh)

# Names in the repository count, its place on this machine does not.
key_input() (
	cd -- "$KHO_ROOT" || exit
	printf 'name %s\n' "$K_NAME"
	sha256sum <"$DEFINITION"
	sha256sum -- kernel/unpack.exclude "${SHAPING_STEPS[@]}"
	if [[ $K_SOURCE != dir ]]; then
		sha256sum -- "${K_CONFIGS[@]}" "${K_PATCHES[@]}" "${KERNEL_ESTIMATOR[@]}" "$KERNEL_CALLER"
		compiler_version
	fi
	printf 'state %s\n' "${USER_STATE:-}"
)

compiler_version() {
	local cross
	cross=$(arch_cross)
	command -v "${cross}gcc" >/dev/null ||
		fail 3 "missing: ${cross}gcc" "install the package $(arch_compiler_package)" "ci/deps does it"
	"${cross}gcc" -v 2>&1 | grep -E "^(Target|gcc version)"
	"${cross}ld" --version | head -n 1
}

set_dir_state() {
	find_finished_build
	USER_STATE=$(stat -L -c '%n %s %Y %Z %i' -- "$USER_IMAGE" "$USER_DIR/vmlinux" "$USER_DIR/.config" |
		sha256sum | cut -d' ' -f1)
}
