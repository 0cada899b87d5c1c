import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle.Ui

/// What fills a page or a card that has nothing else to show: an icon, words, and what can be done.
/// EmptyState and ErrorState are made of it.
Item {
    id: notice

    property string icon
    property color iconColor: Theme.textMuted
    property string title
    property string text
    /// Buttons below the words.
    default property alias buttons: flow.data

    implicitWidth: 360
    implicitHeight: column.implicitHeight + 2 * Theme.spaceL
    Accessible.role: Accessible.Grouping
    Accessible.name: title
    Accessible.description: text

    ColumnLayout {
        id: column

        anchors.centerIn: parent
        width: Math.min(parent.width - 2 * Theme.spaceM, Math.round(480 * Theme.growth))
        spacing: Theme.spaceS

        Icon {
            visible: name !== ""
            name: notice.icon
            size: Theme.iconLarge
            color: notice.iconColor
            Layout.alignment: Qt.AlignHCenter
            Layout.bottomMargin: Theme.spaceXs
        }
        Label {
            text: notice.title
            font.pixelSize: Theme.title
            font.weight: Font.DemiBold
            horizontalAlignment: Text.AlignHCenter
            wrapMode: Text.Wrap
            Layout.fillWidth: true
            Accessible.ignored: true
        }
        Label {
            text: notice.text
            visible: text !== ""
            color: Theme.textMuted
            horizontalAlignment: Text.AlignHCenter
            wrapMode: Text.Wrap
            Layout.fillWidth: true
            Accessible.ignored: true
        }
        RowLayout {
            id: flow

            spacing: Theme.spaceS
            Layout.alignment: Qt.AlignHCenter
            Layout.topMargin: Theme.spaceS
        }
    }
}
