import QtQuick
import QtQuick.Layouts
import Coracle

/// The parts of the daemon and how they fare.
Card {
    id: card

    required property ApplianceStatus status

    title: qsTr("Components")

    Repeater {
        model: card.status.components
        delegate: KeyValueRow {
            id: row
            required property var modelData

            Layout.fillWidth: true
            label: modelData.name

            StatusChip {
                tone: row.modelData.tone
                text: row.modelData.text
            }
        }
    }
    Item { Layout.fillHeight: true }
}
