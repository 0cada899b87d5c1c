import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// What would change in the cluster, to confirm.
FormDialog {
    id: dialog

    property string difference

    title: qsTr("This changes in the cluster")
    width: Math.min(Theme.windowWidth - 2 * Theme.spaceM, Math.round(1100 * Theme.growth))
    acceptText: qsTr("Apply")
    acceptIcon: "check"
    onAboutToShow: cancelButton.forceActiveFocus(Qt.PopupFocusReason)

    Banner {
        visible: App.cluster !== null && App.cluster.production
        tone: "warning"
        text: App.cluster ? qsTr("%1 is a production cluster.").arg(App.cluster.name) : ""
        Layout.fillWidth: true
    }
    Label {
        text: qsTr("The server has checked it and found no fault.")
        color: Theme.textMuted
        wrapMode: Text.Wrap
        Layout.fillWidth: true
    }
    DiffView {
        text: dialog.difference
        emptyText: qsTr("Nothing: it is the same already.")
        Layout.fillWidth: true
    }
}
