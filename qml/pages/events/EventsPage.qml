import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// What happened in the last hour, the newest first.
ViewPage {
    id: page

    title: qsTr("Events")
    extras: NamespacePicker {}
    viewState: feed.state
    errorText: feed.errorText
    onRetry: feed.retry()

    EventFeed {
        id: feed
        cluster: App.cluster
        warningsOnly: type.currentIndex === 1
        search: search.text
        kind: kind.chosen
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
                placeholderText: qsTr("Search")
                Layout.fillWidth: true
                Layout.maximumWidth: Math.round(420 * Theme.growth)
            }
            SegmentedControl {
                id: type
                label: qsTr("Type")
                model: [qsTr("All"), qsTr("Warnings")]
            }
            ComboBox {
                id: kind

                property string chosen

                model: [qsTr("Any kind"), ...feed.kinds]
                onModelChanged: currentIndex = Math.max(0, [...feed.kinds].indexOf(chosen) + 1)
                onActivated: (index) => chosen = index > 0 ? textAt(index) : ""
                Accessible.name: qsTr("Kind")
                Layout.preferredWidth: Math.round((Theme.compact ? 140 : 220) * Theme.growth)
            }
            Item { Layout.fillWidth: true }
        }
        ListView {
            visible: count > 0
            clip: true
            model: feed
            reuseItems: true
            activeFocusOnTab: true
            keyNavigationEnabled: true
            highlightMoveDuration: 0
            boundsBehavior: Flickable.StopAtBounds
            Layout.fillWidth: true
            Layout.fillHeight: true
            Accessible.role: Accessible.List
            Accessible.name: qsTr("Events")
            Keys.onReturnPressed: (currentItem as ListRow)?.clicked()
            ScrollBar.vertical: ScrollBar {}

            delegate: ListRow {
                id: row

                required property string reason
                required property string message
                required property string object
                required property string kindKey
                required property string objectName
                required property string namespaceName
                required property int times
                required property date last
                required tone

                width: ListView.view.width
                iconName: tone === "warning" ? "warning" : "info"
                title: times > 1 ? qsTr("%1 · %2 · %n times", "", times).arg(reason).arg(object)
                                 : qsTr("%1 · %2").arg(reason).arg(object)
                subtitle: message
                chevron: kindKey !== ""
                highlighted: ListView.isCurrentItem && ListView.view.activeFocus
                onClicked: if (kindKey !== "") App.navigator.openObject(kindKey, namespaceName, objectName)

                Label {
                    visible: !Theme.compact
                    text: row.namespaceName
                    color: Theme.textMuted
                }
                Label {
                    text: Format.age(row.last, Format.minute)
                    color: Theme.textMuted
                }
            }
        }
        EmptyState {
            visible: feed.count === 0
            icon: "event"
            title: feed.state === ViewState.Empty ? qsTr("No events") : qsTr("No event fits")
            text: qsTr("Events are kept for an hour.")
            Layout.fillWidth: true
            Layout.fillHeight: true
        }
    }
}
