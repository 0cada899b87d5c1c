pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// How much of a node its pods have asked for.
Card {
    id: card

    /// Rows of CapacityRow.
    required property RowListModel model

    title: qsTr("Requested by pods")
    visible: model.count > 0

    GridLayout {
        columns: Theme.compact ? 1 : 2
        columnSpacing: Theme.spaceL
        rowSpacing: Theme.spaceM
        Layout.fillWidth: true

        Repeater {
            model: card.model

            Meter {
                required property string key
                required property double share
                required label
                required text
                value: share
                warnAt: 0.95
                errorAt: 1.001
                Layout.fillWidth: true
                Layout.preferredWidth: 1
            }
        }
    }
}
