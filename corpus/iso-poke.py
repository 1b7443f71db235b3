#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Bends an ISO 9660 image: iso-poke.py IMAGE WHAT [ARGUMENT].

What mastering programs won't write: other logical block sizes, file
sections, interleaving, attribute records, versions, and lies.  The image is
small and its directories have one sector each.
"""
import struct
import sys

SECTOR = 2048


def both(n, width=4):
    n &= (1 << 8 * width) - 1
    return n.to_bytes(width, "little") + n.to_bytes(width, "big")


class Image:
    def __init__(self, path):
        self.path = path
        with open(path, "rb") as f:
            self.b = bytearray(f.read())
        self.pvd = 16 * SECTOR

    def save(self):
        with open(self.path, "wb") as f:
            f.write(self.b)

    def root(self):
        return int.from_bytes(self.b[self.pvd + 158:self.pvd + 162], "little")

    def append(self, data):
        """Adds blocks at the end; the first one's number."""
        block = (len(self.b) + SECTOR - 1) // SECTOR
        self.b += bytes(block * SECTOR - len(self.b))
        self.b += data + bytes(-len(data) % SECTOR)
        self.b[self.pvd + 80:self.pvd + 88] = both(len(self.b) // SECTOR)
        return block

    def records(self, block):
        """The records of a directory of one sector."""
        p, out = block * SECTOR, []
        while p < (block + 1) * SECTOR and self.b[p]:
            out.append(bytes(self.b[p:p + self.b[p]]))
            p += self.b[p]
        return out

    def put(self, block, recs):
        data = b"".join(recs)
        assert len(data) <= SECTOR
        self.b[block * SECTOR:(block + 1) * SECTOR] = data + bytes(SECTOR - len(data))

    def dirs(self):
        """Blocks of all directories, the root first."""
        todo, seen = [self.root()], []
        while todo:
            d = todo.pop(0)
            if d in seen:
                continue
            seen.append(d)
            for r in self.records(d)[2:]:
                if r[25] & 2:
                    todo.append(extent(r))
        return seen

    def edit(self, name, fn, block=None):
        """Replaces the record whose name starts so by those that fn returns."""
        block = block or self.root()
        out = []
        for r in self.records(block):
            if r[33:33 + r[32]].lower().startswith(name.lower().encode()):
                new = fn(r)
                out += new if isinstance(new, list) else [new]
                name = "\xff"
            else:
                out.append(r)
        self.put(block, out)


def extent(r):
    return int.from_bytes(r[2:6], "little")


def size(r):
    return int.from_bytes(r[10:14], "little")


def change(r, **kw):
    r = bytearray(r)
    if "extent" in kw:
        r[2:10] = both(kw["extent"])
    if "size" in kw:
        r[10:18] = both(kw["size"])
    for key, at in (("xar", 1), ("flags", 25), ("unit", 26), ("gap", 27)):
        if key in kw:
            r[at] = kw[key]
    if "name" in kw:
        return rebuild(r, kw["name"], susp(r))
    return bytes(r)


def susp_at(r):
    return 33 + r[32] + (r[32] + 1) % 2


def susp(r):
    return bytes(r[susp_at(r):])


def rebuild(r, name, su):
    """The record with another name and other system use entries."""
    out = bytearray(r[:33])
    out[32] = len(name)
    out += name + (b"" if len(name) % 2 else b"\0") + su
    out += bytes(len(out) % 2)
    out[0] = len(out)
    return bytes(out)


def entries(su):
    out = []
    while len(su) >= 4 and su[0] and su[2] >= 4:
        out.append(su[:su[2]])
        su = su[su[2]:]
    return out


def with_susp(r, fn):
    return rebuild(r, r[33:33 + r[32]], b"".join(fn(entries(susp(r)))))


def ce(block, off, length):
    return b"CE\x1c\x01" + both(block) + both(off) + both(length)


def data_of(im, r):
    return bytes(im.b[extent(r) * SECTOR:extent(r) * SECTOR + size(r)])


def do_dates(im, arg):
    date = b"2001090901464000\0"
    for s in range(16, len(im.b) // SECTOR):
        p = s * SECTOR
        if im.b[p + 1:p + 6] != b"CD001":
            break
        if im.b[p] in (1, 2):
            im.b[p + 813:p + 847] = date + date
            im.b[p + 318:p + 318 + 3 * 128] = b" " * 384


def do_lbs(im, arg):
    k = SECTOR // int(arg)
    dirs = im.dirs()
    for d in dirs:
        im.put(d, [change(r, extent=extent(r) * k) for r in im.records(d)])
    r = change(im.b[im.pvd + 156:im.pvd + 190], extent=im.root() * k)
    im.b[im.pvd + 156:im.pvd + 190] = r
    im.b[im.pvd + 128:im.pvd + 132] = both(int(arg), 2)
    im.b[im.pvd + 80:im.pvd + 88] = both(len(im.b) // int(arg))


def do_versions(im, arg):
    im.edit("more", lambda r: [change(r, name=b"MORE.TXT;3"), change(r, name=b"MORE.TXT;2"), r])


def do_assoc(im, arg):
    im.edit("more", lambda r: [change(r, flags=4), r])


def do_xar(im, arg):
    def fn(r):
        date = b"2005040312345678" + b"\x04"
        xa = both(1000, 2) + both(100, 2) + struct.pack(">H", 0xaaaa | 0x1000) + date * 4
        xa += b"\0\0" + both(0, 2) + b" " * 32 + bytes(64) + b"\x01" + bytes(66)
        block = im.append(xa + bytes(SECTOR - len(xa)) + data_of(im, r))
        return change(r, extent=block, xar=1)
    im.edit("more", fn)


def do_interleave(im, arg):
    def fn(r):
        d = data_of(im, r)
        parts = [d[i:i + SECTOR] for i in range(0, len(d), SECTOR)]
        block = im.append((b"G" * SECTOR).join(p + bytes(SECTOR - len(p)) for p in parts))
        return change(r, extent=block, unit=1, gap=1)
    im.edit("more", fn)


def do_sections(im, arg):
    def fn(r):
        d = data_of(im, r)
        second = im.append(d[2 * SECTOR:])
        first = im.append(d[:2 * SECTOR])
        return [change(r, extent=first, size=2 * SECTOR, flags=r[25] | 0x80),
                change(r, extent=second, size=len(d) - 2 * SECTOR)]
    im.edit("more", fn)


def do_lewrong(im, arg):
    for d in im.dirs():
        recs = []
        for r in im.records(d):
            r = bytearray(r)
            r[6:10] = b"\xde\xad\xbe\xef"
            r[14:18] = b"\0\0\0\0"
            recs.append(bytes(r))
        im.put(d, recs)


def do_volsize(im, arg):
    im.b[im.pvd + 80:im.pvd + 88] = both(0x7fffffff)


def do_selfparent(im, arg):
    d = next(extent(r) for r in im.records(im.root())[2:] if r[25] & 2)
    recs = im.records(d)
    recs[1] = change(recs[1], extent=d)
    im.put(d, recs)


def do_selfdir(im, arg):
    im.edit("sub", lambda r: change(r, extent=im.root()))


def do_celoop(im, arg):
    block = (len(im.b) + SECTOR - 1) // SECTOR
    im.append(ce(block, 0, 28))
    im.edit("one", lambda r: with_susp(r, lambda es: es + [ce(block, 0, 28)]))


def do_ce(im, arg):
    def fn(r):
        es = entries(susp(r))
        first, second = b"".join(es[:1]), b"".join(es[1:])
        b2 = im.append(bytes(2000) + second)
        c = ce(b2, 2000, len(second))
        b1 = im.append(bytes(100) + first + c)
        return rebuild(r, r[33:33 + r[32]], ce(b1, 100, len(first) + len(c)))
    im.edit("one", fn)


def do_sf(im, arg):
    sf = b"SF\x15\x01" + both(0) + both(1 << 20) + b"\x01"
    im.edit("one", lambda r: with_susp(r, lambda es: es + [sf]))


def do_tflong(im, arg):
    date = b"2010022903040599" + b"\xf0"
    good = b"1999123123595950" + b"\x08"
    tf = bytes([ord("T"), ord("F"), 5 + 4 * 17, 1, 0x8f]) + good + date + good + good
    im.edit("one", lambda r: with_susp(r, lambda es: [e for e in es if e[:2] != b"TF"] + [tf]))


def do_es(im, arg):
    other = b"ES\x05\x01\x07" + b"NM\x09\x01\x00" + b"evil" + b"ES\x05\x01\x00"
    im.edit("one", lambda r: with_susp(r, lambda es: [other] + es))


def do_xa(im, arg):
    for d in im.dirs():
        recs = []
        for i, r in enumerate(im.records(d)):
            su = susp(r)
            if d == im.root() and i == 0:
                su = su[:6] + b"\x0e" + su[7:]
            recs.append(rebuild(r, r[33:33 + r[32]], b"\0\0\0\0\x0d\x55XA\0\0\0\0\0\0" + su))
        im.put(d, recs)


def do_noer(im, arg):
    at = im.b.find(b"ER")
    while at >= 0:
        im.b[at:at + 2] = b"XX"
        at = im.b.find(b"ER\xed", at)


def main():
    im = Image(sys.argv[1])
    globals()["do_" + sys.argv[2]](im, sys.argv[3] if len(sys.argv) > 3 else None)
    im.save()


main()
