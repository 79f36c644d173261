# Kernel files, kernel/kernels/NAME.kernel: read line by line, nothing is evaluated.
# shellcheck shell=bash
# What is set here is read by the other steps.
# shellcheck disable=SC2034

bad_line() {
	fail 2 "$DEFINITION:$LINE" "$1"
}

# read_definition NAME: sets K_NAME, K_ARCH, K_SERIES, K_SOURCE (debian, debian-binary, tree or dir), K_PACKAGE, K_SUITES,
# K_VERSIONS, K_PIN (version to SHA-256), K_CONFIGS, K_PATCHES, K_RANGE (file to the versions that it is for), and
# DEFINITION, the file.
read_definition() {
	K_NAME=$1 K_ARCH='' K_SERIES='' K_SOURCE='' K_PACKAGE='' K_SUITES=() K_VERSIONS=() K_CONFIGS=() K_PATCHES=()
	declare -gA K_PIN=() K_RANGE=()
	DEFINITION=$KERNELS_DIR/$K_NAME.kernel
	[[ $K_NAME =~ ^[A-Za-z0-9][A-Za-z0-9._-]*$ && -f $DEFINITION ]] ||
		fail 2 "$K_NAME" "no such kernel" "kho-kernel list names those there are"
	local line words
	LINE=0
	while IFS= read -r line || [[ -n $line ]]; do
		LINE=$((LINE + 1))
		read -ra words <<<"${line%%#*}"
		[[ ${#words[@]} -eq 0 ]] || read_setting "${words[@]}"
	done <"$DEFINITION"
	check_definition
}

read_setting() {
	local key=$1
	shift
	case $key in
	arch) set_once K_ARCH "$key" "$@" ;;
	series) set_once K_SERIES "$key" "$@" ;;
	source) read_source "$@" ;;
	version) read_version "$@" ;;
	config) add_file K_CONFIGS "$key" "$@" ;;
	patch) add_file K_PATCHES "$key" "$@" ;;
	*) bad_line "$key: unknown key, known are arch, series, source, version, config, patch" ;;
	esac
}

set_once() {
	local -n variable=$1
	[[ $# -eq 3 ]] || bad_line "$2: needs one value"
	[[ -z $variable ]] || bad_line "$2: given twice"
	variable=$3
}

read_source() {
	[[ -z $K_SOURCE ]] || bad_line "source: given twice"
	K_SOURCE=${1:-}
	case $K_SOURCE in
	debian | debian-binary)
		[[ $# -ge 3 ]] || bad_line "source $1: needs a package and at least one suite"
		K_PACKAGE=$2
		K_SUITES=("${@:3}")
		;;
	tree | dir)
		[[ $# -eq 1 ]] || bad_line "source $1: takes no value"
		;;
	*)
		bad_line "source: must be debian, debian-binary, tree or dir, not '$K_SOURCE'"
		;;
	esac
}

read_version() {
	[[ $# -eq 1 || $# -eq 2 ]] || bad_line "version: needs a version, and may have the SHA-256 of its tarball or package"
	[[ $1 =~ ^[0-9]+(\.[0-9]+)+$ ]] || bad_line "version: '$1' is not a version"
	[[ -z ${2:-} || $2 =~ ^[0-9a-f]{64}$ ]] || bad_line "version: '$2' is not a SHA-256"
	K_VERSIONS+=("$1")
	K_PIN[$1]=${2:-}
}

add_file() {
	local -n list=$1
	local key=$2 file=${3:-}
	[[ $# -ge 3 && $# -le 5 ]] ||
		bad_line "$key: needs a file, and may have the first version that it is for and the first that it is not"
	[[ -f $KHO_ROOT/$file ]] || bad_line "$key: $file: no such file"
	local version
	for version in "${@:4}"; do
		[[ $version =~ ^[0-9]+(\.[0-9]+)+$ ]] || bad_line "$key: '$version' is not a version"
	done
	list+=("$file")
	K_RANGE[$file]="${*:4}"
}

check_definition() {
	LINE=$((LINE > 0 ? LINE : 1))
	[[ -n $K_ARCH ]] || bad_line "arch: missing"
	arch_known || bad_line "arch: '$K_ARCH' is not known, known are $ARCHES"
	[[ $K_NAME == *-"$K_ARCH" ]] || bad_line "arch: the name of a kernel for it must end in -$K_ARCH"
	[[ -n $K_SOURCE ]] || bad_line "source: missing"
	[[ $K_SOURCE == dir || ${#K_CONFIGS[@]} -gt 0 ]] || bad_line "config: missing"
	[[ $K_SOURCE != debian* || ${#K_VERSIONS[@]} -gt 0 ]] || bad_line "version: missing"
	local version
	for version in "${K_VERSIONS[@]}"; do
		[[ $version == "$K_SERIES".* || $version == "$K_SERIES" ]] ||
			bad_line "version: $version is not of the series '$K_SERIES'"
	done
	case $K_SOURCE in
	tree) require_directory KERNEL_TREE "a kernel source tree" ;;
	dir) require_directory KERNEL_DIR "a finished build ($(arch_image_name), vmlinux, .config)" ;;
	esac
}

# require_directory VARIABLE WHAT: the environment names a directory; USER_DIR becomes its real path.
require_directory() {
	local value=${!1:-}
	[[ -n $value ]] || fail 2 "$K_NAME" "$1 is not set" "set it to $2"
	[[ -d $value ]] || fail 2 "$K_NAME" "$1=$value" "no such directory"
	USER_DIR=$(cd -- "$value" && pwd -P)
}
