import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle.Ui

/// A short message that leaves by itself, with at most one action such as "Undo". ToastHost makes it.
Control {
    id: toast

    property string text
    property string tone: "info"
    property string actionText
    property int durationMs: 6000

    signal triggered
    signal closed

    implicitWidth: Math.min(Theme.windowWidth - 2 * Theme.spaceM, Math.round(560 * Theme.growth),
                            implicitContentWidth + leftPadding + rightPadding)
    implicitHeight: Math.max(Theme.target + 8, implicitContentHeight + topPadding + bottomPadding)
    leftPadding: mirrored ? Theme.spaceXs : Theme.spaceM
    rightPadding: mirrored ? Theme.spaceM : Theme.spaceXs
    verticalPadding: 4
    hoverEnabled: true

    // It waits while somebody is about to use it.
    Timer {
        interval: toast.durationMs
        running: toast.visible && !toast.hovered && !actionButton.activeFocus
        onTriggered: toast.closed()
    }

    // The content speaks: in Qt 6.4 a Control keeps the role of its own type.
    contentItem: RowLayout {
        Accessible.role: Accessible.AlertMessage
        Accessible.name: toast.text
        spacing: Theme.spaceM

        Icon {
            name: Theme.toneIcon(toast.tone)
            color: Theme.toneColor(toast.tone)
        }
        Label {
            text: toast.text
            wrapMode: Text.Wrap
            Layout.fillWidth: true
            Layout.rightMargin: Theme.spaceS
            Accessible.ignored: true
        }
        Button {
            id: actionButton
            visible: toast.actionText !== ""
            text: toast.actionText
            flat: true
            onClicked: {
                toast.triggered()
                toast.closed()
            }
        }
        ToolButton {
            icon.name: "close"
            icon.color: Theme.textMuted
            text: qsTr("Close")
            onClicked: toast.closed()
        }
    }
    background: Rectangle {
        radius: Theme.radius
        color: Theme.surfaceRaised
        border.width: Theme.scheme === Theme.HighContrast ? 2 : 1
        border.color: Theme.toneColor(toast.tone)
    }
}
