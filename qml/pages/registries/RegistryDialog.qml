import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle

/// One registry: where its images are fetched, and how it is spoken to.
FormDialog {
    id: dialog

    required property RegistryForm form
    property bool adding: true
    property bool hasSecret: false

    /// `row` null: a new one.
    function edit(row: RegistryRowItem) {
        adding = row === null
        registry.text = row ? row.key : ""
        endpoints.text = row ? row.endpoints : ""
        username.text = row ? row.username : ""
        caFile.text = row ? row.caFile : ""
        insecure.checked = row ? row.insecure : false
        hasSecret = row ? row.hasSecret : false
        password.clear()
        open()
    }

    title: adding ? qsTr("Add registry") : qsTr("Registry %1").arg(registry.text)
    acceptText: qsTr("Take over")
    acceptEnabled: registry.text.trim() !== ""
    onAccepted: form.put(registry.text, endpoints.text, username.text, password.text, caFile.text, insecure.checked)

    FormField {
        label: qsTr("Registry")
        help: qsTr("As image names begin, with the port: registry.example.com:5000. “*” stands for all others.")

        TextField {
            id: registry
            enabled: dialog.adding
            inputMethodHints: Qt.ImhUrlCharactersOnly
        }
    }
    FormField {
        label: qsTr("Mirrors")
        optional: true
        help: qsTr("Addresses that are tried in this order, one a line.")

        FormArea {
            id: endpoints
            placeholderText: "https://mirror.example.com"
            inputMethodHints: Qt.ImhUrlCharactersOnly
        }
    }
    FormField {
        label: qsTr("User")
        optional: true

        TextField {
            id: username
            inputMethodHints: Qt.ImhNoPredictiveText | Qt.ImhNoAutoUppercase
        }
    }
    FormField {
        label: qsTr("Password")
        optional: true

        TextField {
            id: password
            echoMode: TextInput.Password
            placeholderText: dialog.hasSecret ? qsTr("stored; empty leaves it") : ""
        }
    }
    FormField {
        label: qsTr("CA file")
        optional: true
        help: qsTr("A file on the cluster's machine.")

        TextField { id: caFile }
    }
    CheckBox {
        id: insecure
        text: qsTr("Accept any certificate")
        Layout.fillWidth: true
    }
    Banner {
        visible: insecure.checked
        tone: "warning"
        text: qsTr("Others on the network could give the cluster false images.")
        Layout.fillWidth: true
    }
}
