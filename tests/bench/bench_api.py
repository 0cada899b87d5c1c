#!/usr/bin/env python3
"""Measures the API of a whole cluster over TLS: creates, applies, reads, lists, memory. Needs root.

The load comes from h2load, on the same processors as the daemon.
"""
import json
import time

from cluster import kubectl, pss_mib, row, run, until

CORE = "/api/v1/namespaces/bench"
CONFIG_MAPS, PODS, WATCHERS = 10000, 10000, 50


def config_map():
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"generateName": "map-"}, "data": {"payload": "x" * 900}}


def pod():
    """One that nobody schedules, with what a small program's pod usually has."""
    probe = {"httpGet": {"path": "/healthz", "port": "http"}, "periodSeconds": 10}
    container = {"name": "main", "image": "registry.example.com/team/program:1.2.3", "ports": [{"name": "http", "containerPort": 8080}],
                 "env": [{"name": f"NAME_{i}", "value": f"value-{i}"} for i in range(5)],
                 "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}, "limits": {"memory": "128Mi"}},
                 "readinessProbe": probe, "livenessProbe": probe}
    return {"apiVersion": "v1", "kind": "Pod",
            "metadata": {"generateName": "program-", "labels": {"app": "program", "tier": "front"}},
            "spec": {"schedulerName": "nobody", "containers": [container]}}


