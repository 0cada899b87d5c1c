import QtQuick
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// Sets this device up: a cluster of its own, or a part of another one.
ViewPage {
    id: page

    title: qsTr("Set up this device")
    subtitle: setup.dataFolder !== "" ? qsTr("Everything lies in %1").arg(setup.dataFolder) : ""
    viewState: setup.state
    errorText: setup.errorText
    onRetry: setup.retry()
    extras: SegmentedControl {
        id: kind
        label: qsTr("What this device is to be")
        model: [qsTr("Own cluster"), qsTr("Join another")]
    }

    ClusterSetup {
        id: setup
        session: App.cluster ? App.cluster.session : null
    }
    JoinForm { id: join }

    ColumnLayout {
        anchors.fill: parent
        spacing: 0

        ScrollColumn {
            widthMax: Math.round(860 * Theme.growth)
            Layout.fillWidth: true
            Layout.fillHeight: true

            OperationCard {
                operation: setup.operation
                Layout.fillWidth: true
            }
            Banner {
                visible: setup.operation.succeeded
                tone: setup.health === "ok" ? "ok" : "info"
                text: setup.health === "ok" ? qsTr("The cluster is ready.") : qsTr("The cluster is starting…")
                actionText: setup.health === "ok" ? qsTr("Go to the overview") : ""
                onTriggered: App.navigator.show("overview")
                Layout.fillWidth: true
            }
            SetupFields {
                visible: kind.currentIndex === 0
                setup: setup
                Layout.fillWidth: true
            }
            JoinFields {
                visible: kind.currentIndex === 1
                join: join
                Layout.fillWidth: true
            }
        }
        DraftBar {
            visible: kind.currentIndex === 0 && (setup.edited || setup.pendingRestart)
            model: setup
            blocked: setup.podsError !== "" || setup.servicesError !== ""
            Layout.fillWidth: true
        }
    }
}
