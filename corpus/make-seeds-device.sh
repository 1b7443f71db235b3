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
codes H_ SET XOR ADD ONES DROP TWICE SHORT BYTES LATE COHERENT LESS
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
# disk_aside A B: two threads at the raw disk and at the block device, which
# do A and B (4: read, 5: write, 6: flush, 7: discard) while others go on.
disk_aside() {
	delay=300
	op OPEN "$1" 0
	op OPEN "$2" 1
	op DELAY 0 0 0 0 0 1
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
	begin "$@"; disk_aside 5 4; disk_io; end aside
	begin "$@"; disk_aside 5 6; sched=7; disk_block; end aside-flush
	begin "$@"; disk_aside 7 5; sched=3; disk_io; end aside-discard
	begin "$@"; disk_aside 4 5; op DETACH 1; op RESCAN; disk_io; end aside-detach
	begin "$@"; disk_aside 5 4; op UNPLUG; op DETACH 1; op PLUG; op RESCAN; disk_io; end aside-unplug
	begin "$@"; disk_aside 4 5; op SUSPEND; op RESUME; disk_io; end aside-suspend
	begin "$@"; disk_aside 5 4; disk_io; rec K_INTR H_DROP 0 9; end aside-lost-interrupt
	begin "$@"; disk_aside 5 4; disk_io; rec K_SILENT H_SET 0 150; end aside-silent
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
	echo $((4096 | (F_$2 >= F_IN ? 2048 : 0) | $1 << 4 | F_$2))
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
	begin; $1; rec K_CONF H_SET 84 0 255 0 0 4096; end cap-beyond
	begin; $1; rec K_CONF H_SET 84 0 255 0 0 4294967232; end cap-wraps
	begin; $1; rec K_CONF H_SET 64 0 255 0 0 16401; end cap-cyclic
	begin; $1; rec K_SCRIBBLE H_COHERENT $(($2 * 4)) 1 0 2 14 9; end scribble
	begin 0 0 0 0 0 0 16; $1; rec K_SCRIBBLE H_COHERENT $(($2 * 4)) 5 0 2 14 9; end scribble-chain
}

want() {
	[ -z "$targets" ] && return
	case " $targets " in *" $1 "*) ;; *) return 1 ;; esac
}
targets=$*

# v IOCTL MODE OFF LEN: POST is 0 to 2, then ABORT, NOTIFY, REAP, INTR, REINIT, CONFIG, BREAK, WAIT.
v() {
	op IOCTL 0 0 0 0 $1 ${2:-0} ${3:-0} ${4:-0}
}
tour() {
	op OPEN
	for i in 0 1 2 3 4 5 6 7; do
		v 0 $i $((i * 31)) 1
	done
	v 10 5
	v 5
	v 0 3 255; v 0 0 7; v 4
	v 10 5
	v 5 1; v 5
	for i in 0 1 2 3 4; do
		v 6 $i 2
		v 0 2 99 1
		v 10 3
		v 5
	done
	v 3 5; v 3 5 1; v 3 30
	for i in 0 1 2 3 4 5 6; do
		v 8 $i 8 1
	done
	v 0 1 1 1; v 7; v 0 1 1 1; v 10 5; v 5
	op CLOSE
}
if want fuzz_virtio_transport; then
	dir="$top/corpus/fuzz_virtio_transport"
	mkdir -p "$dir"
	begin; end plain
	begin; tour; end tour
	virtio_seeds tour 0
	begin; op OPEN; v 0 1 1; v 9; v 0 1 1; v 5; end break
	begin; op OPEN; v 0 1 1 1; v 9 1; v 5; end revoke
	begin; delay=300; op OPEN; for i in 1 2 3 4 5; do v 0 $i 9 1; done; op DETACH 1; op RESCAN; op OPEN; v 0 1 1 1; end detach-posted
	begin; op OPEN; v 0 1 1; op UNPLUG; v 4; v 5; v 7; end unplug
	begin; tour; rec K_UNPLUG H_SET 0 150; end unplug-step
	begin; tour; rec K_SILENT H_SET 0 100; end silent
	begin; delay=300; sched=7; tour; end schedule
	begin; tour; rec K_STORE H_SET $(tag 0 USED_ID) 3 0 0 0 16; end used-id-size
	begin; tour; rec K_STORE H_SET $(tag 0 USED_LEN) 3 0 0 0 4294967295; end used-len-max
	begin; tour; rec K_STORE H_ADD $(tag 0 USED_IDX) 3 0 0 0 32768; end used-idx-half
	begin; tour; rec K_REG H_SET 24 0 0 0 0 3; end queue-3
	begin; tour; rec K_REG H_SET 24 0 0 0 0 32768; end queue-32768
	begin; tour; rec K_CONF H_SET 68 0 255 0 0 4294967295; end cap-bar
fi

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
	begin; disk_io; rec K_STORE H_LESS $(tag 0 IN) 12 0 0 100; end read-less
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
	begin; op OPEN 0 0; op WRITE 0 0 0 7 0 0 8 8; op FSYNC 1 0 0 0 0 0 8 3; op READ 0 0 0 0 0 0 8 8; end discard
	begin; disk_io; op EVENT 2 0 0 1 0 0 1 2; op DELAY 0 0 0 0 0 10; disk_io; end event-health
	begin; i=0; while [ $i -lt 40 ]; do op EVENT 2 0 0 $i 0 0 0 1; op DELAY 0 0 0 0 0 10; i=$((i + 1)); done; disk_io; end events-many
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
	begin; disk_io; rec K_CONF H_SET 16 4 0 0 0 4294963204; end registers-moved
	begin; disk_io; rec K_CONF H_SET 16 5 0 0 0 4294963204; end registers-small
	begin; disk_io; rec K_STORE H_SHORT $DATA 1 0 0 100; end data-short
	begin; disk_block; rec K_FETCH H_XOR $PRPLIST 0 0 8 0 4096; end prp-other
	begin; disk_io; rec K_SCRIBBLE H_COHERENT 3 2 0 2 16 7; end scribble
fi

