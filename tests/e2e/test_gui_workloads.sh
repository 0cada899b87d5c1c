#!/usr/bin/env bash
# Applications by mouse and keyboard: one is deployed, scaled, its log read and searched; a shell in a container; a
# ConfigMap edited as YAML; something deleted. What was done is judged by kubectl.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
source "$(dirname "${BASH_SOURCE[0]}")/gui.sh"
[ -x "$coracle" ] || { echo "built without the front-end"; exit 0; }

start_display
start_cluster
kubectl create deployment shell --image=$busybox -- sleep 100000 >/dev/null
kubectl create configmap palette --from-literal=colour=blue >/dev/null
start_gui
user sees "Everything works"
picture overview

# Deploy: the form, the YAML beside it, the page of what came of it.
user clicks item "Deploy an application"
user types web into Name
user types docker.io/coracle/hello:0.1 into Image
user types HELLO_MESSAGE=ahoy into Environment
user types 8080 into Ports
user chooses "On a port of every node" in Exposed
user sees "containerPort: 8080" "type: NodePort"
picture deploy
user clicks button Deploy
user sees "web is deployed" "1 of 1 ready"
picture deployed
check "the deployment is there" gives 1 kubectl get deployment web -o 'jsonpath={.status.readyReplicas}'
address() { echo "http://$(kubectl get service web -o 'jsonpath={.spec.clusterIP}'):8080"; }
check "it is reached through its service" matches ahoy curl -sS --max-time 5 "$(address)/"

# Scale: by one, and to a number that is typed.
replicas() { kubectl get deployment web -o 'jsonpath={.spec.replicas} {.status.readyReplicas}'; }
user clicks button "One replica more"
user sees "2 of 2 ready"
check "one replica more" gives "2 2" replicas
user clicks button Scale
user types 3 into Replicas
user clicks button "Scale to 3"
user sees "3 of 3 ready"
check "scaled to what was typed" gives "3 3" replicas

# The log of all pods, as it grows, and a search in it.
user clicks button Log
user sees "listening on port 8080" "Following"
curl -sS --max-time 5 "$(address)/healthz?first" >/dev/null
user sees "/healthz?first"
curl -sS --max-time 5 "$(address)/env?name=second" >/dev/null
user sees "/env?name=second"
user types healthz into Search
user sees "1 line"
picture log
user clicks button Back

# A shell in a container.
user opens shell
user clicks tab Pods
user clicks item "$(kubectl get pods -l app=shell -o 'jsonpath={.items[0].metadata.name}')"
user clicks button Terminal
user sees "~ #"
user types 'echo $((6 * 7)) > /tmp/answer; cat /tmp/answer; hostname'
user presses Return
user sees $'\n42\n' "$(kubectl get pods -l app=shell -o 'jsonpath={.items[0].metadata.name}')"
picture terminal
check "what was typed has run in the container" gives 42 kubectl exec deployment/shell -- cat /tmp/answer

# A ConfigMap as YAML: the difference is shown before it is written.
colour() { kubectl get configmap palette -o 'jsonpath={.data.colour}'; }
user opens palette
user clicks button "Edit YAML"
user sees "colour: blue"
user clicks field YAML
user presses ctrl+Home Down Down End ctrl+BackSpace
user types green
user sees "colour: green" "Not saved"
user clicks button "Review and apply"
user sees "This changes in the cluster" "-   colour: blue" "+   colour: green"
picture yaml-review
check "nothing is written before it was confirmed" gives blue colour
user clicks button Apply
user misses "Not saved" "This changes in the cluster"
check "it is written" gives green colour

# Deleting asks first.
user opens web
user clicks button "More actions"
user clicks item Delete
user finds dialog "Delete Deployment web?"
picture deletion
user clicks button Cancel
check "nothing is deleted by Cancel" kubectl get deployment web
user clicks button "More actions"
user clicks item Delete
user clicks button Delete
gone() { ! kubectl get deployment web 2>/dev/null; }
check "the deployment is deleted" wait_for 20 "it to go" gone

end_gui
finish
