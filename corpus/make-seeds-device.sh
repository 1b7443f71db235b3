#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Inputs for targets of device drivers (harness/devops.h): plain use of each
# kind of device, and one lie of the hostile layer in each of the others.
#
#	make-seeds-device.sh [TARGET...]
set -e
top=$(cd "$(dirname "$0")/.." && pwd)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# le BYTES VALUE...: little-endian values, as octal escapes for printf.
le() {
	n=$1
	shift
	for v; do
		i=0
		while [ $i -lt "$n" ]; do
			printf '\\%03o' $((v >> (8 * i) & 255))
			i=$((i + 1))
		done
	done
}
# begin [KNOB...]: a new input; knobs are the device's bytes of the header.
begin() {
	nops=0 nrec=0 sched=0 bits=0 delay=0 knobs=$*
	: >"$tmp/ops"
	: >"$tmp/rec"
	: >"$tmp/loose"
}
# op CODE [FLAGS NODE FD BUF IDX MODE OFF LEN]
op() {
	code=$(eval echo "\$$1")
	shift
	printf "$(le 1 $code ${1:-0} ${2:-0} ${3:-0} ${4:-0} ${5:-0})$(le 2 ${6:-0})$(le 4 ${7:-0} ${8:-0})" >>"$tmp/ops"
	nops=$((nops + 1))
}
# rec KIND HOW WHERE [NTH COUNT WIDTH OFF VAL]
rec() {
	kind=$(eval echo "\$$1") how=$(eval echo "\$$2") where=$3
	shift 3
	printf "$(le 1 $kind $how)$(le 2 $where ${1:-0})$(le 1 ${2:-0} ${3:-0})$(le 4 ${4:-0})$(le 8 ${5:-0})" >>"$tmp/rec"
	nrec=$((nrec + 1))
}
# end NAME: writes it.
end() {
	{
		printf "$(le 1 $nops $nrec $sched $bits)$(le 4 $delay)$(le 1 $knobs)"
		head -c $((24 - $(echo $knobs | wc -w))) /dev/zero
		cat "$tmp/ops" "$tmp/rec" "$tmp/loose"
	} >"$dir/seed-$1"
}
# codes PREFIX NAME...: numbers from 0.
codes() {
	p=$1 c=0
	shift
	for v; do
		eval "$p$v=$c"
		c=$((c + 1))
	done
}
codes "" NONE OPEN CLOSE READ WRITE IOCTL POLL FSYNC SYNC DELAY RESCAN DETACH UNPLUG PLUG MOUNT UNMOUNT \
    FSREAD FSWRITE FAULT EVENT SUSPEND RESUME STREAM
codes K_ NONE CONF REG STORE FETCH INTR SCRIBBLE SPURIOUS UNPLUG SILENT
codes H_ SET XOR ADD ONES DROP TWICE SHORT BYTES LATE COHERENT
ANY=65535

#
# Disks.
#

