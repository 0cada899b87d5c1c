import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// Every kind that the cluster serves, those of CRDs included.
ViewPage {
    id: page

    title: qsTr("All resources")
    extras: NamespacePicker {}
    actions: [create, refresh]

    Action {
        id: create
        text: qsTr("New from YAML")
        icon.name: "add"
        onTriggered: App.navigator.open("yaml")
    }
    Action {
        id: refresh
        text: qsTr("Count again")
        icon.name: "refresh"
        onTriggered: kinds.refresh()
    }
    KindList {
        id: kinds
        cluster: App.cluster
        search: search.text
        onlyUsed: used.checked
    }

    ColumnLayout {
        anchors.fill: parent
        anchors.leftMargin: Theme.spaceL
        anchors.rightMargin: Theme.spaceL
        anchors.bottomMargin: Theme.spaceS
        spacing: Theme.spaceS

        RowLayout {
            spacing: Theme.spaceM
            Layout.fillWidth: true

            SearchBar {
                id: search
                placeholderText: qsTr("Search kinds")
                Layout.fillWidth: true
                Layout.maximumWidth: Math.round(480 * Theme.growth)
            }
            CheckBox {
                id: used
                text: qsTr("Only with objects")
            }
            Item { Layout.fillWidth: true }
        }
        ListView {
            visible: count > 0
            clip: true
            model: kinds
            reuseItems: true
            activeFocusOnTab: true
            keyNavigationEnabled: true
            highlightMoveDuration: 0
            boundsBehavior: Flickable.StopAtBounds
            section.property: "group"
            section.delegate: SectionHeader {
                required property string section
                width: ListView.view.width
                height: Math.round(44 * Theme.growth)
                text: section
            }
            Layout.fillWidth: true
            Layout.fillHeight: true
            Accessible.role: Accessible.List
            Accessible.name: qsTr("Kinds")
            Keys.onReturnPressed: (currentItem as ListRow)?.clicked()
            ScrollBar.vertical: ScrollBar {}

            delegate: ListRow {
                id: row

                required property string key
                required property string kind
                required property string version
                required property string apiVersion
                required iconName
                required property string count
                required property bool namespaced

                width: ListView.view.width
                title: kind
                subtitle: namespaced ? qsTr("%1 · %2").arg(key).arg(version)
                                     : qsTr("%1 · %2 · of the whole cluster").arg(key).arg(version)
                chevron: true
                highlighted: ListView.isCurrentItem && ListView.view.activeFocus
                onClicked: App.navigator.open("kind", { kindKey: key, kind: kind, apiVersion: apiVersion })

                Label {
                    text: row.count
                    color: Theme.textMuted
                }
            }
        }
        EmptyState {
            visible: kinds.count === 0
            icon: "search"
            title: qsTr("No kind fits the search")
            Layout.fillWidth: true
            Layout.fillHeight: true
        }
    }
}
