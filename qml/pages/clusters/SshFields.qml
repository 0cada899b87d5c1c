import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// How another machine is reached.
Card {
    id: card

    required property ClusterForm form

    title: qsTr("SSH")
    icon: "ssh"
    Layout.fillWidth: true

    GridLayout {
        columns: Theme.compact ? 1 : 2
        columnSpacing: Theme.spaceM
        rowSpacing: Theme.spaceM
        Layout.fillWidth: true

        FormField {
            Layout.alignment: Qt.AlignTop
            label: qsTr("Host")
            help: qsTr("A name or an address.")
            error: card.form.hostError
            TextField {
                text: card.form.host
                inputMethodHints: Qt.ImhUrlCharactersOnly | Qt.ImhNoAutoUppercase
                onTextEdited: if (!text.includes("@")) card.form.host = text
                onEditingFinished: {
                    // What was typed may be a whole address, which fills the other fields too.
                    card.form.host = text
                    text = Qt.binding(() => card.form.host)
                }
            }
        }
        FormField {
            Layout.alignment: Qt.AlignTop
            label: qsTr("Port")
            error: card.form.portError
            TextField {
                text: card.form.port
                inputMethodHints: Qt.ImhDigitsOnly
                onTextEdited: card.form.port = text
            }
        }
        FormField {
            Layout.alignment: Qt.AlignTop
            label: qsTr("User")
            help: qsTr("Empty: the name that you have on this device.")
            optional: true
            TextField {
                text: card.form.user
                inputMethodHints: Qt.ImhNoAutoUppercase | Qt.ImhNoPredictiveText
                onTextEdited: card.form.user = text
            }
        }
        FormField {
            Layout.alignment: Qt.AlignTop
            label: qsTr("Private key")
            help: qsTr("A file. Empty: the keys of the agent and the usual files, then a password.")
            optional: true
            TextField {
                text: card.form.identityFile
                placeholderText: "~/.ssh/id_ed25519"
                onTextEdited: card.form.identityFile = text
            }
        }
        FormField {
            Layout.alignment: Qt.AlignTop
            label: qsTr("Jump host")
            help: qsTr("A machine to go through: user@host:port.")
            error: card.form.jumpHostError
            optional: true
            TextField {
                text: card.form.jumpHost
                inputMethodHints: Qt.ImhUrlCharactersOnly | Qt.ImhNoAutoUppercase
                onTextEdited: card.form.jumpHost = text
            }
        }
    }
    KeyValueRow {
        visible: value !== ""
        label: qsTr("Host key")
        value: card.form.hostKey
        mono: true
        Button {
            text: qsTr("Forget")
            flat: true
            onClicked: card.form.forgetKeys()
        }
    }
    KeyValueRow {
        visible: value !== ""
        label: qsTr("Key of the jump host")
        value: card.form.jumpHostKey
        mono: true
    }
}
