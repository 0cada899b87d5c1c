#!/usr/bin/env bash
# The device by mouse and keyboard: a token, the settings of signing in and the daemon's restart, a back-up and the way
# back to it, a node that takes no new pods, and the PIN. What was done is judged by kubectl and by the daemon's socket.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
source "$(dirname "${BASH_SOURCE[0]}")/gui.sh"
[ -x "$coracle" ] || { echo "built without the front-end"; exit 0; }

appliance() { # path, filter of jq
    curl -sS --max-time 10 --unix-socket "$socket" "http://localhost/appliance/v1/$1" | jq -r "$2"
}

mkdir -p "$scratch/etc"
printf 'debug: false\n' >"$scratch/etc/config.yaml"

start_display
start_cluster --config "$scratch/etc/config.yaml" # whose drop-ins lie beside it, not in /etc
socket=$(socket_of "$server_pid")
kubectl create configmap kept --from-literal=state=before >/dev/null
start_gui
user sees "Everything works"

# A token.
user opens Tokens
user clicks button "New token" in part "No tokens"
user types "The second machine" into "What it is for"
user chooses "1 week" in "Valid for"
picture new-token
user clicks button Create
user sees "The second machine"
picture tokens
check "the token is there" gives "The second machine" appliance tokens '.items[].description | select(. != "")'

# A back-up; then something changes.
user opens Back-ups
user clicks button "Back up now" in part "No back-ups"
user types "Before the change" into Description
user clicks button "Back up"
user sees "Made by hand" Done
picture backups
check "the back-up is there" gives 1 appliance datastore/backups '.items | length'
kubectl create configmap lost --from-literal=state=after >/dev/null

# Signing in: the settings are written, the daemon restarts with them.
user opens Sign-in
user clicks button Own
user types https://login.example.com/realms/home into "Issuer's address"
user types kubernetes into "Client ID"
user sees "The changes are valid."
picture sign-in
user clicks button "Review…"
user sees "login.example.com"
picture sign-in-review
user clicks button "Write and restart"
user sees Done
picture signed-in
check "the settings are there" gives "custom https://login.example.com/realms/home false" \
    appliance oidc '"\(.mode) \(.settings.issuerUrl) \(.pendingRestart)"'
starts() { grep -c 'cluster: clusterd .* starts' "$scratch/clusterd.log"; }
check "the daemon has restarted with them" gives 2 starts

# Back to the back-up: its name must be typed, the daemon restarts, what came later is gone.
user opens Back-ups
user clicks button "More actions for *Before the change"
user clicks item "Restore…"
user types "This device" into "Type “This device” to confirm"
picture restore
user clicks button Restore
user sees "Before a restore" Done
picture restored
check "the daemon has restarted once more" gives 3 starts
check "what was there then is there" gives before kubectl get configmap kept -o 'jsonpath={.data.state}'
check "what came later is not" refuses 'not found' kubectl get configmap lost
check "a back-up of the state before was made" gives 2 appliance datastore/backups '.items | length'

# The node takes no new pods, and takes them again.
unschedulable() { kubectl get node node-1 -o 'jsonpath={.spec.unschedulable}'; }
user opens node-1
user clicks button Cordon
user sees "Ready, takes no new pods"
picture cordoned
check "the node is cordoned" gives true unschedulable
# The overview says so too, and leads to where it is mended.
user opens Overview
user clicks button "Open: Node node-1 takes no new pods"
user sees "Ready, takes no new pods"
user clicks button Uncordon
user misses "Ready, takes no new pods"
check "the node takes pods again" gives "" unschedulable

# The PIN: it is set, asked for when something is to be changed, and what waited for it goes on.
user opens Settings
user clicks button "Set the PIN for configuring"
user finds dialog "PIN for configuring"
user types 2468
user presses Return
user finds dialog "Once more"
user types 2468
user presses Return
user clicks button Lock
picture locked
check "the PIN is not kept in plain text" sh -c "! grep -r 2468 '$XDG_CONFIG_HOME'"
user opens Tokens
user finds dialog "PIN for configuring"
user types 1357
user presses Return
user sees "This PIN is wrong."
picture wrong-pin
for digit in 2 4 6 8; do user clicks button $digit; done
user clicks button Enter
user sees "The second machine"
user clicks button "More actions for The second machine"
user clicks item Revoke
user clicks button Revoke
user sees "No tokens"
check "with the PIN the token is revoked" gives "" appliance tokens '.items[].description | select(. != "")'

end_gui
finish
