#!/usr/bin/env bash
# The appliance API on a real server with a node: every route of the daemon itself, restarts with good and with bad
# changes, the drain of a node with real pods.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

mkdir -p "$scratch/etc"
printf 'debug: false\ntls-san: [box.local]\n' >"$scratch/etc/config.yaml"
managed=$scratch/etc/config.yaml.d/90-appliance.yaml
flags=(--config "$scratch/etc/config.yaml" --private-registry "$scratch/etc/registries.yaml")
start_cluster "${flags[@]}"
socket=/run/clusterd-$(printf %s "$(realpath "$data")" | sha256sum | cut -c1-8)/clusterd.sock

api() { # METHOD PATH [BODY]: prints the answer, fails on an error's code
    curl -sS --fail-with-body --max-time 60 --unix-socket "$socket" -X "$1" "http://x/appliance/v1$2" \
        ${3+-H Content-Type:application/json -d "$3"}
}
tells() { # FILTER METHOD PATH [BODY]: the answer passes jq's filter
    local filter=$1 answer
    shift
    answer=$(api "$@") || { printf '%s\n' "$answer"; return 1; }
    jq -e "$filter" >/dev/null <<<"$answer" || { printf 'not so: %s\n%s\n' "$filter" "$answer"; return 1; }
}
told() { tells "$@" >/dev/null 2>&1; }
code() { # METHOD PATH [curl argument...]
    local method=$1 path=$2
    shift 2
    curl -sS -o /dev/null -w '%{http_code}' --max-time 60 --unix-socket "$socket" -X "$method" "http://x$path" "$@"
}
begin() { api "$@" | jq -er '.operation.id // .id'; }
ended() { api GET "/operations/$1" 2>/dev/null | jq -e '.state != "running"' >/dev/null; }
# Waits for the end of an operation, also over restarts, which must be the given one: ends STATE ID
ends() {
    wait_for 120 "operation $2" ended "$2" || return 1
    tells ".state == \"$1\"" GET "/operations/$2"
}

# --- who may
check "the API is on the socket" tells '.openapi' GET /
check "the contract is OpenAPI 3.0" tells '.openapi | startswith("3.0")' GET /openapi.json
check "not on the network" gives 404 curl -sS -o /dev/null -w '%{http_code}' -k \
    -H "Authorization: Bearer $(cat "$data/server/cred/admin.token")" "https://127.0.0.1:$https_port/appliance/v1/status"
chmod 666 "$socket" && chmod 711 "$scratch"
check "not for other users" gives 401 setpriv --reuid 65534 --regid 65534 --clear-groups \
    curl -sS -o /dev/null -w '%{http_code}' --unix-socket "$socket" http://x/appliance/v1/status
check "not with another's token" gives 401 code GET /appliance/v1/status -H 'Authorization: Bearer nonsense'
check "another version is not there" gives 404 code GET /appliance/v2/status
check "a method that is not there" gives 405 code PUT /appliance/v1/status
check "a body that is no JSON" gives 400 code POST /appliance/v1/tokens -d '{'
check "a body that is too large" gives 413 bash -c "head -c 4000000 /dev/zero | curl -sS -o /dev/null -w '%{http_code}' \
    --unix-socket $socket -X POST http://x/appliance/v1/tokens --data-binary @-"

# --- status, notices, metrics, logs
check "the status" tells '.health == "ok" and .node == {name: "node-1", role: "server", ready: true} and .counts.nodesReady == 1' \
    GET /status
check "  with components" tells '[.components[] | select(.health == "ok") | .name] | contains(["apiserver", "kubelet", "containerd"])' \
    GET /status
