pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// The daemon's own log, and bundles for whoever helps.
ViewPage {
    id: page

    title: qsTr("Diagnostics")
    viewState: log.state
    errorText: log.errorText
    onRetry: log.retry()
    extras: SegmentedControl {
        id: view
        label: qsTr("View")
        model: [qsTr("Log"), qsTr("Bundles")]
    }
    actions: Action {
        text: qsTr("Make a bundle")
        icon.name: "add"
        enabled: !bundles.operation.running
        onTriggered: {
            view.currentIndex = 1
            bundles.create()
        }
    }

    DaemonLog {
        id: log
        session: App.cluster ? App.cluster.session : null
    }
    SupportBundles {
        id: bundles
        session: App.cluster ? App.cluster.session : null
    }

    DaemonLogView {
        anchors.fill: parent
        anchors.leftMargin: Theme.spaceL
        anchors.rightMargin: Theme.spaceL
        anchors.bottomMargin: Theme.spaceS
        visible: view.currentIndex === 0
        log: log
    }
    ScrollColumn {
        anchors.fill: parent
        visible: view.currentIndex === 1

        OperationCard {
            operation: bundles.operation
            Layout.fillWidth: true
        }
        BundleRows {
            bundles: bundles
            Layout.fillWidth: true
        }
    }
}
