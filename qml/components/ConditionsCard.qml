import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// The conditions of an object: what holds, since when, and why.
Card {
    id: card

    /// Rows of ConditionRow.
    required property RowListModel model

    title: qsTr("Conditions")
    visible: model.count > 0

    Repeater {
        model: card.model

        RowLayout {
            id: row

            required property string key
            required property string status
            required property string tone
            required property string text
            required property date since

            spacing: Theme.spaceM
            Layout.fillWidth: true

            StatusChip {
                text: row.key + (row.status === "True" ? "" : ": " + row.status)
                tone: row.tone
                Layout.alignment: Qt.AlignTop
            }
            Label {
                text: row.text
                color: Theme.textMuted
                font.pixelSize: Theme.caption
                wrapMode: Text.Wrap
                Layout.fillWidth: true
            }
            Label {
                text: Format.age(row.since, Format.minute)
                color: Theme.textMuted
                font.pixelSize: Theme.caption
                Layout.alignment: Qt.AlignTop
            }
        }
    }
}
