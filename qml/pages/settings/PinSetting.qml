import QtQuick
import QtQuick.Controls
import Coracle
import Coracle.Theme

/// Sets, changes or removes the PIN of a level; a new one is entered twice.
SettingRow {
    id: row

    required property int level
    required property bool isSet

    Button {
        text: row.isSet ? qsTr("Change") : qsTr("Set")
        enabled: App.lock.mayConfigure
        Accessible.name: row.isSet ? qsTr("Change the %1").arg(row.label) : qsTr("Set the %1").arg(row.label)
        onClicked: dialog.open()
    }
    Button {
        visible: row.isSet
        text: qsTr("Remove")
        flat: true
        enabled: App.lock.mayConfigure
        Accessible.name: qsTr("Remove the %1").arg(row.label)
        onClicked: App.lock.removePin(row.level)
    }

    Dialog {
        id: dialog

        property string first
        property string problem

        title: first === "" ? row.label : qsTr("Once more")
        width: Math.min(Theme.windowWidth - 2 * Theme.spaceS, Math.round(380 * Theme.growth))
        onAboutToShow: {
            first = ""
            problem = ""
            pad.clear()
        }
        onOpened: pad.forceActiveFocus(Qt.PopupFocusReason)

        function take(pin: string) {
            problem = ""
            pad.clear()
            if (first === "") {
                first = pin
                return
            }
            if (first === pin)
                App.lock.setPin(row.level, pin)
            else
                problem = qsTr("These were two different PINs.")
            first = ""
        }

        Connections {
            target: App.lock
            enabled: dialog.opened
            function onPinSet(level, problem) {
                dialog.problem = problem
                if (problem === "")
                    dialog.close()
            }
        }

        contentItem: PinPad {
            id: pad
            message: dialog.problem
            busy: App.lock.checking
            onEntered: (pin) => dialog.take(pin)
            onCancelled: dialog.close()
        }
    }
}
