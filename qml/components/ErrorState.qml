import QtQuick
import QtQuick.Controls
import Coracle.Ui

/// Something cannot be shown: what, why, and what mends it.
Notice {
    id: state

    property string what
    property string why
    property string mend
    property bool canRetry: true

    signal retry

    icon: "error"
    iconColor: Theme.error
    title: what
    text: why !== "" && mend !== "" ? why + "\n" + mend : why + mend
    Accessible.role: Accessible.AlertMessage

    Button {
        visible: state.canRetry
        text: qsTr("Try again")
        icon.name: "refresh"
        onClicked: state.retry()
    }
}