disk_io() {
	op OPEN 0 0
	op WRITE 0 0 0 17 0 0 40 7
	op READ 0 0 0 0 0 0 40 7
	op READ 0 0 0 0 0 0 1023 0
	op READ 128 0 0 0 0 0 1000 777
	op FSYNC
	op CLOSE
}
disk_block() {
	op OPEN 0 1
	for i in 1 9 17 25 33 41; do
		op WRITE 0 0 0 $i 0 0 $((i * 8)) 7
	done
	op FSYNC
	op READ 0 0 0 0 0 0 0 127
	op CLOSE
}
disk_ioctls() {
	op OPEN 0 0
	i=0
	while [ $i -lt $1 ]; do
		op IOCTL 0 0 0 0 $i
		i=$((i + 1))
	done
}
disk_wedges() {
	op OPEN 0 0
	op IOCTL 1 0 0 0 15 0 100 64
	op IOCTL 0 0 0 0 15 1 400 64
	op IOCTL 0 0 0 0 18 0 0 832
	op IOCTL 0 0 0 0 17
	op IOCTL 0 0 0 0 19
	op IOCTL 0 0 0 0 20
}
disk_mount() {
	op MOUNT
	op FSREAD 0 0 0 0 0 0 0 14
	op FSWRITE 1 0 0 33 0 0 0 5000
	op SYNC
	op UNMOUNT
}
# disk_seeds KNOBS...: what any disk has, on its plain model.
disk_seeds() {
	begin "$@"
	end plain
	begin "$@"; disk_io; end read-write
	begin "$@"; disk_block; end block
	begin "$@"; disk_ioctls 25; end ioctls
	begin "$@"; disk_wedges; end wedges
	begin "$@"; disk_mount; end mount
	begin "$@"; bits=1; disk_io; end firmware
	begin "$@"; delay=300; disk_block; end late
	begin "$@"; delay=300; sched=5; disk_block; end schedule
	begin "$@"; disk_io; op RESCAN; disk_io; end rescan
	begin "$@"; op DETACH; op RESCAN; disk_io; end detach-rescan
	begin "$@"; op OPEN 0 0; op READ; op DETACH 1; op READ; op RESCAN; disk_io; end detach-open
	begin "$@"; op OPEN 0 0; op READ; op UNPLUG; op READ; op CLOSE; op DETACH 1; op PLUG; op RESCAN; disk_io; end unplug
	begin "$@"; op MOUNT; op FSWRITE 0 0 0 1 0 0 0 3000; op UNPLUG; op SYNC; op FSREAD 0 0 0 0 0 0 0 14; end unplug-mounted
	begin "$@"; disk_io; rec K_UNPLUG H_SET 0 300; end unplug-step
	begin "$@"; op SUSPEND; op RESUME; disk_io; end suspend
	begin "$@"; op OPEN 0 0; op FAULT 0 0 0 0 0 0 5; op READ; op FAULT 0 0 0 0 1; op READ; op CLOSE; end fault
	begin "$@"; disk_io; rec K_INTR H_DROP 0 4; end lost-interrupt
	begin "$@"; disk_io; rec K_INTR H_LATE 0 2 255 0 0 50000000; end late-interrupt
	begin "$@"; disk_io; rec K_INTR H_TWICE 0 0 255; end twice-interrupt
	begin "$@"; disk_io; rec K_SPURIOUS H_SET 0 200 255; end spurious
	begin "$@"; disk_io; rec K_SILENT H_SET 0 250; end silent
	begin "$@"; disk_io; rec K_CONF H_ONES $ANY 40; end config-ones
	begin "$@"; disk_io; rec K_REG H_ONES $ANY 9 255; end registers-ones
}

#
# Virtio: knobs are transport, queue size, bits, features not offered (5 bytes).
#

# tag QUEUE FIELD
codes F_ USED_IDX USED_ID USED_LEN USED_FLAGS AVAIL_EVENT AVAIL_IDX AVAIL_RING DESC INDIRECT OUT IN STATUS
tag() {
	echo $((4096 | $1 << 4 | F_$2))
}
# virtio_seeds FUNCTION QUEUE: transports, queues, and a hostile ring.
virtio_seeds() {
	begin 1; $1; end legacy
	begin 2; $1; end transitional
	begin 3; $1; end mmio
	begin 4; $1; end mmio-legacy
	begin 0 0 1; $1; end intx
	begin 1 0 1; $1; end legacy-intx
	begin 0 0 4; $1; end qemu-layout
	begin 0 0 2; delay=200; $1; end reorder
	begin 0 2; $1; end queue-4
	begin 0 8; $1; end queue-256
	begin 0 10; $1; end queue-1024
	begin 0 0 0 0 0 0 16; $1; end no-indirect
	begin 0 0 0 0 0 0 32; $1; end no-event
	begin 0 0 0 0 0 0 48; $1; end no-both
	begin; $1; rec K_STORE H_ADD $(tag $2 USED_ID) 2 0 0 0 1; end used-id-next
	begin; $1; rec K_STORE H_ADD $(tag $2 USED_LEN) 2 0 0 0 1; end used-len-more
	begin; $1; rec K_STORE H_ADD $(tag $2 USED_IDX) 2 0 0 0 1; end used-idx-more
	begin; $1; rec K_REG H_SET 24 0; end queue-0
	begin; $1; rec K_CONF H_ADD 76 0 0 0 0 64; end cap-offset
	begin; $1; rec K_CONF H_XOR 64 0 0 0 0 256; end cap-next
	begin; $1; rec K_SCRIBBLE H_COHERENT $(($2 * 4)) 1 0 2 14 9; end scribble
}

want() {
	[ -z "$targets" ] && return
	case " $targets " in *" $1 "*) ;; *) return 1 ;; esac
}
targets=$*

if want fuzz_ld_virtio; then
	dir="$top/corpus/fuzz_ld_virtio"
	mkdir -p "$dir"
	disk_seeds
	virtio_seeds disk_io 0
	begin 0 0 0 0 0 0 0 0 0 1; disk_io; end read-only
	begin 0 0 0 0 0 0 0 0 0 2; disk_io; end blocks-4k
	begin 0 0 0 0 0 0 0 0 0 0 2 1; disk_io; end segments-2
	begin; op EVENT 0 0 0 0 0 0 512; disk_io; op EVENT 0 0 0 0 0 0 1500; disk_io; end resize
	begin; op EVENT 0 0 0 0 1 0 1; disk_io; end io-error
	begin 0 0 0 0 2; disk_io; end no-flush
	begin; rec K_REG H_SET 260 0 255 0 0 65535; disk_io; end capacity-huge
	begin; disk_io; rec K_STORE H_SET $(tag 0 STATUS) 3 0 0 0 255; end status-255
	begin; disk_io; rec K_STORE H_DROP $(tag 0 STATUS) 3; end status-none
