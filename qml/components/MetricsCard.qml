import QtQuick
import QtQuick.Layouts
import Coracle
import Coracle.Items
import Coracle.Theme

/// CPU, memory and disk of the cluster, or of one node, now and over time.
Card {
    id: card

    /// Empty: the whole cluster.
    property alias node: history.node

    title: qsTr("Use")
    visible: history.state !== ViewState.Error
    actions: SegmentedControl {
        id: range
        model: [qsTr("Hour"), qsTr("Day")]
        currentIndex: 0
    }

    MetricsHistory {
        id: history
        session: App.cluster ? App.cluster.session : null
        day: range.currentIndex === 1
    }

    GridLayout {
        columns: Theme.compact ? 1 : 3
        columnSpacing: Theme.spaceL
        rowSpacing: Theme.spaceS
        Layout.fillWidth: true

        Meter {
            Layout.fillWidth: true
            label: qsTr("CPU")
            text: history.cpuText
            value: history.cpuNow
        }
        Meter {
            Layout.fillWidth: true
            label: qsTr("Memory")
            text: history.memoryText
            value: history.memoryNow
        }
        Meter {
            Layout.fillWidth: true
            visible: history.diskText !== ""
            label: qsTr("Disk")
            text: history.diskText
            value: history.diskNow
        }
    }
    Plot {
        Layout.fillWidth: true
        Layout.preferredHeight: Math.round((Theme.low ? 160 : 220) * Theme.growth)
        title: qsTr("Use over time")
        unit: PlotItem.Percent
        maximum: 1
        gapMs: history.day ? 300000 : 90000

        PlotSeries {
            name: qsTr("CPU")
            points: history.cpu
        }
        PlotSeries {
            name: qsTr("Memory")
            points: history.memory
        }
        PlotSeries {
            name: qsTr("Disk")
            points: history.disk
        }
    }
}