#
# SCSI: knobs are bits of the adapter, bits of the first unit (2 bytes), further
# units, variant of the first (harness/devops_scsi.h).  SENSE is K_REG's value:
# key | code << 8 | qualifier << 16 | bits << 24.
#
scsi_tag() { echo $((4 << 12 | $1)); }
# scsi_seeds USE KNOBS: ways of adapters and lies that any unit meets.
scsi_seeds() {
	use=$1 more=$2
	for a in 1 2 8 16 32 64; do
		begin $a; $use; end adapter-$a
	done
	begin 0 16; $use; end descriptor-sense
	begin 0 64; $use; end scsi-2
	begin 0 0 2; $use; end stopped
	begin 0 2; $use; end no-medium
	begin; delay=300; $use; end late
	begin; delay=300; sched=9; $use; end schedule
	begin 0 0 0 $more; $use; end neighbours
	begin; $use; op RESCAN; $use; end rescan
	begin; $use; op DETACH; op RESCAN; $use; end detach-rescan
	begin; op OPEN 0 0; op READ; op DETACH 1; op READ; op CLOSE; op RESCAN; $use; end detach-open
	begin; op OPEN 0 0; op READ; op UNPLUG; op READ; op CLOSE; op DETACH 1; op PLUG; op RESCAN; $use; end unplug
	begin; op OPEN 0 0; op EVENT 0 0 0 0 5; op READ; op EVENT 0 0 0 0 6; op READ; op CLOSE; $use; end media
	begin; op OPEN 0 0; op EVENT 0 0 0 0 2 0 10537; op READ; op CLOSE; end attention
	begin; op OPEN 0 0; op EVENT 0 0 0 0 7 0; op EVENT 1 0 0 0 7; op READ; op CLOSE; end reservation
	begin; op OPEN 0 0; op EVENT 0 0 0 0 8 0 0; op READ; op CLOSE; end bus-reset
	begin; op EVENT 0 0 0 0 0 3 1; op EVENT 0 0 0 0 1 3; op RESCAN; $use; end come-and-go
	n=0
	for s in $((0x3a02)) $((0x010402)) $((0x2806)) $((0x2906)) $((0x1103)) $((0x4404)) $((0x470b)) $((0x2707)) \
	    $((0x01003a02)) $((0x02002806)) $((0x400000d)) $((0x8400000000000 | 0x84010000)); do
		begin; $use; rec K_REG H_SET $ANY 9 0 0 0 $s; end sense-$n
		n=$((n + 1))
	done
	for s in 8 24 40 255; do
		begin; $use; rec K_CONF H_SET 0 8 3 0 0 $s; end status-$s
	done
	for s in 1 2 3 4 5 6 77; do
		begin; $use; rec K_CONF H_SET 2 8 0 0 0 $s; end host-$s
	done
	begin; $use; rec K_CONF H_ONES 1 9; end residual
	begin; $use; rec K_CONF H_SET 3 1 255 0 0 252; end sense-long
	begin; $use; rec K_INTR H_DROP $ANY 9; end never
	begin; $use; rec K_SILENT H_SET 0 11; end silent
	begin; $use; rec K_INTR H_LATE $ANY 5 2 0 0 900000000; end slow
	begin; $use; rec K_UNPLUG H_SET 0 9; end gone
	begin; $use; rec K_SPURIOUS H_SET 0 9; end event
	begin; $use; rec K_SCRIBBLE H_SET $ANY 9 0 8 0 -1; end sense-ones
	begin; $use; rec K_STORE H_SET $(scsi_tag 18) 0 255 1 0 127; end inquiry-none
	begin; $use; rec K_STORE H_SET $(scsi_tag 18) 0 255 1 4 255; end inquiry-long
	begin; $use; rec K_STORE H_SET $(scsi_tag 18) 0 255 1 4 0; end inquiry-short
	begin; $use; rec K_STORE H_SET $(scsi_tag 160) 0 255 4 0 4294967295; end luns-many
	begin; $use; rec K_STORE H_SET $(scsi_tag 160) 0 255 8 8 -1; end lun-strange
	begin; $use; rec K_STORE H_SHORT $ANY 3 255 0 1; end data-short
}
if want fuzz_scsipi_disk; then
	dir="$top/corpus/fuzz_scsipi_disk"
	mkdir -p "$dir"
	begin; end plain
	begin; disk_io; end read-write
	begin; disk_block; end block
	begin; disk_ioctls 22; end ioctls
	begin; disk_mount; end mount
	for v in 1 2 3; do
		begin 0 0 0 0 $v; disk_io; end blocks-$v
	done
	begin 0 5; disk_io; end read-only
	begin 0 1; disk_io; end removable
	begin 0 8; disk_io; end no-cache
	begin 0 32; disk_io; end thin
	begin; disk_aside 5 4; disk_io; end aside
	begin 0 32; disk_aside 7 6; disk_io; op DETACH 1; end aside-thin
	scsi_seeds disk_io 73
	begin; disk_io; rec K_STORE H_SET $(scsi_tag 37) 0 255 4 0 0; end capacity-0
	begin; disk_io; rec K_STORE H_SET $(scsi_tag 37) 0 255 4 0 4294967295; end capacity-huge
	begin; disk_io; rec K_STORE H_SET $(scsi_tag 37) 0 255 4 4 0; end block-size-0
	begin; disk_io; rec K_STORE H_SET $(scsi_tag 37) 0 255 4 4 16777216; end block-size-1
	begin; disk_io; rec K_STORE H_SET $(scsi_tag 158) 0 255 8 0 -1; end capacity-16
	begin; op EVENT 0 0 0 0 4 0 512; disk_io; op EVENT 0 0 0 0 4 0 1500; disk_io; end resize
	# The cache is turned off and on again by way of its mode page.
	disk_cache() { op OPEN 0 0; op IOCTL 0 0 0 0 10 4; op IOCTL 0 0 0 3 10 4; }
	begin; disk_cache; end cache
	begin; disk_cache; rec K_STORE H_SET $(scsi_tag 26) 0 255 1 5 2; end mode-page-short
	begin; disk_cache; rec K_STORE H_SET $(scsi_tag 26) 0 255 1 5 200; end mode-page-long
