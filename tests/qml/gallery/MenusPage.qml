import QtQuick
import QtQuick.Controls
import Coracle.Ui

/// What opens above a page.
Item {
    id: page

    Menu {
        x: Theme.spaceL
        y: Theme.spaceL
        visible: page.visible
        modal: false
        closePolicy: Popup.NoAutoClose

        MenuItem { text: "Restart"; icon.name: "restart" }
        MenuItem { text: "Scale…"; icon.name: "expand" }
        MenuItem { text: "Follow the log"; checkable: true; checked: true }
        MenuItem { text: "Not allowed"; icon.name: "edit"; enabled: false }
        MenuSeparator {}
        MenuItem { text: "Delete"; icon.name: "remove"; icon.color: Theme.error }
        Menu {
            title: "More"
            MenuItem { text: "Entry" }
        }
    }
    ComboBox {
        id: combo

        x: 320
        y: Theme.spaceL
        width: 260
        model: ["default", "kube-system", "monitoring"]
        popup.visible: page.visible
        popup.closePolicy: Popup.NoAutoClose
    }
    ToolButton {
        x: 640
        y: Theme.spaceXl
        icon.name: "refresh"
        text: "Refresh"
        ToolTip.text: text
        ToolTip.visible: page.visible
    }
    Popup {
        x: 320
        y: 260
        visible: page.visible
        closePolicy: Popup.NoAutoClose
        Label { text: "A popup" }
    }
}
