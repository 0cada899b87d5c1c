pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// What runs in the cluster, by kind.
ViewPage {
    id: page

    /// The kind that is shown: "deployments.apps", "pods", ...
    property string kindKey: "deployments.apps"

    title: qsTr("Workloads")
    extras: NamespacePicker {}

    WorkloadKinds {
        id: kinds
        cluster: App.cluster
        shown: list.model
    }

    ColumnLayout {
        anchors.fill: parent
        anchors.leftMargin: Theme.spaceL
        anchors.rightMargin: Theme.spaceL
        anchors.bottomMargin: Theme.spaceS
        spacing: Theme.spaceS

        TabBar {
            id: tabs
            Layout.fillWidth: true

            Repeater {
                model: kinds

                TabButton {
                    required property string key
                    required property string title
                    required property string count
                    text: count !== "" ? qsTr("%1  %2").arg(title).arg(count) : title
                    width: implicitWidth
                    checked: page.kindKey === key
                    onClicked: {
                        page.kindKey = key
                        kinds.refresh()
                    }
                }
            }
        }
        ResourceList {
            id: list
            kindKey: page.kindKey
            emptyIcon: "workload"
            Layout.fillWidth: true
            Layout.fillHeight: true
            onActivated: (namespaceName, name) => App.navigator.open(
                kinds.pageOf(page.kindKey), page.kindKey === "pods"
                    ? { namespaceName: namespaceName, name: name }
                    : { kindKey: page.kindKey, namespaceName: namespaceName, name: name })
        }
    }
}
