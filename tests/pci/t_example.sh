# SPDX-License-Identifier: BSD-2-Clause
#
# docs/WRITING-A-DRIVER.md: each command of the page is run as it stands
# there, in a copy of the example.

page="$TOP/docs/WRITING-A-DRIVER.md"

# The commands under a heading.
commands() {
	awk -v h="## $1" '/^## / { in_it = $0 == h } in_it && /^    \$ / { print substr($0, 7) }' "$page"
}

# The page says build/dev and so on; a test has the build it is in.
run_section() {
	cp -r "$TOP/docs/examples/edu" example
	export RUMPFUZZ="$TOP" OUT="$PWD/out"
	commands "$1" | sed "s|\$RUMPFUZZ/build/dev|$BUILD|; s|clang-19|$(cc_of "$BUILD")|" >"run-$2.sh"
	[ -s "run-$2.sh" ] || atf_fail "the page has no command under '$1'"
	(cd example && atf_check -o save:"../out-$2" -e ignore sh -ex "../run-$2.sh")
}
cc_of() {
	sed -n 's/^CMAKE_C_COMPILER:[A-Z]*=//p' "$1/CMakeCache.txt"
}
need_build() {
	[ -f "$TOP/build/$1/rumpfuzz-config.cmake" ] &&
	    [ -f "$TOP/build/$1/lib/librumpdev_pci.a" ] &&
	    [ -f "$TOP/build/$1/lib/librumpfuzz_harness.a" ] ||
	    atf_skip "there is no build/$1 here: cmake --preset $1 && cmake --build --preset $1"
}

atf_test_case build_and_run
build_and_run_head() {
	atf_set timeout 600
}
build_and_run_body() {
	run_section Build build
	commands Run | grep -v qemu | sed "s|^|cd example \\&\\& |" >run.sh
	atf_check -o inline:"10! is 3628800\n1000 bytes there and back\n" -e ignore sh -e run.sh
	(cd example && commands Fuzz | head -n 2 >../replay.sh && atf_check -o save:../replayed -e ignore sh -e ../replay.sh)
	atf_check -o match:"11 inputs run, 0 failed" cat replayed
	atf_check -o match:"EDU_FACTORIAL" cat replayed
	# What the page shows is what is there.
	grep '^rumpfuzz_\|^    COMP\|^find_package' example/CMakeLists.txt | while read -r line; do
		grep -qF "$line" "$page" || atf_fail "the page lacks: $line"
	done
	[ -f out/build/lib/librumpdev_pci_edu.a ] || atf_fail "no library"
}

atf_test_case qemu
qemu_head() {
	atf_set timeout 600
}
qemu_body() {
	command -v qemu-system-x86_64 >/dev/null || atf_skip "qemu-system-x86_64 is not installed"
	run_section Build build
	commands Run | grep qemu >run.sh
	atf_check -o inline:"10! is 3628800\n1000 bytes there and back\n" -e ignore sh -e run.sh
}

atf_test_case fuzz
fuzz_head() {
	atf_set timeout 600
}
fuzz_body() {
	need_build fuzz
	cp -r "$TOP/docs/examples/edu" example
	export RUMPFUZZ="$TOP" OUT="$PWD/out"
	commands Fuzz | tail -n 3 >run.sh
	(cd example && atf_check -o ignore -e save:../log sh -ex ../run.sh)
	atf_check -o match:"Done 5[0-9][0-9] runs" cat log
}

atf_test_case coverage
coverage_head() {
	atf_set timeout 600
}
coverage_body() {
	need_build cov
	run_section "See coverage" cov
	atf_check -o match:"^edu.c|/edu.c" cat out-cov
	atf_check -o match:"edu_dma" cat out/cov/bin/fuzz_edu.cov
}

atf_test_case debug
debug_head() {
	atf_set timeout 600
}
debug_body() {
	command -v gdb >/dev/null || atf_skip "gdb is not installed"
	run_section Build build
	commands Debug >run.sh
	(cd example && atf_check -o save:../session -e ignore sh -ex ../run.sh)
	atf_check -o match:"Breakpoint 1, edu_dma" -o match:"edu_rw" cat session
}

