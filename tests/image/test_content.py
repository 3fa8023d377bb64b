"""Programs, files and libraries, and the links between them."""

import shutil
import unittest

from case import FILESYSTEM, Case, newc
from sysroot import Sysroot, multiarch


class Content(Case):
    def libraries(self, manifest, **how):
        entries = self.image([*FILESYSTEM, *manifest], **how)
        return entries, {name for name in entries if ".so" in name}

    def test_libraries_as_the_loader_finds_them(self):
        lib = f"/usr/lib/{multiarch()}"
        root = self.root
        root.loader()
        root.library(f"{lib}/libdeep.so.1.2", soname="libdeep.so.1")
        root.link(f"{lib}/libdeep.so.1", "libdeep.so.1.2")
        root.library("/opt/one/libdirect.so.1", [f"{lib}/libdeep.so.1.2"])
        root.library("/opt/two/private/liborigin.so.1")
        root.library("/opt/two/libinherited.so.1", ["/opt/two/private/liborigin.so.1"])
        root.library("/srv/libs/libconfigured.so.1")
        root.file("/etc/ld.so.conf", "include /etc/ld.so.conf.d/*.conf\n")
        root.file("/etc/ld.so.conf.d/srv.conf", "# ours\n/srv/libs\n")
        root.file("/etc/ld.so.conf.d/not", "/opt/never\n")
        # First in the search, but one is no library and the other of another machine (e_machine).
        root.file("/opt/none/libdirect.so.1", "\x7fELF but not really")
        foreign = bytearray(root.path("/opt/one/libdirect.so.1").read_bytes())
        foreign[18] ^= 1
        root.file("/opt/foreign/libdirect.so.1", foreign)
        # DT_RPATH counts for what the libraries need too, DT_RUNPATH does not.
        root.program("/usr/sbin/tool", ["/opt/one/libdirect.so.1", "/opt/two/libinherited.so.1",
                                        "/srv/libs/libconfigured.so.1"],
                     ["-Wl,--disable-new-dtags", "-Wl,-rpath,/opt/none:/opt/foreign:/opt/one:/opt/two:/opt/two/private"])
        entries, found = self.libraries([("binary", "/sbin/tool", "u")])
        self.assertEqual(found, {
            "usr/lib64/ld-test.so.2", f"{lib[1:]}/ld-test.so.2", f"{lib[1:]}/libdeep.so.1.2",
            f"{lib[1:]}/libdeep.so.1", "opt/one/libdirect.so.1", "opt/two/libinherited.so.1",
            "opt/two/private/liborigin.so.1", "srv/libs/libconfigured.so.1",
            # What only the loader's cache would find has a link where it looks without one.
            f"{lib[1:]}/libconfigured.so.1"})
        self.assertEqual(entries[f"{lib[1:]}/libconfigured.so.1"].data,
                         b"/srv/libs/libconfigured.so.1")
        self.assertIn("usr/sbin/tool", entries)

    def test_runpath_and_origin(self):
        root = self.root
        root.loader()
        root.library("/opt/app/lib/private/libsecond.so")
        root.library("/opt/app/lib/libfirst.so", ["/opt/app/lib/private/libsecond.so"],
                     ["-Wl,-rpath,${ORIGIN}/private"])
        root.program("/opt/app/bin/app", ["/opt/app/lib/libfirst.so"],
                     ["-Wl,--enable-new-dtags", "-Wl,-rpath,$ORIGIN/../lib"])
        root.link("/usr/bin/app", "/opt/app/bin/app")
        entries, found = self.libraries([("binary", "app", "u")])
        self.assertLess({"opt/app/lib/libfirst.so", "opt/app/lib/private/libsecond.so"}, found)
        self.assertEqual(entries["usr/bin/app"].data, b"/opt/app/bin/app")
        # DT_RUNPATH of the program is not for what its libraries need.
        root.library("/opt/app/lib/libfirst.so", ["/opt/app/lib/private/libsecond.so"])
        root.program("/opt/app/bin/app", ["/opt/app/lib/libfirst.so"],
                     ["-Wl,--enable-new-dtags", "-Wl,-rpath,$ORIGIN/../lib:$ORIGIN/../lib/private"])
        said = self.fails([*FILESYSTEM, ("binary", "app", "u")])
        self.assertIn("libsecond.so (needed by /opt/app/lib/libfirst.so): no such library", said)

    def test_runpath_makes_rpath_void(self):
        root = self.root
        root.loader()
        root.library("/opt/deep/libdeep.so")
        root.library("/opt/app/libfirst.so", ["/opt/deep/libdeep.so"])
        rpath = ["-Wl,--disable-new-dtags", "-Wl,-rpath,/opt/app:/opt/deep"]
        root.program("/usr/bin/app", ["/opt/app/libfirst.so"], rpath)
        _, found = self.libraries([("binary", "app", "u")])
        self.assertIn("opt/deep/libdeep.so", found)
        root.library("/opt/app/libfirst.so", ["/opt/deep/libdeep.so"],
                     ["-Wl,--enable-new-dtags", "-Wl,-rpath,/nowhere"])
        self.assertIn("libdeep.so (needed by /opt/app/libfirst.so): no such library",
                      self.fails([*FILESYSTEM, ("binary", "app", "u")]))

    def test_links_inside_the_sysroot(self):
        root = self.root
        root.file("/usr/lib/tool/real-2.0", "x", 0o755)
        root.link("/usr/lib/tool/real", "real-2.0")
        root.link("/etc/alternatives/tool", "/usr/lib/tool/real")
        root.link("/usr/bin/tool", "/../../etc/alternatives/tool")
        root.link("/usr/bin/loop", "loop")
        entries = self.image([*FILESYSTEM, ("binary", "/bin/tool", "u")])
        self.assertEqual(entries["usr/bin/tool"].data, b"/../../etc/alternatives/tool")
        self.assertEqual(entries["etc/alternatives/tool"].data, b"/usr/lib/tool/real")
        self.assertEqual(entries["usr/lib/tool/real"].data, b"real-2.0")
        self.assertEqual(entries["usr/lib/tool/real-2.0"].data, b"x")
        self.assertIn("Too many levels of symbolic links",
                      self.fails([*FILESYSTEM, ("binary", "/bin/loop", "u")]))

    def test_scripts(self):
        root = self.root
        root.file("/usr/bin/script", "#! /bin/interpreter -x\n", 0o755)
        root.file("/usr/bin/interpreter", "#!/usr/bin/env deeper\n", 0o755)
        root.file("/usr/bin/env", "x", 0o755)
        root.file("/usr/bin/deeper", "x", 0o755)
        root.file("/etc/not-a-program", "#!/no/such\n", 0o644)
        root.file("/usr/bin/broken", "#!/no/such\n", 0o755)
        entries = self.image([*FILESYSTEM, ("binary", "/usr/bin/script", "u"),
                              ("file", "/etc/not-a-program", "u")])
        for name in ("script", "interpreter", "env", "deeper"):
            self.assertIn(f"usr/bin/{name}", entries)
        self.assertIn("/no/such (interpreter of /usr/bin/broken): No such file",
                      self.fails([*FILESYSTEM, ("binary", "broken", "u")]))

    def test_sysroot_without_merged_usr(self):
        root = self.root = Sysroot(self.dir / "unmerged", merged=False)
        shutil.copytree(self.kernel_root.path("/usr/lib/modules"), root.path("/lib/modules"))
        lib = multiarch()
        root.library(f"/lib/{lib}/ld-test.so.2")
        root.link("/lib64/ld-test.so.2", f"../lib/{lib}/ld-test.so.2")
        root.library(f"/lib/{lib}/libone.so.1")
        root.link(f"/usr/lib/{lib}/libone.so.1", f"/lib/{lib}/libone.so.1")
        root.program("/sbin/tool", [f"/lib/{lib}/libone.so.1"])
        root.link("/usr/sbin/tool", "/sbin/tool")
        entries, found = self.libraries([("binary", "/usr/sbin/tool", "u")])
        self.assertEqual(found, {f"usr/lib/{lib}/ld-test.so.2", f"usr/lib/{lib}/libone.so.1",
                                 "usr/lib64/ld-test.so.2"})
        # The link moved with /lib64, so it is told from the top; the one that would have become a
        # link to itself is gone.
        self.assertEqual(entries["usr/lib64/ld-test.so.2"].data, f"/lib/{lib}/ld-test.so.2".encode())
        self.assertEqual(entries["usr/sbin/tool"].mode & 0o170000, newc.REGULAR)

    def test_additions(self):
        self.root.loader()
        self.root.library(f"/usr/lib/{multiarch()}/libone.so.1")
        self.root.program("/tmp/helper", [f"/usr/lib/{multiarch()}/libone.so.1"])
        helper = self.dir / "helper"
        shutil.move(self.root.path("/tmp/helper"), helper)
        entries = self.image(FILESYSTEM, "--add", f"{helper}:/usr/libexec/", "--add",
                             f"{self.init}:/init.distribution")
        self.assertEqual(entries["usr/libexec/helper"].data, helper.read_bytes())
        self.assertEqual(entries["init.distribution"].data, b"not a program")
        self.assertIn(f"usr/lib/{multiarch()}/libone.so.1", entries)
        self.assertIn("/init (--add) cannot be put into the image: a different file of that name",
                      self.fails(FILESYSTEM, "--add", f"{helper}:/init"))

    def test_busybox(self):
        names = b"\0".join([b"", b"cat", b"insmod", b"modprobe", b"mount", b"sh", b"zcat", b""])
        self.root.file("/usr/bin/busybox", b"busybox" + names, 0o755)
        self.root.file("/usr/bin/mount", "the real one", 0o755)
        entries = self.image([*FILESYSTEM, ("binary", "/bin/mount", "u")])
        self.assertEqual(self.messages, "")
        links = {name for name, entry in entries.items() if entry.data == b"/bin/busybox"}
        self.assertEqual(links, {"usr/bin/cat", "usr/bin/sh", "usr/sbin/insmod"})
        self.assertEqual(entries["usr/bin/mount"].data, b"the real one")
        entries = self.image(FILESYSTEM, "--without", "shell")
        self.assertNotIn("usr/bin/busybox", entries)
        self.assertNotIn("usr/bin/sh", entries)

    def test_tools(self):
        """What the rescue shell has is as good as there is; it may have to make room for a link."""
        place = "/usr/lib/bootgraph/tools/tool"
        manifest = [*FILESYSTEM, ("tool", "/sbin/gone", "rescue shell", "optional"),
                    ("tool", "/sbin/here", "rescue shell", "optional"),
                    ("tool", f"/sbin/tool:{place}", "rescue shell", "optional")]
        self.root.loader()
        self.root.library(f"/usr/lib/{multiarch()}/libone.so.1")
        self.root.program("/usr/sbin/tool", [f"/usr/lib/{multiarch()}/libone.so.1"])
        self.root.file("/usr/sbin/here", "x", 0o755)
        entries = self.image(manifest)
        self.assertIn("usr/sbin/here", entries)
        self.assertIn(place[1:], entries)
        self.assertIn(f"usr/lib/{multiarch()}/libone.so.1", entries)
        self.assertNotIn("usr/sbin/tool", entries)
        entries = self.image(manifest, "--without", "shell")
        self.assertFalse({"usr/sbin/here", place[1:]} & set(entries))

    def test_probe(self):
        """bootgraph-probe is taken along when it is beside the program and its libraries are there."""
        probe = self.program.parent / "bootgraph-probe"
        probe.write_bytes(self.init.read_bytes())
        self.addCleanup(probe.unlink)
        name = "usr/lib/bootgraph/bootgraph-probe"
        self.assertIn(name, self.image(FILESYSTEM))
        self.assertNotIn(name, self.image(FILESYSTEM, "--without", "probe"))
        self.root.library("/tmp/libgone.so.1")
        self.root.program("/tmp/probe", ["/tmp/libgone.so.1"])
        shutil.copy(self.root.path("/tmp/probe"), probe)
        shutil.rmtree(self.root.path("/tmp"))
        self.root.loader()
        self.assertNotIn(name, self.image(FILESYSTEM, quiet=False))
        self.assertIn("bootgraph-probe: note: libgone.so.1 (needed by /usr/lib/bootgraph/"
                      "bootgraph-probe): no such library in the sysroot; left out",
                      self.messages)


if __name__ == "__main__":
    unittest.main()
