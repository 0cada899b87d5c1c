import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle

/// What every connection has: its name, how careful to be, and where the daemon listens.
Card {
    id: card

    required property ClusterForm form

    title: qsTr("General")
    Layout.fillWidth: true

    FormField {
        label: qsTr("Name")
        help: qsTr("As it stands in the list.")
        optional: true
        TextField {
            text: card.form.name
            onTextEdited: card.form.name = text
        }
    }
    Switch {
        text: qsTr("Production: what destroys something must be confirmed by typing its name")
        checked: card.form.production
        Layout.fillWidth: true
        onToggled: card.form.production = checked
    }
    FormField {
        label: qsTr("Socket of the daemon")
        help: qsTr("Only where clusterd was set up with another one.")
        optional: true
        TextField {
            text: card.form.socketPath
            placeholderText: card.form.defaultSocketPath
            onTextEdited: card.form.socketPath = text
        }
    }
}
