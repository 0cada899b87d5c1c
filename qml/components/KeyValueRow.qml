import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle.Ui

/// A fact: what it is and its value; side by side, or one below the other where that is too narrow.
Control {
    id: row

    property string label
    property string value
    /// The value is an address, an identifier or the like.
    property bool mono: false
    /// Offers to copy the value.
    property bool copyable: false
    /// Items after the value or in its place, such as a StatusChip.
    default property alias trailing: extra.data
    readonly property bool stacked: width < 320 * Theme.growth

    implicitWidth: 240
    implicitHeight: implicitContentHeight
    Layout.fillWidth: true

    // The content speaks: in Qt 6.4 a Control keeps the role of its own type.
    contentItem: GridLayout {
        Accessible.role: Accessible.StaticText
        Accessible.name: row.label
        Accessible.description: row.value
        columns: row.stacked ? 1 : 2
        columnSpacing: Theme.spaceM
        rowSpacing: 0

        Label {
            text: row.label
            color: Theme.textMuted
            font.pixelSize: row.stacked ? Theme.caption : Theme.body
            wrapMode: Text.Wrap
            Layout.preferredWidth: row.stacked ? row.width : Math.round(Math.min(180 * Theme.growth, row.width * 0.36))
            Layout.alignment: Qt.AlignVCenter
            Accessible.ignored: true
        }
        RowLayout {
            spacing: Theme.spaceS
            Layout.fillWidth: true
            Layout.minimumHeight: Math.round(32 * Theme.growth)

            Label {
                text: row.value
                visible: text !== ""
                font.family: row.mono ? Theme.familyMono : Theme.family
                wrapMode: Text.WrapAtWordBoundaryOrAnywhere
                Layout.fillWidth: true
                Accessible.ignored: true
            }
            RowLayout {
                id: extra
                spacing: Theme.spaceS
            }
            CopyButton {
                visible: row.copyable && row.value !== ""
                value: row.value
                subject: row.label
            }
            Item {
                visible: row.value === ""
                Layout.fillWidth: true
            }
        }
    }
}
