#!/usr/bin/env python3
"""Measures a whole cluster as its user meets it: size, start, idle, pods. Needs root."""
import json
import os
import subprocess
import tempfile
import time

from cluster import CLUSTERD, cpu_seconds, kubectl, pss_mib, row, run, until, written_bytes


def pods(cluster):
    def ready(name):
        status, body = cluster.get(f"/api/v1/namespaces/bench/pods/{name}")
        return status == 200 and any(c["type"] == "Ready" and c["status"] == "True"
                                     for c in json.loads(body)["status"].get("conditions", []))

    times = []
    for i in range(10):
        began = time.monotonic()
        kubectl("-n", "bench", "run", f"pod-{i}", "--image=docker.io/coracle/hello:0.1")
        until(lambda: ready(f"pod-{i}"))
        times.append(time.monotonic() - began)
    times.sort()
    row("pod created to Ready, image present: median, worst of 10 in a row", f"{times[5]:.2f} s, {times[-1]:.2f} s",
        "with kubectl run (0.05 s and more)")
    kubectl("-n", "bench", "delete", "pods", "--all", "--grace-period=1")
    kubectl("-n", "bench", "create", "deployment", "many", "--image=docker.io/coracle/hello:0.1", "--replicas=0")

    def replicas():
        return json.loads(cluster.get("/apis/apps/v1/namespaces/bench/deployments/many")[1])["status"].get("readyReplicas", 0)

    began = time.monotonic()
    kubectl("-n", "bench", "scale", "deployment", "many", "--replicas=30")
    until(lambda: replicas() == 30)
    row("30 pods at once, all Ready", f"{time.monotonic() - began:.2f} s")
    began = time.monotonic()
    kubectl("-n", "bench", "delete", "deployment", "many")
    until(lambda: not json.loads(cluster.get("/api/v1/namespaces/bench/pods?labelSelector=app%3Dmany")[1])["items"])
    row("a Deployment of 30 deleted, all pods gone", f"{time.monotonic() - began:.2f} s")


def measure(cluster):
    with tempfile.NamedTemporaryFile() as stripped:
        subprocess.run(["strip", "-o", stripped.name, CLUSTERD], check=True)
        row("stripped clusterd binary", f"{os.stat(stripped.name).st_size / 2**20:.1f} MiB", "shared libraries of the system not counted")
    ready, node = cluster.start()
    row("exec to /readyz ok; to node Ready (new data)", f"{ready:.2f} s; {node:.2f} s")
    cluster.stop()
    ready, node = cluster.start()
    row("exec to /readyz ok (existing data)", f"{ready:.2f} s")
    kubectl("create", "namespace", "bench")
    until(lambda: kubectl("-n", "bench", "get", "serviceaccount", "default", "-o", "name", check=False))

    pid = cluster.process.pid
    cpu, written, began = cpu_seconds(pid), written_bytes(pid), time.monotonic()
    time.sleep(30)  # the length of the measurement, not a wait for something
    elapsed = time.monotonic() - began
    row("memory idle (Pss)", f"{pss_mib(pid):.1f} MiB")
    row("processor idle", f"{100 * (cpu_seconds(pid) - cpu) / elapsed:.2f} % of a core")
    row("disk writes idle", f"{(written_bytes(pid) - written) / elapsed / 1024:.1f} KiB/s")
    pods(cluster)


run(measure)
