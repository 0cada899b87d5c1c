import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// How a node's draining goes.
Card {
    id: card

    required property Operation operation

    visible: operation.active
    title: operation.title
    actions: [
        Button {
            text: qsTr("Cancel")
            visible: card.operation.running
            enabled: card.operation.cancellable
            onClicked: card.operation.cancel()
        },
        ToolButton {
            visible: !card.operation.running
            icon.name: "close"
            text: qsTr("Close")
            onClicked: card.operation.dismiss()
        }
    ]

    Label {
        text: card.operation.message
        color: Theme.toneColor(card.operation.tone)
        wrapMode: Text.Wrap
        Layout.fillWidth: true
    }
    ProgressBar {
        visible: card.operation.running
        value: card.operation.progress
        Layout.fillWidth: true
    }
}
