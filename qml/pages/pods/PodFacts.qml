import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle

/// The conditions of a pod, and the facts.
ScrollColumn {
    id: root

    required property PodDetail pod

    ConditionsCard {
        model: root.pod.conditions
        Layout.fillWidth: true
    }
    FactsCard {
        model: root.pod.facts
        title: qsTr("Details")
        Layout.fillWidth: true

        KeyValueRow {
            visible: root.pod.ownerName !== ""
            label: qsTr("Made by")

            Button {
                flat: true
                text: root.pod.ownerName
                enabled: root.pod.ownerKindKey !== ""
                onClicked: App.navigator.open("workload", { kindKey: root.pod.ownerKindKey,
                    namespaceName: root.pod.namespaceName, name: root.pod.ownerName })
            }
        }
    }
}
