import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle.Theme

/// A setting: its name and a word of help, and the control that changes it beside or below.
GridLayout {
    id: row

    property string label
    property string help
    default property alias control: slot.data
    readonly property bool stacked: width < 560 * Theme.growth

    columns: stacked ? 1 : 2
    columnSpacing: Theme.spaceL
    rowSpacing: Theme.spaceXs
    Layout.fillWidth: true

    ColumnLayout {
        spacing: 0
        Layout.fillWidth: true

        Label {
            text: row.label
            wrapMode: Text.Wrap
            Layout.fillWidth: true
            Accessible.ignored: true
        }
        Label {
            text: row.help
            visible: text !== ""
            color: Theme.textMuted
            font.pixelSize: Theme.caption
            wrapMode: Text.Wrap
            Layout.fillWidth: true
            Accessible.ignored: true
        }
    }
    RowLayout {
        id: slot
        Layout.fillWidth: row.stacked
        Layout.alignment: Qt.AlignVCenter
    }
}
