# SPDX-License-Identifier: GPL-2.0-only
# Completes kho-runner and kho-topology-gen in bash (and in zsh, after 'bashcompinit'). It asks the programs what they know.

# What a program's help says there is: options, with the '=' of those that take a value.
_kho_options() {
	"$@" --help 2>/dev/null | sed -n 's/^  \(-., \)\{0,1\}\(--[a-z-]*=\{0,1\}\).*/\2/p'
}

_kho_commands() {
	"$1" --help 2>/dev/null | awk '/^Commands:$/ { on = 1; next } !NF { on = 0 } on { print $1 }'
}

# Candidates for the word at hand, one a line on standard input. Ids have '=', ':' and ',' in them: of these, bash takes the
# first two for the ends of words, so that only what is behind them is to be given.
_kho_offer() {
	local word=$1 before=${1%"${1##*[=:]}"} line
	COMPREPLY=()
	while IFS= read -r line; do
		[[ $line == "$word"* ]] && COMPREPLY+=("${line#"$before"}")
	done
	[[ ${#COMPREPLY[@]} -ne 1 || ${COMPREPLY[0]} != *= ]] || compopt -o nospace
}

_kho_word() {
	local line=${COMP_LINE:0:COMP_POINT}
	printf '%s' "${line##*[[:space:]]}"
}

_kho_values() {
	local runner=$1
	case $2 in
	--kernel) "$runner" list kernels ;;
	--estimator) printf '%s\n' sparsemem aggregate replay ;;
	--accel) printf '%s\n' auto kvm tcg ;;
	--backend) printf '%s\n' qemu libvirt ;;
	--controls) printf '%s\n' yes no ;;
	--strategy) printf '%s\n' grid pairwise random edge real ;;
	--format) printf '%s\n' yaml libvirt-xml qemu-args ;;
	--arch) printf '%s\n' x86_64 arm64 ;;
	--draw) "${runner%topology-gen}runner" list topologies ;;
	*) return 1 ;;
	esac 2>/dev/null
}

_kho_arguments() {
	local runner=$1
	case $2 in
	matrix) "$runner" list matrices ;;
	cell | shell | reproduce | gdb | show) "$runner" list cells ;;
	predict | advise) "$runner" list topologies ;;
	list) printf '%s\n' matrices topologies kernels cells ;;
	esac 2>/dev/null
}

_kho_runner() {
	local word command=${COMP_WORDS[1]:-} files=1
	word=$(_kho_word)
	if [[ $COMP_CWORD -eq 1 ]]; then
		_kho_offer "$word" < <(_kho_commands "$1" && printf '%s\n' --help)
	elif [[ $word == --*=* ]]; then
		_kho_offer "$word" < <(_kho_values "$1" "${word%%=*}" | sed "s/^/${word%%=*}=/")
	elif [[ $word == -* ]]; then
		_kho_offer "$word" < <(_kho_options "$1" "$command")
		files=0
	else
		_kho_offer "$word" < <(_kho_arguments "$1" "$command")
	fi
	[[ $files -eq 0 || ${#COMPREPLY[@]} -gt 0 ]] || compopt -o default
}

_kho_topology_gen() {
	local word
	word=$(_kho_word)
	if [[ $word == --*=* ]]; then
		_kho_offer "$word" < <(_kho_values "$1" "${word%%=*}" | sed "s/^/${word%%=*}=/")
	elif [[ $word == -* ]]; then
		_kho_offer "$word" < <(_kho_options "$1")
	else
		_kho_offer "$word" < <("${1%topology-gen}runner" list topologies 2>/dev/null)
	fi
	[[ ${#COMPREPLY[@]} -gt 0 ]] || compopt -o default
}

complete -F _kho_runner kho-runner
complete -F _kho_topology_gen kho-topology-gen
