#!/usr/bin/env python3
"""The front-end on a desktop without a GPU (Xvfb, 1280x800, software rendering), against a daemon on loopback: first frame,
time to data by the socket and over SSH, memory, CPU and wake-ups at rest, and the frames while a list of 5,000 pods
changes 200 times a second, still and scrolled.

CORACLE_BUILD_DIR=build/release tests/bench/bench_gui.py [pods] [changes a second]"""
import contextlib
import json
import os
import pathlib
import pwd
import re
import subprocess
import sys
import tempfile
import threading
import time

from cluster import BUILD, CLUSTERD, Cluster, cpu_seconds, free_port, pss_mib, row, rows, until

CORACLE = BUILD / "app/coracle"
FRAME = re.compile(r"Frame rendered .* in (\d+)ms")  # polish, sync, render and swap; whole milliseconds
FRAME_MS = 1000 / 60
SIZE = (1280, 800)


class Screen:
    """An X server of its own; ended with it."""

    def __enter__(self):
        read, write = os.pipe()
        self.process = subprocess.Popen(["Xvfb", "-displayfd", str(write), "-screen", "0", f"{SIZE[0]}x{SIZE[1]}x24",
                                         "-nolisten", "tcp"], pass_fds=[write], stderr=subprocess.DEVNULL)
        os.close(write)
        self.display = ":" + os.fdopen(read).readline().strip()
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


class Sshd:
    """The distribution's sshd on loopback, which lets one new key in."""

    def __init__(self, folder):
        self.folder, self.port = pathlib.Path(folder) / "ssh", free_port()
        self.folder.mkdir()
        os.makedirs("/run/sshd", exist_ok=True)
        for name in ("host", "id"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.folder / name], check=True)
        (self.folder / "config").write_text(
            f"ListenAddress 127.0.0.1\nPort {self.port}\nHostKey {self.folder}/host\nStrictModes no\nUsePAM no\n"
            f"AuthorizedKeysFile {self.folder}/id.pub\nPidFile none\nPermitRootLogin yes\n")

    def __enter__(self):
        self.process = subprocess.Popen(["/usr/sbin/sshd", "-D", "-e", "-f", self.folder / "config"],
                                        stderr=subprocess.DEVNULL)
        until(lambda: subprocess.run(["ssh-keyscan", "-p", str(self.port), "127.0.0.1"], capture_output=True).stdout)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def cluster(self, socket):
        """The one cluster of a front-end that has been here before: the host's key is pinned."""
        line = subprocess.run(["ssh-keygen", "-lf", self.folder / "host.pub"], capture_output=True, text=True).stdout
        return {"id": "bench", "name": "bench", "kind": "ssh", "host": "127.0.0.1", "port": self.port,
                "user": pwd.getpwuid(os.getuid()).pw_name, "identityFile": str(self.folder / "id"),
                "socketPath": socket, "hostKey": "ssh-ed25519 " + line.split()[1]}


class Gui:
    def __init__(self, screen, folder, *flags):
        self.frames = []  # (when, milliseconds)
        self.began = time.monotonic()
        self.environment = {**os.environ, "DISPLAY": screen.display, "QT_QPA_PLATFORM": "xcb",
                            "QT_QUICK_BACKEND": "software", "XDG_CONFIG_HOME": str(folder), "XDG_RUNTIME_DIR": str(folder),
                            "QT_LOGGING_RULES": "qt.scenegraph.time.renderloop=true"}
        self.process = subprocess.Popen([CORACLE, "--size", f"{SIZE[0]}x{SIZE[1]}", "--theme", "light", *flags],
                                        env=self.environment, stderr=subprocess.PIPE, text=True)
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.process.stderr:
            found = FRAME.search(line)
            if found:
                self.frames.append((time.monotonic() - self.began, int(found.group(1))))
            elif "renderloop" not in line:
                sys.stderr.write(line)

    def quiet(self, seconds):
        return self.frames and time.monotonic() - self.began - self.frames[-1][0] > seconds

    def wakeups(self):
        total = 0
        for status in pathlib.Path(f"/proc/{self.process.pid}/task").glob("*/status"):
            total += int(re.search(r"^voluntary_ctxt_switches:\s+(\d+)", status.read_text(), re.M).group(1))
        return total

    def scroll(self, stopped):
        """A finger's width of the wheel for each frame, down and up again."""
        while not stopped.is_set():
            for button in ("5", "4"):
                subprocess.run(["xdotool", "mousemove", str(SIZE[0] // 2), str(SIZE[1] * 2 // 3), "click", "--repeat", "60",
                                "--delay", str(round(FRAME_MS)), button], env=self.environment)

    def stop(self):
        self.process.terminate()
        self.process.wait()


def socket_of(pid):
    text = subprocess.run(["ss", "-xlpnH"], text=True, capture_output=True).stdout
    return next((m.group(0) for line in text.splitlines() if f"pid={pid}," in line
                 for m in [re.search(r"/\S*/clusterd\.sock", line)] if m), None)


def pod(number):
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": f"pod-{number:05}"},
            "spec": {"containers": [{"name": "main", "image": "nothing:1"}]}}


def request(connection, method, path, body, kind="application/json"):
    connection.request(method, path, json.dumps(body), {"Content-Type": kind})
    answer = connection.getresponse()
    text = answer.read()
    if answer.status >= 300:
        sys.exit(f"{method} {path}: {answer.status} {text[:300]}")


