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
    property alias pin: field.text

    signal entered(pin: string)
    signal cancelled

    function clear() {
        field.clear()
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
            echoMode: TextInput.Password
            horizontalAlignment: TextInput.AlignHCenter
            inputMethodHints: Qt.ImhDigitsOnly | Qt.ImhSensitiveData
            maximumLength: pad.lengthMax
            validator: RegularExpressionValidator { regularExpression: /[0-9]*/ }
            Accessible.name: qsTr("PIN")
            Layout.fillWidth: true
            onAccepted: if (enter.enabled) pad.entered(text)
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
                    onClicked: field.insert(field.length, text)
                }
            }
            Button {
                icon.name: "back"
                focusPolicy: Qt.NoFocus
                Accessible.name: qsTr("Delete the last digit")
                Layout.fillWidth: true
                Layout.preferredWidth: 1
                onClicked: field.remove(field.length - 1, field.length)
            }
            Button {
                text: "0"
                focusPolicy: Qt.NoFocus
                Layout.fillWidth: true
                Layout.preferredWidth: 1
                onClicked: field.insert(field.length, text)
            }
            Button {
                id: enter
                icon.name: "check"
                highlighted: true
                enabled: !pad.busy && field.length >= pad.lengthMin
                Accessible.name: qsTr("Enter")
                Layout.fillWidth: true
                Layout.preferredWidth: 1
                onClicked: pad.entered(field.text)
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
