import QtQuick
import QtQuick.Controls
import Coracle.Theme

/// An entry of the navigation; in the rail its icon only, with its text as a tip.
ItemDelegate {
    id: item

    property bool rail: false
    /// It has the list's keyboard focus.
    property bool focused: false
    /// A key that does the same.
    property string hint

    display: rail ? AbstractButton.IconOnly : AbstractButton.TextBesideIcon
    Accessible.name: text
    ToolTip.visible: rail && hovered
    ToolTip.text: text
    ToolTip.delay: 500

    Label {
        anchors.right: parent.right
        anchors.rightMargin: Theme.spaceM
        anchors.verticalCenter: parent.verticalCenter
        visible: item.hint !== "" && !item.rail && !Theme.compact
        text: item.hint
        color: Theme.textMuted
        font.pixelSize: Theme.caption
        Accessible.ignored: true
    }
    Rectangle {
        anchors.fill: parent
        anchors.margins: 2
        visible: item.focused
        radius: Theme.radius
        color: "transparent"
        border.width: Theme.focusWidth
        border.color: Theme.focus
    }
}
