pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// The volumes that lie on this node, with who uses them.
Card {
    id: card

    required property RowListModel model

    title: qsTr("Volumes on this node")

    Label {
        visible: card.model.count === 0
        text: qsTr("There are none.")
        color: Theme.textMuted
    }
    Repeater {
        model: card.model

        ListRow {
            id: row

            required property string detail
            required property string sizeText
            required property string stateText
            required title
            required tone

            subtitle: detail
            iconName: "volume"
            Layout.fillWidth: true

            Label {
                text: row.sizeText
                color: Theme.textMuted
            }
            StatusChip {
                visible: row.stateText !== ""
                tone: row.tone
                text: row.stateText
            }
        }
    }
}
