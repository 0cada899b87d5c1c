import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// The log of a container as it grows, or of all pods of a workload in one.
ViewPage {
    id: page

    required property string namespaceName
    /// Whose log it is, in a word.
    required property string subject
    property string podName
    property string podSelector
    property string container
    property bool previous: false

    title: subject
    subtitle: reader.statusText
    actions: [pause, copy, save, clear]
    viewState: reader.state === ViewState.Empty ? ViewState.Ready : reader.state
    errorText: reader.errorText
    onRetry: reader.retry()

    LogReader {
        id: reader
        cluster: App.cluster
        namespaceName: page.namespaceName
        podName: page.podName
        podSelector: page.podSelector
        container: page.container
        previous: page.previous
        onHitShown: (line) => view.showLine(line)
    }
    Action {
        id: pause
        text: reader.paused ? qsTr("Go on") : qsTr("Pause")
        icon.name: reader.paused ? "play" : "pause"
        onTriggered: reader.paused = !reader.paused
    }
    Action {
        id: copy
        text: view.hasSelection ? qsTr("Copy selection") : qsTr("Copy all")
        icon.name: "copy"
        onTriggered: view.copy()
    }
    Action {
        id: save
        text: qsTr("Save to a file")
        icon.name: "download"
        onTriggered: reader.save()
    }
    Action {
        id: clear
        text: qsTr("Clear")
        icon.name: "remove"
        onTriggered: reader.clear()
    }

    ColumnLayout {
        anchors.fill: parent
        anchors.leftMargin: Theme.spaceL
        anchors.rightMargin: Theme.spaceL
        anchors.bottomMargin: Theme.spaceS
        spacing: Theme.spaceS

        LogToolBar {
            reader: reader
            view: view
            Layout.fillWidth: true
        }
        LogView {
            id: view
            reader: reader
            Layout.fillWidth: true
            Layout.fillHeight: true
        }
    }
}
