#!/usr/bin/env bats
# kernel/kho-kernel and ci/deps, without compiling a kernel: the trees built here have a Makefile of a few lines
# that writes down what it was asked to do, and the mirror is a few scripts in front of PATH.

bats_require_minimum_version 1.5.0

setup() {
	ROOT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	KHO="$ROOT/kernel/kho-kernel"
	T=$BATS_TEST_TMPDIR
	export XDG_CACHE_HOME="$T/cache" KHO_KERNELS_DIR="$T/kernels" TMPDIR="$T"
	export MADE="$T/made"
	CACHE="$T/cache/kho-matrix"
	unset KERNEL_TREE KERNEL_DIR
	mkdir -p "$T/kernels" "$T/bin"
}

teardown() {
	if [ -f "$T/pids" ]; then
		xargs -r kill -KILL <"$T/pids" 2>/dev/null || true
	fi
}

# A kernel file from stdin.
define() {
	cat >"$T/kernels/$1.kernel"
}

define_tree() {
	define tree-x86_64 <<-KERNEL
		arch x86_64
		source tree
		config kernel/config/base.config
	KERNEL
}

# A tree that "builds" in no time. $MADE gets a line per target; FAKE_SECONDS is how long it compiles.
make_fake_tree() {
	mkdir -p "$1/arch/x86" "$1/kernel"
	touch "$1/Kconfig"
	cat >"$1/Makefile" <<-'MAKEFILE'
		.RECIPEPREFIX = >
		allnoconfig:
		>@cp $(KCONFIG_ALLCONFIG) .config
		olddefconfig:
		kernelversion kernelrelease:
		>@echo 6.19.0
		mrproper:
		>@rm -f leftover.o
		bzImage:
		>@echo compile >>RECORD
		>@echo $$PPID >>PIDS
		>@sleep SECONDS
		>@if [ -e broken.c ]; then echo "broken.c:1: error: no such thing"; exit 1; fi
		>@mkdir -p arch/x86/boot
		>@echo image >arch/x86/boot/bzImage
		>@echo vmlinux >vmlinux
		>@echo map >System.map
	MAKEFILE
	sed -i "s|RECORD|$MADE|; s|PIDS|$T/pids|; s|SECONDS|${2:-0}|" "$1/Makefile"
}

make_fake_git_tree() {
	make_fake_tree "$@"
	git -C "$1" init -q
	git -C "$1" add -A
	git -C "$1" -c user.name=t -c user.email=t@localhost commit -q -m start
}

# Every byte, name, mode and time of a directory, .git included.
fingerprint() {
	(
		cd "$1" || exit
		find . -printf '%p %y %m %s %T@ %C@\n' | sort
		find . -type f -print0 | sort -z | xargs -0 sha256sum
	) | sha256sum
}

# A bzImage is recognised by the boot protocol's header: "HdrS" at 0x202, the version's place at 0x20e.
make_finished_build() {
	mkdir -p "$1"
	{
		head -c $((0x202)) /dev/zero
		printf 'HdrS'
		head -c 8 /dev/zero
		printf '\000\001'
		head -c $((0x300 - 0x210)) /dev/zero
		printf '%s (t@localhost) #1' "$2"
		head -c 256 /dev/zero
	} >"$1/bzImage"
	printf '\177ELF\000Linux version %s (t@localhost) #1\000' "$2" >"$1/vmlinux"
	printf 'CONFIG_KEXEC_HANDOVER=y\n' >"$1/.config"
}

stub() {
	{
		printf '#!/bin/bash\n'
		cat
	} >"$T/bin/$1"
	chmod +x "$T/bin/$1"
	PATH="$T/bin:${PATH#"$T/bin:"}"
}

# A mirror that knows the given versions of the package, and serves what is in $T/served/VERSION.
stub_mirror() {
	export VERSIONS="$*" SERVED="$T/served"
	mkdir -p "$SERVED"
	stub apt-get <<-'STUB'
		case "$*" in
		indextargets*) echo "Debian $(. /etc/os-release && echo "$VERSION_CODENAME") mirror:/debian/" ;;
		*update) exit 0 ;;
		*--print-uris*)
			version=${*: -1} version=${version#*=} version=${version%-1}
			sum=$(sha256sum <"$SERVED/$version" | cut -d' ' -f1)
			echo "'mirror:/pool/linux_$version.orig.tar.xz' linux_$version.orig.tar.xz 100 SHA256:${ADVERTISED:-$sum}"
			;;
		*) exit 1 ;;
		esac
	STUB
	stub apt-cache <<-'STUB'
		for version in $VERSIONS; do printf 'Package: linux\nVersion: %s-1\n\n' "$version"; done
	STUB
	stub apt-helper <<-'STUB'
		set -- "${@:3}"
		version=${2##*linux_}
		cp "$SERVED/${version%.orig.tar.xz}" "$3"
	STUB
}

