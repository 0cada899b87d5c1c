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
    property alias actions: head.actions
    /// The first action is the thing that this page is for.
    property bool primary: false
    /// Chips and the like beside the title.
    property alias extras: head.extras
    /// Of the view-model: a value of ViewState.
    property int viewState: ViewState.Ready
    property string errorText
    /// The content is shown also while there is nothing: it has its own empty state.
    default property alias content: holder.data

    /// What the user has no right to, of the page's actions.
    readonly property list<string> refused: Array.from(actions).filter(action => (action as RightAction)?.reason)
                                                             .map(action => action.text)

    signal retry

    readonly property bool loaded: viewState === ViewState.Ready || viewState === ViewState.Empty
                                   || viewState === ViewState.Stale

    // It would call itself a tab; its heading says where one is.
    Accessible.ignored: true

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
        RowLayout {
            visible: page.loaded && page.refused.length > 0
            spacing: Theme.spaceS
            Layout.leftMargin: Theme.spaceL
            Layout.rightMargin: Theme.spaceL
            Layout.bottomMargin: Theme.spaceS

            Icon {
                name: "lock"
                size: Theme.iconSmall
                color: Theme.textMuted
            }
            Label {
                text: qsTr("You have no right to: %1").arg(Format.joined(page.refused, ", "))
                font.pixelSize: Theme.caption
                color: Theme.textMuted
                elide: Text.ElideRight
                Layout.fillWidth: true
            }
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
