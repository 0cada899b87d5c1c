#!/usr/bin/env python3
"""Measures one whole cluster and prints a Markdown table: start, memory, request rates over TLS, pods, binary size.

Everything happens on loopback and on a cluster of its own, which is removed again. Needs root; the load comes from
h2load and from this program, on the same processors as the daemon.
"""
import base64
import concurrent.futures
import http.client
import json
import os
import pathlib
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time

BUILD = pathlib.Path(os.environ["CORACLE_BUILD_DIR"])
CLUSTERD = BUILD / "clusterd/cli/clusterd"
CONFIG_MAPS = int(os.environ.get("CORACLE_BENCH_CONFIG_MAPS", "10000"))
rows = []


def row(what, value, note=""):
    rows.append((what, value, note))
    print(f"{what}: {value} {note}", file=sys.stderr, flush=True)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def kubectl(*args, check=True, stdin=None):
    done = subprocess.run(["kubectl", *args], input=stdin, text=True, capture_output=True)
    if check and done.returncode:
        sys.exit(f"kubectl {' '.join(args)}: {done.stderr}")
    return done.stdout


def pss_mib(pid):
    text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.search(r"^Pss:\s+(\d+)", text, re.M).group(1)) / 1024


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def written_bytes(pid):
    return int(re.search(r"^write_bytes: (\d+)", pathlib.Path(f"/proc/{pid}/io").read_text(), re.M).group(1))


class Cluster:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.port = free_port()
        self.kubeconfig = self.folder / "kubeconfig.yaml"
        os.environ["KUBECONFIG"] = str(self.kubeconfig)
        self.process = None
        self.context = None

    def start(self):
        began = time.monotonic()
        self.process = subprocess.Popen(
            [CLUSTERD, "server", "--data-dir", self.folder / "data", "--https-listen-port", str(self.port),
             "--write-kubeconfig", self.kubeconfig, "--node-name", "node-1"],
            stdout=subprocess.DEVNULL, stderr=open(self.folder / "clusterd.log", "a"))
        ready = None
        while time.monotonic() - began < 120:
            if self.process.poll() is not None:
                sys.exit(f"clusterd ended:\n{(self.folder / 'clusterd.log').read_text()[-2000:]}")
            try:
                if ready is None and self.get("/readyz")[0] == 200:
                    ready = time.monotonic() - began
                if ready is not None:
                    status, body = self.get("/api/v1/nodes/node-1")
                    if status == 200 and any(c["type"] == "Ready" and c["status"] == "True"
                                             for c in json.loads(body)["status"].get("conditions", [])):
                        return ready, time.monotonic() - began
            except (OSError, http.client.HTTPException, FileNotFoundError, AttributeError, ssl.SSLError):
                pass
            time.sleep(0.005)
        sys.exit("the node did not become Ready within two minutes")

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(60)

    def remove(self):
        self.stop()
        subprocess.run([CLUSTERD, "killall", "--data-dir", self.folder / "data"], check=False,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def credentials(self):
        """The administrator's TLS context; made once, since several threads connect."""
        if self.context:
            return self.context
        text = self.kubeconfig.read_text()
        for name, file in (("certificate-authority-data", "ca.crt"), ("client-certificate-data", "client.crt"),
                           ("client-key-data", "client.key")):
            found = re.search(rf"{name}: (\S+)", text)
            (self.folder / file).write_bytes(base64.b64decode(found.group(1)))
        context = ssl.create_default_context(cafile=self.folder / "ca.crt")
        context.load_cert_chain(self.folder / "client.crt", self.folder / "client.key")
        self.context = context
        return context

    def connect(self):
        return http.client.HTTPSConnection("127.0.0.1", self.port, context=self.credentials(), timeout=30)

    def get(self, path):
        connection = self.connect()
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def h2load(self, path, requests, clients, streams):
        """Requests and bytes per second; the client certificate would need a build of h2load that knows one, so the
        bearer token of a service account is used."""
        text = subprocess.run(
            ["h2load", "-n", str(requests), "-c", str(clients), "-m", str(streams), "-H",
             f"authorization: Bearer {self.token}", f"https://127.0.0.1:{self.port}{path}"],
            text=True, capture_output=True).stdout
        found = re.search(r"finished in [\d.]+\w+, ([\d.]+) req/s, ([\d.]+)([KMG]?)B/s", text)
        ok = re.search(r"(\d+) succeeded", text)
        if not found or not ok or int(ok.group(1)) != requests:
            sys.exit(f"h2load failed:\n{text}")
        unit = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}[found.group(3)]
        return float(found.group(1)), float(found.group(2)) * unit

    def make_token(self):
        kubectl("create", "serviceaccount", "bench")
        kubectl("create", "clusterrolebinding", "bench", "--clusterrole=cluster-admin", "--serviceaccount=default:bench")
        self.token = kubectl("create", "token", "bench", "--duration=2h").strip()


def config_map(name):
    return json.dumps({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "bench"},
                       "data": {"payload": "x" * 900}})


