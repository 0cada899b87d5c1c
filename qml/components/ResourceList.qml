pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// Objects of one kind as the server prints them: search, sort, a row for each, with columns where there is room.
ColumnLayout {
    id: root

    /// The kind's key in the catalog: "pods", "deployments.apps".
    required property string kindKey
    property alias labelSelector: objects.labelSelector
    property alias fieldSelector: objects.fieldSelector
    /// Objects of this namespace; without it those of the cluster's chosen one.
    property string namespaceName: App.cluster ? App.cluster.namespaceName : ""
    /// What names must begin with.
    property alias namePrefix: filtered.namePrefix
    property string emptyTitle: qsTr("Nothing here")
    property string emptyText: namespaceName !== "" ? qsTr("There is none in namespace %1.").arg(namespaceName) : ""
    property string emptyIcon: "search"
    readonly property int count: objects.count
    readonly property alias model: objects
    /// A row was pressed.
    signal activated(string namespaceName, string name)

    readonly property bool wide: width >= 760 * Theme.growth
    /// The columns beside name, namespace, status and age that there is room for.
    readonly property int extraColumns: wide ? Math.max(0, Math.floor((width - 660 * Theme.growth)
                                                                      / (130 * Theme.growth))) : 0
    readonly property bool showsNamespace: namespaceName === "" && App.cluster !== null
                                           && App.cluster.catalog.isNamespaced(kindKey)

    spacing: Theme.spaceS

    ResourceModel {
        id: objects
        session: App.cluster ? App.cluster.session : null
        path: App.cluster ? App.cluster.catalog.path(root.kindKey, root.namespaceName) : ""
    }

    ResourceFilterModel {
        id: filtered
        sourceModel: objects
        search: searchBar.text
        sortBy: ResourceFilterModel.ByTrouble
    }

    RowLayout {
        spacing: Theme.spaceS
        Layout.fillWidth: true

        SearchBar {
            id: searchBar
            Layout.fillWidth: true
            Layout.preferredWidth: Math.round(320 * Theme.growth)
            Layout.maximumWidth: Math.round(480 * Theme.growth)
        }
        Label {
            text: filtered.search !== "" ? qsTr("%1 of %2").arg(Format.number(filtered.count))
                                                           .arg(Format.number(objects.count))
                                         : qsTr("%n object(s)", "", objects.count)
            color: Theme.textMuted
            elide: Text.ElideRight
            Layout.fillWidth: true
        }
        SortButton {
            model: filtered
            withNamespace: root.showsNamespace
            compact: root.width < 620 * Theme.growth
        }
    }

    StaleBanner {
        visible: objects.state === ViewState.Stale
        reconnecting: App.cluster !== null && !App.cluster.connected
        reason: objects.errorText
        Layout.fillWidth: true
    }

    ResourceHeadings {
        visible: root.wide && objects.count > 0
        columns: objects.columns
        statusColumn: objects.statusColumn
        extraColumns: root.extraColumns
        showsNamespace: root.showsNamespace
        hasMenu: true
        Layout.fillWidth: true
    }
    RowMenu {
        id: rowMenu
        kindKey: root.kindKey
    }

    ListView {
        id: list

        visible: filtered.count > 0
        Layout.fillWidth: true
        Layout.fillHeight: true
        clip: true
        model: filtered
        reuseItems: true
        boundsBehavior: Flickable.StopAtBounds
        activeFocusOnTab: true
        keyNavigationEnabled: true
        highlightMoveDuration: 0
        Accessible.role: Accessible.List
        Accessible.name: qsTr("Objects")
        Keys.onReturnPressed: (currentItem as ResourceRow)?.clicked()
        Keys.onEnterPressed: (currentItem as ResourceRow)?.clicked()
        Keys.onSpacePressed: (currentItem as ResourceRow)?.clicked()
        Keys.onMenuPressed: (currentItem as ResourceRow)?.menuRequested(currentItem)

        delegate: ResourceRow {
            width: ListView.view.width
            wide: root.wide
            extraColumns: root.extraColumns
            statusColumn: objects.statusColumn
            showsNamespace: root.showsNamespace
            hasMenu: true
            current: ListView.isCurrentItem && list.activeFocus
            onClicked: root.activated(namespaceName, name)
            onMenuRequested: (anchor) => rowMenu.show(namespaceName, name, anchor)
        }
        ScrollBar.vertical: ScrollBar {}
    }

    LoadingState {
        visible: objects.state === ViewState.Loading && filtered.count === 0
        text: App.cluster && !App.cluster.connected ? App.cluster.connectionText : qsTr("Loading…")
        Layout.fillWidth: true
        Layout.fillHeight: true
    }
    ErrorState {
        visible: objects.state === ViewState.Error
        what: objects.errorCode === 403 ? qsTr("You may not see this") : qsTr("This cannot be shown")
        why: objects.errorText
        onRetry: objects.retry()
        Layout.fillWidth: true
        Layout.fillHeight: true
    }
    EmptyState {
        readonly property bool searched: filtered.search !== "" && filtered.count === 0
        visible: searched || objects.state === ViewState.Empty
                 || (objects.state === ViewState.Ready && filtered.count === 0)
        icon: searched ? "search" : root.emptyIcon
        title: searched ? qsTr("Nothing fits the search") : root.emptyTitle
        text: searched ? qsTr("Search looks at names, namespaces and what the columns say.") : root.emptyText
        Layout.fillWidth: true
        Layout.fillHeight: true
    }
}
