# What the front-end's end-to-end tests share: a display of their own, the bus of screen readers, the program in front of
# the test's cluster, and a user (gui_user.py) who clicks and types there and sees what a screen reader would say. Source
# it after lib.sh, then: start_display; start_gui; user clicks button "Deploy"; check "what" command...; finish.
# A step that the user can't do ends the test. Pictures of it are kept in $CORACLE_BUILD_DIR/gui-pictures.
coracle=$CORACLE_BUILD_DIR/app/coracle
pictures=$CORACLE_BUILD_DIR/gui-pictures
busybox=docker.io/coracle/busybox:0.1
export XDG_CONFIG_HOME=$scratch/config XDG_RUNTIME_DIR=$scratch/run XDG_DATA_HOME=$scratch/share
export QT_QUICK_BACKEND=software QT_QPA_PLATFORM=xcb QT_LINUX_ACCESSIBILITY_ALWAYS_ON=1 NO_AT_BRIDGE=0
gui_pid=

start_display() {
    local number=$scratch/display address=$scratch/bus-address
    mkdir -m 0700 "$XDG_RUNTIME_DIR"
    mkdir -p "$pictures"
    # Without -noreset it turns clients away for a moment whenever its last one has gone.
    Xvfb -displayfd 3 -screen 0 1280x800x24 -nolisten tcp -noreset 3>"$number" 2>/dev/null &
    companions+=($!)
    wait_for 20 "the X server" test -s "$number"
    DISPLAY=:$(cat "$number")
    export DISPLAY
    dbus-daemon --session --nofork --print-address=3 3>"$address" 2>"$scratch/bus.log" &
    companions+=($!)
    wait_for 20 "the session bus" test -s "$address"
    DBUS_SESSION_BUS_ADDRESS=$(cat "$address")
    export DBUS_SESSION_BUS_ADDRESS
    # Ends what it starts itself when it ends.
    /usr/libexec/at-spi-bus-launcher --launch-immediately >>"$scratch/bus.log" 2>&1 &
    companions+=($!)
    GUI_FAILURE=$pictures/$(basename "$0" .sh)-failure.png
    export GUI_FAILURE
    rm -f "$GUI_FAILURE"
}

# The unix socket that a running daemon listens on.
socket_of() { # pid
    ss -xlpnH | grep "pid=$1," | grep -o '/[^ ]*/clusterd\.sock' | head -n 1
}

start_gui() { # [flag...]
    "$coracle" --socket "$(socket_of "$server_pid")" --size 1280x800 --theme light --language en "$@" 2>>"$scratch/gui.log" &
    gui_pid=$!
    companions+=($gui_pid)
    wait_for 30 "the window" xdotool search --onlyvisible --pid $gui_pid >/dev/null
    # There is no window manager that would give it the keys.
    xdotool windowfocus "$(xdotool search --onlyvisible --pid $gui_pid | head -n 1)"
}

user() { # step: see gui_user.py
    /usr/bin/python3 "$source_dir/tests/e2e/gui_user.py" "$@" || { echo "FAILED  user $*" >&2; return 1; }
}

show_log() { # in place of lib.sh's
    echo "--- the last lines of clusterd.log" && tail -n 30 "$scratch/clusterd.log"
    echo "--- the last lines of the front-end" && tail -n 20 "$scratch/gui.log"
} 2>/dev/null || true

# Keeps what is on the screen, to be looked at by people.
picture() { # name
    user saves "$pictures/$(basename "$0" .sh)-$1.png"
}

end_gui() {
    xdotool key ctrl+q
    check "the program ends when asked" wait_for 10 "the end" sh -c "! kill -0 $gui_pid 2>/dev/null"
    check "it warns of nothing" sh -c "! grep -E 'qrc:|QML|Binding loop|TypeError' '$scratch/gui.log'"
}
