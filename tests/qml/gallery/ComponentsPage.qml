import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle.Ui

GalleryPage {
    id: page

    Card {
        title: "edge-07"
        subtitle: "Control plane, 10.0.0.17"
        icon: "node"
        width: page.columnWidth
        actions: [
            StatusChip { tone: "ok"; text: "Ready" },
            ToolButton { icon.name: "more"; text: "More" }
        ]

        KeyValueRow { label: "Version"; value: "v1.36.0+coracle1" }
        KeyValueRow { label: "Address"; value: "10.0.0.17"; mono: true; copyable: true }
        KeyValueRow {
            label: "Certificate"
            StatusChip { tone: "warning"; text: "12 days left" }
        }
        Meter { label: "CPU"; text: "0.6 of 4 cores"; value: 0.15; Layout.fillWidth: true }
        Meter { label: "Memory"; text: "1.7 of 2 GiB"; value: 0.85; Layout.fillWidth: true }
        Meter { label: "Disk"; text: "30.1 of 32 GiB"; value: 0.94; Layout.fillWidth: true }
    }
    Card {
        title: "States"
        width: page.columnWidth

        Flow {
            spacing: Theme.spaceS
            Layout.fillWidth: true

            StatusChip { tone: "ok"; text: "Running" }
            StatusChip { tone: "warning"; text: "Pending" }
            StatusChip { tone: "error"; text: "CrashLoopBackOff" }
            StatusChip { tone: "info"; text: "Progressing" }
            StatusChip { text: "Completed" }
        }
        SegmentedControl {
            model: ["List", "Tree", "YAML"]
            label: "View"
            Layout.fillWidth: true
        }
        RowLayout {
            spacing: Theme.spaceS
            DangerButton { text: "Delete"; icon.name: "remove" }
            DangerButton { text: "Delete"; flat: true }
        }
        CodeBlock {
            text: "clusterd agent --server https://10.0.0.17:6443 --token K10c4f8e::server:7d1a"
            Layout.fillWidth: true
        }
        CodeBlock {
            text: "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web"
            Layout.fillWidth: true
        }
    }
    GridLayout {
        width: page.columnWidth
        columns: 2
        columnSpacing: Theme.spaceM
        rowSpacing: Theme.spaceM


        MetricTile { label: "Nodes"; value: "3"; detail: "All ready"; tone: "ok"; iconName: "node"; clickable: true; Layout.fillWidth: true }
        MetricTile { label: "Pods"; value: "42"; detail: "2 not ready"; tone: "warning"; iconName: "pod"; clickable: true; Layout.fillWidth: true }
        MetricTile { label: "CPU"; value: "17 %"; detail: "0.7 of 4 cores"; iconName: "cpu"; Layout.fillWidth: true }
        MetricTile { label: "Memory"; value: "1.2 GiB"; detail: "of 2 GiB"; iconName: "memory"; Layout.fillWidth: true }
    }
    Card {
        title: "A form"
        width: page.columnWidth

        FormField {
            label: "Name"
            help: "Lower-case letters, digits and dashes."
            TextField { text: "edge" }
        }
        FormField {
            label: "Pod network"
            error: "10.0.0.0/16 is the network of eth0. Choose another range."
            TextField { text: "10.0.0.0/16" }
        }
        FormField {
            label: "Namespace"
            optional: true
            ComboBox { model: ["default", "kube-system"] }
        }
    }
}
