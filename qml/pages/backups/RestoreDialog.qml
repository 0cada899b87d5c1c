import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle

/// Asks before the cluster goes back to a back-up; the cluster's name must be typed.
ConfirmDialog {
    id: dialog

    property string name
    readonly property bool backupFirst: backup.checked

    title: qsTr("Restore this back-up?")
    text: qsTr("All objects of the cluster become what they were then; what was made or changed since is lost. "
             + "The daemon restarts.")
    targets: [name]
    confirmText: qsTr("Restore")
    confirmIcon: "restore"
    typedName: App.cluster ? App.cluster.name : ""

    CheckBox {
        id: backup
        checked: true
        text: qsTr("Make a back-up of the present state before")
        Layout.fillWidth: true
    }
}
