import QtQuick
import QtQuick.Controls
import Coracle
import Coracle.Theme

/// Asks for the PIN when something needs more than is allowed; what waited goes on by itself.
Dialog {
    id: dialog

    property int level: LockLevel.Operate

    title: level === LockLevel.Configure ? qsTr("PIN for configuring") : qsTr("PIN for operating")
    width: Math.min(Theme.windowWidth - 2 * Theme.spaceS, Math.round(380 * Theme.growth))
    closePolicy: Popup.CloseOnEscape
    onRejected: App.lock.dismiss()
    onClosed: pad.clear()
    onOpened: pad.forceActiveFocus(Qt.PopupFocusReason)

    Connections {
        target: App.lock
        function onWanted(level) {
            dialog.level = level
            dialog.open()
        }
        function onAllowed() {
            dialog.close()
        }
        function onLocked() {
            dialog.close()
        }
        function onChanged() {
            if (App.lock.errorText !== "")
                pad.clear()
        }
    }

    contentItem: PinPad {
        id: pad
        message: App.lock.errorText
        busy: App.lock.checking
        onEntered: (pin) => App.lock.enter(pin)
        onCancelled: dialog.reject()
    }
}
