import QtQuick
import QtQuick.Layouts
import Coracle.Theme

/// The keys that work everywhere.
ViewPage {
    title: qsTr("Keys")

    ScrollColumn {
        anchors.fill: parent
        widthMax: Math.round(860 * Theme.growth)

        Card {
            title: qsTr("On every page")
            Layout.fillWidth: true

            KeyValueRow { label: "Ctrl+K"; value: qsTr("Search for pages, clusters, namespaces and objects") }
            KeyValueRow { label: "Esc, Alt+←"; value: qsTr("Back") }
            KeyValueRow { label: "Ctrl+B"; value: qsTr("Narrow or wide menu") }
            KeyValueRow { label: "Ctrl+,"; value: qsTr("Settings") }
            KeyValueRow { label: "Ctrl++, Ctrl+-, Ctrl+0"; value: qsTr("Larger, smaller and normal texts") }
            KeyValueRow { label: "Ctrl+Shift+L"; value: qsTr("Lock") }
            KeyValueRow { label: "F1, ?"; value: qsTr("This page") }
            KeyValueRow { label: "Ctrl+Q"; value: qsTr("Quit") }
        }
        Card {
            title: qsTr("In lists and forms")
            Layout.fillWidth: true

            KeyValueRow { label: qsTr("Tab, Shift+Tab"); value: qsTr("The next, the previous thing to operate") }
            KeyValueRow { label: "↑, ↓"; value: qsTr("Rows of a list, choices") }
            KeyValueRow { label: qsTr("Enter, Space"); value: qsTr("Open, press, choose") }
            KeyValueRow { label: qsTr("Menu key"); value: qsTr("What can be done with the row") }
        }
    }
}
