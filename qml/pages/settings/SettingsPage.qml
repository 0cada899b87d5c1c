import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// What is chosen for this program on this machine. Everything applies at once.
ViewPage {
    title: qsTr("Settings")

    ScrollColumn {
        anchors.fill: parent
        widthMax: Math.round(860 * Theme.growth)

        LookSettings {
            Layout.fillWidth: true
        }
        LockSettings {
            Layout.fillWidth: true
        }
        ScreenSettings {
            Layout.fillWidth: true
        }
        Card {
            title: qsTr("About")
            Layout.fillWidth: true

            KeyValueRow {
                label: qsTr("Version")
                value: Qt.application.version
            }
            KeyValueRow {
                label: qsTr("Keys")
                Button {
                    text: qsTr("Show")
                    onClicked: App.navigator.open("shortcuts")
                }
            }
        }
    }
}
