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
	atf_check -s exit:2 -e match:"which input" "$c" min
	atf_check -s exit:2 -e match:"no option" "$c" cov --nope
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
	atf_add_test_case fs_bad_use
}
