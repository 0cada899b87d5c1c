pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// The machines of the cluster, each with what it uses now.
ViewPage {
    id: page

    title: qsTr("Nodes")
    viewState: nodes.state
    errorText: nodes.errorText
    onRetry: nodes.retry()
    actions: Action {
        text: qsTr("Join another machine")
        icon.name: "add"
        onTriggered: join.open()
    }

    NodeList {
        id: nodes
        cluster: App.cluster
    }

    ColumnLayout {
        anchors.fill: parent
        anchors.leftMargin: Theme.spaceL
        anchors.rightMargin: Theme.spaceL
        visible: nodes.count > 0
        spacing: 0

        ListView {
            id: list
            Layout.fillWidth: true
            Layout.fillHeight: true
            Layout.maximumHeight: nodes.count === 1 ? contentHeight + bottomMargin : -1
            clip: true
            model: nodes
            spacing: Theme.spaceM
            bottomMargin: Theme.spaceL
            activeFocusOnTab: true
            keyNavigationEnabled: true
            highlightMoveDuration: 0
            boundsBehavior: Flickable.StopAtBounds
            Accessible.role: Accessible.List
            Accessible.name: page.title
            Keys.onReturnPressed: (currentItem as NodeCard)?.clicked()
            Keys.onSpacePressed: (currentItem as NodeCard)?.clicked()
            Keys.onMenuPressed: (currentItem as NodeCard)?.menuRequested(currentItem)
            delegate: NodeCard {
                width: ListView.view.width
                highlighted: list.activeFocus && ListView.isCurrentItem
                onClicked: App.navigator.open("node", {name: key})
                onMenuRequested: (anchor) => menu.show("", key, anchor)
            }
            ScrollBar.vertical: ScrollBar {}
        }
        Card {
            visible: nodes.count === 1
            title: qsTr("One machine so far")
            icon: "add"
            Layout.fillWidth: true

            Label {
                text: qsTr("With another one, pods have a place to go to when this one fails or is taken out of "
                         + "service.")
                color: Theme.textMuted
                wrapMode: Text.Wrap
                Layout.fillWidth: true
            }
            Button {
                text: qsTr("Show how it joins")
                icon.name: "qr"
                onClicked: join.open()
            }
        }
        Item {
            visible: nodes.count === 1
            Layout.fillHeight: true
        }
    }
    EmptyState {
        anchors.fill: parent
        visible: nodes.count === 0
        icon: "node"
        title: qsTr("No nodes")
        text: qsTr("This cluster has no machine yet that runs pods.")
    }
    RowMenu {
        id: menu
        kindKey: "nodes"
    }
    JoinDialog { id: join }
}
