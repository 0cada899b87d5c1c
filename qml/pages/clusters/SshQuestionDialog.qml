import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// What only the user can answer while a session is made: whether a host is trusted, a password, a passphrase.
FormDialog {
    id: dialog

    required property Session session
    readonly property bool asked: session !== null && session.question.open
    readonly property bool hostKey: asked && session.question.hostKey

    title: hostKey ? qsTr("Unknown host") : qsTr("Sign in")
    acceptText: hostKey ? qsTr("Trust this host") : qsTr("Sign in")
    acceptIcon: hostKey ? "lock" : "key"
    acceptEnabled: hostKey || answer.text !== ""
    closePolicy: Popup.CloseOnEscape
    onAskedChanged: asked ? open() : close()
    onAboutToShow: {
        answer.clear()
        remember.checked = false
        if (!hostKey)
            answer.forceActiveFocus(Qt.PopupFocusReason)
    }
    onAccepted: session.answer(answer.text, remember.checked)
    onRejected: if (asked) session.decline()
    onClosed: {
        answer.clear()
        if (asked) // the next question came while this one was closing
            open()
    }

    Label {
        text: dialog.asked ? dialog.session.question.text : ""
        wrapMode: Text.Wrap
        Layout.fillWidth: true
    }
    Label {
        visible: dialog.hostKey
        text: qsTr("This device has not seen it before. Compare the fingerprint with the one that the machine shows:")
        color: Theme.textMuted
        wrapMode: Text.Wrap
        Layout.fillWidth: true
    }
    CodeBlock {
        visible: dialog.hostKey
        text: "ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub"
        Layout.fillWidth: true
    }
    KeyValueRow {
        label: qsTr("Host")
        value: dialog.asked ? dialog.session.question.host : ""
    }
    KeyValueRow {
        visible: dialog.hostKey
        label: qsTr("Kind of key")
        value: dialog.asked ? dialog.session.question.keyType : ""
    }
    KeyValueRow {
        visible: dialog.hostKey
        label: qsTr("Fingerprint")
        value: dialog.asked ? dialog.session.question.fingerprint : ""
        mono: true
        copyable: true
    }
    FormField {
        visible: !dialog.hostKey
        label: qsTr("Answer")
        error: dialog.asked && dialog.session.question.again ? qsTr("That was not right. Try again.") : ""

        TextField {
            id: answer
            echoMode: dialog.asked && dialog.session.question.echo ? TextInput.Normal : TextInput.Password
            inputMethodHints: Qt.ImhSensitiveData | Qt.ImhNoPredictiveText | Qt.ImhNoAutoUppercase
            onAccepted: if (dialog.acceptEnabled) dialog.accept()
        }
    }
    CheckBox {
        id: remember
        visible: dialog.asked && dialog.session.question.canRemember
        text: qsTr("Remember it in the key store")
        Layout.fillWidth: true
    }
}
