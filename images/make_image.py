#!/usr/bin/env python3
"""Packs files into a container image: an OCI image layout in one tar, as `ctr images import` takes it.

The same input gives the same bytes: no times, no owners, sorted names.
"""

import argparse
import gzip
import hashlib
import io
import json
import tarfile

ARCHITECTURES = {"x86_64": ("amd64", None), "aarch64": ("arm64", "v8"), "armv7l": ("arm", "v7")}


def tar_of(entries):
    """entries: {path: (kind, mode, content)} with kind "file", "folder" or "link"."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for path in sorted(entries):
            kind, mode, content = entries[path]
            info = tarfile.TarInfo(path)
            info.mode = mode
            if kind == "folder":
                info.type = tarfile.DIRTYPE
                tar.addfile(info)
            elif kind == "link":
                info.type = tarfile.SYMTYPE
                info.linkname = content
                tar.addfile(info)
            else:
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def layer_entries(arguments):
    entries = {"tmp/": ("folder", 0o1777, None)}
    for text in arguments.file:
        path, source = text.split("=", 1)
        with open(source, "rb") as file:
            entries[path.lstrip("/")] = ("file", 0o755 if path.lstrip("/").startswith("bin/") else 0o644, file.read())
    for text in arguments.link:
        path, target = text.split("=", 1)
        entries[path.lstrip("/")] = ("link", 0o777, target)
    for path in list(entries):
        parts = path.rstrip("/").split("/")[:-1]
        for depth in range(1, len(parts) + 1):
            entries.setdefault("/".join(parts[:depth]) + "/", ("folder", 0o755, None))
    return entries


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", required=True)
    parser.add_argument("--name", required=True, help="full reference: docker.io/coracle/pause:0.1")
    parser.add_argument("--processor", default="x86_64", help="as uname -m prints it")
    parser.add_argument("--file", action="append", default=[], help="path in the image=file to put there")
    parser.add_argument("--link", action="append", default=[], help="path in the image=target of the symbolic link")
    parser.add_argument("--entrypoint", action="append", default=[])
    parser.add_argument("--cmd", action="append", default=[])
    parser.add_argument("--env", action="append", default=[])
    parser.add_argument("--user", default="")
    arguments = parser.parse_args()

    architecture, variant = ARCHITECTURES[arguments.processor]
    platform = {"architecture": architecture, "os": "linux"} | ({"variant": variant} if variant else {})
    layer = tar_of(layer_entries(arguments))
    packed = gzip.compress(layer, 9, mtime=0)
    config = {"Env": ["PATH=/bin"] + arguments.env, "WorkingDir": "/"}
    if arguments.entrypoint:
        config["Entrypoint"] = arguments.entrypoint
    if arguments.cmd:
        config["Cmd"] = arguments.cmd
    if arguments.user:
        config["User"] = arguments.user

    blobs = {}

    def blob(media_type, data, **more):
        blobs[digest(data)] = data
        return {"mediaType": media_type, "digest": digest(data), "size": len(data)} | more

    def json_blob(media_type, value, **more):
        return blob(media_type, json.dumps(value, sort_keys=True).encode(), **more)

    manifest = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": json_blob(
            "application/vnd.oci.image.config.v1+json",
            platform | {"config": config, "rootfs": {"type": "layers", "diff_ids": [digest(layer)]}},
        ),
        "layers": [blob("application/vnd.oci.image.layer.v1.tar+gzip", packed)],
    }
    index = {
        "schemaVersion": 2,
        "manifests": [
            json_blob(
                manifest["mediaType"],
                manifest,
                platform=platform,
                annotations={
                    "io.containerd.image.name": arguments.name,
                    "org.opencontainers.image.ref.name": arguments.name.rsplit(":", 1)[1],
                },
            )
        ],
    }
    files = {
        "oci-layout": ("file", 0o644, json.dumps({"imageLayoutVersion": "1.0.0"}).encode()),
        "index.json": ("file", 0o644, json.dumps(index, sort_keys=True).encode()),
        "blobs/": ("folder", 0o755, None),
        "blobs/sha256/": ("folder", 0o755, None),
    }
    for name, data in blobs.items():
        files["blobs/sha256/" + name.split(":")[1]] = ("file", 0o644, data)
    with open(arguments.output, "wb") as output:
        output.write(tar_of(files))


if __name__ == "__main__":
    main()
