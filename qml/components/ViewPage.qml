import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// A screen: its head, and below it what its view-model's state calls for: loading, an error, what was known before the
/// connection was lost, or the content. What is put into it fills the page.
Page {
    id: page

    property string subtitle
    property list<Action> actions
    /// The first action is the thing that this page is for.
    property bool primary: false
    /// Chips and the like beside the title.
    property alias extras: head.extras
    /// Of the view-model: a value of ViewState.
    property int viewState: ViewState.Ready
    property string errorText
    /// The content is shown also while there is nothing: it has its own empty state.
    default property alias content: holder.data

    signal retry

    readonly property bool loaded: viewState === ViewState.Ready || viewState === ViewState.Empty
                                   || viewState === ViewState.Stale

    Accessible.role: Accessible.Pane
    Accessible.name: title

    header: RowLayout {
        spacing: 0

        ToolButton {
            visible: Theme.compact && !App.navigator.canGoBack
            icon.name: "menu"
            Accessible.name: qsTr("Menu")
            Layout.leftMargin: Theme.spaceS
            onClicked: App.navigator.requestMenu()
        }
        PageHeader {
            id: head
            Layout.fillWidth: true
            title: page.title
            subtitle: page.subtitle
            canGoBack: App.navigator.canGoBack
            actions: page.actions
            primary: page.primary
            onBack: App.navigator.back()
        }
    }

    ColumnLayout {
        anchors.fill: parent
        spacing: 0

        StaleBanner {
            Layout.fillWidth: true
            Layout.leftMargin: Theme.spaceL
            Layout.rightMargin: Theme.spaceL
            Layout.bottomMargin: Theme.spaceS
            visible: page.viewState === ViewState.Stale
            reconnecting: App.cluster !== null && !App.cluster.connected
            reason: page.errorText
        }
        Item {
            id: holder
            visible: page.loaded
            Layout.fillWidth: true
            Layout.fillHeight: true
        }
        LoadingState {
            visible: page.viewState === ViewState.Loading
            text: App.cluster && !App.cluster.connected ? App.cluster.connectionText : qsTr("Loading…")
            Layout.fillWidth: true
            Layout.fillHeight: true
        }
        ErrorState {
            visible: page.viewState === ViewState.Error
            what: qsTr("This cannot be shown")
            why: page.errorText
            onRetry: page.retry()
            Layout.fillWidth: true
            Layout.fillHeight: true
        }
    }
}
