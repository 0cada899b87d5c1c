pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Controls
import Coracle

/// By what a list is sorted.
Button {
    id: button

    required property ResourceFilterModel model
    property bool withNamespace: true
    property bool compact: false

    readonly property var choices: [
        { sortBy: ResourceFilterModel.ByTrouble, text: qsTr("Trouble first") },
        { sortBy: ResourceFilterModel.ByName, text: qsTr("Name") },
        { sortBy: ResourceFilterModel.ByNamespace, text: qsTr("Namespace") },
        { sortBy: ResourceFilterModel.ByAge, text: qsTr("Newest first") }
    ]
    readonly property string choice: choices.find(known => known.sortBy === model.sortBy)?.text ?? ""

    flat: true
    icon.name: "down"
    text: choice
    display: compact ? AbstractButton.IconOnly : AbstractButton.TextBesideIcon
    Accessible.name: qsTr("Sorted by: %1").arg(choice)
    onClicked: menu.popup(button, button.mirrored ? 0 : button.width - menu.width, button.height)

    Menu {
        id: menu

        Repeater {
            model: button.choices.filter(known => button.withNamespace
                                                  || known.sortBy !== ResourceFilterModel.ByNamespace)

            MenuItem {
                required property var modelData
                text: modelData.text
                checkable: true
                checked: button.model.sortBy === modelData.sortBy
                onTriggered: button.model.sortBy = modelData.sortBy
            }
        }
    }
}
