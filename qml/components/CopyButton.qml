import QtQuick
import QtQuick.Controls
import Coracle.Ui

/// Puts `value` into the clipboard and shows for a moment that it did.
ToolButton {
    id: button

    property string value
    /// What it is, where there are several of these; for screen readers and the tip.
    property string subject
    property bool copied: false

    icon.name: copied ? "check" : "copy"
    icon.width: Theme.iconSmall + 2
    icon.color: copied ? Theme.ok : Theme.textMuted
    text: copied ? qsTr("Copied") : subject !== "" ? qsTr("Copy: %1").arg(subject) : qsTr("Copy")

    onClicked: {
        const carrier = clipboard.createObject(button) as TextEdit
        carrier.text = value
        carrier.selectAll()
        carrier.copy()
        carrier.destroy()
        copied = true
        back.restart()
    }

    Component {
        id: clipboard
        TextEdit { visible: false }
    }
    Timer {
        id: back
        interval: 2000
        onTriggered: button.copied = false
    }
}