fi
cd_use() {
	op OPEN 0 0
	op READ 0 0 0 0 0 0 40 7
	op READ 0 0 0 0 0 0 1020 3
	for i in 0 1 2 3 4 10; do
		op IOCTL 0 0 0 0 $i 0 1 64
	done
	op CLOSE
}
if want fuzz_scsipi_cd; then
	dir="$top/corpus/fuzz_scsipi_cd"
	mkdir -p "$dir"
	begin; end plain
	begin; cd_use; end read
	begin; disk_ioctls 53; end ioctls
	begin 0 0 0 0 $((0x52)); cd_use; end sessions
	begin 0 0 0 0 $((0x25)); disk_ioctls 31; end audio
	begin 32 0 0 0 $((0x11)); cd_use; end atapi-audio
	begin; op OPEN 0 0; op IOCTL 0 0 0 0 22; op IOCTL 0 0 0 0 23; op IOCTL 0 0 0 0 0; op CLOSE; end tray
	begin; op OPEN 0 0; op IOCTL 0 0 0 0 27 0 2 0; op IOCTL 0 0 0 0 28 0 1 1; op IOCTL 0 0 0 0 29 0 3 0; op CLOSE; end mmc
	scsi_seeds cd_use 1
	begin; cd_use; rec K_STORE H_SET $(scsi_tag 67) 0 255 2 0 65535; end toc-long
	begin; cd_use; rec K_STORE H_SET $(scsi_tag 67) 0 255 2 2 65281; end toc-tracks
	begin; cd_use; rec K_STORE H_SET $(scsi_tag 67) 0 255 8 4 -1; end toc-entry
	begin; cd_use; rec K_STORE H_SET $(scsi_tag 37) 0 255 4 0 4294967295; end capacity-huge
	begin; cd_use; rec K_STORE H_SET $(scsi_tag 37) 0 255 4 4 0; end block-size-0
	begin; disk_ioctls 53; rec K_STORE H_SET $(scsi_tag 90) 0 255 2 6 65535; end mode-descriptors
	begin; disk_ioctls 53; rec K_STORE H_SET $(scsi_tag 66) 0 255 2 2 65535; end subchannel-long
	begin; disk_ioctls 53; rec K_STORE H_SET $(scsi_tag 70) 0 255 4 0 4294967295; end configuration-long
fi
# mt OPERATION COUNT
mt() {
	op IOCTL 0 0 0 0 0 0 $1 $(($2 + 2))
}
tape_use() {
	op OPEN 0 0
	op STREAM 1 0 0 1 0 0 0 512
	op STREAM 1 0 0 2 0 0 0 100
	mt 0 1
	op STREAM 1 0 0 3 0 0 0 4096
	mt 5 1
	op STREAM 0 0 0 0 0 0 0 512
	op STREAM 0 0 0 0 0 0 0 512
	op STREAM 0 0 0 0 0 0 0 512
	op STREAM 0 0 0 0 0 0 0 1000
	op IOCTL 0 0 0 0 1
	op CLOSE
}
if want fuzz_scsipi_tape; then
	dir="$top/corpus/fuzz_scsipi_tape"
	mkdir -p "$dir"
	begin; end plain
	begin; tape_use; end records
	begin 0 0 0 0 $((0xa9)); tape_use; end fixed
	begin 0 0 0 0 $((0xc0)); op OPEN 0 0; for i in 1 2 3 4 5 6 7 8; do op STREAM 0 0 0 0 0 0 0 4096; done; end recorded
	begin 0 0 0 0 $((0xf0)); op OPEN 0 0; mt 1 2; mt 3 1; mt 4 1; mt 2 1; mt 11 1; mt 10 1; op IOCTL 0 0 0 0 4; op IOCTL 0 0 0 0 6; mt 3 5; end space
	begin; op OPEN 0 0; i=0; while [ $i -lt 18 ]; do mt $i 1; i=$((i + 1)); done; op IOCTL 0 0 0 0 1; end operations
	begin; op OPEN 0 0; mt 17 1; for i in 1 2 3 4 5 6 7 8; do for j in 1 2 3 4 5 6 7 8; do op STREAM 1 0 0 0 0 0 0 4096; done; done; mt 5 1; end full
	begin; op OPEN 0 0; op IOCTL 2 0 0 0 0 0 14 512; op STREAM 1 0 0 9 0 0 0 2048; mt 0 1; mt 5 1; op STREAM 0 0 0 0 0 0 0 4096; op STREAM; end block-size
	begin 0 4; tape_use; end read-only
	for n in 1 2 3; do
		begin 0 0 0 0 $((0x40)); op OPEN 0 $n; op STREAM 1 0 0 5 0 0 0 512; op IOCTL 0 0 0 0 1; op CLOSE; op OPEN 0 0; op STREAM 0 0 0 0 0 0 0 512; end close-$n
	done
	begin; disk_ioctls 15; end ioctls
	scsi_seeds tape_use 65
	n=0
	for s in $((0x84010000)) $((0x24000000 | 0x100000000000000)) $((0xa4000000 | (-16 << 32))) $((0x05000008 | 0x4000000)) \
	    $((0x4402000d)) $((0x44020000)); do
		begin; tape_use; rec K_REG H_SET 8 0 1 0 0 $s; rec K_REG H_SET 10 1 0 0 0 $s; end tape-sense-$n
		n=$((n + 1))
	done
	begin; tape_use; rec K_STORE H_SET $(scsi_tag 5) 0 255 5 1 -1; end limits
	begin; tape_use; rec K_STORE H_SET $(scsi_tag 26) 0 255 8 3 -1; end mode
	begin; op OPEN 0 0; op IOCTL 0 0 0 0 4; op IOCTL 0 0 0 0 5; rec K_STORE H_SET $(scsi_tag 52) 0 255 1 0 4; end position-unknown
