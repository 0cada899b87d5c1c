import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// A port-forward.
Card {
    id: card

    required property string key
    required title
    required property string target
    required property string address
    required property string stateText
    required property string tone
    required property string problem
    required property string traffic
    required property bool running

    subtitle: target
    icon: "connection"
    Layout.fillWidth: true
    actions: StatusChip {
        text: card.stateText
        tone: card.tone
    }

    KeyValueRow {
        visible: card.address !== ""
        label: qsTr("Address")
        value: card.address
        mono: true
        copyable: true
    }
    Label {
        visible: text !== ""
        text: card.traffic
        color: Theme.textMuted
    }
    Label {
        visible: text !== ""
        text: card.problem
        color: card.tone === "error" ? Theme.error : Theme.textMuted
        wrapMode: Text.Wrap
        Layout.fillWidth: true
    }
    Flow {
        spacing: Theme.spaceS
        Layout.fillWidth: true

        Button {
            text: card.running ? qsTr("Stop") : qsTr("Start")
            icon.name: card.running ? "stop" : "play"
            onClicked: card.running ? App.forwards.stop(card.key) : App.forwards.start(card.key)
        }
        Button {
            visible: card.address !== ""
            text: qsTr("Open in browser")
            icon.name: "forward"
            onClicked: Qt.openUrlExternally("http://" + card.address)
        }
        Button {
            flat: true
            text: qsTr("Remove")
            icon.name: "remove"
            onClicked: App.forwards.remove(card.key)
        }
    }
}