def custom_definition(fields):
    """A definition whose spec has this many fields, half of them with defaults."""
    text = {"type": "string", "maxLength": 64, "pattern": "^[a-z0-9-]+$"}
    number = {"type": "integer", "minimum": 0, "maximum": 1000, "default": 7}
    properties = {f"field{i}": number if i % 2 else text for i in range(fields)}
    schema = {"type": "object", "properties": {"spec": {"type": "object", "properties": properties}}}
    return json.dumps({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": "things.bench.example.com"},
        "spec": {"group": "bench.example.com", "scope": "Namespaced", "names": {"plural": "things", "kind": "Thing"},
                 "versions": [{"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}]}})


def custom_resource(name, fields=50):
    return json.dumps({"apiVersion": "bench.example.com/v1", "kind": "Thing",
                       "metadata": {"name": name, "namespace": "bench"},
                       "spec": {f"field{i}": f"some-value-{i}" for i in range(0, fields, 2)}})


def custom_resources(cluster):
    began = time.monotonic()
    kubectl("apply", "-f", "-", stdin=custom_definition(50))
    things = "/apis/bench.example.com/v1/namespaces/bench/things"
    until(lambda: cluster.get(things)[0] == 200)
    row("a definition applied to its kind served", f"{time.monotonic() - began:.2f} s", "with kubectl apply")
    count = 1000
    for clients in (1, 8):
        seconds = create_many(cluster, f"thing-{clients}", count, clients, things, custom_resource)
        row(f"durable CREATE of a custom resource of 50 fields, {clients} client{'s' if clients > 1 else ''}",
            f"{count / seconds:.0f}/s", "load generator in Python")


def create_many(cluster, prefix, count, clients, path="/api/v1/namespaces/bench/configmaps", body=config_map):
    """Durable creates: the seconds that `count` of them took over `clients` kept connections."""
    def work(worker):
        connection = cluster.connect()
        for i in range(worker, count, clients):
            connection.request("POST", path, body(f"{prefix}-{i}"), {"Content-Type": "application/json"})
            answer = connection.getresponse()
            answer.read()
            if answer.status != 201:
                raise RuntimeError(f"create: {answer.status}")
        connection.close()

    began = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(clients) as pool:
        list(pool.map(work, range(clients)))
    return time.monotonic() - began


def until(condition, seconds=120):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.01)
    sys.exit("waited in vain")


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
    ready, node = cluster.start()
    row("exec to /readyz ok; to node Ready (new data)", f"{ready:.2f} s; {node:.2f} s")
    cluster.stop()
    ready, node = cluster.start()
    row("exec to /readyz ok (existing data)", f"{ready:.2f} s")
    cluster.make_token()
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
    count = 2000
    row("durable CREATE of 1 KiB, 1 client", f"{count / create_many(cluster, 'one', count, 1):.0f}/s",
        "load generator in Python")
    seconds = create_many(cluster, "many", CONFIG_MAPS - count, 8)
    row("durable CREATE of 1 KiB, 8 clients", f"{(CONFIG_MAPS - count) / seconds:.0f}/s",
        "limited by the load generator in Python")
    row(f"memory with {CONFIG_MAPS} ConfigMaps of 1 KiB (Pss)", f"{pss_mib(pid):.1f} MiB")
    custom_resources(cluster)
    one = "/api/v1/namespaces/bench/configmaps/one-1"
    row("GET, 16 clients x 8 streams, HTTP/2", f"{cluster.h2load(one, 100000, 16, 8)[0]:.0f}/s")
    for clients in (1, 4):
        rate, volume = cluster.h2load("/api/v1/namespaces/bench/configmaps", 40 * clients, clients, 1)
        row(f"LIST of {CONFIG_MAPS} ConfigMaps, {clients} client{'s' if clients > 1 else ''}",
            f"{rate:.1f}/s ({volume / 1e6:.0f} MB/s)")
    row("memory after the load (Pss)", f"{pss_mib(pid):.1f} MiB")
    row("datastore file", f"{sum(f.stat().st_size for f in (cluster.folder / 'data/server/db').iterdir()) / 2**20:.1f} MiB")


def main():
    stripped = tempfile.NamedTemporaryFile()
    subprocess.run(["strip", "-o", stripped.name, CLUSTERD], check=True)
    row("stripped clusterd binary", f"{os.stat(stripped.name).st_size / 2**20:.1f} MiB", "shared libraries of the system not counted")
    folder = tempfile.mkdtemp(prefix="coracle-bench.", dir="/var/tmp")
    cluster = Cluster(folder)
    try:
        measure(cluster)
    finally:
        cluster.remove()
        if folder not in pathlib.Path("/proc/self/mountinfo").read_text():
            shutil.rmtree(folder, ignore_errors=True)
    print("| what | measured | note |\n|---|---|---|")
    for what, value, note in rows:
        print(f"| {what} | {value} | {note} |")


main()
