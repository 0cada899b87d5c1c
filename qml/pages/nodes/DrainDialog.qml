import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle

/// Asks before all pods are moved away from a node, and says which of them stand in the way.
ConfirmDialog {
    id: dialog

    required property NodeDetail node

    title: qsTr("Drain %1?").arg(node.name)
    text: node.podsToMove < 0 ? qsTr("Looking at what runs there …")
                              : qsTr("The node takes no new pods, and %n pod(s) are moved away.", "", node.podsToMove)
    targets: node.obstacles
    confirmText: qsTr("Drain")
    typedName: App.cluster && App.cluster.production ? node.name : ""
    acceptEnabled: ready && node.podsToMove >= 0 && node.obstacles.length === 0
    onAboutToShow: node.preview(force.checked, emptyDir.checked)
    onAccepted: node.drain(force.checked, emptyDir.checked)

    CheckBox {
        id: emptyDir
        text: qsTr("Also pods that lose temporary data by it")
        Layout.fillWidth: true
        onToggled: dialog.node.preview(force.checked, checked)
    }
    CheckBox {
        id: force
        text: qsTr("Also pods that nothing makes again")
        Layout.fillWidth: true
        onToggled: dialog.node.preview(checked, emptyDir.checked)
    }
    Banner {
        visible: text !== ""
        tone: "error"
        text: dialog.node.drainError
        Layout.fillWidth: true
    }
}
