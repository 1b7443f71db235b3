# SPDX-License-Identifier: BSD-2-Clause
# rumpfuzz fs against mtools and xorriso: over random trees, what is read is
# the same, and what is written they read back.

NIMAGES=30

# tree SEED DIR: files and directories with random names and sizes.
tree() {
	mkdir -p "$2"
	awk -v seed="$1" 'BEGIN {
		srand(seed)
		split("a b.txt LONGER_NAME_THAN_8.3.text mixed.Case with-dash.doc x.y.z UPPER.TXT n1 n2 a_very_long_name_that_needs_more_than_one_entry_to_be_stored.data", w, " ")
		split(". d1 d1/d2 Dir_With_Long_Name d1/d2/d3", d, " ")
		for (i = 1; i <= 5; i++) printf "mkdir -p \"%s\"\n", d[i]
		n = 3 + int(rand() * 14)
		for (i = 0; i < n; i++) {
			size = rand() < 0.2 ? 0 : int(exp(rand() * 11))
			printf "head -c %d /dev/zero | awk -v s=%d -f ../fill.awk | head -c %d >\"%s/f%d%s\"\n", size, i + seed * 100, size, d[1 + int(rand() * 5)], i, w[1 + int(rand() * 9)]
		}
	}' >make.sh
	cat >fill.awk <<'END'
BEGIN { srand(s); RS = "\001" }
{ n = length($0); for (i = 0; i < n; i += 7) printf "%07d", int(rand() * 9999999) }
END
	(cd "$2" && sh ../make.sh)
}

sums() {
	(cd "$1" && find . -type f | sed 's,^\./,,' | LC_ALL=C sort | tr '\n' '\0' | xargs -0 sha256sum)
}

