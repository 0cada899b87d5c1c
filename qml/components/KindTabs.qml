pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// Lists of a few kinds that belong together, one shown at a time. `kinds`: objects with `key` and `title`.
ColumnLayout {
    id: root

    required property var kinds
    property string kindKey: kinds[0].key
    property string emptyIcon: "search"
    /// Of the kind that is shown: the name in Templates, where the kinds have one.
    readonly property string template: kinds.find(kind => kind.key === kindKey).template ?? ""

    spacing: Theme.spaceS

    TabBar {
        Layout.fillWidth: true

        Repeater {
            model: root.kinds

            TabButton {
                required property var modelData
                text: modelData.title
                width: implicitWidth
                checked: root.kindKey === modelData.key
                onClicked: root.kindKey = modelData.key
            }
        }
    }
    ResourceList {
        kindKey: root.kindKey
        emptyIcon: root.emptyIcon
        Layout.fillWidth: true
        Layout.fillHeight: true
        onActivated: (namespaceName, name) => App.navigator.openObject(root.kindKey, namespaceName, name)
    }
}
