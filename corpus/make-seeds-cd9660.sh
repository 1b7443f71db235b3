#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Makes the seeds of fuzz_cd9660: small ISO 9660 volumes, each with one odd
# corner (xorriso, genisoimage and python3 are needed).  The directory to fill
# is the argument, corpus/fuzz_cd9660 by default.  What it makes is the same
# each time.

set -eu
top=$(cd "$(dirname "$0")" && pwd)
out=${1:-$top/fuzz_cd9660}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
mkdir -p "$out"
export TZ=UTC SOURCE_DATE_EPOCH=1000000000 LC_ALL=C.UTF-8

tree=$tmp/tree
fresh() {
	rm -rf "$tree"
	mkdir "$tree"
}
say() { # BYTES WORD: that many bytes
	yes "$2" | head -c "$1"
}
stamp() {
	find "$tree" -exec touch -h -d @1000000000 {} +
}
# iso NAME [options of mkisofs]: what is in the tree
iso() {
	name=$1
	shift
	stamp
	rm -f "$tmp/img"
	xorriso -as mkisofs -quiet -no-pad -volid SEED --set_all_file_dates 2001090901464000 \
	    --modification-date=2001090901464000 -o "$tmp/img" "$@" "$tree" 2>/dev/null
	cp "$tmp/img" "$out/seed-$name"
}
# geniso NAME [options of genisoimage]
geniso() {
	name=$1
	shift
	stamp
	rm -f "$tmp/img"
	genisoimage -quiet -no-pad -V SEED -sysid LINUX -appid '' -preparer '' -publisher '' \
	    -o "$tmp/img" "$@" "$tree" 2>/dev/null
	# genisoimage writes the time of day into its descriptors.
	python3 "$top/iso-poke.py" "$tmp/img" dates
	cp "$tmp/img" "$out/seed-$name"
}
poke() { # FROM NAME what...
	cp "$out/seed-$1" "$tmp/img"
	name=$2
	shift 2
	python3 "$top/iso-poke.py" "$tmp/img" "$@"
	cp "$tmp/img" "$out/seed-$name"
}

fresh
iso empty -R
say 100 one >"$tree/one"
say 5000 more >"$tree/more.txt"
mkdir -p "$tree/sub/deeper"
say 2048 block >"$tree/sub/BLOCK"
say 1 x >"$tree/sub/deeper/x"
: >"$tree/nothing"
iso plain --norock -iso-level 1
iso level2 --norock -iso-level 2
iso rr -R
iso joliet --norock -J
iso both -R -J
geniso rr-genisoimage -R
geniso joliet-genisoimage -J
geniso both-genisoimage -R -J
poke plain blocks-512 lbs 512
poke plain blocks-1024 lbs 1024
poke plain versions versions
poke plain associated assoc
poke plain xar xar
poke plain interleaved interleave
poke plain multiextent sections
poke plain little-endian-only lewrong
poke plain volume-too-big volsize
poke rr self-parent selfparent
poke rr dir-in-itself selfdir
poke rr ce-loop celoop
poke rr ce-elsewhere ce
poke rr sparse sf
poke rr tf-long tflong
poke rr es es
poke rr xa-offset xa
poke rr no-er noer

fresh
i=0
while [ $i -lt 40 ]; do
	: >"$tree/a_file_with_a_long_name_$i.text"
	i=$((i + 1))
done
iso sector-ends -R -J

fresh
long=$(say 240 n | tr -d '\n')
: >"$tree/$long"
ln -s "$long/$long/../$long" "$tree/link-long"
ln -s /etc/passwd "$tree/link-absolute"
ln -s ../../. "$tree/link-dots"
ln -s "$(say 900 abcdefghi | tr '\n' /)" "$tree/link-many"
iso names-long -R
geniso names-long-genisoimage -R

fresh
mkfifo "$tree/fifo"
mknod "$tree/null" c 1 3
mknod "$tree/disk" b 8 1
chmod 4755 "$tree/null"
say 10 h >"$tree/hard1"
ln "$tree/hard1" "$tree/hard2"
chown 1000:100 "$tree/hard1"
iso special -R --hardlinks
geniso special-genisoimage -R -cache-inodes

fresh
mkdir -p "$tree/1/2/3/4/5/6/7/8/9/10"
say 30 deep >"$tree/1/2/3/4/5/6/7/8/9/10/file"
geniso relocated -R
iso deep -R

fresh
: >"$tree/grüße.txt"
: >"$tree/日本語"
: >"$tree/😀"
: >"$tree/UPPER lower;x"
iso unicode -R -J
iso unicode-joliet --norock -J
rm "$tree/😀"
geniso joliet-long -J -joliet-long -input-charset utf-8

fresh
i=0
while [ $i -lt 30 ]; do
	mkdir "$tree/dir$i"
	i=$((i + 1))
done
iso many-dirs -R
ls -l "$out" | awk '{ n++; s += $5 } END { print n - 1, "seeds,", s, "bytes" }'
