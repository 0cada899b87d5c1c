pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// The daemon's log: from a level on, with a text in it; stays at the end while it is there.
ColumnLayout {
    id: root

    required property DaemonLog log
    readonly property list<string> levels: ["debug", "info", "warning", "error"]

    spacing: Theme.spaceS

    RowLayout {
        spacing: Theme.spaceS
        Layout.fillWidth: true

        SearchBar {
            Layout.fillWidth: true
            onSearched: (text) => root.log.search = text
        }
        ComboBox {
            model: [qsTr("All"), qsTr("Information"), qsTr("Warnings"), qsTr("Errors")]
            currentIndex: root.levels.indexOf(root.log.level)
            Accessible.name: qsTr("Level")
            onActivated: (index) => root.log.level = root.levels[index]
        }
    }
    ListView {
        id: list

        property bool sticky: true

        clip: true
        reuseItems: true
        model: root.log
        boundsBehavior: Flickable.StopAtBounds
        activeFocusOnTab: true
        onCountChanged: if (sticky) positionViewAtEnd()
        onMovementEnded: sticky = atYEnd
        ScrollBar.vertical: ScrollBar {}
        Layout.fillWidth: true
        Layout.fillHeight: true
        Accessible.name: qsTr("Log")

        delegate: Label {
            id: line

            required property string time
            required property string component
            required property string message
            required property string tone

            width: ListView.view.width
            text: qsTr("%1  %2  %3", "time, component, message").arg(time).arg(component).arg(message)
            textFormat: Text.PlainText
            font.family: Theme.familyMono
            font.pixelSize: Theme.caption
            color: tone === "" ? Theme.text : Theme.toneColor(tone)
            wrapMode: Text.WrapAtWordBoundaryOrAnywhere
            bottomPadding: 2
        }

        EmptyState {
            anchors.centerIn: parent
            visible: list.count === 0
            icon: "log"
            title: root.log.search !== "" ? qsTr("No line is like that") : qsTr("No lines yet")
        }
    }
}
