import QtQuick
import QtQuick.Controls

/// How large a claim is to be. The server says no when its class cannot grow, or when it would shrink.
FormDialog {
    id: dialog

    property string name
    property string present

    signal confirmed(size: string)

    title: qsTr("Expand %1").arg(name)
    acceptText: qsTr("Expand")
    acceptEnabled: size.text.trim() !== "" && size.text.trim() !== present
    onAboutToShow: {
        size.text = present
        size.forceActiveFocus(Qt.PopupFocusReason)
        size.selectAll()
    }
    onAccepted: confirmed(size.text.trim())

    FormField {
        label: qsTr("Size")
        help: qsTr("Now: %1. A claim can grow, never shrink.").arg(dialog.present)

        TextField {
            id: size
            inputMethodHints: Qt.ImhNoPredictiveText | Qt.ImhPreferNumbers
        }
    }
}
