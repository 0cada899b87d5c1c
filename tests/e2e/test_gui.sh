#!/usr/bin/env bash
# The program's frame by the keyboard alone, in front of a real cluster: the palette, the way back, the size of texts, a
# connection that is lost and comes back, the end.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
source "$(dirname "${BASH_SOURCE[0]}")/gui.sh"
[ -x "$coracle" ] || { echo "built without the front-end"; exit 0; }

start_display
start_cluster
kubectl create deployment web --image=$busybox -- sleep 100000 >/dev/null
kubectl rollout status deployment/web --timeout=60s >/dev/null
start_gui
user sees "Everything works"

# The palette leads to pages and to objects by their names; Escape leads back.
user opens Nodes
user sees node-1
user opens web
user sees "1 of 1 ready"
user presses Escape
user misses "1 of 1 ready"
user sees node-1

# Texts grow by keys, and stay so.
user presses ctrl+plus ctrl+plus
check "the size of texts is kept" wait_for 20 "the setting" grep -q textPercent=120 "$XDG_CONFIG_HOME/coracle/settings.ini"
picture large-texts
user presses ctrl+0

# The daemon goes and comes back: what is known stays, marked as old, and becomes current by itself.
user opens web
user sees "1 of 1 ready"
stop_clusterd
user sees "Not connected:" "1 of 1 ready"
picture stale
start_clusterd
wait_for 60 "the API to be ready" api_is_ready
user misses "Not connected:"
kubectl scale deployment web --replicas=2 >/dev/null
check "the connection comes back by itself" user sees "2 of 2 ready"

end_gui
finish
