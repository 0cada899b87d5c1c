pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle.Theme

/// The parts of a detail page, one shown at a time. `tabs`: objects with `title`, `content` (a Component) and `hidden`.
ColumnLayout {
    id: root

    required property var tabs
    readonly property var shown: tabs.filter(tab => !tab.hidden)
    /// Tabs come and go as more is known: the title says which one is open.
    property string current: ""
    readonly property var open: shown.find(tab => tab.title === current) ?? shown[0]

    spacing: Theme.spaceS

    TabBar {
        id: bar
        Layout.fillWidth: true
        Layout.leftMargin: Theme.spaceL
        Layout.rightMargin: Theme.spaceL

        Repeater {
            model: root.shown.map(tab => tab.title)

            TabButton {
                required property string modelData
                text: modelData
                width: implicitWidth
                checked: root.open.title === modelData
                onClicked: root.current = modelData
            }
        }
    }
    Loader {
        sourceComponent: root.open.content
        Layout.fillWidth: true
        Layout.fillHeight: true
        Layout.leftMargin: Theme.spaceL
        Layout.rightMargin: Theme.spaceL
        Layout.bottomMargin: Theme.spaceS
    }
}
