#!/usr/bin/env python3
"""A registry that serves the images of an OCI archive to whoever signs in as `box` with the password `hush`.

mirror_registry.py ARCHIVE: prints its port, then a line for each request that it answered well."""

import base64
import http.server
import json
import re
import sys
import tarfile

files = {}
with tarfile.open(sys.argv[1]) as archive:
    for member in archive:
        if member.isfile():
            files[member.name.removeprefix("./")] = archive.extractfile(member).read()
manifest = json.loads(files["index.json"])["manifests"][0]
credentials = "Basic " + base64.b64encode(b"box:hush").decode()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, code, body=b"", headers=None):
        self.send_response(code)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_GET(self):
        if self.headers.get("Authorization") != credentials:
            return self.answer(401, headers={"WWW-Authenticate": 'Basic realm="mirror"'})
        found = re.match(r"/v2/.+/(manifests|blobs)/([^?]+)", self.path)
        digest = found and (found[2] if found[2].startswith("sha256:") else manifest["digest"])
        body = found and files.get("blobs/" + digest.replace(":", "/"))
        if body is None:
            return self.answer(404)
        print(self.command, self.path, flush=True)
        kind = manifest["mediaType"] if found[1] == "manifests" else "application/octet-stream"
        return self.answer(200, body, {"Content-Type": kind, "Docker-Content-Digest": digest})

    do_HEAD = do_GET

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