class Changes:
    """Somebody who gives one pod after the other another phase, this often a second; `with` it."""

    def __init__(self, cluster, count, per_second):
        self.cluster, self.count, self.per_second = cluster, count, per_second
        self.done, self.stopped = 0, threading.Event()
        self.thread = threading.Thread(target=self.run)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stopped.set()
        self.thread.join()

    def run(self):
        connection, began = self.cluster.connect(), time.monotonic()
        while not self.stopped.is_set():
            phase = ["Running", "Failed", "Pending"][self.done // self.count % 3]
            request(connection, "PATCH", f"/api/v1/namespaces/default/pods/pod-{self.done % self.count:05}/status",
                    {"status": {"phase": phase, "reason": f"Change{self.done}"}}, "application/merge-patch+json")
            self.done += 1
            wait = began + self.done / self.per_second - time.monotonic()
            if wait > 0:
                time.sleep(wait)


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    per_second = int(sys.argv[2]) if len(sys.argv) > 2 else 200
    with tempfile.TemporaryDirectory(prefix="coracle-bench.", dir="/var/tmp") as folder, Screen() as screen:
        cluster = Cluster(folder)
        try:
            cluster.process = subprocess.Popen(
                [CLUSTERD, "server", "--data-dir", cluster.folder / "data", "--https-listen-port", str(cluster.port),
                 "--write-kubeconfig", cluster.kubeconfig, "--disable-agent", "--disable-scheduler",
                 "--disable-controller-manager"], stdout=subprocess.DEVNULL, stderr=open(cluster.folder / "log", "w"))
            until(lambda: cluster.kubeconfig.exists() and socket_of(cluster.process.pid))
            until(lambda: ready(cluster))
            connection = cluster.connect()
            request(connection, "POST", "/api/v1/namespaces/default/serviceaccounts",
                    {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default"}})
            for number in range(count):
                request(connection, "POST", "/api/v1/namespaces/default/pods", pod(number))
            measure(screen, cluster, socket_of(cluster.process.pid), count, per_second)
        finally:
            cluster.stop()
    print("| what | measured | note |\n|---|---|---|")
    for what, value, note in rows:
        print(f"| {what} | {value} | {note} |")
    print(f"load average at the end: {os.getloadavg()[0]:.1f}", file=sys.stderr)


def measure(screen, cluster, daemon, count, per_second):
    with shown(screen, cluster.folder, "--socket", daemon) as gui:
        row("first frame", f"{gui.frames[0][0] * 1000:.0f} ms", "after the program was started")
        row("overview complete", f"{gui.frames[-1][0] * 1000:.0f} ms", "the last frame before a quiet second")
        rest(gui, "overview")
    with Sshd(cluster.folder) as sshd:
        (cluster.folder / "coracle").mkdir()
        (cluster.folder / "coracle/clusters.json").write_text(json.dumps({"clusters": [sshd.cluster(daemon)]}))
        with shown(screen, cluster.folder) as gui:
            row("over SSH: overview complete", f"{gui.frames[-1][0] * 1000:.0f} ms", "a known host on loopback, a key")
            rest(gui, "over SSH, overview")
    with shown(screen, cluster.folder, "--socket", daemon, "--page", "workloads?kindKey=pods") as gui:
        what = f"list of {count} pods"
        row(f"{what}: complete", f"{gui.frames[-1][0] * 1000:.0f} ms")
        rest(gui, what)
        with Changes(cluster, count, per_second) as changes:
            frames(gui, f"{what}, changing", changes)
            stopped = threading.Event()
            finger = threading.Thread(target=gui.scroll, args=[stopped])
            finger.start()
            frames(gui, f"{what}, changing and scrolled", changes)
            stopped.set()
            finger.join()


@contextlib.contextmanager
def shown(screen, folder, *flags):
    """The front-end, once it has drawn nothing for a second."""
    gui = Gui(screen, folder, *flags)
    try:
        until(lambda: gui.process.poll() is not None or gui.quiet(1))
        if gui.process.poll() is not None:
            sys.exit("the front-end ended")
        yield gui
    finally:
        gui.stop()


def ready(cluster):
    try:
        return cluster.get("/readyz")[0] == 200
    except (OSError, AttributeError):
        return False


def rest(gui, what, seconds=10):
    cpu, wakeups, drawn = cpu_seconds(gui.process.pid), gui.wakeups(), len(gui.frames)
    time.sleep(seconds)
    row(f"{what}: memory (PSS)", f"{pss_mib(gui.process.pid):.0f} MiB")
    row(f"{what}: CPU at rest", f"{(cpu_seconds(gui.process.pid) - cpu) / seconds * 100:.2f} %")
    row(f"{what}: wake-ups at rest", f"{(gui.wakeups() - wakeups) / seconds:.1f} a second",
        f"{len(gui.frames) - drawn} frames in {seconds} s")


def frames(gui, what, changes, seconds=20):
    time.sleep(2)
    cpu, drawn, changed, began = cpu_seconds(gui.process.pid), len(gui.frames), changes.done, time.monotonic()
    time.sleep(seconds)
    cpu, took, changed = cpu_seconds(gui.process.pid) - cpu, time.monotonic() - began, changes.done - changed
    times = sorted(ms for _, ms in gui.frames[drawn:])
    if not times:
        sys.exit(f"{what}: nothing was drawn")
    late = sum(ms > FRAME_MS for ms in times) / len(times)
    row(f"{what}: frames", f"median {times[len(times) // 2]} ms, 99 % within {times[int(len(times) * 0.99)]} ms",
        f"{len(times) / took:.0f} a second, {late * 100:.1f} % longer than 16.7 ms, longest {times[-1]} ms; "
        f"{changed / took:.0f} changes a second")
    row(f"{what}: CPU", f"{cpu / took * 100:.0f} % of a core")
    row(f"{what}: memory (PSS)", f"{pss_mib(gui.process.pid):.0f} MiB")


if __name__ == "__main__":
    main()
