import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// At the foot of a form: what is wrong with what was typed, and the way to write it. Shows all that would change
/// before it is written. It is there only while there is something to say.
Control {
    id: bar

    required property DraftModel model
    /// Settings that take effect without a restart.
    property bool live: false
    /// The page itself has found something that must be mended first, and says it.
    property bool blocked: false

    visible: model.edited || model.pendingRestart
    padding: Theme.spaceS
    horizontalPadding: Theme.spaceL
    background: Rectangle {
        color: Theme.surface

        Rectangle {
            width: parent.width
            height: Theme.lineWidth
            color: Theme.border
        }
    }
    contentItem: RowLayout {
        spacing: Theme.spaceS

        Icon {
            visible: bar.model.edited && bar.model.errorsText !== ""
            name: "error"
            color: Theme.error
        }
        Label {
            text: !bar.model.edited ? qsTr("What is written takes effect when the daemon restarts.")
                : bar.model.errorsText !== "" ? bar.model.errorsText
                : bar.blocked ? qsTr("Something above must be mended first.")
                : bar.model.canApply ? qsTr("The changes are valid.") : qsTr("Checking…")
            color: bar.model.edited && bar.model.errorsText !== "" ? Theme.error : Theme.text
            wrapMode: Text.Wrap
            maximumLineCount: 3
            elide: Text.ElideRight
            Layout.fillWidth: true
        }
        Button {
            visible: !bar.model.edited
            text: qsTr("Restart now")
            icon.name: "restart"
            enabled: !bar.model.busy && !bar.model.operation.running
            onClicked: bar.model.restartDaemon()
        }
        Button {
            visible: bar.model.edited
            text: qsTr("Discard")
            flat: true
            onClicked: bar.model.discard()
        }
        Button {
            visible: bar.model.edited
            text: qsTr("Review…")
            highlighted: true
            enabled: bar.model.canApply && !bar.blocked
            onClicked: review.open()
        }
    }

    FormDialog {
        id: review

        title: qsTr("Review the changes")
        acceptText: bar.live || !bar.model.restartNeeded || later.checked ? qsTr("Write") : qsTr("Write and restart")
        acceptIcon: "check"
        acceptEnabled: bar.model.canApply
        width: Math.min(Math.round(720 * Theme.growth), parent ? parent.width - 2 * Theme.spaceM : 720)
        onAboutToShow: later.checked = false
        onAccepted: bar.model.apply(!bar.live && bar.model.restartNeeded && !later.checked)

        CodeBlock {
            visible: text !== ""
            text: bar.model.diffText
            copyable: false
            Layout.fillWidth: true
        }
        Repeater {
            model: bar.model.warnings

            Banner {
                required property string modelData
                tone: "warning"
                text: modelData
                Layout.fillWidth: true
            }
        }
        Label {
            visible: !bar.live && bar.model.restartNeeded
            text: qsTr("The daemon restarts; pods go on running. When it does not become ready in time, the old "
                     + "settings come back by themselves.")
            color: Theme.textMuted
            wrapMode: Text.Wrap
            Layout.fillWidth: true
        }
        CheckBox {
            id: later
            visible: !bar.live && bar.model.restartNeeded
            text: qsTr("Do not restart now")
            Layout.fillWidth: true
        }
    }
}
