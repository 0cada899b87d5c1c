"""A cluster of its own to measure, on loopback, and what the programs beside this file share."""
import base64
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


def until(condition, seconds=120, interval=0.01):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(interval)
    sys.exit("waited in vain")


class Cluster:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.port = free_port()
        self.kubeconfig = self.folder / "kubeconfig.yaml"
        os.environ["KUBECONFIG"] = str(self.kubeconfig)
        self.process = None
        self.context = None

    def start(self, *flags):
        began = time.monotonic()
        self.process = subprocess.Popen(
            [CLUSTERD, "server", "--data-dir", self.folder / "data", "--https-listen-port", str(self.port),
             "--write-kubeconfig", self.kubeconfig, "--node-name", "node-1", *flags],
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

    def h2load(self, path, requests, clients, streams, *more):
        """Requests and bytes per second; the client certificate would need a build of h2load that knows one, so the
        bearer token of a service account is used. `more` are arguments of h2load."""
        text = subprocess.run(
            ["h2load", "-n", str(requests), "-c", str(clients), "-m", str(streams), "-H",
             f"authorization: Bearer {self.token}", *more, f"https://127.0.0.1:{self.port}{path}"],
            text=True, capture_output=True).stdout
        found = re.search(r"finished in [\d.]+\w+, ([\d.]+) req/s, ([\d.]+)([KMG]?)B/s", text)
        ok = re.search(r"status codes: (\d+) 2xx", text)
        if not found or not ok or int(ok.group(1)) != requests:
            sys.exit(f"h2load failed:\n{text}")
        unit = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}[found.group(3)]
        return float(found.group(1)), float(found.group(2)) * unit

    def send(self, path, body, requests, clients, *more, content_type="application/json"):
        """The same body again and again: creates by generateName, or applies. Requests per second."""
        with tempfile.NamedTemporaryFile("w") as file:
            file.write(json.dumps(body))
            file.flush()
            return self.h2load(path, requests, clients, 1, "-H", f"content-type: {content_type}", "-d", file.name, *more)[0]

    def make_token(self):
        kubectl("create", "serviceaccount", "bench")
        kubectl("create", "clusterrolebinding", "bench", "--clusterrole=cluster-admin", "--serviceaccount=default:bench")
        self.token = kubectl("create", "token", "bench", "--duration=2h").strip()


def run(measure):
    """Measures a new cluster, removes it and prints the table of what row() was told."""
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
