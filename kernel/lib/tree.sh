# A user's source tree, KERNEL_TREE: read, hashed and copied, and never written to, not even git's index.
# shellcheck shell=bash
# What is set here is read by the other steps.
# shellcheck disable=SC2034

set_tree_state() {
	[[ -f $USER_DIR/Kconfig && -f $USER_DIR/Makefile && -d $USER_DIR/arch/$(arch_make) ]] ||
		fail 2 "$K_NAME" "KERNEL_TREE=$USER_DIR" "not the source tree of a kernel"
	note "$K_NAME: looking at what is in $USER_DIR"
	USER_STATE=$(tree_state)
}

# Of a git tree its contents count, whatever the commit is called; of any other tree, which is too large to be
# read each time, what a change of a file cannot leave alone.
tree_state() {
	if is_git_tree; then
		git_tree_state
	else
		find "$USER_DIR" -printf '%P %y %m %s %T@ %C@ %l\0' | sort -z | sha256sum | cut -d' ' -f1
	fi
}

# True if the tree is the top of a git work tree, not merely somewhere inside of one.
is_git_tree() {
	[[ -e $USER_DIR/.git ]] || return 1
	command -v git >/dev/null || fail 3 "missing: git" "install the package git" "ci/deps does it"
	[[ $(tree_git rev-parse --show-toplevel 2>/dev/null) == "$USER_DIR" ]]
}

# Nothing configured in the tree may run a program, or write beside the index.
tree_git() {
	git -C "$USER_DIR" -c safe.directory='*' -c core.fsmonitor=false -c core.splitIndex=false \
		-c core.untrackedCache=false "$@"
}

# From here on git works on a copy of the index, because it would refresh the user's. In the copy it may: files
# that were merely touched are no change.
copy_index() {
	local index
	index=$(tree_git rev-parse --path-format=absolute --git-path index) || return
	export GIT_INDEX_FILE=$1
	[[ ! -e $index ]] || cp -- "$index" "$GIT_INDEX_FILE" || return
	# Its status only says that there are changed files.
	tree_git update-index -q --refresh >/dev/null || true
}

git_tree_state() (
	scratch=$(mktemp -d)
	trap 'rm -rf -- "$scratch"' EXIT
	copy_index "$scratch/index"
	{
		tree_git ls-files -s -z
		tree_git diff-files -p --binary --no-ext-diff --no-textconv
		tree_git ls-files -z -o --exclude-standard | sort -z | tar_of_tree --mtime=@0
	} | sha256sum | cut -d' ' -f1
)

# Reads names from stdin.
tar_of_tree() {
	tar -C "$USER_DIR" --format=gnu --owner=0 --group=0 --numeric-owner "$@" \
		--null --verbatim-files-from --no-recursion --files-from=- -cf -
}

copy_tree() {
	run_phase "copy $USER_DIR" copied copy_tree_files || {
		keep_log
		fail 3 "cannot copy" "$USER_DIR" "the log is $KEPT_LOG"
	}
	SOURCE_SHA256=$USER_STATE
	[[ $(tree_state) == "$USER_STATE" ]] || fail 2 "$K_NAME" "$USER_DIR" "changed while it was copied; run again"
	VERSION=$(kernel_make -s kernelversion) || fail 2 "$K_NAME" "$USER_DIR" "make kernelversion fails there"
}

copied() {
	du -sh -- "$SOURCE" | cut -f1
}

# Of a git tree what git knows or would add, so that the products of earlier builds stay behind; of any other
# tree everything, and make mrproper takes the products away.
copy_tree_files() {
	if is_git_tree; then
		copy_index "$WORK/index" &&
			tree_git ls-files -z -c -o --exclude-standard | sort -zu >"$WORK/files" &&
			tree_git ls-files -z -d | sort -zu >"$WORK/deleted" &&
			comm -z -23 "$WORK/files" "$WORK/deleted" | tar_of_tree | tar -C "$SOURCE" --no-same-owner -xf -
	else
		cp -a --no-preserve=ownership -- "$USER_DIR/." "$SOURCE/" && kernel_make mrproper
	fi
}