fi
all_use() {
	for n in 0 1 2 3 4 5 6 7; do
		op OPEN 0 $n
		op IOCTL 0 0 0 0 0 0 0 255
		op CLOSE
	done
}
all_ioctls() {
	op OPEN 0 $1
	i=0
	while [ $i -lt 83 ]; do
		op IOCTL 0 0 0 $i $i 0 ${2:-0} ${3:-0}
		i=$((i + 1))
	done
}
if want fuzz_scsipi_ioctl; then
	dir="$top/corpus/fuzz_scsipi_ioctl"
	mkdir -p "$dir"
	begin; end plain
	begin; all_use; end commands
	for n in 0 1 2 3 4 5 6 7 8; do
		begin; all_ioctls $n; end node-$n
	done
	begin; op OPEN 0 0; i=0; while [ $i -lt 32 ]; do op IOCTL 0 0 0 $i 0 0 0 1024; i=$((i + 1)); done; end cdbs-uk
	begin; op OPEN 0 1; i=0; while [ $i -lt 32 ]; do op IOCTL 0 0 0 $i 0 0 0 1024; i=$((i + 1)); done; end cdbs-disk
	begin; op OPEN 0 5; i=11; while [ $i -lt 25 ]; do op IOCTL 0 0 0 0 $i 0 1 256; op IOCTL 0 0 0 0 $i 0 2 1; i=$((i + 1)); done; end changer
	begin; op OPEN 0 4; i=7; while [ $i -lt 15 ]; do op IOCTL 0 0 0 0 $i 0 3 2; i=$((i + 1)); done; end enclosure
	begin; op OPEN 0 6; i=7; while [ $i -lt 15 ]; do op IOCTL 0 0 0 0 $i 0 7 160; i=$((i + 1)); done; end saf-te
	begin; op OPEN 0 7; for i in 25 26 27 28; do op IOCTL 0 0 0 0 $i 0 4294967295 4294967295; done; op IOCTL 0 0 0 0 25; op IOCTL 0 0 0 0 26; end bus
	scsi_seeds all_use 127
	for b in 1 3 10 11; do
		begin; op OPEN 0 4; op IOCTL 0 0 0 0 7; op IOCTL 0 0 0 0 8; rec K_STORE H_SET $(scsi_tag 28) 0 255 1 $b 255; end ses-$b
	done
	for b in 0 1 2 4; do
		begin; op OPEN 0 6; op IOCTL 0 0 0 0 7; op IOCTL 0 0 0 0 9; op IOCTL 0 0 0 0 11; rec K_STORE H_SET $(scsi_tag 60) 0 255 1 $b 255; end saf-te-$b
	done
	for b in 0 2 5 8 10 13; do
		begin; op OPEN 0 5; op IOCTL 1 0 0 0 16 0 1 1024; op IOCTL 0 0 0 0 17 0 1 0; rec K_STORE H_SET $(scsi_tag 184) 0 255 2 $b 65535; end changer-$b
	done
	begin; op OPEN 0 5; rec K_STORE H_SET $(scsi_tag 26) 0 255 8 4 -1; end changer-elements
fi

#
# PCI topologies: knobs are four bytes for each function: kind, bridge it is
# behind, place, what it has (harness/devops_pci.h).
#

if want fuzz_pci_config; then
	dir="$top/corpus/fuzz_pci_config"
	mkdir -p "$dir"
	begin; end plain
	begin 0 0 0 3; end bars
	begin 0 0 0 8; end msi
	begin 0 0 0 16; end msix
	begin 0 0 0 255; end everything
	begin 0 0 0 4; end huge
	begin 2 0 0 0 1 1 0 19; end bridge
	begin 3 0 0 0 3 1 0 0 2 2 0 0 1 3 0 59 1 2 0 11; end bridges
	begin 0 0 0 16 17 0 31 8 49 0 30 2; end functions
	begin 3 0 0 0 1 1 0 19; bits=1; end firmware
	begin 3 0 0 0 1 1 0 19; bits=1; op EVENT 0 0 0 1; op RESCAN; op EVENT 0 0 0 1; op RESCAN; end hotplug
	begin 3 0 0 0 1 1 0 19; op EVENT; op RESCAN; op PLUG; op RESCAN; end hotplug-bridge
	begin 0 0 0 19; op UNPLUG; op PLUG; op RESCAN; end replaced
	begin 0 0 0 19; rec K_UNPLUG H_SET 0 60; end unplug-step
	begin 0 0 0 16; op SUSPEND; op RESUME; op EVENT 0 0 0 0 2; end suspend
	begin; op EVENT 1 0 0 0 1; op DELAY 0 0 0 0 0 100; op EVENT 0 0 0 0 1; end intx
	begin; op OPEN 0 0; for i in 0 1 2 3 4; do op IOCTL 3 0 0 0 $i; done; end ioctls
	begin 0 0 0 96; rec K_CONF H_SET 64 0 255 0 0 16401; end cap-cyclic
	begin 0 0 0 96; rec K_CONF H_SET 52 0 255 0 0 60; end cap-below
	begin 0 0 0 96; rec K_CONF H_SET 256 0 255 0 0 268500995; end extcap-cyclic
	begin 0 0 0 16; rec K_CONF H_SET 76 0 255 0 0 4294967292; end msix-beyond
	begin 0 0 0 16; rec K_CONF H_SET 72 0 255 0 0 134152209; end msix-many
	begin; rec K_CONF H_SET 16 2 3 0 0 4294967280; end bar-size
	begin; rec K_CONF H_XOR 16 4 255 0 0 4096; end bar-moves
	begin 2 0 0 0 1 1; rec K_CONF H_SET 24 1 255 0 0 65792; end bus-loop
	begin 2 0 0 0 1 1; rec K_CONF H_SET 24 0 255 0 0 16711936; end buses-all
	begin; rec K_CONF H_SET 12 0 255 0 0 8454144; end header-bridge
	begin; rec K_CONF H_SET 12 0 255 0 0 327680; end header-5
	begin; rec K_CONF H_SET 60 0 255 0 0 65535; end pin-255
	begin; rec K_CONF H_ONES 65535 12 255; end ones
	begin; rec K_CONF H_SET 0 0 255 0 0 3405648436; end everywhere
	begin 0 0 0 128; rec K_CONF H_SET 68 0 255 0 0 3; end power-stuck
