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

atf_init_test_cases() {
	atf_add_test_case build_and_run
	atf_add_test_case qemu
	atf_add_test_case fuzz
	atf_add_test_case coverage
	atf_add_test_case debug
}
