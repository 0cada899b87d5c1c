import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle.Theme

/// A version that could be had: what is new in it, and what can be done with it.
Card {
    id: card

    required property string key
    required property string detail
    required property string notes
    required property string refusal
    required property string tone
    required property string stateText
    required property bool allowed
    required property bool staged
    required title
    property bool busy: false

    signal stageRequested
    signal upgradeRequested

    subtitle: detail
    actions: [
        StatusChip {
            visible: card.stateText !== ""
            tone: card.tone
            text: card.stateText
        },
        Button {
            visible: card.allowed && !card.staged
            enabled: !card.busy
            text: qsTr("Fetch")
            icon.name: "download"
            flat: true
            onClicked: card.stageRequested()
        },
        Button {
            visible: card.allowed
            enabled: !card.busy
            text: qsTr("Upgrade…")
            icon.name: "upgrade"
            highlighted: true
            onClicked: card.upgradeRequested()
        }
    ]

    Label {
        visible: text !== ""
        text: card.notes
        textFormat: Text.PlainText
        wrapMode: Text.Wrap
        Layout.fillWidth: true
    }
    Label {
        visible: text !== ""
        text: card.refusal
        color: Theme.warning
        wrapMode: Text.Wrap
        Layout.fillWidth: true
    }
}
