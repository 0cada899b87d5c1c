#!/usr/bin/python3
"""What people do with the Python client: write, read, list in pages, watch, run. Arguments: namespace, a running pod."""
import sys
import threading

from kubernetes import client, config, watch
from kubernetes.client.rest import ApiException
from kubernetes.stream import stream

namespace, pod = sys.argv[1:]
config.load_kube_config()
core = client.CoreV1Api()


def config_map(name, **data):
    return client.V1ConfigMap(metadata=client.V1ObjectMeta(name=name, labels={"app": "python"}), data=data)


def refused(code, call, *arguments, **named):
    try:
        call(*arguments, **named)
    except ApiException as error:
        assert error.status == code, error
        return
    raise AssertionError(f"{call.__name__} was not refused")


assert client.VersionApi().get_code().major == "1"
assert any(group.name == "apps" for group in client.ApisApi().get_api_versions().groups)

before = core.list_namespaced_config_map(namespace).metadata.resource_version
seen = []


def follow():
    watcher = watch.Watch()
    for event in watcher.stream(core.list_namespaced_config_map, namespace, label_selector="app=python",
                                resource_version=before, timeout_seconds=60):
        seen.append((event["type"], event["object"].metadata.name))
        if event["type"] == "DELETED":
            watcher.stop()


follower = threading.Thread(target=follow)
follower.start()

made = core.create_namespaced_config_map(namespace, config_map("one", key="value"))
assert made.data == {"key": "value"} and made.metadata.uid
refused(409, core.create_namespaced_config_map, namespace, config_map("one"))
patched = core.patch_namespaced_config_map("one", namespace, {"data": {"key": None, "other": "1"}})
assert patched.data == {"other": "1"}, patched.data
refused(409, core.replace_namespaced_config_map, "one", namespace, made)  # it was changed meanwhile
patched.data["third"] = "3"
assert core.replace_namespaced_config_map("one", namespace, patched).data["third"] == "3"
assert core.read_namespaced_config_map("one", namespace).data == {"other": "1", "third": "3"}
refused(404, core.read_namespaced_config_map, "nothing", namespace)
refused(422, core.create_namespaced_config_map, namespace, config_map("No_Name"))

for i in range(5):
    core.create_namespaced_config_map(namespace, config_map(f"page-{i}"))
names, token = [], None
while True:
    page = core.list_namespaced_config_map(namespace, label_selector="app=python", limit=2, _continue=token)
    names += [item.metadata.name for item in page.items]
    token = page.metadata._continue
    if not token:
        break
assert names == ["one"] + [f"page-{i}" for i in range(5)], names

output = stream(core.connect_get_namespaced_pod_exec, pod, namespace, command=["echo", "from a pod"], stdout=True,
                stderr=True, stdin=False, tty=False)
assert output == "from a pod\n", output
assert core.read_namespaced_pod(pod, namespace).status.phase == "Running"

core.delete_namespaced_config_map("one", namespace)
follower.join(30)
assert not follower.is_alive()
assert seen[0] == ("ADDED", "one") and seen[-1] == ("DELETED", "one"), seen
assert seen.count(("MODIFIED", "one")) == 2, seen
core.delete_collection_namespaced_config_map(namespace, label_selector="app=python")
assert not core.list_namespaced_config_map(namespace, label_selector="app=python").items
print("the Python client is content")
