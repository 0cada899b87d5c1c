#!/usr/bin/env bash
# Programs written with the peers' client libraries: Python, Ruby, JavaScript. What is not installed is left out.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
clients=$source_dir/tests/clients
start_cluster
for language in python ruby node; do
    kubectl create namespace $language >/dev/null
    kubectl -n $language run box --image=docker.io/coracle/busybox:0.1 --restart=Never -- sh -c 'while :; do sleep 1; done' >/dev/null
    kubectl -n $language wait pod/box --for=condition=Ready --timeout=60s >/dev/null
done

if /usr/bin/python3 -c 'import kubernetes' 2>/dev/null; then
    check "the Python client" matches 'is content' /usr/bin/python3 "$clients/python_client.py" python box
else
    skip "the Python client" "python3-kubernetes is not installed"
fi
if ruby -e "require 'kubeclient'" 2>/dev/null; then
    check "the Ruby client" matches 'is content' ruby "$clients/ruby_client.rb" ruby
else
    skip "the Ruby client" "ruby-kubeclient is not installed"
fi
# From the npm registry, once for a build folder; a machine that does not reach it tests the others.
modules=$CORACLE_BUILD_DIR/node_client
if mkdir -p "$modules" && cp "$clients/package.json" "$modules/" &&
    { [ -d "$modules/node_modules/@kubernetes/client-node/dist" ] ||
        timeout 120 npm install --prefix "$modules" --no-audit --no-fund --ignore-scripts >"$scratch/npm.log" 2>&1; }; then
    check "the JavaScript client" matches 'is content' timeout 60 env NODE_NO_WARNINGS=1 node "$clients/node_client.mjs" "$modules" node box
else
    skip "the JavaScript client" "@kubernetes/client-node could not be installed: $(tail -n 1 "$scratch/npm.log" 2>/dev/null)"
fi
finish
