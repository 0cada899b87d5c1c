pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// What a clean-up would free; what is ticked goes.
FormDialog {
    id: dialog

    required property StorageView storage
    property list<string> chosen

    title: qsTr("Clean up")
    acceptText: qsTr("Clean up")
    acceptIcon: "remove"
    acceptEnabled: chosen.length > 0
    danger: true
    onAboutToShow: chosen = []
    onAccepted: storage.cleanUp(chosen)

    Label {
        text: dialog.storage.reclaimableText
        wrapMode: Text.Wrap
        Layout.fillWidth: true
    }
    Repeater {
        model: dialog.storage.reclaimable

        RowLayout {
            id: row

            required property string key
            required property string title
            required property string detail
            required property string sizeText

            spacing: Theme.spaceS
            Layout.fillWidth: true

            CheckBox {
                text: row.title
                checked: dialog.chosen.includes(row.key)
                Layout.fillWidth: true
                onToggled: dialog.chosen = checked ? [...dialog.chosen, row.key]
                                                   : dialog.chosen.filter(key => key !== row.key)
            }
            Label {
                text: qsTr("%1 · %2").arg(row.detail).arg(row.sizeText)
                color: Theme.textMuted
            }
        }
    }
    Banner {
        visible: dialog.chosen.includes("orphanedVolumes")
        tone: "warning"
        text: qsTr("The data in these folders is lost.")
        Layout.fillWidth: true
    }
}
