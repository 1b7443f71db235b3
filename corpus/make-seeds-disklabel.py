#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Seeds of fuzz_disklabel: partition tables of each kind on small disks, some
that lie, and operations on them.  make-seeds-disklabel.py [DIRECTORY]"""
import os
import struct
import sys
import zlib

BLOCKS = 2048				# of 512 bytes: the disk
READ, WRITE, OPEN, CLOSE, GETLABEL, SETLABEL, DISCOVER, FORGET, ADD, DELETE, LIST, FLAG, \
    WALK, DETACH, RESCAN, FAULT = range(16)
GUID = {
    "efi": bytes.fromhex("28732ac11ff8d211ba4b00a0c93ec93b"),
    "ffs": bytes.fromhex("5a8df449" "0eb1" "dc11" "b99b" "0019d1879648"),
    "swap": bytes.fromhex("328df449" "0eb1" "dc11" "b99b" "0019d1879648"),
    "linux": bytes.fromhex("af3dc60f" "8384" "7247" "8e79" "3d69d8477de4"),
}


class Disk:
    def __init__(self, secsize=512, blocks=BLOCKS):
        self.sec, self.blocks = secsize, blocks
        self.total = blocks * 512 // secsize
        self.ext, self.ops, self.flags = [], b"", 0

    def put(self, offset, data):
        """Bytes at an offset which is a multiple of 512."""
        data += bytes(-len(data) % 512)
        self.ext.append((offset // 512, data))

    def op(self, op, flags=0, path=0, path2=0, fd=0, buf=0, mode=0, off=0, length=0):
        self.ops += struct.pack("<BBBBBBHII", op, flags, path, path2, fd, buf, mode, off, length)

    def save(self, name):
        shift = {512: 0, 1024: 1, 2048: 2, 4096: 3}[self.sec]
        out = b"".join(struct.pack("<II", b, len(d)) + d for b, d in self.ext)
        out += self.ops + struct.pack("<III", len(self.ops), 1 | shift << 16 | self.flags,
                                      self.blocks) + b"rfz1"
        with open(os.path.join(where, "seed-" + name), "wb") as f:
            f.write(out)


def mbr(parts):
    s = bytearray(512)
    for i, (kind, start, size) in enumerate(parts):
        struct.pack_into("<B3xB3xII", s, 446 + 16 * i, 0x80 if i == 0 else 0, kind, start, size)
    s[510:] = b"\x55\xaa"
    return bytes(s)


def mark(d, *sectors):
    """Something to read at the start of partitions."""
    for n in sectors:
        d.put(n * d.sec, b"sector %d" % n)


def gpt(d, entries, primary=True, backup=True, n=128, names=None):
    table = b""
    for i, (kind, start, end) in enumerate(entries):
        name = (names[i] if names else "part%d" % i).encode("utf-16-le")[:72]
        table += GUID[kind] + bytes([i + 1]) * 16 + struct.pack("<QQQ", start, end, 0) + \
            name + bytes(72 - len(name))
    full = table + bytes(128 * n - len(table))
    crc = zlib.crc32(full)
    tsec = (128 * n + d.sec - 1) // d.sec
    for which in (1, 0):
        if not (primary if which else backup):
            continue
        me, other = (1, d.total - 1) if which else (d.total - 1, 1)
        at = 2 if which else d.total - 1 - tsec
        h = struct.pack("<8sIIIIQQQQ16sQIII", b"EFI PART", 0x10000, 92, 0, 0, me, other, 2 + tsec,
                        d.total - 2 - tsec, b"G" * 16, at, n, 128, crc)
        h = h[:16] + struct.pack("<I", zlib.crc32(h)) + h[20:]
        d.put(me * d.sec, h)
        d.put(at * d.sec, table)


def label(parts, order="<", total=BLOCKS, npart=None, nsec=512):
    head = struct.pack(order + "IHH16s16s6I2HI4H3I20s20sI", 0x82564557, 12, 0, b"seed", b"disk", nsec,
                       32, 64, 1, 2048, total, 0, 0, 0, 3600, 1, 0, 0, 0, 0, 0, bytes(20), bytes(20),
                       0x82564557)
    n = npart if npart is not None else len(parts)
    body = b"".join(struct.pack(order + "IIIBBH", size, off, 1024, fs, 8, 0)
                    for off, size, fs in parts)
    tail = struct.pack(order + "HII", n, 8192, 8192) + body
    total_ = head + b"\0\0" + tail
    words = struct.unpack(order + "%dH" % (len(total_) // 2), total_)
    s = 0
    for w in words[:(148 + 16 * n) // 2]:
        s ^= w
    return head + struct.pack(order + "H", s) + tail


where = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(sys.argv[0]),
                                                           "fuzz_disklabel")
os.makedirs(where, exist_ok=True)

d = Disk()
d.put(0, mbr([(0x0c, 64, 256), (0x83, 320, 128), (0xa9, 512, 512), (0x82, 1024, 64)]))
mark(d, 64, 319, 320, 512, 1024)
d.save("mbr")

d = Disk()
d.put(0, mbr([(0x0c, 64, 128), (0x0f, 256, 1024)]))
d.put(256 * 512, mbr([(0x83, 16, 64), (5, 128, 128)]))
d.put((256 + 128) * 512, mbr([(0x07, 16, 64), (5, 256, 128)]))
d.put((256 + 256) * 512, mbr([(0xa5, 16, 64)]))
mark(d, 64, 272, 400, 528)
d.save("mbr-chain")

d = Disk()
d.put(0, mbr([(0x0c, 64, 128), (5, 256, 1024)]))
d.put(256 * 512, mbr([(0x83, 16, 64), (5, 0, 128)]))
d.save("mbr-loop")

d = Disk()
d.put(0, mbr([(0xee, 1, 0xffffffff)]))
gpt(d, [("efi", 40, 103), ("ffs", 104, 615), ("swap", 616, 679), ("linux", 700, 2000)])
mark(d, 40, 104, 616, 700, 2000)
d.save("gpt")

d = Disk()
gpt(d, [("efi", 40, 103), ("linux", 104, 1200)], primary=False)
mark(d, 40, 104)
d.save("gpt-backup")

d = Disk(4096, 4096)
d.put(0, mbr([(0xee, 1, 0xffffffff)]))
gpt(d, [("efi", 10, 40), ("ffs", 41, 300)])
mark(d, 10, 41, 300)
d.save("gpt-4k")

d = Disk()
gpt(d, [("ffs", 40, 49), ("ffs", 50, 59), ("ffs", 60, 69), ("ffs", 65, 80)],
    names=["same", "same", "\U0001f600\u20ac\u00e9", "over"])
d.save("gpt-names")

d = Disk()
gpt(d, [("ffs", 8, 9), ("efi", 12, 12), ("linux", 14, 1000)], n=16)
d.op(SETLABEL, flags=2)
d.op(LIST)
d.op(DELETE, path=0)
d.op(ADD, off=1100, length=100)
d.op(ADD, flags=8, off=1300, length=1)
d.op(OPEN, fd=1, path=17, flags=1)
d.op(READ, fd=1, length=3)
d.op(DETACH)
d.op(DETACH, flags=1)
d.op(READ, fd=1)
d.op(RESCAN)
d.op(WALK)
d.save("gpt-ops")

parts = [(64, 256, 7), (320, 64, 1), (0, 0, 0), (0, BLOCKS, 0), (512, 1024, 17)]
for name, order, start in (("bsd", "<", 0), ("bsd-swapped", ">", 0)):
    d = Disk()
    d.put(512, label(parts, order))
    mark(d, 64, 320, 512)
    d.save(name)

d = Disk()
d.put(0, mbr([(0xa9, 64, 1984)]))
d.put(65 * 512, label([(128, 256, 7), (384, 64, 1), (64, 1984, 0), (0, BLOCKS, 0)]))
mark(d, 128, 384)
d.op(OPEN, fd=0, path=1)
d.op(READ, fd=0, length=1)
d.op(SETLABEL, fd=1, off=148, buf=9, mode=400)
d.op(SETLABEL, fd=1, flags=2, off=152, buf=1)
d.op(GETLABEL, fd=1)
d.op(CLOSE, fd=0)
d.op(DISCOVER, fd=1)
d.save("bsd-in-mbr")

d = Disk()
d.put(512, label([(64, 0xffffff00, 7), (2040, 16, 1), (0, 0, 0), (0, 1 << 31, 0)], total=1 << 31))
d.save("bsd-lies")

d = Disk(2048, 4096)
d.put(2048, label([(64, 256, 7), (320, 64, 1)], nsec=2048, total=1024))
d.op(FAULT, off=2, length=2)
d.op(WALK)
d.flags = 0x40000
d.save("bsd-2k")

d = Disk()
d.save("empty")
