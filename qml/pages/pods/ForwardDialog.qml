import QtQuick
import QtQuick.Controls
import Coracle

/// Asks for the ports of a new port-forward.
FormDialog {
    id: dialog

    property string namespaceName
    /// Whose port it is, in a word: the pod or the workload.
    property string subject
    /// One pod, or any that has the labels of podSelector.
    property string podName
    property string podSelector
    /// That its containers name.
    property list<int> ports

    title: qsTr("Forward a port of %1").arg(subject)
    acceptText: qsTr("Start")
    acceptIcon: "play"
    acceptEnabled: podPort.acceptableInput && (localPort.text === "" || localPort.acceptableInput)
    onAboutToShow: {
        podPort.text = ports.length > 0 ? ports[0] : ""
        localPort.clear()
        label.clear()
    }
    onAccepted: {
        const problem = App.forwards.add(label.text, subject, namespaceName, podName, podSelector,
                                         Number(podPort.text), Number(localPort.text))
        if (problem !== "")
            Toasts.failed(problem)
        else
            App.navigator.open("forwards")
    }

    FormField {
        label: qsTr("Port of the pod")

        TextField {
            id: podPort
            inputMethodHints: Qt.ImhDigitsOnly
            validator: IntValidator { bottom: 1; top: 65535 }
            onAccepted: if (dialog.acceptEnabled) dialog.accept()
        }
    }
    FormField {
        label: qsTr("Port of this device")
        help: qsTr("Empty: a free one.")
        optional: true

        TextField {
            id: localPort
            inputMethodHints: Qt.ImhDigitsOnly
            validator: IntValidator { bottom: 1; top: 65535 }
            onAccepted: if (dialog.acceptEnabled) dialog.accept()
        }
    }
    FormField {
        label: qsTr("Name")
        help: qsTr("To find it again: it is kept for this cluster.")
        optional: true

        TextField {
            id: label
            onAccepted: if (dialog.acceptEnabled) dialog.accept()
        }
    }
}
