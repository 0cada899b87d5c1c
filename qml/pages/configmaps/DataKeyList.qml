pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle

/// The keys of a ConfigMap or a Secret with their values.
ScrollColumn {
    id: root

    required property DataKeys keys
    /// The user has the right to change them.
    property bool allowed: true
    readonly property bool writable: allowed && keys.writable

    Repeater {
        model: root.keys

        Card {
            id: card

            required property string key
            required property string size
            required property string text
            required property bool binary
            required property bool hidden

            title: key
            subtitle: binary ? qsTr("%1, not a text").arg(size) : size
            icon: hidden ? "lock" : ""
            Layout.fillWidth: true
            actions: [
                ToolButton {
                    visible: card.hidden && !card.binary
                    icon.name: "eye"
                    text: qsTr("Show the value of %1").arg(card.key)
                    onClicked: root.keys.reveal(card.key)
                },
                ToolButton {
                    icon.name: "download"
                    text: qsTr("Download %1").arg(card.key)
                    onClicked: root.keys.download(card.key)
                },
                ToolButton {
                    visible: root.writable && !card.binary
                    icon.name: "edit"
                    text: qsTr("Edit %1").arg(card.key)
                    onClicked: editing.edit(card.key)
                },
                ToolButton {
                    visible: root.writable
                    icon.name: "remove"
                    text: qsTr("Remove %1").arg(card.key)
                    onClicked: removal.ask(card.key)
                }
            ]

            CodeBlock {
                visible: !card.hidden && !card.binary
                text: card.text
                wrap: true
                Layout.fillWidth: true
            }
        }
    }
    EmptyState {
        visible: root.keys.count === 0
        icon: "configmap"
        title: qsTr("It has no keys")
        Layout.fillWidth: true
    }
    Button {
        visible: root.writable
        text: qsTr("Add a key")
        icon.name: "add"
        onClicked: editing.edit("")
    }

    DataKeyDialog {
        id: editing
        keys: root.keys
    }
    ConfirmDialog {
        id: removal

        property string key

        function ask(name: string) {
            key = name
            open()
        }
        title: qsTr("Remove the key %1?").arg(key)
        text: qsTr("Pods that use it may not start any more.")
        confirmText: qsTr("Remove")
        typedName: App.cluster && App.cluster.production ? key : ""
        onAccepted: root.keys.remove(key)
    }
}
