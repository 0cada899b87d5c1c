pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// The versions that could be had, and how the last upgrade ended.
ViewPage {
    id: page

    title: qsTr("Upgrades")
    subtitle: upgrades.currentText
    viewState: upgrades.state
    errorText: upgrades.errorText
    onRetry: upgrades.retry()
    actions: Action {
        text: qsTr("Look for versions")
        icon.name: "refresh"
        enabled: !upgrades.busy
        onTriggered: upgrades.check()
    }

    UpgradeList {
        id: upgrades
        session: App.cluster ? App.cluster.session : null
    }

    ScrollColumn {
        anchors.fill: parent

        OperationCard {
            operation: upgrades.operation
            Layout.fillWidth: true
        }
        Banner {
            visible: upgrades.lastText !== ""
            tone: upgrades.lastTone
            text: upgrades.lastText
            Layout.fillWidth: true
        }
        Banner {
            visible: upgrades.sourceError !== ""
            tone: "warning"
            title: qsTr("The versions could not be read")
            text: upgrades.sourceError
            Layout.fillWidth: true
        }
        EmptyState {
            visible: upgrades.rows.count === 0
            icon: "upgrade"
            title: qsTr("No versions are known")
            text: upgrades.sourceText
            actionText: qsTr("Set the source")
            actionIcon: "settings"
            onTriggered: App.navigator.open("options")
            Layout.fillWidth: true
        }
        Label {
            visible: upgrades.rows.count > 0
            text: upgrades.sourceText
            color: Theme.textMuted
            wrapMode: Text.Wrap
            Layout.fillWidth: true
        }
        Repeater {
            model: upgrades.rows

            VersionCard {
                id: version

                busy: upgrades.operation.running
                Layout.fillWidth: true
                onStageRequested: upgrades.stage(key)
                onUpgradeRequested: {
                    confirmation.version = key
                    confirmation.open()
                }
            }
        }
    }

    UpgradeDialog {
        id: confirmation
        onAccepted: upgrades.upgrade(version, backupFirst)
    }
}
