import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// How a workload fares, and the facts.
ScrollColumn {
    id: root

    required property Workload workload

    signal scaleRequested
    signal ownerRequested

    Card {
        visible: root.workload.readyText !== "" || root.workload.progressText !== ""
        Layout.fillWidth: true

        RowLayout {
            spacing: Theme.spaceM
            Layout.fillWidth: true

            ColumnLayout {
                spacing: 2
                Layout.fillWidth: true

                Label {
                    text: root.workload.readyText
                    visible: text !== ""
                    font.pixelSize: Theme.headline
                    font.weight: Font.DemiBold
                    wrapMode: Text.Wrap
                    Layout.fillWidth: true
                }
                Label {
                    text: root.workload.progressText
                    visible: text !== ""
                    color: root.workload.tone === "error" ? Theme.error : Theme.textMuted
                    wrapMode: Text.Wrap
                    Layout.fillWidth: true
                }
            }
            ReplicaStepper {
                visible: root.workload.scalable
                workload: root.workload
                onExactRequested: root.scaleRequested()
            }
        }
        ProgressBar {
            visible: root.workload.progress >= 0
            value: Math.max(0, root.workload.progress)
            Layout.fillWidth: true
            Accessible.name: qsTr("Rollout")
        }
    }
    ConditionsCard {
        model: root.workload.conditions
        Layout.fillWidth: true
    }
    FactsCard {
        model: root.workload.facts
        title: qsTr("Details")
        Layout.fillWidth: true

        KeyValueRow {
            visible: root.workload.ownerName !== ""
            label: qsTr("Made by")

            Button {
                flat: true
                text: root.workload.ownerName
                enabled: root.workload.ownerKindKey !== ""
                onClicked: root.ownerRequested()
            }
        }
    }
}
