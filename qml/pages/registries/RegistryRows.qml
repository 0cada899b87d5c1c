pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle

/// The registries that are set, one a line.
Card {
    id: card

    required property RegistryForm form

    signal editRequested(row: RegistryRowItem)

    padding: 0

    Repeater {
        model: card.form.rows

        RegistryRowItem {
            id: row

            Layout.fillWidth: true
            onClicked: card.editRequested(row)
            onMenuRequested: (anchor) => menu.popup(anchor)

            Menu {
                id: menu

                MenuItem {
                    text: qsTr("Edit")
                    icon.name: "edit"
                    onTriggered: card.editRequested(row)
                }
                MenuItem {
                    text: qsTr("Remove")
                    icon.name: "remove"
                    onTriggered: card.form.remove(row.key)
                }
            }
        }
    }
}
