#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The images that `./rumpfuzz bench` uses: 64 KiB of data in a small tree
# (seed-bench), and an image of 64 KiB (seed-64k), as FAT and as ISO 9660.
set -e
top=$(cd "$(dirname "$0")/.." && pwd)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
export SOURCE_DATE_EPOCH=1700000000 MTOOLS_SKIP_CHECK=1 TZ=UTC

# content N: N bytes that differ from file to file.
content() {
	awk -v n="$1" -v s="$2" 'BEGIN { for (i = 0; i < n / 16; i++) printf "%08x%07x\n", i, s }'
}
tree() {
	mkdir -p "$1/docs/deep" "$1/src"
	i=0
	for f in readme.txt docs/A_long_file_name.text docs/deep/x src/main.c; do
		i=$((i + 1))
		content $(($2 / 4)) $i >"$1/$f"
	done
	find "$1" -exec touch -d @1700000000 {} +
}
fat() {
	rm -f "$3"
	mkfs.fat --invariant -C -F 12 -s 1 -r 64 -n BENCH "$3" "$2" >/dev/null
	mcopy -s -m -i "$3" "$1"/* ::
}
iso() {
	genisoimage -quiet $3 -no-pad -V BENCH -o "$2" "$1"
}
mkdir -p "$top/corpus/fuzz_msdosfs" "$top/corpus/fuzz_cd9660"
tree "$tmp/big" 65536
fat "$tmp/big" 96 "$top/corpus/fuzz_msdosfs/seed-bench"
iso "$tmp/big" "$top/corpus/fuzz_cd9660/seed-bench" "-R -J"
tree "$tmp/small" 8192
fat "$tmp/small" 64 "$top/corpus/fuzz_msdosfs/seed-64k"
iso "$tmp/small" "$top/corpus/fuzz_cd9660/seed-64k" -R
ls -l "$top"/corpus/*/seed-bench "$top"/corpus/*/seed-64k
