# SPDX-License-Identifier: BSD-2-Clause
"""Helpers for a rump kernel in gdb.

rumpfuzz-run      run to the fault and stop in the kernel's or driver's frame
rump lwps         processes and their lwps, and what each waits for
rump mounts       mounted file systems
rump vnodes       vnodes of a mount (or all) with their references
"""

import gdb

NOTICING = ("__asan", "__interceptor", "__sanitizer", "__ubsan", "__GI_", "__pthread", "raise",
            "abort", "rumpuser_", "lockdebug_", "report_", "obj_", "panic", "vpanic", "kern_assert", "mem", "str")


def first_of_ours():
    frame = gdb.newest_frame()
    while frame is not None:
        name = frame.name() or "??"
        sal = frame.find_sal()
        if sal.symtab is not None and not name.startswith(NOTICING):
            return frame
        frame = frame.older()
    return gdb.newest_frame()


class Run(gdb.Command):
    """Run to the fault; stop in the frame where it happened."""

    def __init__(self):
        super().__init__("rumpfuzz-run", gdb.COMMAND_RUNNING)

    def invoke(self, arg, tty):
        gdb.execute("set pagination off")
        gdb.execute("set breakpoint pending on")
        gdb.execute("handle SIGUSR1 nostop noprint pass")
        for where in ("__asan::ReportGenericError", "rumpuser_report", "__ubsan::Diag::~Diag",
                      "__sanitizer::Die"):
            gdb.execute("break " + where, to_string=True)
        gdb.execute("run")
        try:
            first_of_ours().select()
            gdb.execute("frame")
        except gdb.error as e:
            print(e)


class Rump(gdb.Command):
    """State of the rump kernel; `help rump` lists what there is."""

    def __init__(self):
        super().__init__("rump", gdb.COMMAND_DATA, prefix=True)


def listq(head, entry):
    """The elements of a <sys/queue.h> list, whichever kind."""
    fields = [f.name for f in head.type.strip_typedefs().fields()]
    first = [f for f in fields if f.endswith("first")][0]
    elem = head[first]
    seen = 0
    while int(elem) != 0 and seen < 100000:
        yield elem
        link = elem.dereference()[entry]
        nxt = [f.name for f in link.type.strip_typedefs().fields() if f.name.endswith("next")][0]
        elem = link[nxt]
        seen += 1


def string(value):
    return value.string() if int(value) != 0 else "-"


class Lwps(gdb.Command):
    """Processes and their lwps, and what each waits for."""

    def __init__(self):
        super().__init__("rump lwps", gdb.COMMAND_DATA)

    def invoke(self, arg, tty):
        for p in listq(gdb.parse_and_eval("allproc"), "p_list"):
            print("pid %d %s" % (int(p["p_pid"]), p["p_comm"].string()))
            for l in listq(p["p_lwps"], "l_sibling"):
                print("  lid %d %s, waits for %s" % (int(l["l_lid"]), string(l["l_name"]),
                                                   string(l["l_wmesg"])))


class Mounts(gdb.Command):
    """Mounted file systems."""

    def __init__(self):
        super().__init__("rump mounts", gdb.COMMAND_DATA)

    def invoke(self, arg, tty):
        for m in listq(gdb.parse_and_eval("mountlist"), "mnt_list"):
            s = m["mnt_stat"]
            print("%s on %s type %s flags 0x%x" % (s["f_mntfromname"].string(),
                                                  s["f_mntonname"].string(),
                                                  s["f_fstypename"].string(), int(m["mnt_flag"])))


class Vnodes(gdb.Command):
    """rump vnodes [MOUNT-EXPRESSION]: vnodes with their references."""

    def __init__(self):
        super().__init__("rump vnodes", gdb.COMMAND_DATA)

    def invoke(self, arg, tty):
        if arg:
            mounts = [gdb.parse_and_eval(arg)]
        else:
            mounts = list(listq(gdb.parse_and_eval("mountlist"), "mnt_list"))
        impl = gdb.lookup_type("struct vnode_impl").pointer()
        for m in mounts:
            for v in listq(m["mnt_vnodelist"], "vi_mntvnodes"):
                v = v.cast(impl)
                vp = v["vi_vnode"]
                print("%s %s uses %d size %d" % (v, vp["v_type"], int(vp["v_usecount"]) & 0x3fffffff,
                                                int(vp["v_size"])))


Run()
Rump()
Lwps()
Mounts()
Vnodes()
