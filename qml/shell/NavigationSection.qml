import QtQuick
import QtQuick.Controls
import Coracle.Theme

/// The name above the entries of a section; in the rail a line.
Item {
    id: heading

    required property string section
    property bool rail: false

    implicitHeight: rail ? Theme.spaceM : label.implicitHeight

    Label {
        id: label
        width: parent.width
        visible: !heading.rail
        text: heading.section
        leftPadding: Theme.spaceM
        topPadding: Theme.spaceM
        bottomPadding: Theme.spaceXs
        color: Theme.textMuted
        font.pixelSize: Theme.caption
        elide: Text.ElideRight
        Accessible.role: Accessible.Heading
    }
    Rectangle {
        anchors.centerIn: parent
        width: parent.width / 2
        height: 1
        visible: heading.rail
        color: Theme.border
    }
}
