#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Seeds of fuzz_disk_stack: FAT images of fuzz_msdosfs with file operations
and what the disk under them does.  make-seeds-disk-stack.py [DIRECTORY]"""
import os
import struct
import sys

FSOP = {n: i for i, n in enumerate(
    "WALK OPEN CLOSE READ WRITE PREAD PWRITE LSEEK TRUNCATE FTRUNCATE MKDIR RMDIR UNLINK RENAME "
    "LINK SYMLINK READLINK STAT LSTAT FSTAT CHMOD CHOWN UTIMES GETDENTS FSYNC SYNC STATVFS ACCESS "
    "CHDIR MKNOD MKFIFO FHOPEN LOCK FLOCK DUP READV WRITEV REMOUNT UPDATE PATHCONF FAULT CHFLAGS "
    "FSYNC_RANGE FCHDIR OPENAT FORCE FADVISE".split())}
UNPLUG, PLUG, DELAY, EVENT, RECORD = 0xe0, 0xe1, 0xe2, 0xe3, 0xf0
CONF, REG, STORE, FETCH, INTR, SCRIBBLE, SPURIOUS, GONE, SILENT = range(1, 10)
SET, XOR, ADD, ONES, DROP, TWICE, SHORT, BYTES, LATE, COHERENT = range(10)

here = os.path.dirname(os.path.abspath(sys.argv[0]))
where = sys.argv[1] if len(sys.argv) > 1 else os.path.join(here, "fuzz_disk_stack")
os.makedirs(where, exist_ok=True)


def op(code, flags=0, path=0, path2=0, fd=0, buf=0, mode=0, off=0, length=0):
    code = FSOP[code] if isinstance(code, str) else code
    return struct.pack("<BBBBBBHII", code, flags, path, path2, fd, buf, mode, off, length)


def record(kind, how=0, at=0xffff, nth=0, count=0, width=0, off=0, val=0):
    return op(RECORD + kind, how, at & 255, at >> 8, count, width, nth, off, val)


def seed(name, *ops, image="short-names"):
    with open(os.path.join(here, "fuzz_msdosfs", "seed-" + image), "rb") as f:
        data = f.read()
    opslen, flags, blocks, magic = struct.unpack("<III4s", data[-16:])
    if magic == b"rfz1":
        data = data[:-16 - opslen]
    else:
        flags, blocks = 0, 0
    body = b"".join(ops)
    with open(os.path.join(where, "seed-" + name), "wb") as f:
        f.write(data + body + struct.pack("<III", len(body), flags & 0xff, blocks) + b"rfz1")


write = [op("OPEN", 5, 0x80), op("WRITE", buf=7, length=20000), op("FSYNC"), op("MKDIR", path=0x81),
         op("SYNC"), op("PREAD", length=4096), op("CLOSE")]
seed("plain", *write)
seed("unplug-write", *write[:2], op(UNPLUG), *write[2:])
seed("unplug-plug", *write[:3], op(UNPLUG), op(PLUG), *write[3:])
seed("unplug-first", op(UNPLUG), op("WALK"), op("STATVFS"))
seed("unplug-access", record(GONE, nth=60), *write)
seed("silent", record(SILENT, nth=60), *write)
seed("lost-interrupt", record(INTR, DROP, nth=12), *write)
seed("late-interrupt", record(INTR, LATE, nth=12, val=2000000000), *write)
seed("wrong-data", record(STORE, XOR, nth=20, width=1, val=0xff), *write)
seed("short-data", record(STORE, SHORT, nth=22, off=3), *write)
seed("sense", op(EVENT, mode=2, off=2), *write, op(EVENT, mode=3, off=1), op("WALK"))
seed("delay", *write[:2], op(DELAY, length=40000), op(EVENT, path=1), op("REMOUNT"), op("WALK"))
seed("force", *write[:2], op(UNPLUG), op("FORCE"), op(PLUG), op("WALK"))
