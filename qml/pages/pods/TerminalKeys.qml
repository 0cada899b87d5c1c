pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Controls
import Coracle
import Coracle.Theme

/// The keys that on-screen keyboards lack. Ctrl holds for the next key.
Flow {
    id: keys

    required property TerminalItem terminal

    component KeyButton: Button {
        property int key: 0
        focusPolicy: Qt.NoFocus
        onClicked: if (key !== 0) keys.terminal.press(key)
    }

    spacing: Theme.spaceXs

    KeyButton { text: qsTr("Esc"); key: Qt.Key_Escape }
    KeyButton { text: qsTr("Tab"); key: Qt.Key_Tab }
    KeyButton {
        text: qsTr("Ctrl")
        checkable: true
        checked: keys.terminal.ctrlArmed
        onToggled: keys.terminal.ctrlArmed = checked
    }
    KeyButton {
        text: qsTr("Ctrl+C")
        onClicked: {
            keys.terminal.ctrlArmed = true
            keys.terminal.type("c")
        }
    }
    KeyButton { icon.name: "up"; Accessible.name: qsTr("Up"); key: Qt.Key_Up; autoRepeat: true }
    KeyButton { icon.name: "down"; Accessible.name: qsTr("Down"); key: Qt.Key_Down; autoRepeat: true }
    KeyButton { icon.name: "back"; Accessible.name: qsTr("Left"); key: Qt.Key_Left; autoRepeat: true }
    KeyButton { icon.name: "forward"; Accessible.name: qsTr("Right"); key: Qt.Key_Right; autoRepeat: true }
    KeyButton { text: qsTr("Home"); key: Qt.Key_Home }
    KeyButton { text: qsTr("End"); key: Qt.Key_End }
}