check "  with addresses and paths" tells '.apiUrl | startswith("https://")' GET /status
check "nothing needs attention" tells '[.items[] | select(.severity == "critical")] == []' GET /notices
first_line() { # PATH: of a stream that goes on
    exec 7< <(exec curl -sSN --unix-socket "$socket" "http://x/appliance/v1$1")
    local reader=$! line
    read -r -t 20 -u 7 line
    kill "$reader" && exec 7<&-
    printf '%s\n' "$line"
}
check "a watch begins with the state" matches '"health"' first_line '/status?watch=true'
check "the log" matches '"component":"cluster"' api GET '/logs?tailLines=100'
check "  followed" matches '"level"' first_line '/logs?follow=true&tailLines=1'
measured() { told '.memoryBytes | length > 0 and .[-1] > 0' GET /nodes/node-1/metrics; }
check "the node's history" wait_for 60 "measurements" measured
check "  the cluster's, with disk and capacity" tells '.diskBytes[-1] > 0 and .capacity.cpuMillicores >= 1000' GET '/metrics?range=day'

# --- tokens
token=$(api POST /tokens '{"description":"for a box","ttlMs":3600000}')
id=$(jq -r .id <<<"$token")
check "a token is made, with what another machine needs" jq -e \
    '.join.token | test("^K10[0-9a-f]{64}::[a-z0-9]{6}[.][a-z0-9]{16}$")' <<<"$token"
check "  is a Secret" kubectl -n kube-system get secret "bootstrap-token-$id"
check "  is listed by the command line" matches "$id" "$clusterd" token list --data-dir "$data" --kubeconfig "$KUBECONFIG"
check "  as is one that the command line makes" matches '^K10[0-9a-f]{64}::abcdef[.]0123456789abcdef$' \
    "$clusterd" token create --data-dir "$data" --kubeconfig "$KUBECONFIG" --ttl 1h abcdef.0123456789abcdef
check "  is told again" tells '.join.command | startswith("clusterd agent --server https://")' GET "/tokens/$id"
check "  is not told in the list" tells '.items | length > 0 and all(has("join") | not)' GET /tokens
check "  is revoked" gives 204 code DELETE "/appliance/v1/tokens/$id"
check "  and gone" refuses NotFound kubectl -n kube-system get secret "bootstrap-token-$id"

# --- configuration, with real restarts
check "every option with its origin" tells \
    '[.items[] | {(.name): .origin}] | add | .["tls-san"] == "file" and .["https-listen-port"] == "flag" and .["cluster-cidr"] == "default"' \
    GET /configuration
check "secrets are not told" tells '[.items[] | select(.secret) | .values[]] | all(. == "********")' GET /configuration
check "a change is tried first" tells '.valid and (.diff | length) == 2 and .restartNeeded' POST /configuration/validate \
    '{"changes":{"debug":true,"tls-san":["gate.example.org"]}}'
check "  a wrong one is refused, with its field" refuses '"field": ?"changes.service-cidr"' \
    api PATCH /configuration '{"changes":{"service-cidr":"10.0.0.0/8"}}'
check "  a flag counts before it" refuses 'counts before files' api PATCH /configuration '{"changes":{"https-listen-port":1}}'
check "  nothing was written" test ! -e "$managed"
kubectl run pause --image=docker.io/coracle/busybox:0.1 --restart=Never --command -- sleep 3600 >/dev/null
pod_runs() { [ "$(kubectl get pod pause -o 'jsonpath={.status.phase}' 2>/dev/null)" = Running ]; }
wait_for 60 "the pod" pod_runs
container=$(kubectl get pod pause -o 'jsonpath={.status.containerStatuses[0].containerID}')
change=$(begin PATCH /configuration '{"changes":{"tls-san":["gate.example.org"]}}')
check "a good change restarts the daemon" ends succeeded "$change"
check "  which is the same process" kill -0 "$server_pid"
check "  and says so" tells ".lastChange == (.lastChange | .state = \"confirmed\" | .operationId = \"$change\")" GET /status
check "  the change is in effect" matches 'gate.example.org' bash -c \
    "openssl s_client -connect 127.0.0.1:$https_port </dev/null 2>/dev/null | openssl x509 -noout -ext subjectAltName"
