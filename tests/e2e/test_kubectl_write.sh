#!/usr/bin/env bash
# Changing things: create, patch, apply, edit, scale, roll, label, delete in all their forms.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
start_cluster
kubectl create namespace work >/dev/null
kubectl config set-context --current --namespace=work >/dev/null
image=docker.io/coracle/hello:0.1
rolled() { kubectl rollout status deployment/web --timeout=60s; }
replicas() { kubectl get deployment web -o jsonpath='{.status.readyReplicas}'; }

check "create deployment" kubectl create deployment web --image=$image --replicas=2 --port=8080
check "rollout status" matches 'successfully rolled out' rolled
check "expose" kubectl expose deployment web --port=80 --target-port=8080
check "scale" kubectl scale deployment web --replicas=4
check "  is reached" wait_for 60 "4 replicas" bash -c '[ "$(kubectl get deployment web -o jsonpath={.status.readyReplicas})" = 4 ]'
check "set env rolls out" kubectl set env deployment/web HELLO_MESSAGE=two
check "  is reached" matches 'successfully rolled out' rolled
check "rollout history" matches '^2 ' kubectl rollout history deployment/web
check "rollout undo" kubectl rollout undo deployment/web
check "  is reached" matches 'successfully rolled out' rolled
check "  the variable is gone" gives '' kubectl get deployment web -o jsonpath='{.spec.template.spec.containers[0].env}'
check "rollout pause" kubectl rollout pause deployment/web
check "set image" kubectl set image deployment/web hello=docker.io/coracle/hello:0.1
check "rollout resume" kubectl rollout resume deployment/web
check "rollout restart" kubectl rollout restart deployment/web
check "  is reached" matches 'successfully rolled out' rolled

check "patch, strategic" kubectl patch deployment web -p '{"spec":{"template":{"spec":{"containers":[{"name":"hello","env":[{"name":"A","value":"1"}]}]}}}}'
check "  merged by name" gives "$image" kubectl get deployment web -o jsonpath='{.spec.template.spec.containers[0].image}'
check "patch, merge" kubectl patch deployment web --type=merge -p '{"metadata":{"labels":{"x":"y"}}}'
check "patch, json" kubectl patch deployment web --type=json -p '[{"op":"remove","path":"/metadata/labels/x"}]'
check "patch, json with a failing test" refuses 'testing value|test operation|Invalid' kubectl patch deployment web --type=json -p '[{"op":"test","path":"/spec/replicas","value":77}]'
check "label" kubectl label deployment web tier=front
check "label must not overwrite" refuses 'already has a value' kubectl label deployment web tier=back
check "annotate" kubectl annotate deployment web note=1
check "edit" env KUBE_EDITOR="sed -i s/tier:.front/tier:\ back/" kubectl edit deployment web
check "  is stored" gives back kubectl get deployment web -o jsonpath='{.metadata.labels.tier}'
# Without a resourceVersion: with one, the status of the roll-out under way makes it a conflict now and then.
replaced() { kubectl get deployment web -o yaml | sed '/^  resourceVersion:/d; s/tier: back/tier: side/' | kubectl replace -f -; }
check "replace" replaced

cat >"$scratch/cm.yaml" <<'YAML'
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {a: "1", b: "2"}
YAML
check "apply" matches 'created' kubectl apply -f "$scratch/cm.yaml"
sed -i 's/, b: "2"//; s/a: "1"/a: "9"/' "$scratch/cm.yaml"
check "diff shows the change" refuses 'a: "9"' kubectl diff -f "$scratch/cm.yaml"
check "a changed apply" matches 'configured' kubectl apply -f "$scratch/cm.yaml"
check "  removes what is no longer there" gives '{"a":"9"}' kubectl get configmap settings -o jsonpath='{.data}'
check "apply --server-side of another manager conflicts" refuses 'conflict' kubectl apply --server-side --field-manager=other -f <(sed 's/"9"/"10"/' "$scratch/cm.yaml")
check "apply --server-side --force-conflicts" kubectl apply --server-side --force-conflicts --field-manager=other -f <(sed 's/"9"/"10"/' "$scratch/cm.yaml")
check "an unknown field is refused" refuses 'unknown field|strict decoding|ValidationError' kubectl apply -f <(sed 's/^data:/dato:/' "$scratch/cm.yaml")
check "a stale replace conflicts" refuses 'Conflict|the object has been modified' kubectl replace -f <(kubectl get configmap settings -o yaml | sed 's/resourceVersion: .*/resourceVersion: "1"/')
check "an immutable field" refuses 'field is immutable' kubectl patch deployment web --type=merge -p '{"spec":{"selector":{"matchLabels":{"z":"z"}}}}'
check "an invalid object names its causes" refuses 'spec.ports\[0\].port: Invalid value' kubectl patch service web -p '{"spec":{"ports":[{"port":80,"$patch":"delete"},{"port":99999}]}}'
check "dry-run=server stores nothing" matches 'created \(server dry run\)' kubectl create configmap ghost --from-literal=a=b --dry-run=server
check "  nothing is there" refuses 'NotFound' kubectl get configmap ghost

check "create secret" kubectl create secret generic s --from-literal=k=v
check "create configmap" kubectl create configmap c --from-file="$source_dir/examples/hello.yaml"
check "create serviceaccount" kubectl create serviceaccount robot
[ "$(kubectl_minor)" -ge 24 ] && check "create token" matches '^ey' kubectl create token robot || skip "create token" "the client is too old"
check "create role and binding" kubectl create role r --verb=get --resource=pods
check "create rolebinding" kubectl create rolebinding rb --role=r --serviceaccount=work:robot
check "the role holds" gives yes kubectl auth can-i get pods --as=system:serviceaccount:work:robot
check "and no more" refuses '^no' kubectl auth can-i delete pods --as=system:serviceaccount:work:robot

check "wait" kubectl wait deployment/web --for=condition=Available --timeout=60s
check "cordon" kubectl cordon node-1
check "  shows" matches 'SchedulingDisabled' kubectl get nodes
check "uncordon" kubectl uncordon node-1

pods() { kubectl get pods -l app=web -o name | sort; }
check "delete --cascade=orphan" kubectl delete deployment web --cascade=orphan
check "  the replica sets stay" matches 'web-' kubectl get replicasets
check "delete, background" kubectl delete replicasets -l app=web
check "  the pods go" wait_for 60 "the pods to go" bash -c '[ -z "$(kubectl get pods -l app=web -o name)" ]'
kubectl create deployment web2 --image=$image >/dev/null
check "delete, foreground" kubectl delete deployment web2 --cascade=foreground --timeout=60s
check "  nothing is left" gives '' kubectl get replicasets,pods -l app=web2 -o name
kubectl run one --image=$image >/dev/null
check "wait for a pod" kubectl wait pod/one --for=condition=Ready --timeout=60s
check "delete --force" kubectl delete pod one --force --grace-period=0
drained() { kubectl create deployment d --image=$image && kubectl rollout status deployment/d --timeout=60s && kubectl drain node-1 --ignore-daemonsets --delete-emptydir-data --force --timeout=60s; }
check "drain" drained
check "uncordon after the drain" kubectl uncordon node-1
finish