atf_test_case fat_sum
fat_sum_head() {
	atf_set timeout 300
}
fat_sum_body() {
	i=0
	while [ $i -lt $NIMAGES ]; do
		i=$((i + 1))
		rm -rf tree img
		tree $i tree
		case $((i % 4)) in
		0) mkfs.fat -C -F 12 img 2000 ;;
		1) mkfs.fat -C -F 16 -s 1 img 4400 ;;
		2) mkfs.fat -C -F 32 -s 1 img 34000 ;;
		3) mkfs.fat -C -F 12 -S 2048 img 4000 ;;
		esac >/dev/null || atf_fail "mkfs.fat"
		MTOOLS_SKIP_CHECK=1 mcopy -s -i img tree/* :: || atf_fail "mcopy into image $i"
		rm -rf back; mkdir back
		MTOOLS_SKIP_CHECK=1 mcopy -s -n -i img ::* back || atf_fail "mcopy out of image $i"
		sums back | LC_ALL=C sort >want
		[ -s want ] || atf_fail "image $i has no files"
		"$BUILD/bin/rumpfuzz-fs" img sum >got 2>err || { cat err; atf_fail "sum of image $i"; }
		LC_ALL=C sort -o got got
		cmp -s want got || { diff want got | head; atf_fail "image $i differs"; }
	done
}

atf_test_case iso_sum
iso_sum_head() {
	atf_set timeout 300
}
iso_sum_body() {
	i=0
	while [ $i -lt $NIMAGES ]; do
		i=$((i + 1))
		rm -rf tree img back
		tree $((i + 1000)) tree
		o=-R
		[ $((i % 2)) = 0 ] || o="-R -J"
		xorriso -as mkisofs -quiet $o -o img tree 2>log || { cat log; atf_fail "xorriso"; }
		xorriso -osirrox on -indev img -extract / back >/dev/null 2>log || { cat log; atf_fail "osirrox"; }
		chmod -R u+rw back
		sums back | LC_ALL=C sort >want
		[ -s want ] || atf_fail "image $i has no files"
		"$BUILD/bin/rumpfuzz-fs" img sum >got 2>err || { cat err; atf_fail "sum of image $i"; }
		LC_ALL=C sort -o got got
		cmp -s want got || { diff want got | head; atf_fail "image $i ($o) differs"; }
	done
}

atf_test_case fat_write
fat_write_head() {
	atf_set timeout 300
}
fat_write_body() {
	fs=$BUILD/bin/rumpfuzz-fs
	i=0
	while [ $i -lt 8 ]; do
		i=$((i + 1))
		rm -rf tree img back
		tree $((i + 2000)) tree
		case $((i % 3)) in
		0) mkfs.fat -C -F 12 img 2000 ;;
		1) mkfs.fat -C -F 16 -s 1 img 4400 ;;
		2) mkfs.fat -C -F 32 -s 1 img 34000 ;;
		esac >/dev/null
		(cd tree && find . -type d | sed 's,^\./,,' | grep -v '^\.$' | LC_ALL=C sort) >dirs
		while read -r d; do
			"$fs" img mkdir "$d" || atf_fail "mkdir $d"
		done <dirs
		(cd tree && find . -type f | sed 's,^\./,,') >files
		while read -r f; do
			"$fs" img put "tree/$f" "$f" || atf_fail "put $f"
		done <files
		# A name twice, and one that goes.
		first=$(head -n 1 files)
		"$fs" img put "tree/$first" "$first" || atf_fail "put again"
		last=$(tail -n 1 files)
		"$fs" img rm "$last" && rm "tree/$last"
		fsck.fat -n img >fsck 2>&1 || { cat fsck; atf_fail "fsck.fat of image $i"; }
		mkdir back
		MTOOLS_SKIP_CHECK=1 mcopy -s -n -i img ::* back || atf_fail "mcopy out of image $i"
		sums tree | LC_ALL=C sort >want
		sums back | LC_ALL=C sort >got
		cmp -s want got || { diff want got | head; atf_fail "image $i differs"; }
	done
}

# A full image: an error that says so, and all that was there is still there.
atf_test_case fat_full
fat_full_body() {
	fs=$BUILD/bin/rumpfuzz-fs
	mkfs.fat -C -F 12 img 200 >/dev/null
	head -c 50000 /dev/urandom >small
	head -c 400000 /dev/urandom >big
	"$fs" img put small keep || atf_fail put
	atf_check -s exit:1 -e match:"No space left" "$fs" img put big keep
	"$fs" img cat keep >out
	cmp small out || atf_fail "the old content is gone"
	atf_check -o match:"^keep$|/keep$" "$fs" img find
	fsck.fat -n img >fsck 2>&1 || { cat fsck; atf_fail "fsck.fat"; }
}

# A disk with an MBR: a person is told where its partitions are, and each can be named.
atf_test_case partition
partition_body() {
	truncate -s 24M disk
	printf '\353\143\220' | dd of=disk conv=notrunc status=none
	printf '\200\000\000\000\016\000\000\000\000\010\000\000\000\120\000\000' |
	    dd of=disk bs=1 seek=446 conv=notrunc status=none
	printf '\125\252' | dd of=disk bs=1 seek=510 conv=notrunc status=none
	mkfs.fat -F 16 --offset 2048 disk 10240 >/dev/null || atf_fail "mkfs.fat"
	echo here >f
	MTOOLS_SKIP_CHECK=1 mcopy -i disk@@1M f :: || atf_fail "mcopy"
	atf_check -s exit:2 -e match:'partition 0, type 0x0e, 10240 KiB: disk@@1048576' \
	    "$BUILD/bin/rumpfuzz-fs" disk cat f
	atf_check -o inline:'here\n' "$BUILD/bin/rumpfuzz-fs" disk@@1048576 cat f
	atf_check "$BUILD/bin/rumpfuzz-fs" disk@@1M put f /g
	atf_check -o inline:'here\n' mtype -i disk@@1M ::g
	atf_check -s exit:2 -e match:'offset after @@' "$BUILD/bin/rumpfuzz-fs" disk@@1X ls
	atf_check -s exit:2 -e match:'offset after @@' "$BUILD/bin/rumpfuzz-fs" disk@@9999999999G ls
	cp disk odd@@name
	atf_check -s exit:2 -e match:'odd@@name@@1048576' "$BUILD/bin/rumpfuzz-fs" odd@@name ls
}

atf_init_test_cases() {
	atf_add_test_case fat_sum
	atf_add_test_case iso_sum
	atf_add_test_case fat_write
	atf_add_test_case fat_full
	atf_add_test_case partition
}
