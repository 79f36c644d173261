#!/usr/bin/env bats
# kho-runner bisect-step, under a real git bisect. Its trees "build" by copying a kernel that was really built (7.3, whose
# successor extends its scratch, or 6.19): compiling takes minutes, and is tested elsewhere. The machines are real.

bats_require_minimum_version 1.5.0

setup() {
	ROOT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	RUNNER=${BUILD:-$ROOT/build}/kho-runner
	T=$BATS_TEST_TMPDIR
	export ACCEL=tcg MADE="$T/made" GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
	export GIT_AUTHOR_NAME=t GIT_AUTHOR_EMAIL=t@t GIT_COMMITTER_NAME=t GIT_COMMITTER_EMAIL=t@t
	unset JOBS KERNEL_TREE KERNEL_DIR KERNEL_ARCH
}

# A tree whose kernel is the finished build in the file "which".
make_tree() {
	mkdir -p "$1/arch/x86" "$1/kernel/liveupdate"
	touch "$1/Kconfig" "$1/kernel/liveupdate/Makefile"
	# It has an estimator of its own, so that nothing is patched.
	echo 'sparsemem sanity skipped' >"$1/kernel/liveupdate/estimator.c"
	cat >"$1/Makefile" <<-'MAKEFILE'
		.RECIPEPREFIX = >
		allnoconfig:
		>@cp $(KCONFIG_ALLCONFIG) .config
		olddefconfig:
		kernelversion kernelrelease:
		>@echo 7.3.0
		mrproper:
		bzImage:
		>@if [ -e broken.c ]; then echo "broken.c:1: error: no such thing"; exit 1; fi
		>@mkdir -p arch/x86/boot
		>@cp "$$(cat which)/bzImage" arch/x86/boot/bzImage
		>@cp "$$(cat which)/vmlinux" "$$(cat which)/System.map" .
	MAKEFILE
}

commit() {
	git -C "$T/linux" add -A
	git -C "$T/linux" commit -qm "$1"
}

step() {
	run "$RUNNER" bisect-step --results="$T/results" --controls=no "$@"
}

@test "bad usage and no tree are status 130, which stops git bisect" {
	cd "$T"
	step two-even/200%
	[ "$status" -eq 130 ]
	[[ $output == *"is not a kernel tree"* ]]
	make_tree "$T/linux"
	cd "$T/linux"
	step
	[ "$status" -eq 130 ]
	[[ $output == *"at least one cell"* ]]
	step --good=fine two-even/200%
	[ "$status" -eq 130 ]
	[[ $output == *"neither an outcome"* ]]
	KERNEL_TREE=$BATS_TEST_DIRNAME step two-even/200%
	[ "$status" -eq 130 ]
	[[ $output == *"is not the tree that this is started in"* ]]
	step nowhere/200%
	[ "$status" -eq 130 ]
	step two-even/16Q,1,1
	[ "$status" -eq 130 ]
	step --frobnicate two-even/200%
	[ "$status" -eq 130 ]
	[ "${#lines[@]}" -eq 1 ]
}

@test "a tree that does not build cannot be told: status 125" {
	make_tree "$T/linux"
	touch "$T/linux/broken.c"
	cd "$T/linux"
	step two-even/200%
	[ "$status" -eq 125 ]
	[[ $output == *"cannot tell: the kernel does not build"* ]]
}

@test "no handover cannot be told, unless it is what is looked for" {
	KERNEL_DIR=$("$ROOT/kernel/kho-kernel" path 6.19-x86_64)
	export KERNEL_DIR
	step one/16M,1024G,16M
	[ "$status" -eq 125 ]
	[[ $output == *"cannot tell: dir-x86_64/one/16M,1024G,16M: kho-disabled"* ]]
	step --bad=kho-disabled one/16M,1024G,16M
	[ "$status" -eq 1 ]
}

@test "git bisect finds the commit that was planted" {
	new=$("$ROOT/kernel/kho-kernel" path 7.3-x86_64)
	old=$("$ROOT/kernel/kho-kernel" path 6.19-x86_64)
	make_tree "$T/linux"
	git -C "$T/linux" init -q
	echo "$new" >"$T/linux/which"
	commit good
	for i in 1 2 3; do
		echo "$i" >"$T/linux/unrelated"
		commit "unrelated $i"
	done
	echo "$old" >"$T/linux/which"
	commit planted
	planted=$(git -C "$T/linux" rev-parse HEAD)
	touch "$T/linux/broken.c"
	commit "does not build"
	rm "$T/linux/broken.c"
	for i in 4 5; do
		echo "$i" >"$T/linux/unrelated"
		commit "unrelated $i"
	done
	cd "$T/linux"
	git bisect start HEAD HEAD~7 >/dev/null
	run git bisect run "$RUNNER" bisect-step --results="$T/results" --controls=no one/16M,16M,16M
	[[ $output == *"bisect-step: bad: "*"panicked, TP"* ]]
	[[ $output == *"bisect-step: good: "*"survived, FP"* ]]
	[[ $output == *"$planted is the first bad commit"* ]]
	# Not even git's index was touched.
	[ -z "$(git status --porcelain)" ]
}
