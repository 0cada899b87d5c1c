import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// The variables that containers are given, and where they come from. Values of Secrets are masked.
Item {
    id: root

    required property RowListModel model

    ListView {
        anchors.fill: parent
        clip: true
        model: root.model
        reuseItems: true
        activeFocusOnTab: true
        keyNavigationEnabled: true
        boundsBehavior: Flickable.StopAtBounds
        section.property: "container"
        section.delegate: Label {
            required property string section
            text: section
            font.weight: Font.DemiBold
            topPadding: Theme.spaceM
            bottomPadding: Theme.spaceXs
        }
        delegate: KeyValueRow {
            id: entry

            required property string name
            required property string source
            required value
            width: ListView.view.width
            label: name
            mono: true

            Label {
                text: entry.source
                color: Theme.textMuted
                font.pixelSize: Theme.caption
                elide: Text.ElideRight
                Layout.maximumWidth: 320 * Theme.growth
            }
        }
        ScrollBar.vertical: ScrollBar {}
    }
    EmptyState {
        anchors.fill: parent
        visible: root.model.count === 0
        icon: "configmap"
        title: qsTr("No variables")
        text: qsTr("Its containers are given none.")
    }
}
