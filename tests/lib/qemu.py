"""A machine in QEMU whose first serial port is talked to.

The accelerator is TCG unless BOOTGRAPH_QEMU_ACCEL names another: a /dev/kvm that is there may
still hang, so none is ever picked silently."""

import contextlib
import json
import os
import re
import select
import shutil
import socket
import subprocess
import time

CONTROL = re.compile(rb"\r|\x1b\[[0-9;?]*[a-zA-Z]|\x1b[()][A-Z0-9]|\x1bc")

# The kernel writes its messages to the console whoever else is writing a line there. After a blank it is
# somebody who quotes the kernel.
INTERRUPTED = re.compile(r"^(?P<line>(?!\[ *\d+\.\d{6}\] ).*?\S)(?P<message>\[ *\d+\.\d{6}\] .*\n)", re.M)

# `real`: guest time is wall time. `exact`: one instruction is one nanosecond, and idle time passes
# as it would. `skip`: the same, but idle time takes none: for waits on the guest's own timers.
CLOCKS = {
    "real": [],
    "exact": ["-icount", "shift=0,sleep=on", "-rtc", "clock=vm"],
    "skip": ["-icount", "shift=0,sleep=off", "-rtc", "clock=vm"],
}

# The kernel's check of the timer interrupt counts ticks in a short loop; on a busy host an emulated
# machine fails it and panics.
CMDLINE = "console=ttyS0 no_timer_check"
# No console at all: the kernel's log comes through the port all the same.
CMDLINE_WITHOUT = "console=null earlyprintk=serial,ttyS0,115200,keep no_timer_check"

# Seconds of wall time that a rescue shell is given to say more by itself.
STANDSTILL = 30
BUSES = {
    "virtio-blk": ([], "virtio-blk-pci,drive=d{n},serial=bg{n}"),
    "virtio-scsi": (["-device", "virtio-scsi-pci,id=scsi"],
                    "scsi-hd,bus=scsi.0,scsi-id={n},drive=d{n},serial=bg{n}"),
    # q35 has an AHCI controller of its own, whose ports are the buses ide.0 to ide.5.
    "ahci": ([], "ide-hd,bus=ide.{n},drive=d{n},serial=bg{n}"),
    "nvme": ([], "nvme,drive=d{n},serial=bg{n}"),
    "usb": (["-device", "qemu-xhci"], "usb-storage,drive=d{n},serial=bg{n}"),
}


def command(kernel, initrd, cmdline, disks=(), bus="virtio-blk", memory=512, clock="real",
            keep=False, extra=()):
    """The command line. What the guest writes to the disks is thrown away unless `keep`. Without a
    kernel the initrd is one in itself (bootgraph image --uki)."""
    accel = os.environ.get("BOOTGRAPH_QEMU_ACCEL", "tcg")
    line = ["qemu-system-x86_64", "-nodefaults", "-no-user-config", "-no-reboot",
            "-machine", f"q35,accel={accel}", "-smp", "1", "-m", str(memory),
            "-display", "none", *CLOCKS[clock]]
    line += ["-kernel", str(kernel), "-initrd", str(initrd), "-append", cmdline] if kernel else [
        "-kernel", str(initrd)]
    controller, device = BUSES[bus]
    line += controller
    for n, disk in enumerate(disks):
        snapshot = "off" if keep else "on"
        line += ["-drive", f"if=none,id=d{n},file={disk},format=raw,snapshot={snapshot}",
                 "-device", f"{device.format(n=n)},id=disk{n}"]
    return line + list(extra)


OVMF = "/usr/share/OVMF/OVMF_{}_4M.fd"


def uefi(folder):
    """Options for a machine with UEFI, whose variables live in a file of that folder: as long as it
    does, over power cycles."""
    variables = os.path.join(folder, "variables.fd")
    shutil.copyfile(OVMF.format("VARS"), variables)
    flash = "if=pflash,format=raw,file="
    return ["-drive", f"{flash}{OVMF.format('CODE')},readonly=on", "-drive", flash + variables]


