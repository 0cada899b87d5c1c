import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// The cluster at the top, the search, then the pages by section. As a rail it shows icons only.
Pane {
    id: pane

    property bool rail: false

    /// A page was chosen.
    signal picked
    signal searchRequested

    function choose(row: int) {
        App.navigator.show(menu.pageAt(row))
        picked()
    }

    padding: 0
    background: Rectangle {
        color: Theme.surface

        Rectangle {
            anchors.right: parent.right
            width: Theme.lineWidth
            height: parent.height
            color: Theme.border
        }
    }

    PageMenu {
        id: menu
        sourceModel: App.pages
    }

    ColumnLayout {
        anchors.fill: parent
        spacing: 0

        ClusterSwitcher {
            display: pane.rail ? AbstractButton.IconOnly : AbstractButton.TextBesideIcon
            Layout.fillWidth: true
        }
        NavigationItem {
            rail: pane.rail
            text: qsTr("Search …")
            hint: "Ctrl+K"
            icon.name: "search"
            Layout.fillWidth: true
            onClicked: pane.searchRequested()
        }

        ListView {
            id: list
            Layout.fillWidth: true
            Layout.fillHeight: true
            clip: true
            activeFocusOnTab: true
            keyNavigationEnabled: true
            highlightMoveDuration: 0
            boundsBehavior: Flickable.StopAtBounds
            currentIndex: menu.rowOf(App.navigator.rootPageId)
            model: menu
            Accessible.role: Accessible.List
            Accessible.name: qsTr("Pages")
            Keys.onReturnPressed: pane.choose(currentIndex)
            Keys.onEnterPressed: pane.choose(currentIndex)
            Keys.onSpacePressed: pane.choose(currentIndex)
            section.property: "section"
            // Qt 6.4 makes no bound components for sections: what these read of the pane, the linter cannot see.
            // qmllint disable unqualified
            section.delegate: NavigationSection {
                rail: pane.rail
                width: ListView.view.width
            }
            delegate: NavigationItem {
                required property string pageId
                required property string title
                required property string iconName
                required property int index

                width: ListView.view.width
                rail: pane.rail
                text: title
                icon.name: iconName
                focusPolicy: Qt.NoFocus
                highlighted: App.navigator.rootPageId === pageId
                focused: list.activeFocus && ListView.isCurrentItem
                onClicked: pane.choose(index)
            }
            // qmllint enable unqualified
            ScrollBar.vertical: ScrollBar {}
        }

        NavigationItem {
            rail: pane.rail
            visible: App.lock.raised
            text: qsTr("Lock")
            icon.name: "lock"
            Layout.fillWidth: true
            onClicked: App.lock.lock()
        }
        NavigationItem {
            rail: pane.rail
            visible: !Theme.compact && Theme.windowWidth >= 1080 * Theme.growth
            text: pane.rail ? qsTr("Wide menu") : qsTr("Narrow menu")
            icon.name: pane.rail !== pane.mirrored ? "forward" : "back"
            Layout.fillWidth: true
            onClicked: App.settings.menuCollapsed = !App.settings.menuCollapsed
        }
    }
}
