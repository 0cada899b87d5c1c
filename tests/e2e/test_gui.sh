#!/usr/bin/env bash
# The front-end as a user meets it: a window under Xvfb, keys and a real cluster with real pods. What is done there is
# judged by kubectl; what is shown, by pictures that differ.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
busybox=docker.io/coracle/busybox:0.1

coracle=$CORACLE_BUILD_DIR/app/coracle
export XDG_CONFIG_HOME=$scratch/config QT_QUICK_BACKEND=software QT_QPA_PLATFORM=xcb

start_display() {
    local number=$scratch/display
    Xvfb -displayfd 3 -screen 0 1280x800x24 -nolisten tcp 3>"$number" 2>/dev/null &
    companions+=($!)
    wait_for 20 "the X server" test -s "$number"
    DISPLAY=:$(cat "$number")
    export DISPLAY
}

start_gui() { # [flag...]
    "$coracle" --socket "$(socket_of "$server_pid")" --size 1280x800 --theme light "$@" 2>"$scratch/gui.log" &
    gui_pid=$!
    companions+=($gui_pid)
    wait_for 30 "the window" xdotool search --onlyvisible --pid $gui_pid
    window=$(xdotool search --onlyvisible --pid $gui_pid | head -n 1)
    xdotool windowfocus "$window" 2>/dev/null || true
}

stop_gui() {
    kill "$gui_pid" && wait "$gui_pid" 2>/dev/null || true
}

socket_of() { # pid
    ss -xlpnH | grep "pid=$1," | grep -o '/[^ ]*/clusterd\.sock' | head -n 1
}

keys() { xdotool key --delay 40 "$@"; }
picture() { import -window root "png:$scratch/$1.png"; }
differ() { ! cmp -s "$scratch/$1.png" "$scratch/$2.png"; }
shows_more_than() { # name: what is shown differs from that picture
    picture now && differ now "$1"
}

# The palette leads to a page or an object by its name.
go_to() { # text
    picture before
    keys ctrl+k
    wait_for 10 "the palette" shows_more_than before
    xdotool type --delay 40 "$1"
    sleep_until_still
    keys Return
    sleep_until_still
}

# Until two pictures in a row are the same; nearer to each other than a blinking cursor changes.
still() {
    picture one && sleep 0.15 && picture two && ! differ one two
}
sleep_until_still() { wait_for 20 "a still picture" still; }

start_display
start_cluster
kubectl create deployment web --image=$busybox --replicas=1 -- sh -c 'while :; do echo hello from web; sleep 1; done' >/dev/null
wait_for 60 "the pod to run" sh -c "kubectl get pods -l app=web | grep -q Running"

start_gui
picture start
wait_for 20 "the overview" shows_more_than start || true
sleep_until_still

go_to "Nodes"
check "the page of nodes differs from the overview" differ now start

go_to "web"
picture workload
check "the workload opens by its name" differ workload start
keys Escape
check "the way back" wait_for 10 "the page before" shows_more_than workload

go_to "Settings"
picture settings
keys ctrl+plus ctrl+plus
check "texts grow by keys" wait_for 10 "larger texts" shows_more_than settings
check "the size is kept" wait_for 10 "the setting" grep -q textPercent=120 "$XDG_CONFIG_HOME/coracle/settings.ini"
keys ctrl+0

go_to "Tokens"
picture tokens
check "the page of tokens" differ tokens settings

# The daemon goes and comes back: the page stays, marked stale, and recovers.
picture fresh
stop_clusterd
check "a lost connection is shown" wait_for 20 "the banner" shows_more_than fresh
picture stale
start_clusterd
wait_for 60 "the API to be ready" api_is_ready
check "the connection comes back by itself" wait_for 60 "fresh data" shows_more_than stale

keys ctrl+q
check "it ends when asked" wait_for 10 "the end" sh -c "! kill -0 $gui_pid 2>/dev/null"
check "no warning of QML" sh -c "! grep -E 'qrc:|QML|Binding loop|TypeError' '$scratch/gui.log'"
finish
