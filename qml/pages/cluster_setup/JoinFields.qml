import QtQuick
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// What this device needs for joining another cluster, and what to do with it.
ColumnLayout {
    id: root

    required property JoinForm join

    spacing: Theme.spaceM

    Banner {
        text: qsTr("A daemon that runs as a server cannot become a part of another cluster while it runs: stop "
                 + "it, and start it with the command that is made here. Its own cluster stays in its data "
                 + "folder.")
        Layout.fillWidth: true
    }
    Card {
        title: qsTr("The other cluster")
        subtitle: qsTr("A scanned QR code or a copied command can be put into either field.")
        Layout.fillWidth: true

        FormField {
            label: qsTr("Server")
            error: root.join.serverError

            DraftField {
                value: root.join.server
                placeholderText: "https://192.168.1.5:6443"
                inputMethodHints: Qt.ImhUrlCharactersOnly
                onEdited: (text) => root.join.server = text
            }
        }
        FormField {
            label: qsTr("Token")
            help: qsTr("From the other cluster's page “Tokens”.")
            error: root.join.tokenError

            DraftField {
                value: root.join.token
                onEdited: (text) => root.join.token = text
            }
        }
    }
    Card {
        visible: root.join.command !== ""
        title: qsTr("On this device, as root")
        Layout.fillWidth: true

        Banner {
            tone: root.join.checksServer ? "ok" : "warning"
            text: root.join.trustText
            Layout.fillWidth: true
        }
        CodeBlock {
            text: root.join.command
            wrap: true
            Layout.fillWidth: true
        }
    }
}
