import QtQuick
import QtQuick.Controls
import Coracle
import Coracle.Theme

/// What belongs to an object; a row leads there.
Item {
    id: root

    required property RelatedList related

    ListView {
        anchors.fill: parent
        clip: true
        model: root.related
        reuseItems: true
        activeFocusOnTab: true
        keyNavigationEnabled: true
        highlightMoveDuration: 0
        boundsBehavior: Flickable.StopAtBounds
        Accessible.role: Accessible.List
        Accessible.name: root.related.title
        Keys.onReturnPressed: (currentItem as ListRow)?.clicked()
        ScrollBar.vertical: ScrollBar {}

        delegate: ListRow {
            required property string kindKey
            required property string namespaceName
            required property string name
            required title
            required subtitle
            required tone

            width: ListView.view.width
            iconName: tone !== "" ? Theme.toneIcon(tone) : ""
            chevron: kindKey !== ""
            highlighted: ListView.isCurrentItem && ListView.view.activeFocus
            onClicked: if (kindKey !== "") App.navigator.openObject(kindKey, namespaceName, name)
        }
    }
    EmptyState {
        anchors.fill: parent
        visible: root.related.count === 0 && (root.related.state === ViewState.Ready
                                              || root.related.state === ViewState.Empty)
        icon: "search"
        title: root.related.emptyText
    }
    ErrorState {
        anchors.fill: parent
        visible: root.related.state === ViewState.Error
        what: qsTr("This cannot be shown")
        why: root.related.errorText
        canRetry: false
    }
    LoadingState {
        anchors.fill: parent
        visible: root.related.state === ViewState.Loading
    }
}
