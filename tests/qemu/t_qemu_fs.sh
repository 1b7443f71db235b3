# SPDX-License-Identifier: BSD-2-Clause

# A FAT image on QEMU's disks has the same files as the image itself, and what
# is written through them is sound and read by mtools.

fs=$BUILD/bin/rumpfuzz-fs

need_qemu() {
	command -v "${QEMU:-qemu-system-x86_64}" >/dev/null ||
	    atf_skip "no QEMU here: install Debian's package qemu-system-x86"
}

# on DEVICE-ARGS... : those arguments, with the image as drive d, for RUMP_QEMU.
on() {
	RUMP_QEMU="-drive
file=disk.fat,if=none,id=d,format=raw"
	for a in "$@"; do
		RUMP_QEMU="$RUMP_QEMU
$a"
	done
	export RUMP_QEMU
}

make_image() {
	atf_check -o ignore mkfs.fat -C disk.fat 20480
	mkdir tree tree/sub
	for i in 1 2 3 4 5; do
		head -c $((i * 37000)) /dev/urandom >tree/file$i
		head -c $((i * 500)) /dev/urandom >"tree/sub/a longer name $i"
	done
	atf_check mcopy -s -i disk.fat tree/file1 tree/file2 tree/file3 tree/file4 tree/file5 tree/sub ::
	"$fs" disk.fat sum >expected || atf_fail "the image itself"
}

# check DISK: reads everything and adds a file.
check() {
	atf_check -o file:expected "$fs" "device:$1" sum
	head -c 123456 /dev/urandom >new
	atf_check "$fs" "device:$1" put new /
	unset RUMP_QEMU
	atf_check -o ignore fsck.fat -n disk.fat
	atf_check mcopy -i disk.fat ::new back
	atf_check cmp new back
}

atf_test_case virtio_blk
virtio_blk_body() {
	need_qemu
	make_image
	on -device virtio-blk-pci,drive=d
	check ld0d
}
atf_test_case virtio_scsi
virtio_scsi_body() {
	need_qemu
	make_image
	on -device virtio-scsi-pci -device scsi-hd,drive=d
	check sd0d
}
atf_test_case nvme
nvme_body() {
	need_qemu
	make_image
	on -device nvme,drive=d,serial=rump
	check ld0d
}

# The command: joins arguments, and says what is wrong with them.
atf_test_case command
command_body() {
	need_qemu
	make_image
	atf_check -o file:expected "$TOP/rumpfuzz" qemu -drive file=disk.fat,if=none,id=d,format=raw \
	    -device virtio-blk-pci,drive=d -- "$fs" device:ld0d sum
	atf_check -s exit:2 -e match:"which program" "$TOP/rumpfuzz" qemu -device edu
	atf_check -s exit:2 -e match:"which devices" "$TOP/rumpfuzz" qemu -- true
	atf_check -s exit:2 -e match:"did not start" "$TOP/rumpfuzz" qemu -device no-such -- "$fs" device:ld0d sum
	atf_check -s exit:2 -e match:"open device:ld9d" "$TOP/rumpfuzz" qemu -device edu -- "$fs" device:ld9d sum
}

atf_init_test_cases() {
	atf_add_test_case virtio_blk
	atf_add_test_case virtio_scsi
	atf_add_test_case nvme
	atf_add_test_case command
}
