#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Makes the seeds of fuzz_msdosfs: small FAT volumes, each with one odd corner
# (dosfstools and mtools are needed).  The directory to fill is the argument,
# corpus/fuzz_msdosfs by default.  What it makes is the same each time.
#
# Most are volumes of 64 KiB with clusters of a sector: the FAT in sector 1,
# the root directory of 16 entries in sector 2, cluster 2 in sector 3.

set -eu
out=${1:-$(dirname "$0")/fuzz_msdosfs}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
mkdir -p "$out"
export MTOOLS_SKIP_CHECK=1 MTOOLSRC=/dev/null TZ=UTC SOURCE_DATE_EPOCH=1000000000 LC_ALL=C.UTF-8

img=$tmp/img
say() {
	i=0
	while [ $i -lt "$2" ]; do
		printf '%s %d\n' "$1" $i
		i=$((i + 1))
	done
}
say short 1 >"$tmp/one"		# less than a cluster
say line 200 >"$tmp/some"	# about 2 KB
say more 700 >"$tmp/more"	# about 6 KB
touch -d @1000000000 "$tmp/one" "$tmp/some" "$tmp/more"

# mk KIB [mkfs.fat options]: an empty volume
mk() {
	kib=$1
	shift
	rm -f "$img"
	mkfs.fat -a -i 12345678 -C "$@" "$img" "$kib" >/dev/null 2>&1
}
small() { mk 64 -F 12 -s 1 -f 1 -r 16 "$@"; }
put() { mcopy -m -i "$img" "$1" "::$2"; }
dir() { mmd -i "$img" "::$1"; }
# poke OFFSET HEX...: bytes at an offset
poke() {
	o=$1
	shift
	for b in "$@"; do
		printf "\\$(printf %03o $((0x$b)))"
	done | dd of="$img" bs=1 seek="$o" conv=notrunc status=none
}
peek() { od -An -v -tu1 -j"$1" -N1 "$img" | tr -d ' '; }
# fat12 CLUSTER VALUE
fat12() {
	o=$((512 + $1 * 3 / 2))
	a=$(peek $o) b=$(peek $((o + 1))) v=$(($2))
	if [ $(($1 % 2)) = 1 ]; then
		a=$((a & 15 | (v & 15) << 4)) b=$((v >> 4))
	else
		a=$((v & 255)) b=$((b & 240 | v >> 8))
	fi
	poke $o "$(printf %x $a)" "$(printf %x $b)"
}
le32() { printf "\\$(printf %03o $(($1 & 255)))\\$(printf %03o $(($1 >> 8 & 255)))\\$(printf %03o $(($1 >> 16 & 255)))\\$(printf %03o $(($1 >> 24 & 255)))"; }
# op CODE FLAGS PATH PATH2 FD BUF MODE OFF LEN: a file operation for the seed
: >"$tmp/ops"
op() {
	for b in "$1" "$2" "$3" "$4" "$5" "$6" $(($7 & 255)) $(($7 >> 8)); do
		printf "\\$(printf %03o "$b")"
	done >>"$tmp/ops"
	{ le32 "$8"; le32 "$9"; } >>"$tmp/ops"
}
# seed NAME [SECTORS [MOUNTBITS]]: keeps that many sectors, the rest is zeros
seed() {
	size=$(($(stat -c %s "$img") / 512))
	keep=${2:-$size}
	[ "$keep" -le "$size" ] || keep=$size
	cp "$img" "$out/seed-$1"
	truncate -s $((keep * 512)) "$out/seed-$1"
	ops=$(stat -c %s "$tmp/ops")
	if [ "$keep" != "$size" ] || [ "$ops" != 0 ] || [ "${3:-0}" != 0 ]; then
		{ cat "$tmp/ops"; le32 "$ops"; le32 $((${3:-0} << 16)); le32 "$size"; printf rfz1; } >>"$out/seed-$1"
	fi
	: >"$tmp/ops"
}
# seed32 NAME: FAT32 as a list of extents: what is before the FAT and its first
# sectors, the same of the second FAT, and the first clusters
seed32() {
	fatsz=$(od -An -tu4 -j36 -N4 "$img" | tr -d ' ')
	nfats=$(peek 16)
	n=0
	: >"$out/seed-$1"
	for e in 0:10 $((8 + fatsz)):2 $((8 + fatsz * nfats)):16; do
		[ $n != 1 ] || [ "$nfats" != 1 ] || { n=2; continue; }
		{ le32 "${e%:*}"; le32 $((${e#*:} * 512)); dd if="$img" bs=512 skip="${e%:*}" count="${e#*:}" status=none; } >>"$out/seed-$1"
		n=$((n + 1))
	done
	{ le32 0; le32 1; le32 $(($(stat -c %s "$img") / 512)); printf rfz1; } >>"$out/seed-$1"
}
LONG=2 SHORT=1 NOWIN95=4 GEMDOS=8 UTF8=32 GMTOFF=64

# What every volume has.
small -n LABEL
put "$tmp/one" /one.txt
put "$tmp/some" "/A long file name.text"
dir /dir
dir /dir/sub
put "$tmp/some" /dir/SOME.TXT
put "$tmp/one" "/dir/sub/another long name with many parts in it.data"
seed fat12 64
cp "$img" "$tmp/base"

small -v -n ONLYLABEL; seed empty 8
small; put "$tmp/one" /README.TXT; seed short-names 16
small; put "$tmp/some" /f; seed short-mount 16 $SHORT
small; put "$tmp/some" "/Name With Long Parts"; seed nowin95 16 $NOWIN95
small; put "$tmp/some" /f; poke 510 00 00; seed gemdos 16 $GEMDOS

# Kinds of FAT, sizes of sectors and clusters, numbers of FATs.
mk 2400 -F 16 -s 1 -f 1 -r 16; put "$tmp/some" /fat16.txt; dir /d; put "$tmp/one" "/d/long name here"; seed fat16 48
mk 2400 -F 16 -s 1 -f 2 -r 512; put "$tmp/one" /a; seed fat16-mirror 90
mk 34000 -F 32 -s 1 -f 1 -R 8 -b 6; put "$tmp/some" /fat32.txt; dir /d; put "$tmp/one" "/d/long name here"; seed32 fat32
cp "$img" "$tmp/fat32"
mk 34000 -F 32 -s 1 -f 2 -R 8 -b 6; put "$tmp/one" /a; poke 40 81 00; seed32 fat32-active1
mk 64 -F 12 -s 1 -f 4 -r 16; put "$tmp/one" /a; seed four-fats 16
mk 256 -F 12 -S 4096 -s 1 -f 1 -r 128; put "$tmp/some" /sector4096; seed sector4096 48
mk 128 -F 12 -S 2048 -s 2 -f 1 -r 64; put "$tmp/more" /sector2048; seed sector2048 64
mk 128 -F 12 -S 1024 -s 1 -f 1 -r 32; put "$tmp/one" /sector1024; seed sector1024 32
mk 1024 -F 12 -s 128 -f 1 -r 16; put "$tmp/one" /cluster64k; dir /d; seed cluster64k 8
mk 4096 -F 12 -S 4096 -s 64 -f 1 -r 128; put "$tmp/one" /cluster256k; seed cluster256k 32
mk 320 -F 12 -s 1 -f 1 -r 16; head -c 250000 /dev/zero >"$tmp/big"; put "$tmp/big" /straddles; seed fat12-straddle 12
mk 2400 -F 12 -s 4 -f 2 -r 224; put "$tmp/one" /floppy; seed floppy 24

# Boot sector: too small a FAT, more sectors than there are, odd but sound.
small; poke 22 00 00; seed bpb-nofat 4
small; poke 13 03; seed bpb-cluster3 4
small; poke 19 ff ff; seed bpb-toolong 4
small; poke 17 11 00; seed bpb-root17 8
cp "$tmp/fat32" "$img"; poke 42 01 00; seed32 bpb-version
cp "$tmp/fat32" "$img"; poke 44 ff ff ff 0f; seed32 bpb-rootcluster
mk 2400 -F 16 -s 1 -f 1 -r 16; poke 22 02 00; seed bpb-smallfat 8

# State bits and FSInfo.
mk 2400 -F 16 -s 1 -f 1 -r 16; put "$tmp/one" /a; poke 515 7f; seed dirty16 24
cp "$tmp/fat32" "$img"; poke $((8 * 512 + 7)) 03; seed32 dirty32
cp "$tmp/fat32" "$img"; poke $((512 + 488)) 01 00 00 00 ff ff ff 00; seed32 fsinfo-wrong
cp "$tmp/fat32" "$img"; poke 512 00; seed32 fsinfo-none
cp "$tmp/fat32" "$img"; poke $((8 * 512 + 8)) 02 00 00 00; seed32 root-ring

# Chains.
chain() { small; put "$tmp/some" /some.txt; put "$tmp/more" /more.txt; }
chain; fat12 4 2; seed chain-cycle 40
chain; fat12 5 5; seed chain-self 40
chain; fat12 3 8; seed chain-cross 40
chain; fat12 3 0xfff; seed chain-short 40
chain; poke $((1024 + 28)) 01 00; seed chain-long 40
chain; fat12 3 0x7d0; seed chain-range 40
chain; fat12 3 0xff7; seed chain-bad 40
chain; fat12 3 0; seed chain-free 40
chain; fat12 3 1; seed chain-one 40
chain; poke $((1024 + 28)) ff ff ff ff; seed size-4g 40
chain; poke $((1024 + 26)) 00 00; seed start-none 40
chain; poke $((1024 + 26)) ff 0f; seed start-range 40

# Directories.  Each long name below takes two slots before its file.
names() { small; put "$tmp/one" "/Long name of two"; put "$tmp/one" "/Long name of three"; }
names; poke 1024 e5; seed long-orphan 16
names; poke $((1024 + 13)) 00; seed long-checksum 16
names; poke $((1024)) 43; seed long-order 16
names; poke $((1024 + 1)) 2f 00; seed long-slash 16
names; poke $((1024 + 32 + 1)) 00 00; seed long-nul 16
names; poke $((1024 + 32 + 1)) 00 d8; seed long-surrogate 16
names; poke $((1024 + 43)) 08; seed long-label 16
mk 64 -F 12 -s 1 -f 1 -r 32; put "$tmp/one" "/$(printf 'x%.0s' $(seq 255))"; seed long-255 16
small; put "$tmp/one" "/𝄞 clef ünï.txt"; seed long-utf8 16 $UTF8
small; put "$tmp/one" "/ünï.txt"; seed long-latin1 16 $LONG
small; put "$tmp/one" /E5NAME.TXT; poke 1024 05; seed name-e5 16
small; put "$tmp/one" /LOWER.TXT; poke $((1024 + 12)) 18; seed name-lcase 16
small; put "$tmp/one" /SLASH.TXT; poke $((1024 + 2)) 2f; seed name-slash 16
small; put "$tmp/one" /BLANK.TXT; poke 1024 20; seed name-blank 16
small; put "$tmp/one" /DATES.TXT; poke $((1024 + 13)) ff ff ff ff ff ff ff 00 00 ff ff ff ff; seed dates 16
small; put "$tmp/one" /RO.TXT; poke $((1024 + 11)) 07; seed readonly 16
small; put "$tmp/one" /A; put "$tmp/one" /B; poke 1024 00; seed end-mark 16
small; for i in 0 1 2 3 4 5 6 7 8 9 A B C D E F; do put "$tmp/one" /FILE$i; done; seed root-full 32
small; dir /d; i=0; while [ $i -lt 20 ]; do : >"$tmp/e"; put "$tmp/e" /d/F$i; i=$((i + 1)); done; seed dir-two-clusters 16
tree() { small; dir /a; dir /a/b; put "$tmp/one" /a/b/c; }
tree; poke $((3 * 512 + 32 + 26)) 03 00; seed dotdot-wrong 16
tree; poke $((3 * 512 + 26)) 04 00; seed dot-wrong 16
tree; poke $((4 * 512 + 64 + 11)) 10; seed dir-is-file 16
tree; poke $((4 * 512 + 64 + 11)) 10 00 00 00 00 00 00 00 00 00 00 00 00 00 00 02 00; seed dir-ring 16
tree; poke $((3 * 512 + 64 + 26)) 00 00; seed dir-to-root 16
tree; fat12 2 2; seed dir-cycle 16
tree; poke $((1024 + 26)) ff 0f; seed dir-range 16

# Operations.  Codes and the meaning of the fields are those of harness/fsops.c;
# paths from 128 on are new names, 16 for each directory.
base() { cp "$tmp/base" "$img"; }
open=1 close=2 read=3 write=4 pwrite=6 trunc=8 ftrunc=9 mkdir=10 rmdir=11 unlink=12 rename=13
lstat=18 chmod=20 utimes=22 fsync=24 sync=25 statvfs=26 fhopen=31 remount=37 update=38 chflags=41 force=45
base; op $open 5 128 0 0 0 0644 0 0; op $write 0 0 0 0 1 0 0 3000; op $fsync 0 0 0 0 0 0 0 0; op $close 0 0 0 0 0 0 0 0; seed op-write 64
base; op $open 1 1 0 0 0 0 0 0; op $pwrite 0 0 0 0 1 0 20000 100; op $ftrunc 0 0 0 0 0 0 700 0; seed op-gap 64
base; op $mkdir 0 130 0 0 0 0755 0 0; op $rename 0 1 131 0 0 0 0 0; op $rename 0 3 132 0 0 0 0 0; op $rmdir 0 130 0 0 0 0 0 0; seed op-dirs 64
base; op $rename 0 1 2 0 0 0 0 0; op $rename 0 5 129 0 0 0 0 0; op $rename 0 3 144 0 0 0 0 0; op $unlink 0 4 0 0 0 0 0 0; seed op-rename 64
base; op $trunc 0 2 0 0 0 0 0 0; op $trunc 0 1 0 0 0 0 5000 0; op $sync 0 0 0 0 0 0 0 0; op $statvfs 0 0 0 0 0 0 0 0; seed op-truncate 64
base; op $chmod 0 1 0 0 0 0444 0 0; op $utimes 0 1 0 0 0 0 1000000000 1100000000; op $chflags 0 1 0 0 0 0 65536 0; op $lstat 0 1 0 0 0 0 0 0; seed op-attributes 64
base; op $open 1 1 0 0 0 0 0 0; op $unlink 0 1 0 0 0 0 0 0; op $pwrite 0 0 0 0 2 0 0 6000; op $read 0 0 0 0 0 0 0 4096; seed op-removed 64
base; op $open 5 133 0 0 0 0644 0 0; op $pwrite 0 0 0 0 3 0 0 60000; op $pwrite 0 0 0 0 3 0 30000 10000; seed op-full 64
base; op $remount 0 0 0 0 0 0 0 0; op $update 1 0 0 0 0 0 0 0; op $update 0 0 0 0 0 0 0 0; op $fhopen 1 1 0 0 0 0 0 0; op $force 0 0 0 0 0 0 0 0; seed op-mounts 64
base; for n in 128 129 130 131 132 133 134 135 136 137 138; do op $open 5 $n 0 0 0 0644 0 0; op $write 0 0 0 0 1 0 0 700; done; seed op-names 64 $((LONG + UTF8))

echo "$(ls "$out"/seed-* | wc -l) seeds in $out, $(du -ck "$out"/seed-* | tail -1 | cut -f1) KiB"
