import QtQuick
import QtQuick.Controls
import Coracle

/// What a panel without keyboard and window manager needs. Needs the PIN for configuring where there is one.
Card {
    id: card

    title: qsTr("Screen")

    SettingRow {
        label: qsTr("Switch the screen off")
        help: qsTr("The first touch only switches it on again.")

        MinutesBox {
            minutes: App.settings.blankMinutes
            Accessible.name: qsTr("Switch the screen off")
            onChosen: (minutes) => App.settings.blankMinutes = minutes
        }
    }
    SettingRow {
        label: qsTr("Kiosk")
        help: qsTr("This program fills the screen and is not left without the PIN for configuring.")

        Switch {
            checked: App.settings.kiosk
            enabled: App.lock.mayConfigure
            Accessible.name: qsTr("Kiosk")
            onToggled: App.settings.kiosk = checked
        }
    }
    SettingRow {
        label: qsTr("On-screen keyboard")
        help: qsTr("From the next start on.")

        Switch {
            checked: App.settings.virtualKeyboard
            enabled: App.lock.mayConfigure
            Accessible.name: qsTr("On-screen keyboard")
            onToggled: App.settings.virtualKeyboard = checked
        }
    }
}
