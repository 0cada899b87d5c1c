import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle.Ui

/// The title of a part of a page.
ColumnLayout {
    id: header

    property string text
    property string subtitle

    spacing: 0
    Accessible.role: Accessible.Heading
    Accessible.name: text
    Accessible.description: subtitle

    Label {
        text: header.text
        visible: text !== ""
        font.pixelSize: Theme.title
        font.weight: Font.DemiBold
        elide: Text.ElideRight
        Layout.fillWidth: true
        Accessible.ignored: true
    }
    Label {
        text: header.subtitle
        visible: text !== ""
        font.pixelSize: Theme.caption
        color: Theme.textMuted
        wrapMode: Text.Wrap
        Layout.fillWidth: true
        Accessible.ignored: true
    }
}