fi

#
# NVMe: knobs are flags, I/O queues, vectors, largest transfer, doorbell stride,
# block size, queue entries, further namespaces, milliseconds to ready (2 bytes).
#
if want fuzz_nvme; then
	SQE=8193 CQE=8194 IDCTRL=8195 IDNS=8196 DATA=8197 PRPLIST=8198
	dir="$top/corpus/fuzz_nvme"
	mkdir -p "$dir"
	disk_seeds
	begin 1; disk_io; end msi
	begin 3; disk_io; end intx
	begin 8; delay=200; disk_block; end reverse
	begin 4; disk_io; end no-cache
	begin 0 1 1; disk_io; end one-vector
	begin 0 0 0 1; disk_block; end two-pages
	begin 0 0 0 0 4; disk_io; end stride
	begin 0 0 0 0 0 3; disk_io; end blocks-4k
	begin 0 0 0 0 0 0 1; disk_block; end queue-2
	begin 0 0 0 0 0 0 0 2; disk_io; op OPEN 0 3; op READ 0 0 0 0 0 0 0 7; end namespaces
	begin 0 0 0 0 0 0 0 0 200; disk_io; end slow-start
	begin; op OPEN 0 4; i=0; while [ $i -lt 14 ]; do op IOCTL 0 4 0 0 0 0 1 0; i=$((i + 1)); done; end passthrough
	begin; op OPEN 0 5; op IOCTL 1 5 0 2 0 0 1 0; op IOCTL 1 5 0 1 0 0 1 0; end passthrough-namespace
	i=1
	for f in never no-interrupt status fatal cid twice sqhd unplug; do
		begin; op EVENT 0 0 0 0 $i 514 2 1; disk_io; disk_io; end fault-$f
		i=$((i + 1))
	done
	begin; disk_io; rec K_REG H_ONES 28 0; end csts-ones
	begin; disk_io; rec K_REG H_SET 28 0 255 0 0 0; end never-ready
	begin; disk_io; rec K_REG H_SET 28 6 255 0 0 2; end fatal-state
	begin; disk_io; rec K_REG H_SET 0 0 0 0 0 0; end cap-one-entry
	begin; disk_io; rec K_REG H_SET 4 0 0 0 0 47; end cap-stride
	begin; disk_io; rec K_REG H_SET 4 0 0 0 0 15728640; end cap-page
	begin; disk_io; rec K_STORE H_XOR $CQE 7 0 2 12 1; end cqe-cid
	begin; disk_io; rec K_STORE H_SET $CQE 7 0 2 12 65535; end cqe-cid-max
	begin; disk_io; rec K_STORE H_XOR $CQE 7 0 2 10 1; end cqe-sqid
	begin; disk_io; rec K_STORE H_SET $CQE 7 0 2 8 65535; end cqe-sqhd
	begin; disk_io; rec K_STORE H_XOR $CQE 7 0 2 14 1; end cqe-phase
	begin; disk_io; rec K_STORE H_TWICE $CQE 7; end cqe-twice
	begin; disk_io; rec K_STORE H_DROP $CQE 7; end cqe-drop
	begin; disk_io; rec K_STORE H_SET $IDCTRL 0 0 4 516 4294967295; end namespaces-many
	begin; disk_io; rec K_STORE H_SET $IDCTRL 0 0 1 77 255; end mdts-255
	begin; disk_io; rec K_STORE H_SET $IDCTRL 0 0 1 512 119; end entry-size
	begin; disk_io; rec K_STORE H_SET $IDNS 0 0 8 0 9223372036854775807; end size-huge
	begin; disk_io; rec K_STORE H_SET $IDNS 0 0 1 26 15; end format-15
	begin; disk_io; rec K_STORE H_SET $IDNS 0 0 1 130 31; end block-31
	begin; disk_io; rec K_STORE H_SET $IDNS 0 0 2 128 8; end metadata
	begin; disk_io; rec K_STORE H_SHORT $DATA 1 0 0 100; end data-short
	begin; disk_block; rec K_FETCH H_XOR $PRPLIST 0 0 8 0 4096; end prp-other
	begin; disk_io; rec K_SCRIBBLE H_COHERENT 3 2 0 2 16 7; end scribble
fi
