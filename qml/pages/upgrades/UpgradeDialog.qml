import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle

/// Asks before the daemon is replaced.
ConfirmDialog {
    id: dialog

    property string version
    readonly property bool backupFirst: backup.checked

    title: qsTr("Upgrade to %1?").arg(version)
    text: qsTr("The daemon is replaced and restarts; pods go on running. When the new version does not become "
             + "ready in time, the present one comes back by itself.")
    targets: App.cluster ? [App.cluster.name] : []
    confirmText: qsTr("Upgrade")
    confirmIcon: "upgrade"
    danger: false
    typedName: App.cluster && App.cluster.production ? App.cluster.name : ""

    CheckBox {
        id: backup
        checked: true
        text: qsTr("Make a back-up before")
        Layout.fillWidth: true
    }
}