check "  pods went on" gives "$container" kubectl get pod pause -o 'jsonpath={.status.containerStatuses[0].containerID}'
check "  the file is for root only" gives 600 stat -c %a "$managed"
check "  another notice about it is not there" tells '[.items[] | select(.reason | startswith("Configuration"))] == []' GET /notices

before=$(sha256sum "$managed")
change=$(begin PATCH /configuration '{"changes":{"bind-address":"192.0.2.99"}}')
check "a change that keeps the daemon from starting is taken back" ends failed "$change"
check "  the file is the old one" gives "$before" sha256sum "$managed"
check "  the reason is told" tells '.error.message | contains("192.0.2.99")' GET "/operations/$change"
check "  as a notice, too" tells '[.items[].reason] | contains(["ConfigurationRolledBack"])' GET /notices
check "  pods went on" gives "$container" kubectl get pod pause -o 'jsonpath={.status.containerStatuses[0].containerID}'

change=$(begin PATCH /configuration '{"changes":{"container-runtime-endpoint":"/nowhere.sock"},"deadlineMs":10000}')
check "a change with which the node never gets ready is taken back in time" ends failed "$change"
check "  the reason is told" tells '.lastChange | .state == "rolledBack" and (.message | contains("not ready within"))' GET /status
check "  the node is Ready" wait_for 30 "the node" node_is_ready

api PATCH /configuration '{"changes":{"node-label":["killed=yes"]},"restart":false}' >/dev/null
check "a change may wait for the next start" tells '.pendingRestart and (.items[] | select(.name == "node-label") | .pendingValues == ["killed=yes"])' \
    GET /configuration
stop_clusterd KILL
start_clusterd "${flags[@]}"
check "  which tries it" wait_for 60 "the label" matches killed=yes kubectl get node node-1 --show-labels
confirmed() { told '.lastChange.state == "confirmed"' GET /status; }
check "  and confirms it" wait_for 30 "the confirmation" confirmed
check "a plain restart" ends succeeded "$(begin POST /restart)"
check "all options go back" ends succeeded "$(begin PATCH /configuration '{"changes":{"tls-san":null,"node-label":null}}')"

# --- OIDC, registries, certificates
check "an identity provider is set" tells '.preview.valid' PUT /oidc \
    '{"mode":"custom","restart":false,"settings":{"issuerUrl":"https://id.example.org","clientId":"kubernetes"}}'
check "  and told" tells '.effective and .settings.clientId == "kubernetes" and .pendingRestart' GET /oidc
printf 'oidc-issuer-url: https://fleet.example.org\noidc-client-id: fleet\n' >"$scratch/etc/oidc.yaml"
check "the fleet's is inherited" ends succeeded "$(begin PUT /oidc '{"mode":"inherit"}')"
check "  and told" tells '.effective and .inherited.clientId == "fleet" and (.pendingRestart | not)' GET /oidc
check "none" tells '.preview.valid' PUT /oidc '{"mode":"none","restart":false}'
python3 "$source_dir/tests/e2e/mirror_registry.py" "$CORACLE_BUILD_DIR/images/test/busybox.tar" >"$scratch/mirror.log" &
companions+=($!)
wait_for 20 "the registry" test -s "$scratch/mirror.log"
mirror=127.0.0.1:$(head -n 1 "$scratch/mirror.log")
check "registries are set" tells '.settings.access[0].hasPassword and .restartNeeded' PUT /registries \
    "{\"settings\":{\"mirrors\":[{\"registry\":\"images.invalid\",\"endpoints\":[\"http://$mirror\"]}],
      \"access\":[{\"registry\":\"$mirror\",\"username\":\"box\",\"password\":\"hush\"}]}}"