fi
if want fuzz_vioscsi; then
	dir="$top/corpus/fuzz_vioscsi"
	mkdir -p "$dir"
	disk_seeds
	virtio_seeds disk_io 2
	units="0 0 0 0 0 0 0 0 0 0 15"
	begin $units; end units
	begin $units; op OPEN 0 2; op READ 0 0 0 0 0 0 0 7; disk_ioctls 60; end cd
	begin $units; op OPEN 0 3; op STREAM 1 0 0 7 0 0 0 512; op STREAM 1 0 0 8 0 0 0 512; op IOCTL; op STREAM 0 0 0 0 0 0 0 512; end tape
	begin $units; op OPEN 0 4; op IOCTL; op IOCTL 0 0 0 0 1; end uk
	for e in 0 1 2 3 4 5 6 7; do
		begin $units; op EVENT 0 0 0 0 $e 0 1539; disk_io; op EVENT 0 0 0 0 $e 5 1; op DELAY 0 0 0 0 0 2000; disk_io; end event-$e
	done
	begin; op EVENT 17 0 0 0 3 0 0; disk_io; end never-answered
	begin; disk_io; rec K_STORE H_SET $(tag 2 STATUS) 9 0 4 0 65535; end sense-len
	begin; disk_io; rec K_STORE H_SET $(tag 2 STATUS) 9 0 4 4 4294967295; end resid
	begin; disk_io; rec K_STORE H_SET $(tag 2 STATUS) 9 0 1 11 9; end response
	begin; disk_io; rec K_STORE H_SET $(tag 2 IN) 0 0 1 4 255; end inquiry-long
	begin; disk_io; rec K_STORE H_ONES $(tag 2 IN) 2 3 0; end data-ones
	begin; op EVENT 0 0 0 0 0 5 0; op DELAY 0 0 0 0 0 500; rec K_STORE H_ONES $(tag 1 IN) 0 255; end event-ones
fi
if want fuzz_viornd; then
	dir="$top/corpus/fuzz_viornd"
	mkdir -p "$dir"
	small() {
		op DELAY 0 0 0 0 0 5000
		op RESCAN
		op DELAY 0 0 0 0 0 15000
	}
	begin; end plain
	begin; small; end used
	virtio_seeds small 0
	begin 0 0 0 0 0 0 0 0 0 7; small; end chunk-7
	begin; small; op DETACH 1; op RESCAN; small; end detach
	begin; op UNPLUG; small; op DETACH 1; op PLUG; op RESCAN; small; end unplug
	begin; small; rec K_SILENT H_SET 0 60; end silent
	begin; small; rec K_STORE H_SET $(tag 0 USED_LEN) 0 0 0 0 0; end used-len-0
	begin; op SUSPEND 0 0 0 0 0 1000; small; end suspend
	begin; op FAULT 0 0 0 0 0 0 9; op DETACH 1; op RESCAN; small; end fault
fi
if want fuzz_viomb; then
	dir="$top/corpus/fuzz_viomb"
	mkdir -p "$dir"
	balloon() {
		op DELAY 0 0 0 0 0 3000
		op EVENT 0 0 0 0 0 0 40
		op DELAY 0 0 0 0 0 3000
		op EVENT 0 0 0 0 0 0 3
		op DELAY 0 0 0 0 0 3000
	}
	begin; end plain
	begin 0 0 0 0 0 0 0 0 0 20; balloon; end grow-shrink
	virtio_seeds balloon 0
	begin 0 0 0 0 0 0 0 0 0 0 3; balloon; end pages-768
	begin; balloon; op EVENT 128 0 0 0 0 0 4294967295; op DELAY 0 0 0 0 0 3000; end pages-huge
	begin; balloon; op DETACH 1; op RESCAN; balloon; end detach
	begin; op EVENT 0 0 0 0 0 0 40; op UNPLUG; op DELAY 0 0 0 0 0 9000; op DETACH 1; op PLUG; op RESCAN; end unplug
	begin; balloon; rec K_SILENT H_SET 0 60; end silent
	begin; balloon; op SUSPEND 0 0 0 0 0 1000; balloon; end suspend
