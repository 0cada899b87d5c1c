import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle.Ui

GalleryPage {
    id: page

    GroupBox {
        title: "Buttons"
        width: page.columnWidth

        Flow {
            anchors.left: parent.left
            anchors.right: parent.right
            spacing: Theme.spaceS

            Button { text: "Create cluster"; highlighted: true; icon.name: "add" }
            Button { text: "Secondary" }
            Button { text: "Flat"; flat: true }
            Button { text: "Disabled"; enabled: false }
            Button { text: "Primary, disabled"; highlighted: true; enabled: false }
            Button { text: "With icon"; icon.name: "restart" }
            Button { text: "Focus"; id: focused; focus: true; Component.onCompleted: forceActiveFocus(Qt.TabFocusReason) }
        }
    }
    GroupBox {
        title: "Tool buttons"
        width: page.columnWidth

        Flow {
            anchors.left: parent.left
            anchors.right: parent.right
            spacing: Theme.spaceS

            ToolButton { icon.name: "refresh"; text: "Refresh" }
            ToolButton { icon.name: "filter"; text: "Filter"; checkable: true; checked: true }
            ToolButton { icon.name: "more"; text: "More"; enabled: false }
            RoundButton { icon.name: "add"; text: ""; highlighted: true; Accessible.name: "Add" }
            RoundButton { icon.name: "edit"; Accessible.name: "Edit" }
        }
    }
    GroupBox {
        title: "Choices"
        width: page.columnWidth

        GridLayout {
            anchors.left: parent.left
            anchors.right: parent.right
            columns: 2

            CheckBox { text: "Checked"; checked: true }
            RadioButton { text: "This one"; checked: true }
            CheckBox { text: "Partially"; tristate: true; checkState: Qt.PartiallyChecked }
            RadioButton { text: "That one" }
            CheckBox { text: "Unchecked" }
            Switch { text: "On"; checked: true }
            CheckBox { text: "Disabled"; enabled: false; checked: true }
            Switch { text: "Off" }
        }
    }
    GroupBox {
        title: "Progress and range"
        width: page.columnWidth

        ColumnLayout {
            anchors.left: parent.left
            anchors.right: parent.right
            spacing: Theme.spaceM

            Slider { value: 0.4; Layout.fillWidth: true }
            ProgressBar { value: 0.62; Layout.fillWidth: true }
            ProgressBar { indeterminate: true; Layout.fillWidth: true }
            RowLayout {
                spacing: Theme.spaceM
                BusyIndicator {}
                SpinBox { from: 0; to: 100; value: 3 }
            }
        }
    }
    GroupBox {
        title: "Rows"
        width: page.columnWidth

        ColumnLayout {
            anchors.left: parent.left
            anchors.right: parent.right
            spacing: 2

            ItemDelegate { text: "An entry"; icon.name: "pod"; Layout.fillWidth: true }
            ItemDelegate { text: "The chosen one"; icon.name: "pod"; highlighted: true; Layout.fillWidth: true }
            SwitchDelegate { text: "A setting"; icon.name: "theme"; checked: true; Layout.fillWidth: true }
            CheckDelegate { text: "Several of these"; checked: true; Layout.fillWidth: true }
            RadioDelegate { text: "One of these"; checked: true; Layout.fillWidth: true }
            SwipeDelegate { text: "Swipe me"; icon.name: "node"; Layout.fillWidth: true }
        }
    }
    GroupBox {
        title: "Tabs"
        width: page.columnWidth

        ColumnLayout {
            anchors.left: parent.left
            anchors.right: parent.right

            TabBar {
                Layout.fillWidth: true
                TabButton { text: "Overview" }
                TabButton { text: "Pods" }
                TabButton { text: "YAML"; icon.name: "yaml" }
            }
        }
    }
}
