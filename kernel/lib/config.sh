# From fragments to .config, and the proof that nothing asked for was dropped on the way.
# shellcheck shell=bash
# What is set here is read by the other steps.
# shellcheck disable=SC2034

configure() {
	local config fragments=()
	for config in "${K_CONFIGS[@]}"; do
		fragments+=("$KHO_ROOT/$config")
	done
	cat -- "${fragments[@]}" >"$WORK/fragment"
	run_phase "configure" configured make_config || {
		keep_log
		fail "$(build_failure_status)" "$K_NAME" "make olddefconfig fails" "the log is $KEPT_LOG"
	}
	check_config "$SOURCE/.config" "${fragments[@]}"
	RELEASE=$(kernel_make -s kernelrelease)
}

# allnoconfig lets each line of the fragment stand; olddefconfig settles what depends on it.
make_config() {
	kernel_make KCONFIG_ALLCONFIG="$WORK/fragment" allnoconfig &&
		kernel_make olddefconfig
}

configured() {
	printf '%d options on' "$(grep -cs '=y' "$SOURCE/.config")" || true
}

# check_config CONFIG FRAGMENT...: exits 2, naming all that is missing.
check_config() {
	local config=$1 fragment missing=()
	shift
	for fragment in "$config" "$@"; do
		[[ -f $fragment ]] || fail 2 "check-config" "$fragment" "no such file"
	done
	for fragment; do
		check_fragment "$config" "$fragment"
	done
	[[ ${#missing[@]} -eq 0 ]] ||
		fail 2 "asked for, but not in the configuration" "${missing[*]}" \
			"each depends on another option that is off, or this kernel does not have it"
}

# Adds to the caller's missing.
check_fragment() {
	local config=$1 fragment=$2 line number=0
	while IFS= read -r line || [[ -n $line ]]; do
		number=$((number + 1))
		if [[ $line =~ ^(CONFIG_[A-Za-z0-9_]+)=n$ || $line =~ ^'# '(CONFIG_[A-Za-z0-9_]+)' is not set'$ ]]; then
			! grep -q "^${BASH_REMATCH[1]}=" "$config" || report_missing "${BASH_REMATCH[1]}=n"
		elif [[ $line =~ ^CONFIG_[A-Za-z0-9_]+=.+$ ]]; then
			grep -qxF -- "$line" "$config" || report_missing "$line"
		elif [[ -n $line && $line != '#'* ]]; then
			fail 2 "$fragment:$number" "'$line' is neither an option nor a comment"
		fi
	done <"$fragment"
}

report_missing() {
	local option=${1%%=*} have
	have=$(grep -E "^($option=|# $option is not set)" "$config" || printf 'no such option, or it is hidden')
	note "$fragment:$number: $1: the configuration says: $have"
	missing+=("$1")
}