fi
if want fuzz_viocon; then
	dir="$top/corpus/fuzz_viocon"
	mkdir -p "$dir"
	line() {
		op OPEN 0 0
		op STREAM 1 0 0 65 0 0 0 100
		op EVENT 1 0 0 97 0 0 0 20
		op DELAY 0 0 0 0 0 10
		op STREAM 0 0 0 0 0 0 0 64
		op POLL 0 0 0 0 0 10 69
		op IOCTL 0 0 0 0 0
		op IOCTL 0 0 0 0 1 0
		op IOCTL 0 0 0 0 4
		op CLOSE
	}
	multi="0 0 0 0 0 0 0 0 0 1 3"
	begin; end plain
	begin; line; end line
	virtio_seeds line 1
	begin $multi; line; op OPEN 0 1; op STREAM 1 0 0 65 0 0 0 100; end multiport
	begin $multi; op EVENT 0 0 0 0 1 1 2 0; op DELAY 0 0 0 0 0 10; op EVENT 0 0 0 0 1 1 1 1; line; end port-remove-add
	begin $multi; op OPEN 0 1; op EVENT 0 0 0 0 1 1 2 0; op STREAM 1 0 0 1 0 0 0 9; op DELAY 0 0 0 0 0 10; op STREAM 0 0 0 0 0 0 0 9; end port-remove-open
	begin $multi; for e in 1 2 3 4 5 6 7 8; do op EVENT 0 0 0 0 1 9 $e 1; done; op DELAY 0 0 0 0 0 100; line; end port-out-of-range
	begin $multi; line; rec K_STORE H_SET $(tag 2 IN) 1 0 4 0 255; end control-id
	begin; op OPEN 0 0; i=0; while [ $i -lt 23 ]; do op IOCTL 0 0 0 0 $i; i=$((i + 1)); done; end ioctls
	begin; op OPEN 0 0; op STREAM 1 0 0 65 0 0 0 4000; op DETACH 1; op STREAM 1 0 0 65 0 0 0 10; end detach-open
	begin; op OPEN 0 0; op UNPLUG; op STREAM 1 0 0 65 0 0 0 4000; op DETACH 1; op PLUG; op RESCAN; line; end unplug
	begin; line; rec K_SILENT H_SET 0 60; end silent
	begin; op SUSPEND 0 0 0 0 0 1000; line; end suspend
	begin; line; rec K_STORE H_SET $(tag 0 USED_LEN) 0 0 0 0 65535; end used-len
	# Flags of OPEN: 4 + (0: reads, 2: polls, 3: writes) in a thread of its own.
	asleep() {
		op OPEN 4; op OPEN 6; op DELAY 0 0 0 0 0 10
	}
	begin; asleep; end asleep
	begin; asleep; op EVENT 1 0 0 97 0 0 0 20; op DELAY 0 0 0 0 0 10; end asleep-input
	begin; asleep; op DETACH 1; end asleep-detach
	begin; asleep; op UNPLUG; op DELAY 0 0 0 0 0 5000; op PLUG; op RESCAN; line; end asleep-unplug
	begin; asleep; op SUSPEND 0 0 0 0 0 1000; op EVENT 1 0 0 97 0 0 0 20; op DELAY 0 0 0 0 0 10; end asleep-suspend
	begin $multi; op DELAY 0 0 0 0 0 10; op OPEN 4 1; op OPEN 6 2; op DELAY 0 0 0 0 0 10; op EVENT 0 0 0 0 1 1 6 0; op EVENT 0 0 0 0 1 2 2 0; op DELAY 0 0 0 0 0 10; end asleep-shut
	begin; op OPEN 4; op OPEN 7; delay=3000000; op DELAY 0 0 0 0 0 12000; op EVENT 1 0 0 97 0 0 0 20; op DETACH 1; end asleep-late
	begin; asleep; op EVENT 1 0 0 97 0 0 0 20; op DELAY 0 0 0 0 0 10; rec K_STORE H_SET $(tag 0 USED_LEN) 0 0 0 0 65535; end asleep-broken
fi

#
# AHCI: knobs are flags, flags of the disk, bits (1: CD, 2: second disk), ports,
# milliseconds to the signature (2 bytes).
#
if want fuzz_ahcisata; then
	HEADER=12289 TABLE=12290 PRD=12291 PRDBC=12292 RFIS=12293 DATA=12294 IDENTIFY=12295
	dir="$top/corpus/fuzz_ahcisata"
	mkdir -p "$dir"
	disk_seeds
	begin 1; disk_io; end intx
	begin 2; disk_io; end low-memory
	begin 0 1; disk_io; end lba28
	begin 0 2; disk_io; end no-cache
	begin 0 0 1; disk_io; op OPEN 0 4; op READ 0 1 0 0 0 0 0 7; end cd
	begin 0 0 2; disk_io; op OPEN 0 3; op READ 0 1 0 0 0 0 0 7; end two-disks
	begin 0 0 0 6; disk_io; end six-ports
	begin; op OPEN 0 0; i=0; while [ $i -lt 8 ]; do op IOCTL 0 0 0 $i 25; i=$((i + 1)); done; disk_io; end ata-commands
	begin 0 4; disk_block; end queued
	begin 0 12; delay=200; disk_block; end queued-reverse
	begin 0 4; op EVENT 0 0 0 0 3 16465 2 1; disk_block; end queued-error
	begin 0 4; op EVENT 0 0 0 0 3 16465 0 2; disk_block; end queued-no-log
	begin 0 4; op EVENT 0 0 0 0 1 0 2 1; disk_block; end queued-never
	begin 0 4; disk_block; rec K_STORE H_XOR $DATA 9 9 1 0 7; op EVENT 0 0 0 0 3 16465 2 1; disk_block; end queued-log-wrong
	begin 0 0 0 0 200; disk_io; end slow-start
	i=1
	for f in never no-interrupt error short count busy interface bus stuck link unplug; do
		begin; op EVENT 0 0 0 0 $i 16465 2 1; disk_io; disk_io; end fault-$f
		i=$((i + 1))
	done
	begin; op EVENT 0 0 0 0 3 16465 0 0; disk_io; end error-always
	begin; disk_io; op EVENT 2 0 0 0 0; op DELAY 0 0 0 0 0 2000; op EVENT 2 0 0 0 1; op DELAY 0 0 0 0 0 2000; disk_io; end link-down-up
	begin 0 0 1; op EVENT 2 0 0 0 0 0 1; op DELAY 0 0 0 0 0 2000; op EVENT 2 0 0 0 1 0 1; op DELAY 0 0 0 0 0 2000; op OPEN 0 4; end cd-down-up
	begin; disk_io; rec K_REG H_SET 12 0 0 0 0 4294967295; end ports-many
	begin; disk_io; rec K_REG H_SET 4 0 255 0 0 1; end reset-never-ends
	begin; disk_io; rec K_REG H_SET 280 0 255 0 0 32768; end never-stops
	begin; disk_io; rec K_REG H_SET 288 0 255 0 0 128; end busy-always
	begin; disk_io; rec K_REG H_SET 292 0 0 0 0 2516123905; end signature-multiplier
	begin; disk_io; rec K_REG H_SET 312 8 255 0 0 0; end done-at-once
	begin; disk_io; rec K_REG H_ONES 272 4 1; end interrupts-ones
	begin; disk_io; rec K_REG H_SET 272 4 255 0 0 4194368; end link-storm
	begin; disk_io; rec K_STORE H_SET $PRDBC 3 0 4 0 4294967295; end count-huge
	begin; disk_io; rec K_STORE H_SET $PRDBC 3 0 4 0 0; end count-none
	begin; disk_io; rec K_STORE H_SET $IDENTIFY 1 0 8 200 -1; end size-huge
	begin; disk_io; rec K_STORE H_SET $IDENTIFY 1 255 8 200 0; end size-none
	begin; disk_io; rec K_STORE H_SET $IDENTIFY 1 0 2 212 20480; rec K_STORE H_SET $IDENTIFY 1 0 4 234 16777216; end sector-huge
	begin; disk_io; rec K_STORE H_SET $IDENTIFY 1 0 2 98 0; end no-dma
	begin; disk_io; rec K_STORE H_SET $RFIS 3 0 1 0 0; end frame-type
	begin; disk_io; rec K_STORE H_SHORT $DATA 1 0 0 100; end data-short
	begin; disk_io; rec K_SCRIBBLE H_COHERENT 0 2 0 4 0 7; end scribble
