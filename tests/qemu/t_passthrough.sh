# SPDX-License-Identifier: BSD-2-Clause

# The drivers on devices that Linux passes through, in a guest with an IOMMU.

guest=$TOP/out/guest

need_guest() {
	for p in "${QEMU:-qemu-system-x86_64} qemu-system-x86" "busybox busybox-static" "cpio cpio"; do
		command -v "${p% *}" >/dev/null || atf_skip "no ${p% *} here: install Debian's package ${p#* }"
	done
	[ -f "$guest/kernel/vmlinuz" ] || apt-cache show linux-image-cloud-amd64 >/dev/null 2>&1 ||
	    atf_skip "no kernel for the guest: Debian's package linux-image-cloud-amd64 is not to be had"
}

devices="-drive file=$PWD/virtio.img,if=none,id=v,format=raw
-drive file=$PWD/nvme.img,if=none,id=n,format=raw
-device pcie-root-port,id=r1,chassis=1,slot=1
-device pcie-root-port,id=r2,chassis=2,slot=2
-device virtio-blk-pci,drive=v,bus=r1,iommu_platform=on,disable-legacy=on
-device nvme,drive=n,serial=rump,bus=r2"

# What has no MSI-X: an adapter with MSI, and a device with a line alone.
others="-drive file=$PWD/ahci.img,if=none,id=a,format=raw
-drive file=$PWD/line.img,if=none,id=l,format=raw
-device pcie-root-port,id=r3,chassis=3,slot=3
-device pcie-root-port,id=r4,chassis=4,slot=4
-device ich9-ahci,id=sata,bus=r3
-device ide-hd,drive=a,bus=sata.0
-device virtio-blk-pci,drive=l,bus=r4,iommu_platform=on,disable-legacy=on,vectors=0"

# All disks, the same binary as on QEMU's qtest socket: by MSI-X, by MSI, by INTx.
atf_test_case disks
disks_head() {
	atf_set timeout 300
}
disks_body() {
	need_guest
	head -c 3000320 /dev/urandom >v.data
	head -c 2000384 /dev/urandom >n.data
	truncate -s 4M virtio.img nvme.img ahci.img line.img
	PASSTHROUGH_ENV="RUMP_VERBOSE=1" PASSTHROUGH_FILES="$PWD/v.data $PWD/n.data" atf_check -o save:out \
	    "$TOP/tests/qemu/passthrough" -d 240 "$guest" "$devices
$others" -- "$BUILD/tests/qemu/vfio_disk" /dev/rld0d "$PWD/v.data" /dev/rld1d "$PWD/n.data" \
	    /dev/rwd0d "$PWD/n.data" /dev/rld2d "$PWD/n.data"
	cat out
	atf_check -o ignore grep "rld0d: 3000320 bytes written and read back, interrupts came" out
	for d in rld1d rwd0d rld2d; do
		atf_check -o ignore grep "$d: 2000384 bytes written and read back, interrupts came" out
	done
	atf_check -o ignore grep "nvme0: queue 0 interrupts at msix" out
	atf_check -o ignore grep "virtio1: interrupting at intA" out
	atf_check cmp -n 3000320 v.data virtio.img
	for f in nvme ahci line; do
		atf_check cmp -n 2000384 n.data $f.img
	done
}

# A mistake in a driver is a report that is read outside of the guest.
atf_test_case report
report_head() {
	atf_set timeout 300
}
report_body() {
	need_guest
	head -c 512 /dev/urandom >v.data
	truncate -s 4M virtio.img nvme.img
	PASSTHROUGH_FILES="$PWD/v.data" atf_check -s not-exit:0 -o save:out -e ignore \
	    "$TOP/tests/qemu/passthrough" -d 240 "$guest" "$devices" -- "$BUILD/tests/qemu/vfio_disk" \
	    overflow /dev/rld0d "$PWD/v.data"
	cat out
	atf_check -o ignore grep "ERROR: AddressSanitizer: heap-buffer-overflow\|ERROR: AddressSanitizer: use-after-poison" out
	atf_check -o ignore grep "rump_planted_overflow" out
	atf_check -o ignore grep "40-byte kmem object" out
}

atf_init_test_cases() {
	atf_add_test_case disks
	atf_add_test_case report
}
