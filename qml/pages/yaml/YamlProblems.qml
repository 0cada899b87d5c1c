pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// What is wrong with the text, each at its line.
ColumnLayout {
    id: root

    required property DocumentEditor editor

    signal picked(line: int)

    visible: list.count > 0
    spacing: 0

    ListView {
        id: list
        clip: true
        model: root.editor.problems
        boundsBehavior: Flickable.StopAtBounds
        implicitHeight: Math.min(contentHeight, Math.round(Theme.target * (Theme.low ? 1 : 3)))
        activeFocusOnTab: true
        Layout.fillWidth: true
        Accessible.role: Accessible.List
        Accessible.name: qsTr("Problems")
        ScrollBar.vertical: ScrollBar {}

        delegate: ItemDelegate {
            id: row

            required property int line
            required property string message

            width: ListView.view.width
            text: qsTr("Line %1: %2").arg(line + 1).arg(message)
            onClicked: root.picked(line)

            contentItem: RowLayout {
                spacing: Theme.spaceS

                Icon {
                    name: "error"
                    size: Theme.iconSmall
                    color: Theme.error
                }
                Label {
                    text: row.text
                    wrapMode: Text.Wrap
                    Layout.fillWidth: true
                }
            }
        }
    }
    Button {
        visible: root.editor.ownedByOthers
        text: qsTr("Apply and take these fields over")
        enabled: !root.editor.busy
        onClicked: root.editor.applyByForce()
    }
}
