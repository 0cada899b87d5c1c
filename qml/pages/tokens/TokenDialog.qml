import QtQuick
import QtQuick.Controls
import QtQuick.Layouts

/// What a new token is for and how long it is valid.
FormDialog {
    id: dialog

    signal confirmed(description: string, hours: int)

    title: qsTr("New token")
    acceptText: qsTr("Create")
    acceptIcon: "add"
    onAboutToShow: {
        description.clear()
        validity.currentIndex = 1
        description.forceActiveFocus(Qt.PopupFocusReason)
    }
    onAccepted: confirmed(description.text, validity.currentValue)

    FormField {
        label: qsTr("What it is for")
        optional: true

        TextField {
            id: description
            maximumLength: 256
            placeholderText: qsTr("For the second machine")
            onAccepted: dialog.accept()
        }
    }
    FormField {
        label: qsTr("Valid for")

        ComboBox {
            id: validity
            textRole: "text"
            valueRole: "hours"
            model: [
                { text: qsTr("1 hour"), hours: 1 },
                { text: qsTr("1 day"), hours: 24 },
                { text: qsTr("1 week"), hours: 168 },
                { text: qsTr("30 days"), hours: 720 },
                { text: qsTr("For ever"), hours: 0 }
            ]
        }
    }
    Banner {
        visible: validity.currentValue === 0
        tone: "warning"
        text: qsTr("It stays valid until it is revoked.")
        Layout.fillWidth: true
    }
}
