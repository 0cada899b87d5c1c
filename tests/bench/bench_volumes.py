#!/usr/bin/env python3
"""Measures the binding of claims to volumes that were there before. Needs root."""
import json
import time

from cluster import cpu_seconds, kubectl, row, run, until

CLAIMS = 2000


def bound(cluster, namespace):
    return cluster.get(f"/api/v1/namespaces/{namespace}/persistentvolumeclaims")[1].count(b'"phase":"Bound"')


def measure(cluster):
    cluster.start()
    cluster.make_token()
    spec = {"accessModes": ["ReadWriteOnce"], "storageClassName": "bench"}
    volume = {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"generateName": "volume-"},
              "spec": {**spec, "capacity": {"storage": "1Gi"}, "hostPath": {"path": "/var/tmp/none"}}}
    claim = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"generateName": "claim-"},
             "spec": {**spec, "resources": {"requests": {"storage": "1Gi"}}}}
    claims = "/api/v1/namespaces/default/persistentvolumeclaims"
    pid = cluster.process.pid

    cluster.send("/api/v1/persistentvolumes", volume, CLAIMS, 16)
    until(lambda: cluster.get("/api/v1/persistentvolumes")[1].count(b'"phase":"Available"') == CLAIMS)
    began, cpu = time.monotonic(), cpu_seconds(pid)
    cluster.send(claims, claim, CLAIMS, 16)
    until(lambda: bound(cluster, "default") == CLAIMS, 300, interval=0.1)
    elapsed, used = time.monotonic() - began, cpu_seconds(pid) - cpu
    row(f"{CLAIMS} claims bound to volumes that wait for them", f"{CLAIMS / elapsed:.0f}/s",
        f"{1e3 * used / CLAIMS:.2f} ms of processor time each")

    kubectl("create", "namespace", "later")
    cluster.send(claims.replace("default", "later"), claim, CLAIMS, 16)
    began, cpu = time.monotonic(), cpu_seconds(pid)
    cluster.send("/api/v1/persistentvolumes", volume, CLAIMS, 16)
    until(lambda: bound(cluster, "later") == CLAIMS, 300, interval=0.1)
    elapsed, used = time.monotonic() - began, cpu_seconds(pid) - cpu
    row(f"{CLAIMS} claims that wait bound to new volumes", f"{CLAIMS / elapsed:.0f}/s",
        f"{1e3 * used / CLAIMS:.2f} ms of processor time each")


run(measure)
