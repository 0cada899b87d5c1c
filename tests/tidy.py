#!/usr/bin/env python3
"""The tree's own rules that no compiler knows. Prints what breaks them; the exit code is 1 when there is any."""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LINE_LENGTH_MAX = 120
FILE_LINES_MAX = 500

# Folders in the order of the layers: a folder may include only those before it.
LAYERS = ["core/base", "core/api", "core/cel", "core/http", "core/pki", "core/config", "core/client", "clusterd/datastore",
          "clusterd/etcd", "clusterd/apiserver", "clusterd/metrics", "clusterd/volume", "clusterd/scheduler",
          "clusterd/controllers", "clusterd/network", "clusterd/kubelet", "clusterd/appliance", "clusterd/cluster",
          "clusterd/cli"]
# Headers that cost every file that includes them seconds.
HEAVY = re.compile(r"#include <(boost/json\.hpp|boost/asio\.hpp|boost/beast\.hpp|grpc.*|nghttp2/.*|boost/asio/ssl.*)>")
# CHECK ends in an if of its own, which would take the else; TRY is several statements.
UNBRACED = re.compile(r"^ *(?:CO_)?CHECK\([^;]*;\n *(else)\b|^ *(?:(?:if|for|while) \(.*\)|else)\n *((?:CO_)?TRY)\(", re.M)
# What only the theme knows.
LOOK = re.compile(r'"#[0-9a-fA-F]{3,8}"|\b(?:pixelSize|pointSize): *\d')
FORBIDDEN = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")


def layer_of(path):
    return next((i for i, layer in enumerate(LAYERS) if path.startswith(layer + "/")), None)


def public_headers(names):
    """Headers that files of other folders include; the others are a folder's own matter."""
    public = set()
    for name in names:
        for included in re.findall(r'#include "([^"]+)"', (ROOT / name).read_text(encoding="utf-8")):
            if included.rsplit("/", 1)[0] != name.rsplit("/", 1)[0]:
                public.add(included)
    return public


def check(path, text, public):
    lines = text.splitlines()
    header = path.endswith(".h")
    if len(lines) > FILE_LINES_MAX and not path.startswith("tests/"):
        yield 1, f"{len(lines)} lines; split it (at most {FILE_LINES_MAX})"
    if header and "#pragma once" not in text:
        yield 1, "#pragma once is missing"
    for found in UNBRACED.finditer(text):
        yield text.count("\n", 0, found.end()) + 1, "give the branch its braces"
    own = layer_of(path)
    for number, line in enumerate(lines, 1):
        if len(line) > LINE_LENGTH_MAX and not path.startswith("tests/"):  # tests hold objects as text
            yield number, f"{len(line)} columns (at most {LINE_LENGTH_MAX})"
        if line != line.rstrip():
            yield number, "blanks at the end of the line"
        if FORBIDDEN.search(line):
            yield number, "unfinished work belongs into an issue"
        if path.startswith("qml/") and path != "qml/theme/Theme.qml" and LOOK.search(line):
            yield number, "a colour or font size outside qml/theme/Theme.qml"
        if path in public and HEAVY.search(line):
            yield number, "a heavy header in a header: forward-declare instead"
        if header and re.match(r"using namespace ", line):
            yield number, "using namespace in a header"
        include = re.match(r'#include "([^"]+)"', line)
        included = layer_of(include.group(1)) if include else None
        if own is not None and included is not None and included > own:
            yield number, f"{include.group(1)} is in a layer above {LAYERS[own]}"


def main():
    names = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.h", "*.cpp", "*.c", "*.qml"],
                           cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    names = sorted(name for name in set(names) if (ROOT / name).exists())
    public = public_headers(names)
    found = 0
    for name in names:
        for number, message in check(name, (ROOT / name).read_text(encoding="utf-8"), public):
            print(f"{name}:{number}: {message}")
            found += 1
    print(f"{len(names)} files, {found} findings", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
