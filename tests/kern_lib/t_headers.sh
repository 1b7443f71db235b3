# SPDX-License-Identifier: BSD-2-Clause

# Each header of include/ compiles alone.

atf_test_case alone
alone_head()
{
	atf_set descr "every header compiles alone"
	atf_set timeout 600
}
alone_body()
{
	for cc in gcc clang-14 clang-19; do
		command -v $cc >/dev/null && cc_found=$cc
	done
	[ -n "$cc_found" ] || atf_skip "no compiler"
	atf_check -o match:" 0 bad" "$TOP/tools/check-headers"
}

atf_test_case unguarded
unguarded_head()
{
	atf_set descr "a header that needs another one is reported"
}
unguarded_body()
{
	mkdir inc
	cp -r "$TOP/include/." inc
	echo 'struct bad { nosuch_t b_x; };' >inc/sys/bad.h
	for h in $(cd inc && find . -name '*.h' ! -path './sys/bad.h' ! -path './sys/cdefs.h'); do rm "inc/$h"; done
	atf_check -s exit:1 -o match:"bad" -e match:"sys/bad.h" "$TOP/tools/check-headers" -c gcc inc
}

atf_init_test_cases()
{
	atf_add_test_case alone
	atf_add_test_case unguarded
}
