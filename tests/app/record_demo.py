#!/usr/bin/env python3
"""Records resources/demo/demo.json: the cluster that `coracle --demo` shows.

Starts a real clusterd without containers, makes nodes and applications in it, plays the kubelets (which only report
state), and writes down what the server answers: discovery, the Tables and objects of every kind, and the documents of
the appliance API. Usage: record_demo.py <clusterd> [output]
"""
import hashlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta, timezone

TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"
DISCOVERY = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json"
# What the demo does not show, and what would only make it large.
SKIPPED = {"events.events.k8s.io", "componentstatuses", "apiservices.apiregistration.k8s.io",
           "flowschemas.flowcontrol.apiserver.k8s.io", "selfsubjectreviews.authentication.k8s.io"}
DOCUMENTS = ["status", "notices", "tokens", "configuration", "oidc", "registries", "storage", "certificates",
             "datastore", "datastore/backups", "images", "upgrades", "metrics", "metrics?range=day", "operations",
             "supportbundles"]
AGES_S = {"nodes": 41 * 86400, "namespaces": 41 * 86400, "pods": 5 * 3600, "replicasets.apps": 2 * 86400,
          "events": 3500, "jobs.batch": 3 * 3600}
UPTIME_S = 9 * 86400
NODES = {"panel-1": ("4", "8Gi", "control-plane"), "panel-2": ("4", "4Gi", ""), "edge-3": ("2", "2Gi", "")}


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=30)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(30)
        self.sock.connect(self.path)


class Api:
    def __init__(self, path):
        self.path = path

    def ask(self, method, target, body=None, accept="application/json", kind="application/json"):
        connection = UnixConnection(self.path)
        data = json.dumps(body) if body is not None else None
        connection.request(method, target, data, {"Accept": accept, "Content-Type": kind})
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        return answer.status, json.loads(text) if "/json" in answer.headers.get("Content-Type", "") else text.decode()

    def get(self, target, accept="application/json"):
        status, answer = self.ask("GET", target, accept=accept)
        return answer if status == 200 else None

    def make(self, collection, thing):
        status, answer = self.ask("POST", collection, thing)
        if status >= 300:
            sys.exit(f"{collection}: {answer}")
        return answer

    def patch_status(self, target, status):
        code, answer = self.ask("PATCH", target + "/status", {"status": status}, kind="application/merge-patch+json")
        if code >= 300:
            sys.exit(f"{target}: {answer}")


def stamp(ago_s=0):
    return (datetime.now(timezone.utc) - timedelta(seconds=ago_s)).strftime("%Y-%m-%dT%H:%M:%SZ")


