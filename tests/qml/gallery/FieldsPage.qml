import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle.Ui

GalleryPage {
    id: page

    GroupBox {
        title: "Text"
        width: page.columnWidth

        ColumnLayout {
            anchors.left: parent.left
            anchors.right: parent.right
            spacing: Theme.spaceM

            TextField { placeholderText: "Name of the cluster"; Layout.fillWidth: true }
            TextField { text: "edge-07"; Layout.fillWidth: true; Component.onCompleted: forceActiveFocus() }
            TextField { text: "Disabled"; enabled: false; Layout.fillWidth: true }
            TextArea { text: "Several lines\nof text"; Layout.fillWidth: true }
        }
    }
    GroupBox {
        title: "Choice"
        width: page.columnWidth

        ColumnLayout {
            anchors.left: parent.left
            anchors.right: parent.right
            spacing: Theme.spaceM

            ComboBox { model: ["default", "kube-system", "monitoring"]; Layout.fillWidth: true }
            ComboBox { model: ["editable", "other"]; editable: true; Layout.fillWidth: true }
            SpinBox { from: 1; to: 65535; value: 8080; Layout.fillWidth: true }
        }
    }
    GroupBox {
        title: "Type"
        width: page.columnWidth

        ColumnLayout {
            anchors.left: parent.left
            anchors.right: parent.right

            Label { text: "Display 42"; font.pixelSize: Theme.display; font.weight: Font.DemiBold }
            Label { text: "Headline"; font.pixelSize: Theme.headline; font.weight: Font.DemiBold }
            Label { text: "Title"; font.pixelSize: Theme.title; font.weight: Font.DemiBold }
            Label { text: "Body text, what most things are written in" }
            Label { text: "Caption, muted"; font.pixelSize: Theme.caption; color: Theme.textMuted }
        }
    }
}
