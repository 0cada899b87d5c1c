pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle.Ui

/// A PIN by touch or by keys; what is entered is not shown.
FocusScope {
    id: pad

    /// What is wrong; empty: nothing.
    property string message
    property bool busy: false
    property int lengthMin: 4
    property int lengthMax: 12
    property string pin

    signal entered(pin: string)
    signal cancelled

    function clear() {
        pin = ""
    }
    function add(digit: string) {
        if (pin.length < lengthMax)
            pin += digit
    }
    function drop() {
        pin = pin.slice(0, -1)
    }

    implicitWidth: column.implicitWidth
    implicitHeight: column.implicitHeight

    ColumnLayout {
        id: column

        anchors.fill: parent
        spacing: Theme.low ? Theme.spaceXs : Theme.spaceS

        TextField {
            id: field
            focus: true
            text: pad.pin
            readOnly: true // the on-screen keyboard would cover the keys below
            echoMode: TextInput.Password
            horizontalAlignment: TextInput.AlignHCenter
            Accessible.name: qsTr("PIN")
            Layout.fillWidth: true
            Keys.onPressed: (event) => {
                event.accepted = true
                if (/^[0-9]$/.test(event.text))
                    pad.add(event.text)
                else if (event.key === Qt.Key_Backspace)
                    pad.drop()
                else if (event.key === Qt.Key_Return || event.key === Qt.Key_Enter)
                    enter.clicked()
                else
                    event.accepted = false
            }
        }
        Label {
            text: pad.message
            visible: text !== ""
            color: Theme.error
            wrapMode: Text.Wrap
            horizontalAlignment: Text.AlignHCenter
            Accessible.role: Accessible.AlertMessage
            Layout.fillWidth: true
        }
        GridLayout {
            columns: 3
            rowSpacing: Theme.low ? Theme.spaceXs : Theme.spaceS
            columnSpacing: Theme.spaceS
            LayoutMirroring.enabled: false
            Layout.fillWidth: true

            Repeater {
                model: 9

                Button {
                    required property int index
                    text: index + 1
                    focusPolicy: Qt.NoFocus
                    Layout.fillWidth: true
                    Layout.preferredWidth: 1
                    onClicked: pad.add(text)
                }
            }
            Button {
                icon.name: "back"
                focusPolicy: Qt.NoFocus
                Accessible.name: qsTr("Delete the last digit")
                Layout.fillWidth: true
                Layout.preferredWidth: 1
                onClicked: pad.drop()
            }
            Button {
                text: "0"
                focusPolicy: Qt.NoFocus
                Layout.fillWidth: true
                Layout.preferredWidth: 1
                onClicked: pad.add(text)
            }
            Button {
                id: enter
                icon.name: "check"
                highlighted: true
                enabled: !pad.busy && pad.pin.length >= pad.lengthMin
                Accessible.name: qsTr("Enter")
                Layout.fillWidth: true
                Layout.preferredWidth: 1
                onClicked: if (enabled) pad.entered(pad.pin)
            }
        }
        Button {
            text: qsTr("Cancel")
            flat: true
            Layout.fillWidth: true
            onClicked: pad.cancelled()
        }
    }
}
