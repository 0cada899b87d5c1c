import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// A container of a pod.
Card {
    id: card

    required property string key
    required property string role
    required property string status
    required property string tone
    required property string detail
    required property string image
    required property string ports
    required property string resources
    required property string probes
    required property string command
    required property int restarts
    required property bool running
    required property bool hadPrevious

    signal logRequested(previous: bool)
    signal terminalRequested

    title: key
    subtitle: role
    icon: "container"
    Layout.fillWidth: true
    actions: StatusChip {
        text: card.status
        tone: card.tone === "" ? "neutral" : card.tone
    }

    Label {
        visible: text !== ""
        text: card.detail
        color: card.tone === "error" ? Theme.error : Theme.textMuted
        wrapMode: Text.Wrap
        Layout.fillWidth: true
    }
    KeyValueRow {
        label: qsTr("Image")
        value: card.image
        mono: true
        copyable: true
    }
    KeyValueRow {
        visible: card.restarts > 0
        label: qsTr("Restarts")
        value: Format.number(card.restarts)
    }
    KeyValueRow {
        visible: value !== ""
        label: qsTr("Ports")
        value: card.ports
    }
    KeyValueRow {
        visible: value !== ""
        label: qsTr("Resources")
        value: card.resources
    }
    KeyValueRow {
        visible: value !== ""
        label: qsTr("Probes")
        value: card.probes
    }
    KeyValueRow {
        visible: value !== ""
        label: qsTr("Command")
        value: card.command
        mono: true
    }
    Flow {
        spacing: Theme.spaceS
        Layout.fillWidth: true

        Button {
            text: qsTr("Log")
            Accessible.name: qsTr("%1: %2").arg(text).arg(card.title)
            icon.name: "log"
            onClicked: card.logRequested(false)
        }
        Button {
            visible: card.hadPrevious
            text: qsTr("Previous log")
            Accessible.name: qsTr("%1: %2").arg(text).arg(card.title)
            icon.name: "log"
            onClicked: card.logRequested(true)
        }
        Button {
            visible: card.running
            text: qsTr("Terminal")
            Accessible.name: qsTr("%1: %2").arg(text).arg(card.title)
            icon.name: "terminal"
            onClicked: card.terminalRequested()
        }
    }
}
