import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle.Ui

/// A notice across the page, with at most one thing to do about it.
Control {
    id: banner

    property string tone: "info"
    property string icon: Theme.toneIcon(tone)
    property string title
    property string text
    property string actionText
    /// For screen readers, where several banners have an action of the same words.
    property string actionName: actionText
    property bool closable: false

    signal triggered
    signal closed

    implicitHeight: Math.max(Theme.target, implicitContentHeight + topPadding + bottomPadding)
    implicitWidth: implicitContentWidth + leftPadding + rightPadding
    leftPadding: mirrored ? Theme.spaceS : Theme.spaceM
    rightPadding: mirrored ? Theme.spaceM : Theme.spaceS
    verticalPadding: 6

    // The content speaks: in Qt 6.4 a Control keeps the role of its own type.
    contentItem: RowLayout {
        Accessible.role: Accessible.AlertMessage
        Accessible.name: banner.title !== "" ? banner.title : banner.text
        Accessible.description: banner.title !== "" ? banner.text : ""
        spacing: Theme.spaceM

        Icon {
            name: banner.icon
            color: Theme.toneColor(banner.tone)
        }
        ColumnLayout {
            spacing: 0
            Layout.fillWidth: true
            Layout.topMargin: 4
            Layout.bottomMargin: 4

            Label {
                text: banner.title
                visible: text !== ""
                font.weight: Font.DemiBold
                wrapMode: Text.Wrap
                Layout.fillWidth: true
                Accessible.ignored: true
            }
            Label {
                text: banner.text
                visible: text !== ""
                wrapMode: Text.Wrap
                Layout.fillWidth: true
                Accessible.ignored: true
            }
        }
        Button {
            visible: banner.actionText !== ""
            text: banner.actionText
            Accessible.name: banner.actionName
            flat: true
            palette.highlight: Theme.toneColor(banner.tone)
            onClicked: banner.triggered()
        }
        ToolButton {
            visible: banner.closable
            icon.name: "close"
            text: qsTr("Close")
            onClicked: banner.closed()
        }
    }
    background: Rectangle {
        radius: Theme.radius
        color: Theme.toneSoft(banner.tone)
        border.width: Theme.scheme === Theme.HighContrast ? Theme.lineWidth : 0
        border.color: Theme.toneColor(banner.tone)
    }
}
