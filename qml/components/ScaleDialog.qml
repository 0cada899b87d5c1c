import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle

/// How many replicas a workload is to have.
FormDialog {
    id: dialog

    property Workload workload

    signal confirmed(replicas: int)

    title: workload ? qsTr("Scale %1").arg(workload.name) : ""
    acceptText: qsTr("Scale to %1").arg(box.value)
    acceptEnabled: workload !== null && box.value !== workload.replicas
    onAboutToShow: {
        if (workload)
            box.value = workload.replicas
        box.forceActiveFocus(Qt.PopupFocusReason)
    }
    onAccepted: confirmed(box.value)

    FormField {
        label: qsTr("Replicas")
        help: dialog.workload ? qsTr("Now: %1").arg(dialog.workload.readyText) : ""

        SpinBox {
            id: box
            from: 0
            to: 10000
            editable: true
        }
    }
    Banner {
        visible: box.value === 0
        tone: "warning"
        text: qsTr("With no replica it serves nothing.")
        Layout.fillWidth: true
    }
}
