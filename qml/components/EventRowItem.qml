import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// An event of an object: what, how often, when.
Control {
    id: row

    required property string reason
    required property string message
    required property string tone
    required property int times
    required property date last

    padding: Theme.spaceS

    // The content speaks: in Qt 6.4 a Control keeps the role of its own type.
    contentItem: RowLayout {
        Accessible.role: Accessible.ListItem
        Accessible.name: row.reason
        Accessible.description: row.message
        spacing: Theme.spaceM

        Icon {
            name: row.tone === "warning" ? "warning" : "info"
            color: Theme.toneColor(row.tone)
            Layout.alignment: Qt.AlignTop
        }
        ColumnLayout {
            spacing: 1
            Layout.fillWidth: true

            Label {
                text: row.times > 1 ? qsTr("%1 · %n times", "", row.times).arg(row.reason) : row.reason
                font.weight: Font.DemiBold
                elide: Text.ElideRight
                Layout.fillWidth: true
                Accessible.ignored: true
            }
            Label {
                text: row.message
                wrapMode: Text.Wrap
                color: Theme.textMuted
                Layout.fillWidth: true
                Accessible.ignored: true
            }
        }
        Label {
            text: Format.age(row.last, Format.minute)
            color: Theme.textMuted
            Layout.alignment: Qt.AlignTop
        }
    }
}
