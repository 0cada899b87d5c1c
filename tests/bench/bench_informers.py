#!/usr/bin/env python3
"""Measures the memory of the informers: pods that nobody schedules, with nobody to watch them, then with the scheduler,
then with the controllers as well. Needs root."""
import time

from cluster import kubectl, pss_mib, row, run

PODS = 30000
SETTLE_SECONDS = 15  # until the allocator has given back what loading took
POD = {"apiVersion": "v1", "kind": "Pod",
       "metadata": {"generateName": "pod-", "labels": {"app": "bench"}},
       "spec": {"schedulerName": "nobody", "automountServiceAccountToken": False,
                "containers": [{"name": "main", "image": "registry.example.com/team/program:1.2.3",
                                "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}}}]}}
PARTS = (("the API server and the node", ("--disable-scheduler", "--disable-controller-manager")),
         ("with the scheduler", ("--disable-controller-manager",)), ("with the controllers as well", ()))


def resident(cluster, flags):
    cluster.stop()
    cluster.start(*flags)
    time.sleep(SETTLE_SECONDS)
    return pss_mib(cluster.process.pid)


def measure(cluster):
    cluster.start()
    cluster.make_token()
    empty = {what: resident(cluster, flags) for what, flags in PARTS}
    cluster.send("/api/v1/namespaces/default/pods", POD, PODS, 16)
    size = len(cluster.get("/api/v1/namespaces/default/pods?limit=100")[1]) / 100
    row("a pod as JSON", f"{size / 1024:.1f} KiB")
    before = None
    for what, flags in PARTS:
        more = resident(cluster, flags) - empty[what]
        added = "" if before is None else f"{1024 * 1024 * (more - before) / PODS:.0f} bytes each more than without"
        row(f"{PODS} pods, {what} (Pss)", f"{more:.1f} MiB, {1024 * 1024 * more / PODS:.0f} bytes each", added)
        before = more


run(measure)
