import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// Long work that a page began: how far it is, how it ended. It is there as long as there is something to tell.
Card {
    id: card

    required property Operation operation

    visible: operation.active
    title: operation.title
    actions: [
        StatusChip {
            visible: !card.operation.running
            tone: card.operation.tone
            text: card.operation.succeeded ? qsTr("Done") : qsTr("Not done")
        },
        Button {
            visible: card.operation.cancellable
            text: qsTr("Cancel")
            flat: true
            onClicked: card.operation.cancel()
        },
        ToolButton {
            visible: !card.operation.running
            icon.name: "close"
            text: qsTr("Close")
            onClicked: card.operation.dismiss()
        }
    ]

    ProgressBar {
        visible: card.operation.running
        value: card.operation.progress
        indeterminate: card.operation.progress === 0
        Layout.fillWidth: true
        Accessible.name: card.operation.title
    }
    Label {
        visible: !card.operation.succeeded
        text: card.operation.message
        wrapMode: Text.Wrap
        color: card.operation.tone === "error" ? Theme.error : Theme.textMuted
        Layout.fillWidth: true
    }
}
