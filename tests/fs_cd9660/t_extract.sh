# SPDX-License-Identifier: BSD-2-Clause
#
# Random trees, written by xorriso and genisoimage in many ways: what the
# kernel reads is what xorriso extracts.

# tree SEED: a directory "tree" of random names, sizes, depths and links
tree() {
	awk -v seed="$1" '
	function rnd(n) { return int(rand() * n) }
	function name(i,    s, k, n) {
		n = 1 + rnd(rnd(4) == 0 ? 90 : 12)
		s = ""
		for (k = 0; k < n; k++)
			s = s substr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJ0123456789_-+", 1 + rnd(49), 1)
		return s i (rnd(3) == 0 ? ".txt" : "")
	}
	BEGIN {
		srand(seed)
		dirs[0] = "tree"; nd = 1
		print "mkdir tree"
		n = 4 + rnd(60)
		for (i = 0; i < n; i++) {
			d = dirs[rnd(nd)]
			p = d "/" name(i)
			r = rnd(10)
			if (r < 3) {
				print "mkdir " p
				dirs[nd++] = p
			} else if (r == 3) {
				print "ln -s ../" name(i) "/./" name(i) "/.. " p
			} else {
				s = rnd(4) == 0 ? rnd(4) * 2048 : rnd(3) == 0 ? rnd(100000) : rnd(3000)
				print "head -c " s " /dev/urandom >" p
			}
		}
	}' >make.sh
	rm -rf tree
	sh make.sh
}

# sums DIR: what `rumpfuzz fs IMAGE sum` prints
sums() {
	(cd "$1" && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 -r sha256sum) |
	    sed 's,  \./,  ,' | LC_ALL=C sort -k2
}

compare() { # IMAGE
	rm -rf out
	atf_check -s exit:0 -o ignore -e ignore xorriso -osirrox on -indev "$1" -extract / out
	chmod -R u+rwx out
	sums out >want
	"$BUILD/bin/rumpfuzz-fs" "$1" sum >raw || atf_fail "$1: $(cat make.sh)"
	LC_ALL=C sort -k2 raw >have
	cmp -s want have || {
		diff want have | head
		atf_fail "$1 differs from what xorriso extracts"
	}
	# Names of all kinds; where genisoimage moved directories to is known.
	(cd out && find . -printf '/%P\n') | grep -v '^/rr_moved' | LC_ALL=C sort >want
	"$BUILD/bin/rumpfuzz-fs" "$1" find | grep -v '^/rr_moved' | LC_ALL=C sort >have
	cmp -s want have || {
		diff want have | head
		atf_fail "$1 has other names than what xorriso extracts"
	}
}

run() { # FIRST LAST
	i=$1
	while [ "$i" -le "$2" ]; do
		tree "$i"
		case $((i % 7)) in
		0) xorriso -as mkisofs -quiet -R -o img tree ;;
		1) xorriso -as mkisofs -quiet -R -J -o img tree ;;
		2) genisoimage -quiet -R -o img tree ;;
		3) genisoimage -quiet -R -J -joliet-long -o img tree ;;
		4) xorriso -as mkisofs -quiet -R -iso-level 3 --hardlinks -o img tree ;;
		5) genisoimage -quiet -R -D -o img tree ;;
		6) xorriso -as mkisofs -quiet --norock -J -o img tree ;;
		esac 2>mkiso.err || atf_fail "image $i: $(cat mkiso.err)"
		compare img
		i=$((i + 1))
	done
}

for part in 1 2 3; do
	atf_test_case trees_$part
	eval "trees_${part}_head() {
		atf_set descr 'random trees, part $part'
		atf_set require.progs 'xorriso genisoimage'
		atf_set timeout 300
	}
	trees_${part}_body() { run $((part * 12 - 11)) $((part * 12)); }"
done

atf_init_test_cases() {
	atf_add_test_case trees_1
	atf_add_test_case trees_2
	atf_add_test_case trees_3
}