check "  with the password in the file only" matches hush cat "$scratch/etc/registries.yaml"
check "  not in the answer" tells '.yaml | contains("hush") | not' GET /registries
check "  wrong ones are refused" refuses 'mirrors.a.endpoint' api PUT /registries '{"yaml":"mirrors: {a: {endpoint: [b]}}"}'
serial() { openssl x509 -in "$data/server/tls/client-admin.crt" -noout -serial; }
old=$(serial)
check "certificates are listed" tells '(.items | length) > 10 and all(.items[]; .health == "ok")' GET /certificates
check "they are rotated" ends succeeded "$(begin POST /certificates/rotate '{"services":["admin"]}')"
check "  the certificate is new" test "$(serial)" != "$old"
check "  the kubeconfig works" kubectl get nodes
check "the registries are in effect" tells '.restartNeeded | not' GET /registries
kubectl run mirrored --image=images.invalid/some/busybox:1 --restart=Never --command -- true >/dev/null
succeeded() { [ "$(kubectl get pod mirrored -o 'jsonpath={.status.phase}')" = Succeeded ]; }
check "  an image comes from the mirror" wait_for 60 "the pod" succeeded
check "  with the password" matches 'HEAD /v2/some/busybox/manifests/1' cat "$scratch/mirror.log"
kubectl delete pod mirrored --now >/dev/null

# --- nodes
kubectl delete pod pause --now >/dev/null
kubectl create deployment web --image=docker.io/coracle/busybox:0.1 --replicas=3 -- sleep 3600 >/dev/null
kubectl create poddisruptionbudget web --selector app=web --min-available 1 >/dev/null
kubectl rollout status deployment web --timeout 60s >/dev/null
check "the node is cordoned" tells .unschedulable POST /nodes/node-1/cordon
check "  kubectl sees it" matches SchedulingDisabled kubectl get node node-1
check "  and uncordoned" tells '.unschedulable | not' POST /nodes/node-1/uncordon
kubectl run alone --image=docker.io/coracle/busybox:0.1 --command -- sleep 3600 >/dev/null
kubectl wait pod alone --for=condition=PodScheduled --timeout=30s >/dev/null
check "a pod that nobody makes again is in the way" refuses 'pods\[default/alone\]' api POST /nodes/node-1/drain
check "  it is told before" tells '.allowed | not' POST /nodes/node-1/drain '{"dryRun":true}'
drain=$(begin POST /nodes/node-1/drain '{"force":true,"deleteEmptyDirData":true,"gracePeriodMs":0}')
held_back() { told '.result.pods | map(select(.state == "blocked")) | length > 0' GET "/operations/$drain"; }
check "a drain is held back by the budget" wait_for 60 "the budget" held_back
check "  a second one is refused" gives 409 code POST /appliance/v1/nodes/node-1/drain -d '{"force":true}'
kubectl delete poddisruptionbudget web >/dev/null
check "  goes on without it" ends succeeded "$drain"
check "  no pod is left on the node" gives "" kubectl get pods -A -l app=web --field-selector spec.nodeName=node-1 -o name
check "  the node stays cordoned" tells '[.items[].reason] | contains(["NodeUnschedulable"])' GET /notices
api POST /nodes/node-1/uncordon >/dev/null
check "  until it is uncordoned" kubectl rollout status deployment web --timeout 60s
kubectl create poddisruptionbudget web --selector app=web --min-available 3 >/dev/null
allows_none() { [ "$(kubectl get poddisruptionbudget web -o 'jsonpath={.status.disruptionsAllowed}')" = 0 ]; }
wait_for 30 "the budget's status" allows_none
drain=$(begin POST /nodes/node-1/drain '{"force":true,"deleteEmptyDirData":true}')
wait_for 30 "the budget" held_back
check "a drain is cancelled" gives 202 code DELETE "/appliance/v1/operations/$drain"
check "  and ends so" ends cancelled "$drain"
check "another machine is not rebooted" gives 404 code POST /appliance/v1/nodes/other/reboot
check "nor this one, by a daemon that is no service" gives 409 code POST /appliance/v1/nodes/node-1/reboot
check "operations are listed" tells '.items | length > 1 and all(.state != "running")' GET /operations
finish