def wait_for(what, condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            sys.exit(f"waited in vain for {what}")
        time.sleep(0.1)


def ready(kind="Ready", status="True", reason="KubeletReady", message=""):
    return {"type": kind, "status": status, "reason": reason, "message": message, "lastTransitionTime": stamp(86400),
            "lastHeartbeatTime": stamp()}


def make_nodes(api):
    for index, (name, (cpu, memory, role)) in enumerate(NODES.items()):
        labels = {"kubernetes.io/hostname": name, "kubernetes.io/os": "linux", "kubernetes.io/arch": "arm64"}
        if role:
            labels["node-role.kubernetes.io/" + role] = "true"
        api.make("/api/v1/nodes", {"metadata": {"name": name, "labels": labels}})
        resources = {"cpu": cpu, "memory": memory, "ephemeral-storage": "28Gi", "pods": "110"}
        pressure = [ready(kind, "False", "Kubelet" + kind) for kind in ("MemoryPressure", "DiskPressure", "PIDPressure")]
        api.patch_status("/api/v1/nodes/" + name, {
            "capacity": resources, "allocatable": resources, "conditions": pressure + [ready()],
            "addresses": [{"type": "InternalIP", "address": f"192.168.10.{11 + index}"},
                          {"type": "Hostname", "address": name}],
            "nodeInfo": {"architecture": "arm64", "bootID": "-", "containerRuntimeVersion": "containerd://2.1.4",
                         "kernelVersion": "6.12.30", "kubeProxyVersion": "", "kubeletVersion": "v1.36.0",
                         "machineID": "-", "operatingSystem": "linux", "osImage": "Debian GNU/Linux 12 (bookworm)",
                         "systemUUID": "-"}})


def template(app, image, port=None, command=None, environment=None):
    container = {"name": app, "image": image, "resources": {"requests": {"cpu": "50m", "memory": "64Mi"}}}
    if port:
        container["ports"] = [{"name": "http", "containerPort": port}]
        container["readinessProbe"] = {"httpGet": {"path": "/healthz", "port": "http"}}
    if command:
        container["command"] = command
    if environment:
        container["env"] = [{"name": key, "value": value} for key, value in environment.items()]
    return {"metadata": {"labels": {"app": app}}, "spec": {"containers": [container]}}


def make_applications(api):
    def workload(kind, plural, namespace, app, pod, **spec):
        api.make(f"/apis/apps/v1/namespaces/{namespace}/{plural}", {
            "metadata": {"name": app, "labels": {"app": app}},
            "spec": {"selector": {"matchLabels": {"app": app}}, "template": pod, **spec}})

    for name in ("shop", "tools"):
        api.make("/api/v1/namespaces", {"metadata": {"name": name}})
    workload("Deployment", "deployments", "shop", "web", template("web", "nginx:1.29", 80), replicas=3)
    workload("Deployment", "deployments", "shop", "checkout",
             template("checkout", "registry.example.com/shop/checkout:2.4.1", 8080, environment={"LOG": "info"}),
             replicas=2)
    workload("Deployment", "deployments", "shop", "mailer",
             template("mailer", "registry.example.com/shop/mailer:0.9"), replicas=1)
    workload("StatefulSet", "statefulsets", "shop", "database", template("database", "postgres:17", 5432),
             replicas=1, serviceName="database")
    workload("DaemonSet", "daemonsets", "tools", "node-metrics", template("node-metrics", "metrics:3", 9100))
    workload("Deployment", "deployments", "tools", "dashboard", template("dashboard", "grafana:12", 3000),
             replicas=1)
    job = {"template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "report", "image": "report:1"}]}}}
    api.make("/apis/batch/v1/namespaces/shop/cronjobs", {
        "metadata": {"name": "nightly-report"}, "spec": {"schedule": "15 2 * * *", "jobTemplate": {"spec": job}}})
    api.make("/apis/batch/v1/namespaces/shop/jobs", {"metadata": {"name": "import-catalogue"}, "spec": job})
    for app, port in (("web", 80), ("checkout", 8080), ("database", 5432)):
        api.make("/api/v1/namespaces/shop/services", {
            "metadata": {"name": app}, "spec": {"selector": {"app": app}, "ports": [{"name": "http", "port": port}]}})
    backend = {"service": {"name": "web", "port": {"number": 80}}}
    api.make("/apis/networking.k8s.io/v1/namespaces/shop/ingresses", {
        "metadata": {"name": "shop"},
        "spec": {"rules": [{"host": "shop.example.com",
                            "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend}]}}]}})
    api.make("/api/v1/namespaces/shop/configmaps", {
        "metadata": {"name": "shop-settings"}, "data": {"currency": "EUR", "theme.json": '{"accent": "teal"}\n'}})
    api.make("/api/v1/namespaces/shop/secrets", {
        "metadata": {"name": "database-login"}, "stringData": {"user": "shop", "password": "not-a-real-one"}})
    api.make("/api/v1/namespaces/shop/persistentvolumeclaims", {
        "metadata": {"name": "database-files"},
        "spec": {"accessModes": ["ReadWriteOnce"], "storageClassName": "local-path",
                 "resources": {"requests": {"storage": "4Gi"}}}})


def make_appliance(api, folder):
    """What an operator has set up: tokens, a mirror of images, back-ups, and a version that could be taken."""
    for description, days in (("for the panel in the hall", 1), ("workshop", 30)):
        api.make("/appliance/v1/tokens", {"description": description, "ttlMs": days * 86400_000})
    for description in ("before the move", "after the new shop"):
        operation = api.make("/appliance/v1/datastore/backups", {"description": description})
        wait_for("the back-up", lambda: api.get(f"/appliance/v1/operations/{operation['id']}")["state"] == "succeeded")
        wait_for("another second, which names the next", lambda: stamp() != operation["startedAt"][:19] + "Z")
    code, answer = api.ask("PUT", "/appliance/v1/registries", {"settings": {
        "mirrors": [{"registry": "docker.io", "endpoints": ["https://mirror.example.com:5000"]}],
        "access": [{"registry": "registry.example.com", "username": "shop", "password": "not-a-real-one"}]}})
    if code >= 300:
        sys.exit(f"registries: {answer}")
    current = api.get("/appliance/v1/upgrades")
    major, minor, patch = (int(number) for number in current["current"].lstrip("v").split("-")[0].split("."))
    program = b"the next version"
    os.makedirs(folder + "/data/upgrades")
    with open(folder + "/data/upgrades/clusterd-next", "wb") as file:
        file.write(program)
    with open(folder + "/data/upgrades/version.json", "w") as file:
        json.dump({"version": f"{major}.{minor}.{patch + 1}", "kubernetesVersion": current["kubernetesVersion"],
                   "file": "clusterd-next", "sha256": hashlib.sha256(program).hexdigest(), "channel": "stable",
                   "releasedAt": stamp(3 * 86400), "notes": "Fewer writes to the disk while nothing happens."}, file)
    code, answer = api.ask("POST", "/appliance/v1/upgrades/check")
    if code >= 300:
        sys.exit(f"upgrades: {answer}")


def play_kubelets(api):
    """Every scheduled pod runs, but for one that crashes and one whose image is not there."""
    addresses = iter(range(2, 250))
    pods = [pod for pod in api.get("/api/v1/pods")["items"] if pod["spec"].get("nodeName")]
    for pod in pods:
        name, namespace = pod["metadata"]["name"], pod["metadata"]["namespace"]
        container = pod["spec"]["containers"][0]
        state, healthy, restarts, last = {"running": {"startedAt": stamp(3600)}}, True, 0, {}
        if name.startswith("mailer"):
            healthy, restarts = False, 17
            state = {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 5m0s restarting failed container"}}
            last = {"terminated": {"exitCode": 1, "reason": "Error", "startedAt": stamp(200), "finishedAt": stamp(190)}}
        if name.startswith("dashboard"):
            healthy, state = False, {"waiting": {"reason": "ImagePullBackOff", "message": "Back-off pulling image"}}
        status = {"name": container["name"], "image": container["image"], "imageID": "", "ready": healthy,
                  "started": healthy, "restartCount": restarts, "state": state, "lastState": last,
                  "containerID": "containerd://" + hashlib.sha256(name.encode()).hexdigest()}
        phase = "Pending" if name.startswith("dashboard") else "Running"
        if name.startswith("import-catalogue"):
            phase, status["ready"], status["started"] = "Succeeded", False, False
            status["state"] = {"terminated": {"exitCode": 0, "reason": "Completed", "startedAt": stamp(3000),
                                              "finishedAt": stamp(2900)}}
        is_ready = "True" if status["ready"] else "False"
        conditions = [{"type": kind, "status": value, "lastTransitionTime": stamp(3600)} for kind, value in
                      (("PodScheduled", "True"), ("Initialized", "True"), ("ContainersReady", is_ready),
                       ("Ready", is_ready))]
        address = f"10.42.{list(NODES).index(pod['spec']['nodeName'])}.{next(addresses)}"
        api.patch_status(f"/api/v1/namespaces/{namespace}/pods/{name}", {
            "phase": phase, "podIP": address, "podIPs": [{"ip": address}], "hostIP": "192.168.10.11",
            "startTime": stamp(3600), "conditions": conditions, "containerStatuses": [status]})
        if not healthy:
            event(api, pod, "BackOff", "Back-off restarting failed container " + container["name"] if restarts
                  else f"Back-off pulling image \"{container['image']}\"", restarts or 9)
    return len(pods)


def event(api, pod, reason, message, count):
    meta = pod["metadata"]
    api.make(f"/api/v1/namespaces/{meta['namespace']}/events", {
        "metadata": {"name": f"{meta['name']}.{reason.lower()}", "namespace": meta["namespace"]},
        "involvedObject": {"apiVersion": "v1", "kind": "Pod", "name": meta["name"], "namespace": meta["namespace"],
                           "uid": meta["uid"]},
        "type": "Warning", "reason": reason, "message": message, "count": count, "firstTimestamp": stamp(3500),
        "lastTimestamp": stamp(120), "source": {"component": "kubelet", "host": pod["spec"]["nodeName"]},
        "reportingComponent": "kubelet"})


def slim(key, thing):
    """Without what nobody looks at, and as old as such a thing would be."""
    thing["metadata"].pop("managedFields", None)
    thing["metadata"]["creationTimestamp"] = stamp(AGES_S.get(key, 9 * 86400))
    return thing


def record(api):
    demo = {"recordedAt": stamp(), "version": api.get("/version"), "documents": {}, "kinds": []}
    demo["discovery"] = {root: api.get(root, DISCOVERY) for root in ("/api", "/apis")}
    for root in demo["discovery"].values():
        for group in root["items"]:
            group["metadata"].pop("creationTimestamp", None)
            version = group["versions"][0]
            prefix = f"/apis/{group['metadata']['name']}/" if group["metadata"].get("name") else "/api/"
            for resource in version["resources"]:
                resource.pop("subresources", None)
                key = resource["resource"]
                if group["metadata"].get("name"):
                    key += "." + group["metadata"]["name"]
                if key in SKIPPED or "list" not in resource["verbs"]:
                    continue
                collection = prefix + version["version"] + "/" + resource["resource"]
                objects, table = api.get(collection), api.get(collection, TABLE)
                if not objects or not table:
                    continue
                rows = {row["object"]["metadata"]["uid"]: row["cells"] for row in table["rows"]}
                items = [{"object": slim(key, item), "cells": rows.get(item["metadata"]["uid"], [])}
                         for item in objects["items"] if keep(key, item)]
                columns = [{"name": column["name"], "type": column["type"], "priority": column["priority"]}
                           for column in table["columnDefinitions"]]
                demo["kinds"].append({"path": collection, "kind": resource["responseKind"]["kind"],
                                      "apiVersion": objects["apiVersion"], "columns": columns, "items": items})
    for name in DOCUMENTS:
        document = api.get("/appliance/v1/" + name)
        if document is not None:
            demo["documents"][name] = document
    lines = api.ask("GET", "/appliance/v1/logs?tailLines=200")[1]
    demo["documents"]["logs"] = {"lines": [json.loads(line) for line in lines.splitlines()]}
    demo["documents"]["status"]["startedAt"] = stamp(UPTIME_S)
    demo["documents"]["images"] = images(api.get("/api/v1/pods")["items"])
    return demo


def images(pods):
    """The runtime is played too: it has the images of the pods that run, and one that nobody uses."""
    users = {"docker.io/library/busybox:1.36": []}
    for pod in pods:
        for status in pod["status"].get("containerStatuses", []):
            if "running" in status["state"]:
                users.setdefault(status["image"], []).append(
                    {"kind": "Pod", "namespace": pod["metadata"]["namespace"], "name": pod["metadata"]["name"]})
    items = [{"id": "sha256:" + hashlib.sha256(name.encode()).hexdigest(), "names": [name],
              "bytes": 4_000_000 + 137 * int(hashlib.sha256(name.encode()).hexdigest()[:5], 16), "pinned": False,
              "usedBy": pods} for name, pods in sorted(users.items())]
    return {"items": items, "totalBytes": sum(item["bytes"] for item in items),
            "unusedBytes": sum(item["bytes"] for item in items if not item["usedBy"])}


def keep(key, item):
    """Of the many built-in roles and leases a few are enough."""
    name = item["metadata"]["name"]
    if key.endswith("rbac.authorization.k8s.io"):
        return not name.startswith("system:") and "bootstrap" not in name
    if key == "serviceaccounts":
        return item["metadata"]["namespace"] != "kube-system"
    return key != "leases.coordination.k8s.io" or name in ("kube-scheduler", "kube-controller-manager")


def main():
    clusterd = sys.argv[1]
    output = sys.argv[2] if len(sys.argv) > 2 else os.path.join(os.path.dirname(__file__), "../../resources/demo/demo.json")
    folder = os.path.realpath(tempfile.mkdtemp(prefix="coracle-demo.", dir="/var/tmp"))
    run = "/run/clusterd-" + hashlib.sha256((folder + "/data").encode()).hexdigest()[:8]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    os.mkdir(folder + "/etc")
    with open(folder + "/etc/config.yaml", "w") as file:
        file.write("{}\n")
    with open(folder + "/log", "w") as log:
        server = subprocess.Popen([clusterd, "server", "--disable-agent", "--data-dir", folder + "/data",
                                   "--https-listen-port", str(port), "--write-kubeconfig", folder + "/kubeconfig",
                                   "--config", folder + "/etc/config.yaml",
                                   "--private-registry", folder + "/etc/registries.yaml"],
                                  stderr=log)
    try:
        api = Api(run + "/clusterd.sock")

        def answers():
            try:
                return api.ask("GET", "/readyz")[0] == 200
            except OSError:
                return False
        wait_for("the API", answers)
        make_nodes(api)
        wait_for("the nodes", lambda: all(not node["spec"].get("taints") for node in api.get("/api/v1/nodes")["items"]))
        make_applications(api)
        wanted = 3 + 2 + 1 + 1 + len(NODES) + 1 + 1
        wait_for("the pods", lambda: sum(1 for pod in api.get("/api/v1/pods")["items"]
                                         if pod["spec"].get("nodeName")) >= wanted)
        play_kubelets(api)
        wait_for("the deployments", lambda: api.get("/apis/apps/v1/namespaces/shop/deployments/web")
                 ["status"].get("readyReplicas") == 3)
        wait_for("the daemon set", lambda: api.get("/apis/apps/v1/namespaces/tools/daemonsets/node-metrics")
                 ["status"].get("numberReady") == len(NODES))
        make_appliance(api, folder)
        demo = record(api)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait()
        shutil.rmtree(folder)
        shutil.rmtree(run, ignore_errors=True)
    os.makedirs(os.path.dirname(os.path.abspath(output)), exist_ok=True)
    host = socket.gethostname()
    text = json.dumps(demo, separators=(",", ":"), sort_keys=True).replace(folder + "/etc", "/etc/clusterd").replace(
        folder, "/var/lib/clusterd").replace(run, "/run/clusterd").replace(f'"{host}"', '"panel-1"').replace(host + "_", "panel-1_")
    with open(output, "w") as file:
        file.write(text + "\n")
    print(f"{output}: {len(text) // 1024} KiB, {sum(len(kind['items']) for kind in demo['kinds'])} objects")


main()
