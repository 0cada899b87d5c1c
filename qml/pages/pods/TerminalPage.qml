import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// A shell in a container.
ViewPage {
    id: page

    required property string namespaceName
    required property string podName
    property string container

    title: podName
    subtitle: exec.statusText
    actions: [copy, paste, again]

    PodDetail {
        id: pod
        cluster: App.cluster
        namespaceName: page.namespaceName
        name: page.podName
    }
    ExecSession {
        id: exec
        cluster: App.cluster
        namespaceName: page.namespaceName
        podName: page.podName
        container: page.container
        Component.onCompleted: start()
    }
    Action {
        id: copy
        text: qsTr("Copy")
        icon.name: "copy"
        enabled: terminal.hasSelection
        onTriggered: terminal.copy()
    }
    Action {
        id: paste
        text: qsTr("Paste")
        icon.name: "upload"
        enabled: exec.state === ExecSession.Running
        onTriggered: terminal.paste()
    }
    Action {
        id: again
        text: qsTr("Start again")
        icon.name: "restart"
        onTriggered: exec.start()
    }

    ColumnLayout {
        anchors.fill: parent
        anchors.leftMargin: Theme.low ? Theme.spaceS : Theme.spaceL
        anchors.rightMargin: Theme.low ? Theme.spaceS : Theme.spaceL
        anchors.bottomMargin: Theme.spaceS
        spacing: Theme.spaceS

        RowLayout {
            visible: !Theme.low
            spacing: Theme.spaceS

            ComboBox {
                visible: pod.runningContainers.length > 1
                model: pod.runningContainers
                currentIndex: Math.max(0, Array.from(pod.runningContainers).indexOf(page.container))
                Accessible.name: qsTr("Container")
                onActivated: {
                    page.container = currentText
                    exec.start()
                }
            }
            ComboBox {
                id: shells
                model: [qsTr("Best shell"), "bash", "sh", "ash"]
                Accessible.name: qsTr("Shell")
                onActivated: (index) => {
                    exec.shell = index === 0 ? "" : currentText
                    exec.start()
                }
            }
        }
        Banner {
            visible: exec.state === ExecSession.Ended
            text: exec.statusText
            actionText: qsTr("Connect again")
            Layout.fillWidth: true
            onTriggered: exec.start()
        }
        Rectangle {
            color: terminal.backgroundColor
            radius: Theme.radiusSmall
            border.width: terminal.activeFocus ? Theme.focusWidth : Theme.lineWidth
            border.color: terminal.activeFocus ? Theme.focus : Theme.border
            Layout.fillWidth: true
            Layout.fillHeight: true

            TerminalView {
                id: terminal
                anchors.fill: parent
                anchors.margins: Theme.spaceS
                session: exec
                focus: true
                Component.onCompleted: forceActiveFocus()
            }
        }
        TerminalKeys {
            terminal: terminal
            Layout.fillWidth: true
        }
    }
}
