# SPDX-License-Identifier: BSD-2-Clause
#
# Programs of users: this build is installed, and prog.c is compiled against
# that alone.

CC=$(sed -n 's/^CMAKE_C_COMPILER:[A-Z]*=//p' "$BUILD/CMakeCache.txt")

install_it() {
	[ -f "$BUILD/lib/librump.so" ] || atf_skip "this build has no shared libraries"
	cmake --install "$BUILD" --prefix "$PWD/inst" >install.log || atf_fail "cmake --install: build all first"
	# A tree that was moved works as well.
	mv inst moved
	PREFIX="$PWD/moved"
	export PKG_CONFIG_PATH="$PREFIX/lib/pkgconfig"
	FLAGS="-Wall -Wextra -Werror $(pkg-config --cflags rump)"
	# The build's sanitizers, and how they are to run.
	SAN=$(pkg-config --libs-only-other rump | tr ' ' '\n' | grep fsanitize | tr '\n' ' ')
	[ -n "$SAN" ] && export ASAN_OPTIONS=detect_leaks=0:detect_stack_use_after_return=0
	for i in 1 2; do
		mkfs.fat -C img$i 2000 >/dev/null || atf_fail "mkfs.fat"
	done
}
run() {
	atf_check -o inline:"$2: ok\n" -e ignore timeout 60 "./$@"
}

atf_test_case shared
shared_head() {
	atf_set descr "components as shared libraries, by pkg-config"
	atf_set timeout 300
}
shared_body() {
	install_it
	for lang in c cc; do
		cp "$TOP/tests/rump/prog.c" prog.$lang
		atf_check $CC $SAN $FLAGS prog.$lang $(pkg-config --libs rump) -lrumpvfs -lrumpfs_msdos -o prog-$lang
		run prog-$lang linked img1
	done
	run prog-c two img1 img2
	atf_check grep -q child img2
	atf_check -s exit:1 grep -q child img1
}

atf_test_case order
order_head() {
	atf_set descr "components in the order of NetBSD's makefiles"
	atf_set timeout 300
}
order_body() {
	install_it
	for u in rumpuser rumpuser_pthread; do
		atf_check $CC $SAN $FLAGS "$TOP/tests/rump/prog.c" -L"$PREFIX/lib" -Wl,-rpath,"$PREFIX/lib" \
		    -Wl,--no-as-needed -lrumpfs_msdos -lrumpvfs -lrump -l$u -o prog-$u
		run prog-$u linked img1
	done
}

atf_test_case static
static_head() {
	atf_set descr "components as archives"
	atf_set timeout 300
}
static_body() {
	install_it
	for pie in -no-pie -pie; do
		for u in rumpuser rumpuser_pthread; do
			atf_check $CC $SAN $FLAGS -fPIE "$TOP/tests/rump/prog.c" $pie -L"$PREFIX/lib" \
			    -Wl,--whole-archive -Wl,-Bstatic -lrump -lrumpvfs -lrumpfs_msdos -Wl,--no-whole-archive \
			    -l$u -Wl,-Bdynamic -ldl -lpthread -o prog$pie-$u
			run prog$pie-$u linked img1
		done
	done
}

atf_test_case load
load_head() {
	atf_set descr "components that are loaded at run time"
	atf_set timeout 300
}
load_body() {
	install_it
	for u in rumpuser rumpuser_pthread; do
		atf_check $CC $SAN $FLAGS -D_GNU_SOURCE -DLOADED "$TOP/tests/rump/prog.c" -L"$PREFIX/lib" \
		    -Wl,-rpath,"$PREFIX/lib" -Wl,--no-as-needed -lrump -l$u -o prog-$u
		export LD_LIBRARY_PATH="$PREFIX/lib"
		run prog-$u bare
		run prog-$u missing
		run prog-$u load img1
		run prog-$u late img1
	done
}

atf_test_case package
package_head() {
	atf_set descr "find_package(rumpfuzz) of an installed tree: a driver, its program, its target"
	atf_set timeout 600
}
package_body() {
	install_it
	cp -r "$TOP/docs/examples/edu" edu
	atf_check -o ignore -e ignore cmake -S edu -B out -G Ninja -DCMAKE_PREFIX_PATH="$PREFIX" -DCMAKE_C_COMPILER=$CC
	atf_check -o ignore cmake --build out --target edu_try
	atf_check -o inline:"10! is 3628800\n1000 bytes there and back\n" -e ignore out/bin/edu_try
	# Nothing of the tree it came from is used.
	atf_check -s exit:1 grep -qF "$TOP/" out/build.ninja
}

