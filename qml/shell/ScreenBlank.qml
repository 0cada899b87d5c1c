import QtQuick
import QtQuick.Controls
import Coracle
import Coracle.Theme

/// Black over everything while nobody is there. What wakes the screen goes no further (IdleWatch).
Popup {
    parent: Overlay.overlay
    width: parent ? parent.width : 0
    height: parent ? parent.height : 0
    z: 5000
    padding: 0
    margins: 0
    bottomMargin: 0 // also over the keyboard
    visible: App.idle.blanked
    closePolicy: Popup.NoAutoClose
    enter: null
    exit: null
    background: Rectangle {
        color: Theme.blank
        HoverHandler { cursorShape: Qt.BlankCursor }
    }
}