EXPORT = "root"  # what the disk is called that a machine has over the network


def exported(disk):
    """Options for a disk that is no device of the machine: Machine.serve has it read over NBD."""
    return ("-blockdev", f"driver=raw,node-name={EXPORT},read-only=on,file.driver=file,"
            f"file.filename={disk}")


class Limit(Exception):
    """The wall limit passed."""


class Standstill(Limit):
    """A rescue shell that nobody expected waits for somebody to type."""


class Forbidden(Exception):
    """A line that must not come came; the argument is (pattern, line)."""


class Machine:
    """One run. `text` is what came from the serial port, without control characters; `second_text`
    from a second console, a virtconsole whose chardev is `second`."""

    def __init__(self, line, limit, forbid=(), log=None, echo=None):
        self.deadline = time.monotonic() + limit
        self.forbid = [re.compile(pattern) for pattern in forbid]
        self.log, self.echo = log, echo
        self.text, self.reason, self._plugged = "", None, 0
        self._raw, self._checked, self._judged, self._events = b"", 0, 0, b""
        self.qmp, theirs = socket.socketpair()
        self.second, second = socket.socketpair()
        self.second_text = ""
        # The other console is another kind of device: the kernel has one console of each kind.
        chardev = ["-chardev", f"socket,id=second,fd={second.fileno()}"]
        line = (line[:1] + chardev * any("chardev=second" in word for word in line) + line[1:] +
                ["-serial", "stdio", "-chardev", f"socket,id=qmp,fd={theirs.fileno()}",
                 "-mon", "chardev=qmp,mode=control"])
        self.process = subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT,
                                        pass_fds=[theirs.fileno(), second.fileno()])
        theirs.close()
        second.close()
        # A QEMU that refused its options is gone by now; its words come from its output.
        with contextlib.suppress(BrokenPipeError):
            self.qmp.sendall(b'{"execute": "qmp_capabilities"}\n')
        self.streams = [self.process.stdout, self.qmp, self.second]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.stdout.close()
        self.qmp.close()
        self.second.close()

    def expect_second(self, pattern):
        """Until the second console has said it; a line need not have ended."""
        expression = re.compile(pattern, re.M)
        while not expression.search(self.second_text):
            if not self.streams:
                return False
            self._read(self.deadline)
        return True

    def expect(self, pattern, start=0, within=None):
        """The first match of `pattern` at or after `start`, or None if the machine ends first. In
        a line that has not ended yet, as a prompt never does, a match counts once nothing has come
        for half a second: what is printed piecemeal is not judged by its first pieces."""
        expression = re.compile(pattern, re.M)
        deadline = min(self.deadline, time.monotonic() + within) if within else self.deadline
        while True:
            match = expression.search(self.text, start)
            if match and ("\n" in self.text[match.end():] or match[0].endswith("\n")
                          or not self.streams or not self._more(0.5)):
                self._judged = max(self._judged, match.end())
                return match
            if not match and not self.streams:
                return None
            if not match:
                self._read(deadline)

    def send(self, text):
        # What a machine that has ended did not hear shows in what is expected next.
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(text.encode())
            self.process.stdin.flush()

    def listen(self, seconds):
        """Takes in what the machine says meanwhile."""
        if time.monotonic() > self.deadline:
            raise Limit
        if not self.streams:
            time.sleep(seconds)
        else:
            self._more(seconds)

    def run(self, command, text):
        """Runs a program of ours beside the machine; its exit status and what it says."""
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT) as process:
            try:
                process.stdin.write(text.encode())
                process.stdin.close()
                while process.poll() is None:
                    self.listen(0.1)
                return process.returncode, process.stdout.read().decode(errors="replace")
            finally:
                process.kill()

    def plug(self, disk, bus):
        """Adds a disk to the running machine: on virtio-scsi, whose bus takes any number of them."""
        if bus != "virtio-scsi":
            raise ValueError("a disk can be plugged into virtio-scsi only")
        self._plugged += 1
        name = f"plugged{self._plugged}"
        drive = f"drive_add 0 if=none,id={name},file={disk},format=raw,snapshot=on"
        for command, arguments in (
                ("human-monitor-command", {"command-line": drive}),
                ("device_add", {"driver": "scsi-hd", "bus": "scsi.0", "drive": name,
                                "scsi-id": str(100 + self._plugged)})):
            self.qmp.sendall(json.dumps({"execute": command, "arguments": arguments}).encode())

    def serve(self, port):
        """QEMU itself is the server for the disk of exported(), on this machine alone."""
        address = {"type": "inet", "data": {"host": "127.0.0.1", "port": str(port)}}
        for command, arguments in (
                ("nbd-server-start", {"addr": address}),
                ("block-export-add", {"type": "nbd", "id": EXPORT, "node-name": EXPORT,
                                      "name": EXPORT})):
            self.qmp.sendall(json.dumps({"execute": command, "arguments": arguments}).encode())

    def unplug(self, number, bus):
        """Takes the machine's disk of that number (from 1) away, as a hand would."""
        if bus != "virtio-scsi":
            raise ValueError("a disk can be unplugged from virtio-scsi only")
        command = {"execute": "device_del", "arguments": {"id": f"disk{number - 1}"}}
        self.qmp.sendall(json.dumps(command).encode())

    def wait(self):
        """Until the machine ends. Returns QEMU's word for how, or None if QEMU itself failed:
        guest-shutdown (powered off), guest-reset (rebooted), guest-panic."""
        while self.streams:
            self._read(self.deadline)
        self.process.wait()
        return self.reason

    def _read(self, deadline):
        at_the_prompt = self.text.endswith("(initramfs) ")
        patience = STANDSTILL if at_the_prompt else float("inf")
        left = deadline - time.monotonic()
        if not self._more(min(left, patience)):
            raise Standstill if patience < left else Limit

    def _more(self, seconds):
        """Takes in what has come, waiting that long at most; False if nothing has."""
        ready = select.select(self.streams, [], [], seconds)[0] if seconds > 0 else []
        for stream in ready:
            try:
                data = os.read(stream.fileno(), 65536)
            except ConnectionResetError:
                data = b""
            if not data:
                self.streams.remove(stream)
            elif stream is self.qmp:
                self._qmp(data)
            elif stream is self.second:
                self.second_text += CONTROL.sub(b"", data).decode(errors="replace")
            else:
                self._serial(data)
        return bool(ready)

    def _qmp(self, data):
        *lines, self._events = (self._events + data).split(b"\n")
        for line in lines:
            message = json.loads(line)
            if "error" in message:
                raise OSError("QEMU: " + message["error"]["desc"])
            if message.get("event") == "SHUTDOWN":
                self.reason = message["data"]["reason"]

    def _join(self):
        """A message of the kernel that came into the middle of somebody's line is put before it. What
        was expected and has been found stays where it is."""
        begin = self.text.rfind("\n", 0, self._checked) + 1
        if begin >= self._judged:
            self.text = self.text[:begin] + INTERRUPTED.sub(r"\g<message>\g<line>", self.text[begin:])

    def _serial(self, data):
        for stream in (self.log, self.echo):
            if stream:
                stream.write(data)
                stream.flush()
        # An escape sequence may be cut in two: what follows the last escape waits for its end.
        data = self._raw + data
        cut = data.rfind(b"\x1b")
        cut = cut if cut >= 0 and len(data) - cut < 12 and not CONTROL.match(data, cut) else len(data)
        self._raw = data[cut:]
        self.text += CONTROL.sub(b"", data[:cut]).decode(errors="replace")
        self._join()
        end = self.text.rfind("\n") + 1
        for line in self.text[self._checked:end].splitlines():
            for expression in self.forbid:
                if expression.search(line):
                    raise Forbidden(expression.pattern, line)
        self._checked = max(end, self._checked)