# The project by ./rumpfuzz: the page's commands, then a bug in the driver.
atf_test_case project
project_head() {
	atf_set timeout 900
}
project_body() {
	need_build fuzz
	need_build dev
	cp -r "$TOP/docs/examples/edu" example
	export RUMPFUZZ="$TOP" CI=1
	commands "All of it by one command, and in CI" >run.sh
	[ "$(wc -l <run.sh)" = 3 ] || atf_fail "the page has other commands"
	(cd example && atf_check -o save:../said -e ignore sh -ex ../run.sh)
	atf_check -o match:"^fuzz_edu  *The educational device" -o match:"11 inputs run, 0 failed" -o match:"1 passed, 0 failed" \
	    -o match:"^fuzz_edu .* 0$" cat said
	atf_check -o match:"<b>example</b>" -o match:"edu_dma" cat example/out/report/index.html
	[ -n "$(ls example/out/corpus/fuzz_edu)" ] || atf_fail "no corpus"

	# More than the buffer holds, by the length that the caller says.
	sed 's/len = MIN(uio->uio_resid, EDU_BUFSIZE - off);/len = uio->uio_resid;/' example/edu.c >edu.c
	cmp -s edu.c example/edu.c && atf_fail "nothing was planted"
	cp edu.c example/edu.c
	r="$TOP/rumpfuzz --project example"
	atf_check -s exit:1 -o match:"fuzz_edu: FAILED" -o match:"0 passed, 1 failed" -e match:"device-protocol" $r test
	atf_check -s exit:1 -o match:"rumpfuzz --project example repro .*/out/crashes/fuzz_edu/" \
	    -o match:"^fuzz_edu: [0-9]+ inputs of before end it by themselves" -e ignore $r fuzz --time 8
	f=$(ls example/out/crashes/fuzz_edu/*/input | head -n 1)
	atf_check -s exit:1 -o match:"open\(.*edu0" -e match:"ERROR: (rumpfuzz|AddressSanitizer)" $r repro "$f"
	atf_check -s exit:1 -o match:"repro example/out/triage/fuzz_edu/" $r triage example/out/crashes
	atf_check -o match:'"uri":"edu.c"' cat example/out/triage/findings.sarif

	# What is no project, and what can't be done with one.
	atf_check -s exit:2 -e match:"no such directory" "$TOP/rumpfuzz" --project nowhere fuzz
	mkdir empty
	atf_check -s exit:2 -e match:"no CMakeLists.txt" "$TOP/rumpfuzz" --project empty fuzz
	atf_check -s exit:2 -e match:"not with bench" "$TOP/rumpfuzz" --project example bench
	atf_check -s exit:2 -e match:"needs a directory" "$TOP/rumpfuzz" --project
	echo 'cmake_minimum_required(VERSION 3.25)
	    project(none LANGUAGES C)' >empty/CMakeLists.txt
	atf_check -s exit:2 -e match:"no rumpfuzz_target" "$TOP/rumpfuzz" --project empty list
	# A dictionary is no seed.
	echo '"edu"' >example/edu.dict
	rm -r example/out/corpus
	sed -i 's/CORPUS corpus/DICT edu.dict/' example/CMakeLists.txt
	atf_check -s exit:1 -o match:"fuzz_edu: has neither seeds nor a corpus" -o match:"0 passed, 1 failed" $r test
	sed -i 's/DICT edu.dict/CORPUS corpse/' example/CMakeLists.txt
	atf_check -s exit:2 -e match:"CORPUS .*corpse is no directory" $r list
}

# A file that includes what config(1) generates builds as it is; a header of its
# own stays its own, and a flag is the file's to set.
atf_test_case config_headers
config_headers_body() {
	mkdir -p one/dev/ic
	cat >one/foo.c <<-'EOT'
		#include "bio.h"
		#include "opt_foo.h"
		#include "foovar.h"
		#include <sys/param.h>
		#include <sys/device.h>
		#include <dev/ic/fooreg.h>
		#include "ioconf.h"
		#if NBIO != WANT || !defined(FOO_REG) || !defined(FOO_OWN)
		#error headers
		#endif
		int foo(void);
		int foo(void) { return device_lookup_private(&foo_cd, 0) != NULL; }
	EOT
	echo '#define FOO_REG 1' >one/dev/ic/fooreg.h
	echo '#define FOO_OWN 1' >one/foovar.h
	cat >one/CMakeLists.txt <<-'EOT'
		cmake_minimum_required(VERSION 3.25)
		project(one LANGUAGES C)
		find_package(rumpfuzz REQUIRED)
		rumpfuzz_component(NAME rumpdev_foo SOURCES foo.c INCLUDES ${CMAKE_CURRENT_SOURCE_DIR})
		set_source_files_properties(foo.c PROPERTIES COMPILE_OPTIONS "${OPTS}")
	EOT
	for n in 0 1; do
		opts=-DWANT=$n
		[ $n = 0 ] || opts="$opts;-DNBIO=$n"
		atf_check -o match:"rumpdev_foo: bio.h, opt_foo.h, ioconf.h made" cmake -S one -B "b$n" -G Ninja \
		    -DOPTS="$opts" -Drumpfuzz_DIR="$BUILD" -DCMAKE_C_COMPILER="$(cc_of "$BUILD")"
		atf_check -o ignore cmake --build "b$n"
	done
	# What a missing header of its own is, stays an error.
	rm one/foovar.h
	atf_check -o ignore cmake b0
	atf_check -s not-exit:0 -o match:"foovar.h" -e ignore cmake --build b0
}

# A file takes the place of one of a component, and of what was there for that
# one alone; the tables stay.
atf_test_case replaces
replaces_body() {
	mkdir two
	cat >two/tables.c <<-'EOT'
		#include <sys/param.h>
		#include <sys/systm.h>
		#include <rump-sys/kern.h>
		int drive(void), other(void);
		RUMP_COMPONENT(RUMP_COMPONENT_KERN)
		{
			printf("drive %d, other %d\n", drive(), other());
		}
	EOT
	echo 'int drive(void), part(void); int drive(void) { return part(); } int help(void); int help(void) { return 7; }' \
	    >two/drive.c
	echo 'int part(void), help(void); int part(void) { return help(); }' >two/part.c
	echo 'int other(void); int other(void) { return 2; }' >two/other.c
	echo 'int drive(void); int drive(void) { return 3; }' >two/mine.c
	cat >two/try.c <<-'EOT'
		#include <rump/rump.h>
		int main(void) { return rump_init(); }
	EOT
	cat >two/CMakeLists.txt <<-'EOT'
		cmake_minimum_required(VERSION 3.25)
		project(two LANGUAGES C)
		find_package(rumpfuzz REQUIRED)
		rumpfuzz_component(NAME rumptheirs SOURCES tables.c drive.c part.c other.c)
		rumpfuzz_component(NAME rumpmine SOURCES mine.c REPLACES rumptheirs)
		rumpfuzz_program(NAME theirs SOURCES try.c COMPONENTS rump rumptheirs)
		rumpfuzz_program(NAME mine SOURCES try.c COMPONENTS rump rumpmine)
	EOT
	atf_check -o ignore cmake -S two -B b -G Ninja -Drumpfuzz_DIR="$BUILD" -DCMAKE_C_COMPILER="$(cc_of "$BUILD")"
	atf_check -o match:"librumpmine.a: without drive.c part.c of librumptheirs.a" cmake --build b --target theirs mine
	atf_check -o match:"drive 7, other 2" env RUMP_VERBOSE=1 b/bin/theirs
	atf_check -o match:"drive 3, other 2" env RUMP_VERBOSE=1 b/bin/mine
	# Nothing to replace, or what the tables ask for, is an error.
	echo 'int drove(void); int drove(void) { return 3; }' >two/mine.c
	atf_check -s not-exit:0 -o match:"nothing of .*librumptheirs.a is replaced" -e ignore cmake --build b --target mine
	echo 'int help(void); int help(void) { return 3; }' >two/mine.c
	atf_check -s not-exit:0 -o match:"drive" -e ignore cmake --build b --target mine
}

atf_init_test_cases() {
	atf_add_test_case build_and_run
	atf_add_test_case qemu
	atf_add_test_case fuzz
	atf_add_test_case coverage
	atf_add_test_case debug
	atf_add_test_case project
	atf_add_test_case config_headers
	atf_add_test_case replaces
}
