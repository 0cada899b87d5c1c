import QtQuick
import QtQuick.VirtualKeyboard

/// Qt Virtual Keyboard, where it is installed; brings what is written to above itself.
InputPanel {
    id: panel

    readonly property Item focused: Window.activeFocusItem

    onActiveChanged: soon.restart()
    onFocusedChanged: soon.restart()
    onHeightChanged: soon.restart()

    // When all three have changed.
    Timer {
        id: soon
        interval: 0
        onTriggered: panel.reveal()
    }

    function reveal() {
        if (!active || !focused)
            return
        for (let above = focused.parent; above; above = above.parent) {
            const flick = above as Flickable
            if (!flick || flick.contentHeight <= flick.height)
                continue
            const top = focused.mapToItem(flick.contentItem, 0, 0).y
            const least = top + focused.height + 8 - flick.height
            flick.contentY = Math.max(0, Math.max(least, Math.min(flick.contentY, top - 8)))
            return
        }
    }
}
