#!/usr/bin/env python3
"""A scheduler extender for tests: refuses pods with the label licence=none everywhere, and prefers the node "one".
Writes "verb pod" for each call into a file.

scheduler_extender.py PORT LOG"""
import http.server
import json
import sys


class Extender(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        arguments = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        pod, nodes = arguments["Pod"], arguments["NodeNames"]
        verb = self.path.strip("/")
        with open(sys.argv[2], "a") as log:
            print(verb, pod["metadata"]["name"], file=log)
        if verb == "filter":
            refused = pod["metadata"].get("labels", {}).get("licence") == "none"
            answer = {"NodeNames": [] if refused else nodes,
                      "FailedNodes": {node: "no licence for this pod" for node in nodes} if refused else {}}
        else:
            answer = [{"Host": node, "Score": 10 if node == "one" else 0} for node in nodes]
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Extender).serve_forever()
