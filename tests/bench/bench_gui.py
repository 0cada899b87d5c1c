#!/usr/bin/env python3
"""The front-end on a desktop without a GPU (Xvfb, software rendering), against a daemon on loopback: first frame, time to
data, memory, CPU and wake-ups at rest, and the frames while a list of 5,000 pods changes 200 times a second.

CORACLE_BUILD_DIR=build/release tests/bench/bench_gui.py [pods] [changes a second]"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
import time

from cluster import BUILD, Cluster, cpu_seconds, pss_mib, row, rows, until

CORACLE = BUILD / "app/coracle"
FRAME = re.compile(r"(?:[Ff]rame rendered.* in|Total:) ?(\d+)\s?ms")


class Screen:
    """An X server of its own; ended with it."""

    def __enter__(self):
        read, write = os.pipe()
        self.process = subprocess.Popen(["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x800x24", "-nolisten", "tcp"],
                                        pass_fds=[write], stderr=subprocess.DEVNULL)
        os.close(write)
        self.display = ":" + os.fdopen(read).readline().strip()
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


class Gui:
    def __init__(self, screen, folder, *flags):
        self.frames = []  # (when, milliseconds)
        self.began = time.monotonic()
        environment = {**os.environ, "DISPLAY": screen.display, "QT_QPA_PLATFORM": "xcb", "QT_QUICK_BACKEND": "software",
                       "XDG_CONFIG_HOME": str(folder), "QT_LOGGING_RULES": "qt.scenegraph.time.renderloop=true"}
        self.process = subprocess.Popen([CORACLE, *flags], env=environment, stderr=subprocess.PIPE, text=True)
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


def change_pods(cluster, count, per_second, stopped):
    connection = cluster.connect()
    began, done = time.monotonic(), 0
    while not stopped.is_set():
        name = f"pod-{done % count:05}"
        phase = ["Pending", "Running", "Failed"][done // count % 3]
        request(connection, "PATCH", f"/api/v1/namespaces/default/pods/{name}/status",
                {"status": {"phase": phase, "reason": f"Change{done}"}}, "application/merge-patch+json")
        done += 1
        wait = began + done / per_second - time.monotonic()
        if wait > 0:
            time.sleep(wait)
    return done


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    per_second = int(sys.argv[2]) if len(sys.argv) > 2 else 200
    with tempfile.TemporaryDirectory(prefix="coracle-bench.", dir="/var/tmp") as folder, Screen() as screen:
        cluster = Cluster(folder)
        gui = None
        try:
            cluster.process = subprocess.Popen(
                [BUILD / "clusterd/cli/clusterd", "server", "--data-dir", cluster.folder / "data", "--https-listen-port",
                 str(cluster.port), "--write-kubeconfig", cluster.kubeconfig, "--disable-agent", "--disable-scheduler",
                 "--disable-controller-manager"], stdout=subprocess.DEVNULL, stderr=open(cluster.folder / "log", "w"))
            until(lambda: cluster.kubeconfig.exists() and socket_of(cluster.process.pid))
            until(lambda: ready(cluster))
            connection = cluster.connect()
            for number in range(count):
                request(connection, "POST", "/api/v1/namespaces/default/pods", pod(number))
            daemon = socket_of(cluster.process.pid)
            gui = Gui(screen, cluster.folder, "--socket", daemon, "--size", "1280x800", "--theme", "light")
            until(lambda: gui.quiet(2))
            row("first frame", f"{gui.frames[0][0] * 1000:.0f} ms", "after the program was started")
            row("overview complete", f"{gui.frames[-1][0] * 1000:.0f} ms", "the last frame before two quiet seconds")
            rest(gui, "overview")
            gui.stop()
            gui = Gui(screen, cluster.folder, "--socket", daemon, "--size", "1280x800", "--theme", "light",
                      "--page", "workloads?kindKey=pods")
            until(lambda: gui.quiet(2))
            rest(gui, f"workloads, {count} pods in the cluster")
            under_load(gui, cluster, count, per_second)
        finally:
            if gui:
                gui.stop()
            cluster.stop()
    for what, value, note in rows:
        print(f"| {what} | {value} | {note} |")


def ready(cluster):
    try:
        return cluster.get("/readyz")[0] == 200
    except (OSError, AttributeError):
        return False


def rest(gui, what, seconds=10):
    cpu, wakeups, frames = cpu_seconds(gui.process.pid), gui.wakeups(), len(gui.frames)
    time.sleep(seconds)
    row(f"{what}: memory (PSS)", f"{pss_mib(gui.process.pid):.0f} MiB")
    row(f"{what}: CPU at rest", f"{(cpu_seconds(gui.process.pid) - cpu) / seconds * 100:.2f} %")
    row(f"{what}: wake-ups at rest", f"{(gui.wakeups() - wakeups) / seconds:.1f} a second",
        f"{len(gui.frames) - frames} frames in {seconds} s")


def under_load(gui, cluster, count, per_second, seconds=20):
    stopped = threading.Event()
    changer = threading.Thread(target=change_pods, args=(cluster, count, per_second, stopped))
    changer.start()
    time.sleep(2)
    cpu, first, began = cpu_seconds(gui.process.pid), len(gui.frames), time.monotonic()
    time.sleep(seconds)
    cpu, took = cpu_seconds(gui.process.pid) - cpu, time.monotonic() - began
    times = sorted(ms for _, ms in gui.frames[first:])
    stopped.set()
    changer.join()
    what = f"{count} pods, {per_second} changes a second"
    if times:
        row(f"{what}: frames", f"{len(times) / took:.0f} a second",
            f"median {times[len(times) // 2]} ms, 99 % within {times[int(len(times) * 0.99)]} ms, longest {times[-1]} ms")
    row(f"{what}: CPU", f"{cpu / took * 100:.0f} % of a core")
    row(f"{what}: memory (PSS)", f"{pss_mib(gui.process.pid):.0f} MiB")


if __name__ == "__main__":
    main()
