#!/usr/bin/env bash
# The front-end as a panel has it: the only program of the Wayland compositor cage, full screen, with the on-screen
# keyboard; the screen goes dark and wakes up. Cage runs in an X server of the test, so that there is somebody to touch
# and to type; it draws there only when somebody looks (grim), which every wait for a picture does.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

width=1024 height=768
export XDG_RUNTIME_DIR=$scratch/runtime XDG_CONFIG_HOME=$scratch/config HOME=$scratch/home
show_log() { echo "--- cage.log" && tail -n 20 "$scratch/cage.log" || true; }

# Cage refuses to run as root.
user=()
[ "$(id -u)" != 0 ] || user=(setpriv --reuid=nobody --regid=nogroup --clear-groups)

start_display() {
    local number=$scratch/display
    Xvfb -displayfd 3 -screen 0 ${width}x${height}x24 -nolisten tcp -noreset 3>"$number" 2>/dev/null &
    companions+=($!)
    wait_for 20 "the X server" test -s "$number"
    DISPLAY=:$(cat "$number")
    export DISPLAY
}

# As packaging/coracle-kiosk-wayland.service starts it, but for where cage draws.
start_kiosk() {
    env WLR_BACKENDS=x11 WLR_RENDERER=pixman WLR_LIBINPUT_NO_DEVICES=1 LIBSEAT_BACKEND=noop QT_QPA_PLATFORM=wayland \
        QT_QUICK_BACKEND=software "${user[@]}" cage -- "$CORACLE_BUILD_DIR/app/coracle" --demo --kiosk --theme light \
        >"$scratch/cage.log" 2>&1 &
    cage_pid=$!
    companions+=($cage_pid)
    wait_for 20 "the compositor" compgen -G "$XDG_RUNTIME_DIR/wayland-*.lock" >/dev/null
    WAYLAND_DISPLAY=$(basename "$XDG_RUNTIME_DIR"/wayland-*.lock .lock)
    export WAYLAND_DISPLAY
}

picture() { grim "$scratch/$1.png"; }
measure() { convert "$scratch/$1.png" $2 -format "$3" info:; } # name, what is done with it, what is told of it
differ() { ! cmp -s "$scratch/$1.png" "$scratch/$2.png"; }
shows_more_than() { picture now && differ now "$1"; }
still() { picture one && sleep 0.2 && picture two && ! differ one two; }
is_true() { [ "$(measure "$1" "$2" "%[fx:$3]")" = 1 ]; }
drawn() { picture now && is_true now "" "standard_deviation>0.05"; }
# The lower fifth is the keyboard's dark keys, or the page's light ground.
keyboard_is_open() { picture now && is_true now "-gravity south -crop 60%x20%+0+0" "mean<0.5"; }
keyboard_is_closed() { picture now && is_true now "-gravity south -crop 60%x20%+0+0" "mean>0.5"; }
dark() { picture now && is_true now "" "maxima<0.01"; }
lit() { picture now && is_true now "" "mean>0.3"; }
touch_at() { xdotool mousemove "$1" "$2" click 1; }
ended() { ! kill -0 "$cage_pid" 2>/dev/null; }

mkdir -m 700 "$XDG_RUNTIME_DIR" "$HOME"
mkdir -p "$XDG_CONFIG_HOME/coracle"
printf '[screen]\nblankMinutes=1\n' >"$XDG_CONFIG_HOME/coracle/settings.ini"
if [ ${#user[@]} != 0 ]; then
    chmod 755 "$scratch"
    chown -R nobody "$XDG_RUNTIME_DIR" "$HOME" "$XDG_CONFIG_HOME"
fi
start_display
start_kiosk

check "something is shown" wait_for 30 "the first page" drawn
wait_for 20 "a still picture" still
picture start
check "it has the whole screen" gives "${width}x${height}" measure start "" "%wx%h"
check "nothing frames it" gives "FFFFFF F3F5F7" measure start "" "%[hex:p{0,0}] %[hex:p{$((width - 1)),0}]"

xdotool key ctrl+k
check "the keyboard opens for a text field, below the dialog" wait_for 20 "the keyboard" keyboard_is_open
wait_for 20 "a still picture" still
picture empty
touch_at $((width / 2 + 20)) $((height * 4 / 5)) # a key in the middle
check "a touched key writes" wait_for 10 "the letter" shows_more_than empty
xdotool key BackSpace Escape
check "the keyboard closes with the dialog" wait_for 20 "the page" keyboard_is_closed

check "an untouched screen goes dark" wait_for 120 "darkness" dark
touch_at 36 $((height / 3)) # where the navigation is
check "a touch wakes it" wait_for 10 "light" lit
wait_for 20 "a still picture" still
picture woken
check "and does nothing else" sh -c "[ \$(compare -metric AE -fuzz 10% $scratch/start.png $scratch/woken.png null: 2>&1 | cut -d. -f1) -lt $((width * height / 10)) ]"

xdotool key ctrl+q
check "it ends, and the compositor with it" wait_for 10 "the end" ended
status=0
wait "$cage_pid" || status=$?
check "without a fault" test $status = 0
check "no warning of QML" sh -c "! grep -E 'qrc:|QML|Binding loop|TypeError' '$scratch/cage.log'"
finish
