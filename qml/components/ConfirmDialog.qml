import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle.Ui

/// Asks before something that cannot be undone. Names what it hits; where much is at stake, its name must be typed.
FormDialog {
    id: dialog

    property string text
    /// What it hits, one name each; the first of many are shown.
    property list<string> targets
    property int targetsShownMax: 6
    /// The verb on the button: "Delete", never "OK".
    property string confirmText: qsTr("Delete")
    property string confirmIcon
    /// What has to be typed first; empty: nothing.
    property string typedName
    readonly property bool ready: typedName === "" || field.text.trim() === typedName

    acceptText: confirmText
    acceptIcon: confirmIcon
    acceptEnabled: ready
    danger: true

    // The focus is never on the button that does it.
    onAboutToShow: {
        field.clear()
        if (typedName !== "")
            field.forceActiveFocus(Qt.PopupFocusReason)
        else
            cancelButton.forceActiveFocus(Qt.PopupFocusReason)
    }

    Label {
        text: dialog.text
        visible: text !== ""
        wrapMode: Text.Wrap
        Layout.fillWidth: true
    }
    Frame {
        visible: dialog.targets.length > 0
        padding: Theme.spaceS
        Layout.fillWidth: true
        background: Rectangle {
            radius: Theme.radiusSmall
            color: Theme.surfaceSunken
        }

        ColumnLayout {
            anchors.left: parent.left
            anchors.right: parent.right
            spacing: 2

            // One text: Qt 6.4 crashes where items of a layout that is not shown come and go.
            Label {
                text: Array.from(dialog.targets).slice(0, dialog.targetsShownMax).join("\n")
                font.weight: Font.DemiBold
                wrapMode: Text.WrapAnywhere
                Layout.fillWidth: true
            }
            Label {
                readonly property int hidden: dialog.targets.length - dialog.targetsShownMax

                visible: hidden > 0
                text: qsTr("and %n more", "", Math.max(0, hidden))
                color: Theme.textMuted
            }
        }
    }
    FormField {
        visible: dialog.typedName !== ""
        label: qsTr("Type “%1” to confirm").arg(dialog.typedName)
        Layout.fillWidth: true

        TextField {
            id: field
            inputMethodHints: Qt.ImhNoPredictiveText | Qt.ImhNoAutoUppercase
            onAccepted: if (dialog.ready) dialog.accept()
        }
    }
}