# What one run of an input called is a program, and returns the same to it.
atf_test_case of_input
of_input_head() {
	atf_set descr "rumpfuzz repro --c: inputs of file systems as programs"
	atf_set timeout 300
}
of_input_body() {
	install_it
	for in in msdosfs/seed-bench msdosfs/seed-op-full msdosfs/seed-op-attributes cd9660/seed-unicode; do
		fs=${in%%/*}
		atf_check -o ignore "$BUILD/bin/fuzz_$fs" --c prog.c "$TOP/corpus/fuzz_$in"
		atf_check $CC $SAN $FLAGS prog.c $(pkg-config --libs rump) -lrumpvfs -lrumpfs_${fs%fs} -o prog
		atf_check -o match:"[1-9][0-9]* calls, 0 of them returned something else" timeout 60 ./prog
	done
	# It says what is not as it was.
	sed 's/ FD(0, rump_sys_open("[^"]*"/ FD(0, rump_sys_open("\/none"/; s/	FD(0, rump_sys_open("[^"]*"/	FD(0, rump_sys_open("\/none"/' prog.c >other.c
	atf_check $CC $SAN $FLAGS other.c $(pkg-config --libs rump) -lrumpvfs -lrumpfs_cd9660 -o other
	atf_check -s exit:1 -o match:"line [0-9]*: -1, error 2; it was 0, error 0" timeout 60 ./other
	RUMPFUZZ_TOP=$TOP atf_check -s exit:2 -o ignore -e match:"no form as calls" \
	    "$BUILD/bin/rumpfuzz-cmd" repro --c no.c "$TOP/corpus/fuzz_viornd/$(ls "$TOP/corpus/fuzz_viornd" | head -n 1)"
	[ ! -e no.c ] || atf_fail "a program of nothing"
}

atf_test_case headers
headers_head() {
	atf_set descr "each header of rump(3) alone, in C and C++"
}
headers_body() {
	for h in "$TOP"/include/rump/*.h; do
		h=rump/$(basename "$h")
		def=
		# These two are between the kernel and the hypercall layer.
		case $h in
		*/rumpuser*) def=-DLIBRUMPUSER ;;
		*_if_pub.h) echo "#include <rump/rump.h>" ;;
		esac >t.c
		echo "#include <$h>" >>t.c
		for lang in c c++; do
			atf_check $CC -fsyntax-only -Wall -Wextra -Werror -Wno-unused-function \
			    -I"$BUILD/hostinclude" $def -x $lang t.c
		done
	done
}

# Each RUMP_X must be the kernel's X.
atf_test_case constants
constants_head() {
	atf_set descr "rumpdefs.h against the kernel's headers"
}
constants_body() {
	{
		for h in param errno fcntl stat dirent mount event poll ioccom filio time timerfd eventfd resource \
		    signal socket sysctl reboot module vnode namei unistd statvfs random; do
			[ -f "$TOP/include/sys/$h.h" ] && echo "#include <sys/$h.h>"
		done
		echo "#include <fs/msdosfs/msdosfsmount.h>"
		echo "#include <fs/cd9660/cd9660_mount.h>"
		echo "#include <rump/rumpdefs.h>"
		cat "$TOP"/include/rump/rumpdefs.h "$TOP"/include/rump/rumperr.h |
		    sed -n 's/^#define[[:space:]]*RUMP_\([A-Z][A-Z0-9_]*\)[[:space:]].*/\1/p' | sort -u | while read -r n; do
			case $n in
			# Of no header of the kernel.
			GRND_*|TMPFS_ARGS_VERSION) ;;
			MOUNT_*) echo "_Static_assert(sizeof(RUMP_$n) == sizeof($n), \"$n\");" ;;
			IO|IOC|IOR|IOW|IOWR) ;;
			PC_*) echo "_Static_assert(RUMP_$n == _$n, \"$n\");" ;;
			*) printf '#ifdef %s\n_Static_assert((long long)RUMP_%s == (long long)(%s), "%s");\n#else\n%s\n#endif\n' \
			    $n $n $n $n "#pragma message \"absent $n\"" ;;
			esac
		done
		sed -n 's/^#define[[:space:]]*RUMP_NAMEI_\([A-Z]*\)[[:space:]].*/\1/p' "$TOP"/include/rump/rump_namei.h |
		    while read -r n; do
			echo "_Static_assert(RUMP_NAMEI_$n == $n, \"$n\");"
		done
	} >t.c
	atf_check -e save:messages $CC -fsyntax-only -std=gnu11 -ffreestanding -nostdinc -I"$TOP/include" \
	    -D_KERNEL -D_RUMPKERNEL -Wno-extra-semi t.c
	# Constants without a counterpart would go unchecked.
	atf_check_equal "$(grep -c 'absent' messages)" 0
}

atf_init_test_cases() {
	atf_add_test_case shared
	atf_add_test_case order
	atf_add_test_case static
	atf_add_test_case load
	atf_add_test_case package
	atf_add_test_case of_input
	atf_add_test_case headers
	atf_add_test_case constants
}
