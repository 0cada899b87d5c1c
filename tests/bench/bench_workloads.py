#!/usr/bin/env python3
"""Measures the controllers of a whole cluster on many objects: a large Deployment, many Jobs, a full namespace. The pods
have a scheduler that does not exist, so that only the control plane works. Needs root."""
import json
import tempfile
import time

from cluster import cpu_seconds, kubectl, pss_mib, row, run, until

REPLICAS, JOBS, OBJECTS = 3000, 10000, 10000
CONTAINERS = [{"name": "main", "image": "registry.example.com/team/program:1.2.3",
               "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}}}]


def pod_spec(**more):
    return {"schedulerName": "nobody", "containers": CONTAINERS, **more}


def make_namespace(name):
    kubectl("create", "namespace", name)
    until(lambda: kubectl("-n", name, "get", "serviceaccount", "default", "-o", "name", check=False))


def timed(cluster, what, condition, count, began=None):
    """Waits for the condition and says how long it took and what it cost the daemon."""
    pid = cluster.process.pid
    start, cpu = began or (time.monotonic(), cpu_seconds(pid))
    until(condition, 600, interval=0.2)  # asking costs the daemon time, too
    elapsed, used = time.monotonic() - start, cpu_seconds(pid) - cpu
    row(what, f"{elapsed:.2f} s", f"{count / elapsed:.0f}/s; {1e3 * used / count:.2f} ms of processor time each; {pss_mib(pid):.0f} MiB after")


def now(cluster):
    return time.monotonic(), cpu_seconds(cluster.process.pid)


def remaining(cluster, path):
    """How many objects a collection has, without reading them all."""
    answer = json.loads(cluster.get(f"{path}?limit=1")[1])
    return len(answer["items"]) + answer["metadata"].get("remainingItemCount", 0)


def deployment(cluster):
    make_namespace("large")
    labels = {"app": "large"}
    kubectl("apply", "-f", "-", stdin=json.dumps({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "large", "namespace": "large"},
        "spec": {"replicas": 0, "selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}, "spec": pod_spec()}}}))

    def replicas():
        return json.loads(cluster.get("/apis/apps/v1/namespaces/large/deployments/large")[1])["status"].get("replicas", 0)

    for count in (REPLICAS, 0):
        began = now(cluster)
        kubectl("-n", "large", "scale", "deployment", "large", f"--replicas={count}")
        timed(cluster, f"a Deployment scaled from {REPLICAS - count} to {count}", lambda: replicas() == count, REPLICAS, began)


def jobs(cluster):
    make_namespace("jobs")
    base = "/apis/batch/v1/namespaces/jobs/jobs"
    pods = "/api/v1/namespaces/jobs/pods"
    job = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"generateName": "job-"},
           "spec": {"template": {"spec": pod_spec(restartPolicy="Never")}}}
    began = now(cluster)
    rate = cluster.send(base, job, JOBS, 16)
    row("durable CREATE of a Job, 16 clients", f"{rate:.0f}/s", "while the controller makes the pods")
    timed(cluster, f"{JOBS} Jobs, from the first request to all pods made", lambda: remaining(cluster, pods) == JOBS, JOBS, began)

    names = [pod["metadata"]["name"] for pod in json.loads(cluster.get(pods)[1])["items"]]
    with tempfile.NamedTemporaryFile("w") as addresses:
        addresses.writelines(f"https://127.0.0.1:{cluster.port}{pods}/{name}/status\n" for name in names)
        addresses.flush()
        began = now(cluster)
        # Each of h2load's clients takes the addresses from the first on, so there is one, with 16 streams.
        cluster.send("", {"status": {"phase": "Succeeded"}}, JOBS, 1, "-m", "16", "-H", ":method: PATCH", "-i",
                     addresses.name, content_type="application/merge-patch+json")

        def complete():
            if json.loads(cluster.get(f"{base}?limit=1&fieldSelector=status.successful%3D0")[1])["items"]:
                return False
            return cluster.get(base)[1].count(b'"type":"Complete"') == JOBS

        timed(cluster, "their pods succeed, from the first to all Jobs Complete", complete, JOBS, began)


def namespace(cluster):
    make_namespace("full")
    config_map = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"generateName": "map-"}, "data": {"key": "value"}}
    cluster.send("/api/v1/namespaces/full/configmaps", config_map, OBJECTS, 16)
    for name, count, what in (("full", OBJECTS, f"a namespace of {OBJECTS} ConfigMaps deleted"),
                              ("jobs", 2 * JOBS, f"a namespace of {JOBS} Jobs and their pods deleted")):
        began = now(cluster)
        kubectl("delete", "namespace", name, "--wait=false")
        timed(cluster, what, lambda: cluster.get(f"/api/v1/namespaces/{name}")[0] == 404, count, began)


def measure(cluster):
    cluster.start()
    cluster.make_token()
    row("memory before (Pss)", f"{pss_mib(cluster.process.pid):.1f} MiB")
    deployment(cluster)
    jobs(cluster)
    namespace(cluster)


run(measure)
