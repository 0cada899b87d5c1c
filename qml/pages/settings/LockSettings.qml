import QtQuick
import QtQuick.Controls
import Coracle

/// The PINs of the two levels above looking, and when they are asked for again.
Card {
    id: card

    title: qsTr("Lock")
    subtitle: App.lock.hasConfigurePin ? "" : qsTr("Without a PIN, everybody at this screen may do everything.")
    actions: Button {
        visible: App.lock.hasConfigurePin
        text: App.lock.mayConfigure ? qsTr("Lock") : qsTr("Unlock")
        icon.name: App.lock.mayConfigure ? "lock" : "unlock"
        onClicked: App.lock.mayConfigure ? App.lock.lock() : App.lock.request(LockLevel.Configure)
    }

    PinSetting {
        label: qsTr("PIN for configuring")
        help: qsTr("For changing the cluster itself: options, access, tokens, back-ups; and these settings.")
        level: LockLevel.Configure
        isSet: App.lock.hasConfigurePin
    }
    PinSetting {
        visible: App.lock.hasConfigurePin
        label: qsTr("PIN for operating")
        help: qsTr("For scaling, restarting, deleting and commands. Without it, everybody may do that.")
        level: LockLevel.Operate
        isSet: App.lock.hasOperatePin
    }
    SettingRow {
        visible: App.lock.hasConfigurePin
        label: qsTr("Lock again when nobody is there")
        help: qsTr("Always when the screen is switched off.")

        MinutesBox {
            minutes: App.settings.lockMinutes
            enabled: App.lock.mayConfigure
            Accessible.name: qsTr("Lock again when nobody is there")
            onChosen: (minutes) => App.settings.lockMinutes = minutes
        }
    }
}
