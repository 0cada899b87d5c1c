import QtQuick
import Coracle

/// Put into a page: while it `holds` something that is not saved, leaving the page asks first.
Item {
    id: guard

    property bool holds: false
    property alias title: dialog.title
    property alias text: dialog.text

    // Only the page that is shown asks: `visible` follows the page's.
    Binding {
        target: App.navigator
        property: "held"
        value: guard.holds && guard.visible
    }
    Connections {
        target: App.navigator
        enabled: guard.visible
        function onLeaveAsked() {
            dialog.open()
        }
    }
    ConfirmDialog {
        id: dialog
        confirmText: qsTr("Leave")
        onAccepted: App.navigator.leave()
    }
    Component.onDestruction: App.navigator.held = false
}
