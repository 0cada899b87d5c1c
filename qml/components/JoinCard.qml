import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// How another machine joins with the token that is shown: a command to copy and a QR code. It holds a secret.
Card {
    id: card

    required property TokenList tokens

    title: qsTr("Join another machine")
    subtitle: tokens.joinExpiryText
    icon: "qr"
    actions: ToolButton {
        icon.name: "close"
        text: qsTr("Hide")
        onClicked: card.tokens.hide()
    }

    GridLayout {
        columns: card.width > 720 * Theme.growth ? 2 : 1
        columnSpacing: Theme.spaceL
        rowSpacing: Theme.spaceM
        Layout.fillWidth: true

        QrItem {
            id: code
            text: card.tokens.joinQrText
            visible: valid
            Layout.preferredWidth: Math.min(260, card.availableWidth)
            Layout.preferredHeight: Layout.preferredWidth
            Layout.alignment: Qt.AlignTop | Qt.AlignHCenter
            Accessible.role: Accessible.Graphic
            Accessible.name: qsTr("QR code for joining")
        }
        ColumnLayout {
            spacing: Theme.spaceS
            Layout.fillWidth: true
            Layout.alignment: Qt.AlignTop

            Label {
                text: qsTr("On the other machine, as root:")
                wrapMode: Text.Wrap
                Layout.fillWidth: true
            }
            CodeBlock {
                text: card.tokens.joinCommand
                wrap: true
                Layout.fillWidth: true
            }
            KeyValueRow {
                label: qsTr("Server")
                value: card.tokens.joinServer
                mono: true
                copyable: true
            }
            Banner {
                tone: "warning"
                text: qsTr("Whoever has this command or code can add a machine to the cluster. Revoke the token "
                         + "when all machines have joined.")
                Layout.fillWidth: true
            }
        }
    }
}