define_debian() {
	{
		printf 'arch x86_64\nseries 6.19\nsource debian linux somewhere\nconfig kernel/config/base.config\n'
		printf 'version %s\n' "$@"
	} | define 6.19-x86_64
}

make_fake_tarball() {
	make_fake_tree "$T/linux-$1"
	tar -C "$T" -cJf "$2" "linux-$1"
}

# An Image as arm64 has it: "ARM\x64" at 0x38, and the kernel's banner, not compressed.
make_arm64_image() {
	{
		head -c 56 /dev/zero
		printf "ARMd"
		printf "Linux version %s (nobody)" "$2"
	} >"$1/Image"
}

last_line() {
	printf '%s\n' "${lines[-1]}"
}

# --- the command line, and kernel files

@test "list names the kernels of the repository, but no tree or build that is not given" {
	unset KHO_KERNELS_DIR
	run -0 "$KHO" list
	[ "$output" = "$(cd "$ROOT/kernel/kernels" && ls | sed "s/[.]kernel\$//" | grep -Ev "^(tree|dir)-" | LC_ALL=C sort)" ]
	plain=${#lines[@]}
	KERNEL_TREE=/ KERNEL_DIR=/ run -0 "$KHO" list
	[ "${#lines[@]}" -eq $((plain + 4)) ]
}

@test "every kernel file of the repository is valid" {
	unset KHO_KERNELS_DIR
	for file in "$ROOT"/kernel/kernels/*.kernel; do
		name=$(basename "$file" .kernel)
		make_fake_tree "$T/tree"
		make_finished_build "$T/build" 6.19.0
		mkdir -p "$T/tree/arch/arm64"
		make_arm64_image "$T/build" 6.19.0
		KERNEL_TREE="$T/tree" KERNEL_DIR="$T/build" run -0 --separate-stderr "$KHO" key "$name"
		[[ $output =~ ^[0-9a-f]{20}$ ]]
	done
}

@test "bad usage is one line and exit status 2" {
	for arguments in "" "frobnicate" "build" "build a b" "list a" "check-config x"; do
		# shellcheck disable=SC2086
		run -2 "$KHO" $arguments
		[ "${#lines[@]}" -eq 1 ]
		[[ $output == "kho-kernel: "*"--help"* ]]
	done
}

@test "an unknown kernel is exit status 2, also when its name is a path" {
	run -2 "$KHO" build 9.99-vax
	[[ $output == *"9.99-vax: no such kernel"* ]]
	run -2 "$KHO" build ../kernels/x
	[[ $output == *"no such kernel"* ]]
}

@test "an unknown key in a kernel file is named with file and line" {
	printf 'arch x86_64\n# a comment\nflavour sweet\n' | define k-x86_64
	run -2 "$KHO" key k-x86_64
	[[ $output == "kho-kernel: $T/kernels/k-x86_64.kernel:3: flavour: unknown key"* ]]
}

@test "a kernel file is read strictly" {
	complaint() {
		define k-x86_64
		run -2 "$KHO" key k-x86_64
		[[ $output == "kho-kernel: $T/kernels/k-x86_64.kernel:$1: "*"$2"* ]] || {
			echo "wanted line $1 and '$2', got: $output"
			return 1
		}
	}
	complaint 2 "given twice" <<<$'arch x86_64\narch x86_64'
	complaint 1 "'vax' is not known" <<<'arch vax'
	complaint 1 "needs one value" <<<'arch x86_64 arm64'
	complaint 1 "must be debian, debian-binary, tree or dir" <<<'source web'
	complaint 1 "at least one suite" <<<'source debian linux'
	complaint 1 "'six' is not a version" <<<'version six'
	complaint 1 "is not a SHA-256" <<<'version 6.19.6 abc'
	complaint 1 "no such file" <<<'config kernel/config/none.config'
	complaint 1 "no such file" <<<'patch kernel/patches/none.patch'
	complaint 1 "'six' is not a version" <<<'config kernel/config/base.config six'
	complaint 1 "and may have the first version" <<<'config kernel/config/base.config 6.18 6.19 7.1'
	complaint 1 "must end in -arm64" <<<'arch arm64'
	complaint 1 "source: missing" <<<'arch x86_64'
	complaint 3 "config: missing" <<<$'arch x86_64\nsource debian linux sid\nseries 6.19'
	complaint 5 "not of the series" \
		<<<$'arch x86_64\nsource debian linux sid\nseries 6.1\nconfig kernel/config/base.config\nversion 6.19.6'
}

@test "a kernel file is never evaluated" {
	printf 'arch $(touch %s/evil)\n' "$T" | define k-x86_64
	run -2 "$KHO" key k-x86_64
	[ ! -e "$T/evil" ]
}

@test "path of a kernel that is not built is exit status 3, and says how to build it" {
	define_debian 6.19.6
	run -3 "$KHO" path 6.19-x86_64
	[[ $output == *"kho-kernel build 6.19-x86_64"* ]]
	[ ! -e "$T/cache" ]
}

# --- options

@test "options that did not make it are all named, with the line that asks for them" {
	printf 'CONFIG_A=y\n# CONFIG_B is not set\nCONFIG_C=6\n# CONFIG_D is not set\n' >"$T/fragment"
	printf 'CONFIG_A=y\nCONFIG_B=y\nCONFIG_C=10\n' >"$T/config"
	run -2 "$KHO" check-config "$T/config" "$T/fragment"
	[[ ${lines[0]} == *"fragment:2: CONFIG_B=n"* ]]
	[[ ${lines[1]} == *"fragment:3: CONFIG_C=6: the configuration says: CONFIG_C=10" ]]
	[[ $(last_line) == *"CONFIG_B=n CONFIG_C=6"* ]]
	[[ $(last_line) != *CONFIG_A* && $(last_line) != *CONFIG_D* ]]
}

@test "options that are all there are no error, and a prefix of a name is another name" {
	printf '# why\n\nCONFIG_A=y\n# CONFIG_B is not set\nCONFIG_S=""\n' >"$T/fragment"
	printf 'CONFIG_A=y\nCONFIG_B_LONGER=y\nCONFIG_S=""\n' >"$T/config"
	run -0 "$KHO" check-config "$T/config" "$T/fragment"
	[ -z "$output" ]
}

@test "of two fragments that name an option, the later one is held against the configuration" {
	printf '# CONFIG_A is not set\nCONFIG_B=1\nCONFIG_C=y\n' >"$T/first"
	printf 'CONFIG_A=y\nCONFIG_B=2\n' >"$T/second"
	printf 'CONFIG_A=y\nCONFIG_B=2\nCONFIG_C=y\n' >"$T/config"
	run -0 "$KHO" check-config "$T/config" "$T/first" "$T/second"
	[ -z "$output" ]
	run -2 "$KHO" check-config "$T/config" "$T/second" "$T/first"
	[[ ${lines[0]} == *"first:1: CONFIG_A=n"* && ${lines[1]} == *"first:2: CONFIG_B=1"* ]]
	[[ $(last_line) != *CONFIG_C* ]]
}

@test "a fragment line that is no option is named with file and line" {
	printf 'CONFIG_A=y\nA=y\n' >"$T/fragment"
	printf 'CONFIG_A=y\n' >"$T/config"
	run -2 "$KHO" check-config "$T/config" "$T/fragment"
	[[ $output == *"$T/fragment:2: 'A=y' is neither"* ]]
}

@test "a build ends when its configuration lacks an option" {
	define_tree
	make_fake_tree "$T/tree"
	sed -i 's|@cp .*|@grep -v KEXEC_HANDOVER= $(KCONFIG_ALLCONFIG) >.config|' "$T/tree/Makefile"
	KERNEL_TREE="$T/tree" run -2 "$KHO" build tree-x86_64
	[[ $(last_line) == *"CONFIG_KEXEC_HANDOVER=y"* ]]
	[ ! -e "$MADE" ]
}

# --- KERNEL_DIR

@test "KERNEL_DIR: what is missing from a finished build is named" {
	printf 'arch x86_64\nsource dir\n' | define dir-x86_64
	run -2 "$KHO" build dir-x86_64
	[[ $output == *"KERNEL_DIR is not set"* ]]
	KERNEL_DIR="$T/none" run -2 "$KHO" build dir-x86_64
	[[ $output == *"$T/none: no such directory"* ]]
	export KERNEL_DIR="$T/build"
	for file in bzImage vmlinux .config; do
		make_finished_build "$T/build" 6.19.0
		rm "$T/build/$file"
		run -2 "$KHO" build dir-x86_64
		[[ $output == *"KERNEL_DIR=$T/build: no $file"* ]]
	done
	make_finished_build "$T/build" 6.19.0
	: >"$T/build/vmlinux"
	run -2 "$KHO" build dir-x86_64
	[[ $output == *"vmlinux is empty"* ]]
}

@test "KERNEL_DIR: an image that is none, or another kernel's, is refused" {
	printf 'arch x86_64\nsource dir\n' | define dir-x86_64
	export KERNEL_DIR="$T/build"
	make_finished_build "$T/build" 6.19.0
	printf 'Linux version 6.18.0 (t)\0' >"$T/build/vmlinux"
	run -2 "$KHO" build dir-x86_64
	[[ $output == *"6.19.0 but vmlinux is 6.18.0"* ]]
	printf 'nothing' >"$T/build/bzImage"
	run -2 "$KHO" build dir-x86_64
	[[ $output == *"not a bzImage"* ]]
	printf 'nothing' >"$T/build/vmlinux"
	run -2 "$KHO" build dir-x86_64
	[[ $output == *"not an uncompressed kernel"* ]]
}

@test "KERNEL_DIR: a finished build is linked to, and left as it is" {
	printf 'arch x86_64\nsource dir\n' | define dir-x86_64
	make_finished_build "$T/build" 6.19.0-mine
	before=$(fingerprint "$T/build")
	KERNEL_DIR="$T/build" run -0 --separate-stderr "$KHO" build dir-x86_64
	[ "${#lines[@]}" -eq 1 ]
	cmp "$output/bzImage" "$T/build/bzImage"
	cmp "$output/vmlinux" "$T/build/vmlinux"
	cmp "$output/.config" "$T/build/.config"
	grep -qx 'release=6.19.0-mine' "$output/kernel.info"
	grep -qx 'patched=unknown' "$output/kernel.info"
	[ "$(fingerprint "$T/build")" = "$before" ]
}

@test "KERNEL_DIR: the output directory of a kernel build will do" {
	printf 'arch x86_64\nsource dir\n' | define dir-x86_64
	make_finished_build "$T/build" 6.19.0
	mkdir -p "$T/build/arch/x86/boot"
	mv "$T/build/bzImage" "$T/build/arch/x86/boot/"
	KERNEL_DIR="$T/build" run -0 --separate-stderr "$KHO" build dir-x86_64
	cmp "$output/bzImage" "$T/build/arch/x86/boot/bzImage"
}

@test "KERNEL_DIR: an Image of arm64" {
	printf 'arch arm64\nsource dir\n' | define dir-arm64
	export KERNEL_DIR="$T/build"
	make_finished_build "$T/build" 6.19.0
	rm "$T/build/bzImage"
	run -2 "$KHO" build dir-arm64
	[[ $output == *"no Image"* ]]
	make_arm64_image "$T/build" 6.19.0
	run -0 --separate-stderr "$KHO" build dir-arm64
	cmp "$output/Image" "$T/build/Image"
	grep -qx 'arch=arm64' "$output/kernel.info"
	make_arm64_image "$T/build" 6.18.10
	run -2 "$KHO" build dir-arm64
	[[ $output == *"6.18.10 but vmlinux is 6.19.0"* ]]
	printf 'nothing' >"$T/build/Image"
	run -2 "$KHO" build dir-arm64
	[[ $output == *"not a Image"* ]]
}

@test "KERNEL_TREE: fragments and patches are for the versions that they name" {
	# The fake tree says 6.19.0, and its .config is what the fragments say.
	make_fake_tree "$T/tree"
	{
		printf 'arch x86_64\nsource tree\n'
		printf 'config kernel/config/%s\n' base.config 'liveupdate.config 6.19' 'crash.config 6.18 6.19' \
			'kasan.config 6.18.5 6.20' '64k.config 7.0'
	} | define tree-x86_64
	KERNEL_TREE="$T/tree" run -0 --separate-stderr "$KHO" build tree-x86_64
	grep -qx CONFIG_LIVEUPDATE=y "$output/.config"
	grep -qx CONFIG_KASAN=y "$output/.config"
	run -1 grep -E 'CONFIG_CRASH_DUMP|64K' "$output/.config"
}

@test "KERNEL_DIR: a rebuilt kernel is another one" {
	printf 'arch x86_64\nsource dir\n' | define dir-x86_64
	export KERNEL_DIR="$T/build"
	make_finished_build "$T/build" 6.19.0
	first=$("$KHO" key dir-x86_64)
	[ "$("$KHO" key dir-x86_64)" = "$first" ]
	make_finished_build "$T/build" 6.19.00
	[ "$("$KHO" key dir-x86_64)" != "$first" ]
}

# --- KERNEL_TREE

@test "KERNEL_TREE: missing, or no kernel tree, is exit status 2" {
	define_tree
	run -2 "$KHO" build tree-x86_64
	[[ $output == *"KERNEL_TREE is not set"* ]]
	KERNEL_TREE="$T/none" run -2 "$KHO" build tree-x86_64
	[[ $output == *"$T/none: no such directory"* ]]
	mkdir "$T/empty"
	KERNEL_TREE="$T/empty" run -2 "$KHO" build tree-x86_64
	[[ $output == *"not the source tree of a kernel"* ]]
}

@test "KERNEL_TREE: a git tree is built without a byte of it changing, and only once" {
	define_tree
	make_fake_git_tree "$T/tree"
	printf '*.o\n' >"$T/tree/.gitignore"
	touch "$T/tree/new.c" "$T/tree/ignored.o"
	echo '# changed' >>"$T/tree/Makefile"
	touch -d '2001-01-01' "$T/tree/Kconfig" # a git that may would refresh its index now
	export KERNEL_TREE="$T/tree"
	before=$(fingerprint "$T/tree")
	run -0 --separate-stderr "$KHO" build tree-x86_64
	[ "${#lines[@]}" -eq 1 ]
	for file in bzImage vmlinux .config System.map kernel.info; do
		[ -s "$output/$file" ]
	done
	grep -qx 'patched=no' "$output/kernel.info"
	[ "$(fingerprint "$T/tree")" = "$before" ]
	built=$output
	run -0 --separate-stderr "$KHO" build tree-x86_64
	[ "$output" = "$built" ]
	run -0 --separate-stderr "$KHO" path tree-x86_64
	[ "$output" = "$built" ]
	[ "$(wc -l <"$MADE")" -eq 1 ]
	[ -z "$(ls "$CACHE/work")" ]
}

@test "KERNEL_TREE: any other tree is cleaned in the copy, not in place" {
	define_tree
	make_fake_tree "$T/tree"
	touch "$T/tree/leftover.o"
	sed -i 's|^bzImage:|&\n>@test ! -e leftover.o|' "$T/tree/Makefile"
	before=$(fingerprint "$T/tree")
	KERNEL_TREE="$T/tree" run -0 "$KHO" build tree-x86_64
	[ "$(fingerprint "$T/tree")" = "$before" ]
}

@test "KERNEL_TREE: the key follows the contents of a git tree, not its times" {
	define_tree
	make_fake_git_tree "$T/tree"
	export KERNEL_TREE="$T/tree"
	first=$("$KHO" key tree-x86_64)
	touch "$T/tree/Kconfig"
	[ "$("$KHO" key tree-x86_64)" = "$first" ]
	touch "$T/tree/new.c"
	second=$("$KHO" key tree-x86_64)
	[ "$second" != "$first" ]
	echo x >"$T/tree/new.c"
	[ "$("$KHO" key tree-x86_64)" != "$second" ]
	rm "$T/tree/new.c"
	echo '# changed' >>"$T/tree/Kconfig"
	[ "$("$KHO" key tree-x86_64)" != "$first" ]
}

@test "KERNEL_TREE: file names with spaces and newlines, deleted files and links are copied as they are" {
	define_tree
	make_fake_git_tree "$T/tree"
	touch "$T/tree/gone.c" "$T/tree/a b" "$T/tree/"$'c\nd' "$T/tree/-e"
	ln -s nowhere "$T/tree/link"
	git -C "$T/tree" add -A
	rm "$T/tree/gone.c"
	sed -i 's|^bzImage:|&\n>@test -e "a b" -a -e -e -a -L link -a ! -e gone.c|' "$T/tree/Makefile"
	KERNEL_TREE="$T/tree" run -0 "$KHO" build tree-x86_64
}

@test "KERNEL_TREE: a tree with an estimator of its own is not patched" {
	printf 'arch x86_64\nsource tree\nconfig kernel/config/base.config\npatch kernel/patches/%s\n' \
		0001-kho-estimate-scratch-6.19.patch | define tree-x86_64
	make_fake_git_tree "$T/tree"
	echo 'pr_warn("scratch: sparsemem sanity skipped (temp alloc unavailable)\n");' >"$T/tree/kernel/kho.c"
	KERNEL_TREE="$T/tree" run -0 --separate-stderr "$KHO" build tree-x86_64
	grep -qx 'patched=foreign' "$output/kernel.info"
}

@test "KERNEL_TREE: a patch that does not apply is exit status 2, and KERNEL_DIR is suggested" {
	printf 'arch x86_64\nsource tree\nconfig kernel/config/base.config\npatch kernel/patches/%s\n' \
		0001-kho-estimate-scratch-6.19.patch | define tree-x86_64
	make_fake_git_tree "$T/tree"
	KERNEL_TREE="$T/tree" run -2 "$KHO" build tree-x86_64
	[[ $(last_line) == *"does not apply"*KERNEL_DIR* ]]
	[ ! -e "$MADE" ]
}

@test "what is edited while a build reads it does not end up under the old key" {
	define_tree
	make_fake_tree "$T/tree"
	sed -i "s|^olddefconfig:|&\\n>echo '# edited' >>$T/kernels/tree-x86_64.kernel|" "$T/tree/Makefile"
	KERNEL_TREE="$T/tree" run -2 "$KHO" build tree-x86_64
	[[ $(last_line) == *"changed while it was read: run again"* ]]
	[ ! -e "$CACHE/builds/tree-x86_64" ]
}

@test "a failed compilation keeps its log, prints what decided it, and leaves nothing else" {
	define_tree
	make_fake_tree "$T/tree"
	touch "$T/tree/broken.c"
	KERNEL_TREE="$T/tree" run -2 "$KHO" build tree-x86_64
	[[ $output == *"broken.c:1: error: no such thing"* ]]
	log=$(last_line)
	log=${log##*the log is }
	grep -q 'no such thing' "$log"
	[ -z "$(ls "$CACHE/work")" ]
	[ ! -e "$CACHE/builds/tree-x86_64" ]
	KERNEL_TREE="$T/tree" run -3 "$KHO" path tree-x86_64
}

# --- interruptions and concurrency

wait_for() {
	for _ in $(seq 100); do
		[ ! -s "$1" ] || return 0
		sleep 0.05
	done
	echo "$1 did not appear"
	return 1
}

@test "a build that is told to end leaves no process and no tree" {
	define_tree
	make_fake_tree "$T/tree" 60
	KERNEL_TREE="$T/tree" "$KHO" build tree-x86_64 >"$T/out" 2>"$T/err" 3>&- &
	builder=$!
	wait_for "$T/pids"
	kill -TERM "$builder"
	status=0
	wait "$builder" || status=$?
	[ "$status" -eq 143 ]
	run -1 kill -0 "$(head -n 1 "$T/pids")"
	[ ! -s "$T/out" ]
	[ -z "$(ls "$CACHE/work")" ]
	[ ! -e "$CACHE/builds/tree-x86_64" ]
}

@test "a build that is killed is not taken for whole, stops compiling, and is swept by the next" {
	define_tree
	make_fake_tree "$T/tree" 60
	KERNEL_TREE="$T/tree" "$KHO" build tree-x86_64 >/dev/null 2>&1 3>&- &
	builder=$!
	wait_for "$T/pids"
	kill -KILL "$builder"
	wait "$builder" || true
	for _ in $(seq 100); do
		kill -0 "$(head -n 1 "$T/pids")" 2>/dev/null || break
		sleep 0.05
	done
	run -1 kill -0 "$(head -n 1 "$T/pids")"
	[ "$(ls "$CACHE/work" | wc -l)" -eq 1 ]
	KERNEL_TREE="$T/tree" run -3 "$KHO" path tree-x86_64
	make_fake_tree "$T/other"
	KERNEL_TREE="$T/other" run -0 "$KHO" build tree-x86_64
	[[ $output == *"removing what a killed run left"* ]]
	[ -z "$(ls "$CACHE/work")" ]
}

@test "the work directory of a run that lives is not swept" {
	define_tree
	make_fake_tree "$T/tree" 60
	sed -i "s#@sleep 60#@for i in \$\$(seq 1200); do [ ! -e $T/go ] || break; sleep 0.05; done#" "$T/tree/Makefile"
	make_fake_tree "$T/other"
	KERNEL_TREE="$T/tree" "$KHO" build tree-x86_64 >"$T/out" 2>/dev/null 3>&- &
	builder=$!
	wait_for "$T/pids"
	KERNEL_TREE="$T/other" run -0 "$KHO" build tree-x86_64
	kill -0 "$builder"
	touch "$T/go"
	wait "$builder"
	[ -s "$(cat "$T/out")/vmlinux" ]
}

@test "two builds of the same thing: the second waits, says so, and takes the first one's" {
	define_tree
	make_fake_tree "$T/tree" 1
	export KERNEL_TREE="$T/tree"
	"$KHO" build tree-x86_64 >"$T/out" 2>/dev/null 3>&- &
	builder=$!
	wait_for "$T/pids"
	run -0 "$KHO" build tree-x86_64
	wait "$builder"
	[[ $output == *"another run is at it, waiting"* ]]
	[ "$(last_line)" = "$(cat "$T/out")" ]
	[ "$(wc -l <"$MADE")" -eq 1 ]
}

# --- the source

@test "a tarball is fetched, unpacked and built, and the next build needs no mirror" {
	stub_mirror 6.19.6
	define_debian 6.19.6
	make_fake_tarball 6.19.6 "$SERVED/6.19.6"
	run -0 --separate-stderr "$KHO" build 6.19-x86_64
	[ "${#lines[@]}" -eq 1 ]
	grep -qx 'version=6.19.6' "$output/kernel.info"
	grep -qx "source_sha256=$(sha256sum <"$SERVED/6.19.6" | cut -d' ' -f1)" "$output/kernel.info"
	stub apt-get <<<'echo "apt-get was called" >&2; exit 100'
	run -0 "$KHO" build 6.19-x86_64
	echo '# another key' >>"$T/kernels/6.19-x86_64.kernel"
	run -0 "$KHO" build 6.19-x86_64
	[[ $output != *"apt-get was called"* && $output != *download* ]]
	[ "$(wc -l <"$MADE")" -eq 2 ]
}

@test "a truncated download is not taken for whole" {
	stub_mirror 6.19.6
	define_debian 6.19.6
	make_fake_tarball 6.19.6 "$T/whole"
	head -c 200 "$T/whole" >"$SERVED/6.19.6"
	ADVERTISED=$(sha256sum <"$T/whole" | cut -d' ' -f1) run -3 "$KHO" build 6.19-x86_64
	[[ $output == *"linux 6.19.6: not to be had: what came has a wrong hash"* ]]
	[ -z "$(ls "$CACHE/downloads")" ]
	[ ! -e "$MADE" ]
}

@test "a truncated tarball in the cache is fetched again" {
	stub_mirror 6.19.6
	make_fake_tarball 6.19.6 "$SERVED/6.19.6"
	define_debian "6.19.6 $(sha256sum <"$SERVED/6.19.6" | cut -d' ' -f1)"
	mkdir -p "$CACHE/downloads"
	head -c 200 "$SERVED/6.19.6" >"$CACHE/downloads/linux_6.19.6.orig.tar.xz"
	run -0 "$KHO" build 6.19-x86_64
	[[ $output == *"not the file it should be"* ]]
	cmp "$SERVED/6.19.6" "$CACHE/downloads/linux_6.19.6.orig.tar.xz"
}

@test "a tarball other than the one that the kernel file names is refused" {
	stub_mirror 6.19.6
	make_fake_tarball 6.19.6 "$SERVED/6.19.6"
	define_debian "6.19.6 $(printf '0%.0s' {1..64})"
	run -3 "$KHO" build 6.19-x86_64
	[[ $output == *"not the one that $T/kernels/6.19-x86_64.kernel names"* ]]
	[ -z "$(ls "$CACHE/downloads")" ]
}

@test "versions are tried in turn, and each that fails is named" {
	stub_mirror 6.19.8
	define_debian 6.19.6 6.19.8
	make_fake_tarball 6.19.8 "$SERVED/6.19.8"
	run -0 "$KHO" build 6.19-x86_64
	[[ $output == *"linux 6.19.6: not to be had"* ]]
	grep -qx 'version=6.19.8' "$(last_line)/kernel.info"
	stub_mirror 6.18.1
	define_debian 6.19.7 6.19.9
	run -3 "$KHO" build 6.19-x86_64
	[[ $output == *"linux 6.19.7: not to be had"*"linux 6.19.9: not to be had"* ]]
}

@test "without a network or a mirror the error says so" {
	define_debian 6.19.6
	stub apt-get <<<'case "$*" in indextargets*) ;; *) exit 100 ;; esac'
	run -3 "$KHO" build 6.19-x86_64
	[[ $output == *"apt knows no Debian mirror"* ]]
	stub_mirror 6.19.6
	stub apt-get <<-'STUB'
		case "$*" in
		indextargets*) echo "Debian $(. /etc/os-release && echo "$VERSION_CODENAME") mirror:/debian/" ;;
		*) echo "E: Failed to fetch, no route"; exit 100 ;;
		esac
	STUB
	run -3 "$KHO" build 6.19-x86_64
	[[ $output == *"Failed to fetch, no route"* ]]
}

@test "the machine's apt is asked, never written to: every other call has our own configuration" {
	stub_mirror 6.19.6
	define_debian 6.19.6
	make_fake_tarball 6.19.6 "$SERVED/6.19.6"
	for program in apt-get apt-cache apt-helper; do
		mv "$T/bin/$program" "$T/bin/$program.real"
		stub "$program" <<<"echo \"$program \$*\" >>'$T/calls'; exec '$T/bin/$program.real' \"\$@\""
	done
	run -0 "$KHO" build 6.19-x86_64
	[ "$(grep -c . "$T/calls")" -ge 4 ]
	run ! grep -vE "^apt-get indextargets|^apt-[a-z]+ -c $CACHE/work/[^ ]+/apt.conf " "$T/calls"
}

# --- what tests need of the source

# A tarball with memblock and its test harness, and with a file that nobody asks for.
make_tarball_with_parts() {
	make_fake_tree "$T/linux-$1"
	for part in mm/memblock.c mm/slub.c include/linux/memblock.h tools/include/linux/mm.h tools/arch/x86/include/asm/asm.h \
		tools/testing/memblock/internal.h; do
		mkdir -p "$(dirname "$T/linux-$1/$part")"
		echo "$1" >"$T/linux-$1/$part"
	done
	mkdir -p "$CACHE/downloads"
	tar -C "$T" -cJf "$CACHE/downloads/linux_$1.orig.tar.xz" "linux-$1"
	sha256sum <"$CACHE/downloads/linux_$1.orig.tar.xz" | cut -d' ' -f1 >"$CACHE/downloads/linux_$1.orig.tar.xz.sha256"
}

@test "source: its parts come out of the tarball in the cache, once" {
	define_debian 6.19.8 6.19.6
	make_tarball_with_parts 6.19.6
	run -0 --separate-stderr "$KHO" source 6.19-x86_64
	[ "${#lines[@]}" -eq 1 ]
	parts=$output
	grep -qx 6.19.6 "$parts/mm/memblock.c" "$parts/tools/testing/memblock/internal.h"
	[ ! -e "$parts/mm/slub.c" ] && [ ! -e "$parts/Makefile" ]
	[ -z "$(ls "$CACHE/work")" ]
	make_tarball_with_parts 6.19.8
	stub tar <<<'exit 1'
	mv "$CACHE/downloads/linux_6.19.8.orig.tar.xz" "$T/other"
	run -0 "$KHO" source 6.19-x86_64
	[ "$output" = "$parts" ]
	# another tarball is another source
	mv "$T/other" "$CACHE/downloads/linux_6.19.8.orig.tar.xz"
	run -3 "$KHO" source 6.19-x86_64
	[[ $output == *"cannot unpack: $CACHE/downloads/linux_6.19.8"* ]]
}

@test "source: without a tarball, or with a damaged one, nothing is fetched" {
	define_debian 6.19.6
	stub apt-get <<<'echo "apt-get was called" >&2; exit 100'
	run -3 "$KHO" source 6.19-x86_64
	[ "$output" = "kho-kernel: 6.19-x86_64: no tarball of it in $CACHE/downloads: run: kernel/kho-kernel build 6.19-x86_64" ]
	make_tarball_with_parts 6.19.6
	echo >>"$CACHE/downloads/linux_6.19.6.orig.tar.xz"
	run -3 "$KHO" source 6.19-x86_64
	[[ $output == *"not the file it should be: kernel/kho-kernel build 6.19-x86_64 fetches it again" ]]
}

@test "source: of a user's tree that is the tree, and a finished build has none" {
	define_tree
	make_fake_tree "$T/tree"
	KERNEL_TREE=$T/tree run -0 "$KHO" source tree-x86_64
	[ "$output" = "$T/tree" ]
	printf 'arch x86_64\nsource dir\n' | define dir-x86_64
	make_finished_build "$T/finished" 6.19.0
	KERNEL_DIR=$T/finished run -2 "$KHO" source dir-x86_64
	[[ $output == *"a finished build has no source"* ]]
}

# --- the host

@test "a missing tool is one line that names its package, before anything starts" {
	define_debian 6.19.6
	mkdir "$T/tools"
	ln -s /usr/bin/* "$T/tools/"
	rm -f "$T/tools/flex" "$T/tools/lz4"
	PATH="$T/tools" run -3 "$KHO" build 6.19-x86_64
	[ "${#lines[@]}" -eq 1 ]
	[[ $output == *"missing: flex lz4: install the packages flex lz4: ci/deps"* ]]
}

@test "too little disk space is one line, before anything starts" {
	define_debian 6.19.6
	stub df <<<'printf "Avail\n 1200\n"'
	run -3 "$KHO" build 6.19-x86_64
	[ "${#lines[@]}" -eq 1 ]
	[[ $output == *"too little disk space: $CACHE: 1200 MiB free"* ]]
}

@test "a cache that cannot be written is exit status 3" {
	define_debian 6.19.6
	XDG_CACHE_HOME=/dev/null run -3 "$KHO" build 6.19-x86_64
	[[ $(last_line) == *"cannot create the cache"* ]]
}

# --- ci/deps

# A dpkg that has every package but the given ones.
stub_dpkg() {
	export LACKING=" $* "
	stub dpkg-query <<<'[[ $LACKING != *" ${*: -1} "* ]] && printf installed'
}

@test "ci/deps --check names what is missing, and installs nothing" {
	stub_dpkg flex qemu-system-x86
	stub apt-get <<<"touch '$T/installed'"
	run -1 "$ROOT/ci/deps" --check
	[ "$output" = "ci/deps: missing: flex qemu-system-x86" ]
	[ ! -e "$T/installed" ]
}

@test "ci/deps with nothing missing touches nothing" {
	stub_dpkg
	stub apt-get <<<"touch '$T/installed'"
	run -0 "$ROOT/ci/deps"
	[[ $output == *"nothing to install"* ]]
	run -0 "$ROOT/ci/deps" --check
	[ ! -e "$T/installed" ]
}

@test "ci/deps installs what is missing and no more, and notices if it still is" {
	stub_dpkg flex
	stub apt-get <<<"echo \"\$*\" >>'$T/calls'"
	stub sudo <<<'exec "$@"'
	run -3 "$ROOT/ci/deps"
	[[ $(last_line) == *"still missing after the installation: flex"* ]]
	grep -q 'update$' "$T/calls"
	grep -q -- '--no-install-recommends flex$' "$T/calls"
}

@test "ci/deps says what a failing apt said" {
	stub_dpkg flex
	stub apt-get <<<'echo "E: no network"; exit 100'
	stub sudo <<<'exec "$@"'
	run -3 "$ROOT/ci/deps"
	[[ $output == *"E: no network"*"apt-get update failed"* ]]
}

@test "ci/deps refuses arguments it does not know" {
	run -2 "$ROOT/ci/deps" --frobnicate
	[[ $output == *"--frobnicate: unknown argument"* ]]
	run -0 "$ROOT/ci/deps" --help
	[[ $output == *"--check"* ]]
}
