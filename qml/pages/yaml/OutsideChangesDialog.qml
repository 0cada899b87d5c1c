import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// Somebody else changed the object: both changes against what was loaded, and what to do about it.
FormDialog {
    id: dialog

    required property DocumentEditor editor

    title: qsTr("Changed on both sides")
    width: Math.min(Theme.windowWidth - 2 * Theme.spaceM, Math.round(1100 * Theme.growth))
    acceptText: qsTr("Put my changes on top")
    acceptIcon: "check"
    onAccepted: editor.merge()

    SectionHeader {
        text: qsTr("What changed in the cluster")
    }
    DiffView {
        text: dialog.editor.theirChanges
        emptyText: qsTr("Nothing that you could see.")
        Layout.fillWidth: true
    }
    SectionHeader {
        text: qsTr("What you changed")
    }
    DiffView {
        text: dialog.editor.myChanges
        emptyText: qsTr("Nothing yet.")
        Layout.fillWidth: true
    }
    Button {
        text: qsTr("Drop my changes")
        icon.name: "undo"
        onClicked: {
            dialog.close()
            dialog.editor.discard()
        }
    }
}