def custom_definition(fields):
    """A definition whose spec has this many fields, half of them with defaults."""
    text = {"type": "string", "maxLength": 64, "pattern": "^[a-z0-9-]+$"}
    number = {"type": "integer", "minimum": 0, "maximum": 1000, "default": 7}
    properties = {f"field{i}": number if i % 2 else text for i in range(fields)}
    schema = {"type": "object", "properties": {"spec": {"type": "object", "properties": properties}}}
    return {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": {"name": "things.bench.example.com"},
            "spec": {"group": "bench.example.com", "scope": "Namespaced", "names": {"plural": "things", "kind": "Thing"},
                     "versions": [{"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}]}}


def custom_resource(fields):
    return {"apiVersion": "bench.example.com/v1", "kind": "Thing", "metadata": {"generateName": "thing-"},
            "spec": {f"field{i}": f"some-value-{i}" for i in range(0, fields, 2)}}


def clients_text(clients):
    return f"{clients} client{'s' if clients > 1 else ''}"


def creates(cluster):
    left = CONFIG_MAPS
    for clients, count in ((1, 2000), (16, 3000), (32, 2000), (64, 3000)):
        rate = cluster.send(f"{CORE}/configmaps", config_map(), count, clients)
        row(f"durable CREATE of 1 KiB, {clients_text(clients)}", f"{rate:.0f}/s")
        left -= count
    assert left == 0
    row(f"memory with {CONFIG_MAPS} ConfigMaps of 1 KiB (Pss)", f"{pss_mib(cluster.process.pid):.1f} MiB")


def custom_resources(cluster):
    things = "/apis/bench.example.com/v1/namespaces/bench/things"
    began = time.monotonic()
    kubectl("apply", "-f", "-", stdin=json.dumps(custom_definition(50)))
    until(lambda: cluster.get(things)[0] == 200)
    row("a definition applied to its kind served", f"{time.monotonic() - began:.2f} s", "with kubectl apply")
    for clients in (1, 16):
        rate = cluster.send(things, custom_resource(50), 2000, clients)
        row(f"durable CREATE of a custom resource of 50 fields, {clients_text(clients)}", f"{rate:.0f}/s")


def applies(cluster):
    apply = ["-H", ":method: PATCH"], {"content_type": "application/apply-patch+yaml"}
    body = config_map()
    body["metadata"] = {"name": "applied"}
    for clients in (1, 16):
        rate = cluster.send(f"{CORE}/configmaps/applied?fieldManager=bench", body, 5000, clients, *apply[0], **apply[1])
        row(f"server-side apply of what is there, {clients_text(clients)}", f"{rate:.0f}/s")
    deployment = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "applied"},
                  "spec": {"paused": True, "replicas": 0, "selector": {"matchLabels": {"app": "program"}},
                           "template": {"metadata": {"labels": {"app": "program"}}, "spec": {"containers": pod()["spec"]["containers"]}}}}
    rate = cluster.send("/apis/apps/v1/namespaces/bench/deployments/applied?fieldManager=bench", deployment, 5000, 16,
                        *apply[0], **apply[1])
    row("the same of a Deployment, 16 clients", f"{rate:.0f}/s")


def lists(cluster):
    one = json.loads(cluster.get(f"{CORE}/configmaps?limit=1")[1])["items"][0]["metadata"]["name"]
    row("GET, 16 clients x 8 streams, HTTP/2", f"{cluster.h2load(f'{CORE}/configmaps/{one}', 100000, 16, 8)[0]:.0f}/s")
    for clients in (1, 4):
        rate, volume = cluster.h2load(f"{CORE}/configmaps", 40 * clients, clients, 1)
        row(f"LIST of {CONFIG_MAPS} ConfigMaps, {clients_text(clients)}", f"{rate:.1f}/s ({volume / 1e6:.0f} MB/s)")
    forms = (("JSON", "application/json"), ("protobuf", "application/vnd.kubernetes.protobuf"),
             ("Table", "application/json;as=Table;v=v1;g=meta.k8s.io"), ("PartialObjectMetadata", "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"))
    for name, accept in forms:
        rate, volume = cluster.h2load(f"{CORE}/pods", 20, 1, 1, "-H", f"accept: {accept}")
        row(f"LIST of {PODS} pods as {name}, 1 client", f"{rate:.1f}/s ({volume / 1e6:.0f} MB/s, {volume / rate / 1e6:.1f} MB each)")


def watchers(cluster):
    """Watches of all pods, by the version now, so that only changes come, of which there are none."""
    version = json.loads(cluster.get(f"{CORE}/pods?limit=1")[1])["metadata"]["resourceVersion"]
    connections = []
    for _ in range(WATCHERS):
        connection = cluster.connect()
        connection.request("GET", f"{CORE}/pods?watch=1&resourceVersion={version}")
        connections.append((connection, connection.getresponse()))
    return connections


def measure(cluster):
    cluster.start()
    cluster.make_token()
    kubectl("create", "namespace", "bench")
    until(lambda: kubectl("-n", "bench", "get", "serviceaccount", "default", "-o", "name", check=False))
    pid = cluster.process.pid
    creates(cluster)

    before = pss_mib(pid)
    half = PODS // 2
    rate = cluster.send(f"{CORE}/pods", pod(), half, 16)
    row("durable CREATE of a pod, 16 clients", f"{rate:.0f}/s")
    open_watches = watchers(cluster)
    row(f"memory with {CONFIG_MAPS} ConfigMaps of 1 KiB, {half} pods, {WATCHERS} watchers (Pss)", f"{pss_mib(pid):.1f} MiB")
    for connection, answer in open_watches:
        answer.close()
        connection.close()
    cluster.send(f"{CORE}/pods", pod(), PODS - half, 16)
    row(f"memory of each of {PODS} stored pods", f"{(pss_mib(pid) - before) / PODS * 1024:.1f} KiB", "Pss, in the whole daemon")

    custom_resources(cluster)
    applies(cluster)
    lists(cluster)
    row("memory after the load (Pss)", f"{pss_mib(pid):.1f} MiB")
    row("datastore files", f"{sum(f.stat().st_size for f in (cluster.folder / 'data/server/db').iterdir()) / 2**20:.1f} MiB")
    cluster.stop()
    ready, _ = cluster.start()
    row("exec to /readyz ok, with all of this", f"{ready:.2f} s")


run(measure)
