# SPDX-License-Identifier: BSD-2-Clause
# The rumpfuzz command: what it says to bad use, and that it loses nothing.

cmd() {
	RUMPFUZZ_TOP=$TOP "$BUILD/bin/rumpfuzz-cmd" "$@"
}

atf_test_case bad_use
bad_use_body() {
	atf_check -s exit:2 -e match:"no command" "$TOP/rumpfuzz" no-such-command
	atf_check -s exit:2 -e match:usage "$TOP/rumpfuzz"
	atf_check -s exit:0 -o match:"exit status" "$TOP/rumpfuzz" help
	export RUMPFUZZ_TOP=$TOP
	c=$BUILD/bin/rumpfuzz-cmd
	atf_check -s exit:2 -e match:"no target is called 'nope'" "$c" fuzz nope
	atf_check -s exit:2 -e match:"takes a positive number, not '-3'" "$c" fuzz --time -3
	atf_check -s exit:2 -e match:"takes a positive number, not 'x'" "$c" fuzz --time x
	atf_check -s exit:2 -e match:"libfuzzer or afl" "$c" fuzz --engine best
	atf_check -s exit:2 -e match:"No such file" "$c" fuzz --seeds /nonexistent
	atf_check -s exit:2 -e match:"named twice" "$c" fuzz fuzz_msdosfs fuzz_msdosfs
	atf_check -s exit:2 -e match:"which input" "$c" repro
	atf_check -s exit:2 -e match:"No such file" "$c" repro /nonexistent
	atf_check -s exit:2 -e match:"say --target" "$c" repro /etc/hostname
	atf_check -s exit:2 -e match:"not both" "$c" repro --gdb --c x.c "$TOP/corpus/fuzz_msdosfs/seed-64k"
	atf_check -s exit:2 -e match:"which input" "$c" min
	atf_check -s exit:2 -e match:"no option" "$c" cov --nope
	atf_check -s exit:2 -e match:"which crash files" "$c" triage
	atf_check -s exit:2 -e match:"No such file" "$c" triage /nonexistent
}

# Three files, two bugs: the second letter says which, zeroes are harmless.
atf_test_case triage
triage_body() {
	mkdir -p tree/fuzz-targets tree/build/fuzz/bin crashes/fuzz_toy/a
	echo '/* Toys. */' >tree/fuzz-targets/fuzz_toy.c
	cat >tree/build/fuzz/bin/fuzz_toy <<-'END'
		#!/bin/sh
		case $(tail -c +2 "$2" | head -c 1) in
		A) fn=apple ;;
		B) fn=berry ;;
		*) exit 0 ;;
		esac
		top=$(cd "$(dirname "$0")/../../.." && pwd)
		echo "==1==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x12 <&>"
		echo "    #0 0x34 in rumpns_$fn $top/drivers/toy/$fn.c:7:3"
		echo
		exit 1
	END
	chmod +x tree/build/fuzz/bin/fuzz_toy
	printf xAxxxxxxxx >crashes/fuzz_toy/one
	printf yAyy >crashes/fuzz_toy/a/two
	printf xByy >crashes/fuzz_toy/three
	printf xCyy >crashes/fuzz_toy/four
	echo "a report" >crashes/fuzz_toy/one.txt
	export RUMPFUZZ_TOP="$PWD/tree"
	atf_check -s exit:1 -o match:"4 files: 2 bugs, 1 files without" \
	    -o match:"fuzz_toy: heap-buffer-overflow in apple .apple.c:7. .2 files" "$BUILD/bin/rumpfuzz-cmd" triage crashes
	for i in tree/out/triage/fuzz_toy/*/input; do
		od -An -c "$i"
	done | sort >inputs
	atf_check -o inline:"  \\\\0   A\n  \\\\0   B\n" cat inputs
	atf_check -o match:'"uri":"drivers/toy/apple.c"' -o match:'"startLine":7' -o match:'berry.c' \
	    cat tree/out/triage/findings.sarif
	atf_check -o ignore python3 -m json.tool tree/out/triage/findings.sarif
	atf_check -o match:'failures="2"' -o match:'&lt;&amp;&gt;' cat tree/out/triage/findings.xml
	atf_check python3 -c 'import xml.dom.minidom as x; x.parse("tree/out/triage/findings.xml")'
	rm -r crashes
	mkdir crashes
	atf_check -o match:"0 files: 0 bugs" "$BUILD/bin/rumpfuzz-cmd" triage crashes
}

atf_test_case list
list_body() {
	export RUMPFUZZ_TOP=$TOP
	for t in "$TOP"/fuzz-targets/fuzz_*.c; do
		atf_check -o match:"^$(basename "$t" .c) +[A-Z].*\." "$BUILD/bin/rumpfuzz-cmd" list
	done
}

atf_test_case fs_bad_use
fs_bad_use_body() {
	f=$BUILD/bin/rumpfuzz-fs
	atf_check -s exit:2 -e match:"which image" "$f"
	atf_check -s exit:2 -e match:"No such file" "$f" /nonexistent ls
	atf_check -s exit:2 -e match:"which of these should be done" "$f" /dev/null dance
	dd if=/dev/zero of=zero bs=1k count=64 2>/dev/null
	atf_check -s exit:2 -e match:"neither FAT nor ISO" "$f" zero ls
	atf_check -s exit:1 -e match:"mount zero" "$f" zero ls -t msdos
	atf_check -s exit:1 -e match:"mount zero" "$f" zero ls -t cd9660
	atf_check -s exit:2 -e match:"which path" "$f" zero cat
}

atf_init_test_cases() {
	atf_add_test_case bad_use
	atf_add_test_case list
	atf_add_test_case triage
	atf_add_test_case fs_bad_use
}