fi

#
# Nodes that are ioctls alone: knobs are bits (2: two units more, see
# harness/devops_ctl.h), then flags, sensors and kinds of each unit
# (harness/ctl_tour.h).  Loose bytes are answers.
#

# ask IOCTL [FLAGS BUF MODE OFF LEN], of descriptor $fd
ask() {
	op IOCTL ${2:-0} 0 ${fd:-0} ${3:-0} $1 ${4:-0} ${5:-0} ${6:-0}
}
# aside NODE IOCTL [FLAGS BUF MODE OFF LEN]: a thread repeats it
aside() {
	op OPEN $((4 | ${3:-0} << 3)) $1 0 ${4:-0} $2 ${5:-0} ${6:-0} ${7:-0}
}
# event WHAT [UNIT ARG]
event() {
	op EVENT 0 0 0 ${2:-0} $1 0 ${3:-0}
}
answers() {
	printf "$(le 1 $*)" >>"$tmp/loose"
}
# late N: so many answers after ten milliseconds each
late() {
	i=0
	while [ $i -lt $1 ]; do
		answers 2 10
		i=$((i + 1))
	done
}
ctl_all() {
	for n in 0 1 2 3; do op OPEN 0 $n; done
	fd=0; ask 0; for i in 1 2 3 4 5 6 7 8; do ask $i; done
	fd=1; ask 9; ask 10; ask 9 0 0 0 1; ask 10 0 0 0 1
	fd=2; ask 11; ask 11 0 1 0 3 4
	fd=3; ask 15; ask 15 0 0 0 0 8; ask 13; ask 16; ask 14
	fd=0
}
if want fuzz_devctl; then
	dir="$top/corpus/fuzz_devctl"
	mkdir -p "$dir"
	codes E_ COMES GOES SENSORS VOLUMES AGAIN BUS UNIT ALL PCI PCI_INTX PCI_MESSAGE
	begin; end plain
	begin; ctl_all; end all
	begin 3; ctl_all; end all-three
	begin 4; ctl_all; end all-pci
	begin; ctl_all; sched=7; aside 0 2; aside 1 9; late 40; end schedule
	begin 3; op OPEN; for n in 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do ask 0 0 65 0 $n; done; ask 0 1; end locate
	begin; op OPEN; for n in 0 1 2 3 4 5 9; do ask 5 0 0 0 $n; done; end alarm
	begin 3; op OPEN; for n in 0 1 2 3 255; do ask 1 0 $n; ask 4 0 $n; done; end cookies
	begin; op OPEN; ask 1; ask 2; ask 4; answers 1 4 0 0 1 90 3 7 7 7 0 200; late 3; end volumes-answers
	begin; op OPEN; event $E_VOLUMES; ask 1; event $E_VOLUMES; ask 1; ask 1 0 1; event $E_AGAIN; ask 1 0 2; end volumes-toggle
	begin 0 0 0 128; op OPEN; ask 0; ask 1; end no-volumes
	begin; aside 0 4; op DELAY 0 0 0 0 0 15; event $E_VOLUMES; late 20; end volumes-gone-asked
	begin; aside 0 4; aside 0 2; op DELAY 0 0 0 0 0 15; op DETACH 1; late 40; end detach-asked
	begin; aside 0 1; op DELAY 0 0 0 0 0 15; op UNPLUG; op RESCAN; op PLUG; op RESCAN; late 40; end unplug-asked
	for k in 1 2 4 8 16 32 64 255; do
		begin 0 0 0 $k; op OPEN 0 1; for n in 0 1 2 3; do ask 9 0 0 0 $n; ask 10 0 0 0 $n; done; event $E_ALL; end kinds-$k
	done
	for k in 1 2 3 8 16 32 64 131; do
		begin 3 $k 0 0 $k 6 0 $k; ctl_all; event $E_ALL; end flags-$k
	done
	begin 3; op OPEN 0 1; ask 10 0 0 0 7; ask 9 0 0 0 4294967295; event $E_GOES 1 0; ask 10 0 0 0 2; event $E_COMES 1 0; event $E_COMES 0 7; ask 10 0 0 0 2; end sensors-come
	begin 3; op OPEN 0 1; event $E_SENSORS 1; ask 10 0 0 0 3; event $E_SENSORS 1; ask 10 0 0 0 6; end sensors-toggle
	begin; aside 1 9; op DELAY 0 0 0 0 0 15; event $E_GOES; event $E_SENSORS; event $E_ALL; late 40; end sensors-gone-asked
	begin; op OPEN 0 1; ask 9; ask 9 0 0 0 1; answers 1 4 0 0 1 1 0 3 9 9; end sensors-answers
	begin 0 1; op OPEN 0 2; for n in 0 1 2 3 4 5; do ask 11 0 3 0 $n 4; ask 11 0 0 0 $n; done; end exec-bytes
	begin 0 3; op OPEN 0 2; for n in 0 1 2 3 4 5; do ask 11 0 3 0 $n 4; done; end exec-acquire
	begin; op OPEN 0 2; for n in 0 1 2 3 4 5; do ask 11 0 3 0 $n 4; done; ask 11 4 0 0 1 256; ask 11 4 1; ask 11 2; ask 11 8 0 0 0 1; ask 11 16; ask 11 1 0 0 4; ask 11 0 0 72; ask 11 0 0 1024; ask 11 0 0 0 0 257; end exec
	begin 0 3; op OPEN 0 2; for n in 0 1 2 3; do ask 11 0 3 0 $n 4; done; answers 0 0 0 0 0 0 0 0 0 1 5 0 0 1 6 0 1 95 0 0 1 2; end exec-errors
	begin; op OPEN 1 2; ask 11; op OPEN 1 3; fd=1; ask 12; ask 13; fd=0; end read-only
	begin; aside 2 11; aside 2 11; op DELAY 0 0 0 0 0 15; event $E_BUS; event $E_BUS; late 60; end bus-gone-asked
	begin; op OPEN 0 2; event $E_BUS 0 1; ask 11; event $E_BUS; op OPEN 0 2; ask 11; end bus-toggle
	begin 3; for n in 2 5 7; do op OPEN 0 $n; done; for fd in 0 1 2; do ask 11; done; fd=0; end three-buses
	begin 0 8; op OPEN 0 2; ask 11; end probe-receive
	begin 0 17; op OPEN 0 2; ask 11; end probe-none
	begin 3 65 0 0 64 0 0 67; ctl_all; event $E_ALL; answers 0 0 0 9 0 1 3; end init-refresh
	for k in 0 1; do
		begin 0 $k; op OPEN 0 1; for n in 0 1 2 3 4 5 6 7 8 9 10 11; do ask 9 0 0 0 2; done
		answers 0 0 0 0 0 0 0 0 0 0 0 0 2 1 2 1 0 1 9 2 32 0 1 7 2 33 3 32 0 3 33 4 0 5 0 6 0 7 0 1 5 8 0 9 0 0 1 4
		end chip-$k
	done
	begin 3; op OPEN 0 3; for n in 0 4 5 6 1 11; do ask 12 0 0 $n; done; ask 13; end detach
	begin 3; op OPEN 0 3; for n in 1 2 5 11 12 14 15; do ask 15 0 0 $n 0 8; ask 15 2 0 $n 0 8; ask 15 1 0 $n 0 8; ask 15 0 0 $n; done; end list
	begin; op OPEN 0 3; for n in 0 1 2 3 4 5 6 7; do ask 13 0 $n; ask 13 0 $n 1; ask 13 0 $n 4; done; ask 13 0 3 1 0 1; ask 13 0 4 4 81 1; ask 13 0 4 4 81 2; ask 13 0 4 4 0 101; ask 13 1 4 4 0 1; ask 13 0 0 12; end rescan
	begin 3; op OPEN 0 3; for n in 0 3 5 14; do ask 16 0 0 $n; ask 14 0 0 $n; ask 16 0 1 $n; ask 14 0 1 $n; done; end power
	begin; op OPEN 0 3; ask 16; ask 14; ask 12; ask 12; answers 0 0 1 1 1 2 1 3 0; end refusals
	begin; aside 3 12; aside 3 13; op DELAY 0 0 0 0 0 15; op RESCAN; late 60; end detach-rescan-asked
	begin; aside 3 13 0 0 4; op DELAY 0 0 0 0 0 15; op DETACH 1 0 0 0 1; late 60; end rescan-bus-detached
	begin; aside 3 16; aside 3 14; op DELAY 0 0 0 0 0 15; op DETACH 1; late 40; end power-detached
	begin 8; event $E_UNIT 0; ctl_all; event $E_UNIT 1; event $E_UNIT 0; ctl_all; end units-come
	begin 4; op OPEN 0 4; op OPEN 0 6; for fd in 0 1; do for i in 17 18 19 20 21; do ask $i; ask $i 0 1; ask $i 0 1 1; ask $i 1 0 1 4; ask $i 0 1 65533; ask $i 8 0 40; done; ask 17 0 0 0 2; ask 17 0 0 0 4096; ask 17 0 255; ask 23; ask 24; done; fd=0; end pci
	begin 4; op OPEN 0 6; op OPEN 0 3; fd=0; ask 18 0 1 0 16 4294967295; event $E_PCI 1; fd=1; ask 13 0 0 16; ask 12 0 0 9; fd=0; ask 21; op OPEN 1 4; ask 20; end pci-hotplug
	begin; op OPEN; i=0; while [ $i -lt 22 ]; do ask 22 7 $i; ask 22 6 $i 8191; ask 22 1 $i 16; i=$((i + 1)); done; end unknown
	begin 3; for n in 0 1 2 3; do op OPEN 0 $n; done; for k in 1 2 3; do op FAULT 0 0 0 0 2 0 $k; ctl_all; done; end fault-copy
	begin 3; op FAULT 0 0 0 0 0 0 3; ctl_all; op FAULT 0 0 0 0 0 0 9; op RESCAN; end fault-memory
	begin 3; op SUSPEND 0 0 0 0 1 100; op SUSPEND 2 0 0 0 0 100; ctl_all; end suspend
fi

#
# The example of docs/WRITING-A-DRIVER.md; its knob is 1 for INTx alone.
#

if want fuzz_edu; then
	dir="$top/docs/examples/edu/corpus"
	mkdir -p "$dir"
	edu_use() {
		op OPEN 0 0
		op IOCTL 0 0 0 0 0 0 10
		op WRITE 128 0 0 17 0 0 100 1000
		op READ 128 0 0 0 0 0 100 1000
		op READ 128 0 0 0 0 0 4000 200
		op CLOSE
	}
	begin; end plain
	begin; edu_use; end use
	begin 1; edu_use; end intx
	begin; delay=3000; edu_use; end slow
	begin; delay=3000; sched=7; edu_use; end schedule
	begin; edu_use; rec K_INTR H_DROP 0 1; end lost-interrupt
	begin; edu_use; rec K_UNPLUG H_SET 0 70; end unplug
	begin; edu_use; op DETACH; op RESCAN; edu_use; end detach
	begin; edu_use; rec K_REG H_SET 36 0 255; end no-status
	begin; edu_use; rec K_STORE H_SHORT 57345 0 0 0 10; end short-dma
	begin; rec K_REG H_SET 0 0 255; end wrong-id
fi
