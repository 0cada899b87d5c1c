pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// One field that leads everywhere: pages, clusters, namespaces and objects by their name.
Dialog {
    id: dialog

    title: qsTr("Search") // for screen readers
    header: Item { visible: false }
    width: Math.min(Theme.windowWidth - 2 * Theme.spaceM, Math.round(640 * Theme.growth))
    height: Math.min(Theme.windowHeight - Theme.keyboardHeight - 2 * Theme.spaceM, Math.round(560 * Theme.growth))
    padding: Theme.spaceM
    bottomPadding: Theme.spaceM
    onAboutToShow: {
        commands.open = true
        field.clear()
        list.currentIndex = 0
        field.forceActiveFocus(Qt.PopupFocusReason)
    }
    onClosed: commands.open = false

    function go(row: int) {
        commands.choose(row) // closing forgets what was found
        close()
    }

    CommandPalette {
        id: commands
        clusters: App.clusters
        navigator: App.navigator
        text: field.text
    }

    contentItem: ColumnLayout {
        spacing: Theme.spaceS

        TextField {
            id: field
            placeholderText: qsTr("Page, cluster, namespace or name …")
            inputMethodHints: Qt.ImhNoPredictiveText | Qt.ImhNoAutoUppercase
            Layout.fillWidth: true
            onTextChanged: list.currentIndex = 0
            onAccepted: dialog.go(list.currentIndex)
            Keys.onDownPressed: list.incrementCurrentIndex()
            Keys.onUpPressed: list.decrementCurrentIndex()
        }
        ListView {
            id: list
            visible: count > 0
            clip: true
            model: commands
            reuseItems: true
            highlightMoveDuration: 0
            boundsBehavior: Flickable.StopAtBounds
            Layout.fillWidth: true
            Layout.fillHeight: true
            delegate: ListRow {
                required property int index
                required property string detail
                required title
                required iconName
                subtitle: detail
                width: ListView.view.width
                highlighted: ListView.isCurrentItem
                focusPolicy: Qt.NoFocus
                onClicked: dialog.go(index)
            }
            ScrollBar.vertical: ScrollBar {}
        }
        EmptyState {
            visible: list.count === 0
            icon: "search"
            title: qsTr("Nothing fits the search")
            Layout.fillWidth: true
            Layout.fillHeight: true
        }
    }
}
