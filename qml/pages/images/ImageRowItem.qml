import QtQuick
import QtQuick.Controls
import Coracle.Theme

/// An image in the list.
ListRow {
    id: row

    required property string key
    required property string detail
    required property string sizeText
    required property string stateText
    required property bool removable
    required title
    required tone

    signal removalRequested

    subtitle: detail
    iconName: "image"

    Label {
        text: row.sizeText
        color: Theme.textMuted
    }
    StatusChip {
        visible: row.stateText !== "" && !Theme.compact
        tone: row.tone
        text: row.stateText
    }
    ToolButton {
        enabled: row.removable
        icon.name: "remove"
        text: qsTr("Remove %1").arg(row.title)
        onClicked: row.removalRequested()
    }
}
