import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle.Theme

/// The titles above the columns of a ResourceList; as wide as the columns of ResourceRow.
RowLayout {
    id: head

    property list<string> columns
    property int statusColumn: -1
    property int extraColumns: 0
    property bool showsNamespace: true
    property bool hasMenu: false

    component Title: Label {
        font.pixelSize: Theme.caption
        font.weight: Font.DemiBold
        color: Theme.textMuted
        elide: Text.ElideRight
    }

    spacing: Theme.spaceM

    Title {
        text: qsTr("Name")
        leftPadding: 14
        Layout.fillWidth: true
        Layout.preferredWidth: 240 * Theme.growth + 14
        Layout.minimumWidth: 80
    }
    Title {
        visible: head.showsNamespace
        text: qsTr("Namespace")
        Layout.preferredWidth: 130 * Theme.growth
        Layout.maximumWidth: 130 * Theme.growth
    }
    Title {
        visible: head.statusColumn >= 0
        text: head.statusColumn >= 0 ? head.columns[head.statusColumn] : ""
        Layout.preferredWidth: 190 * Theme.growth
        Layout.maximumWidth: 190 * Theme.growth
    }
    Repeater {
        model: Array.from(head.columns).filter((column, index) => index !== head.statusColumn)
                                       .slice(0, head.extraColumns)

        Title {
            required property string modelData
            text: modelData
            Layout.preferredWidth: 110 * Theme.growth
            Layout.maximumWidth: 110 * Theme.growth
            Layout.fillWidth: true
        }
    }
    Title {
        text: qsTr("Age")
        horizontalAlignment: Text.AlignRight
        rightPadding: head.hasMenu ? Theme.target + Theme.spaceM + 4 : 14
        Layout.preferredWidth: 70 * Theme.growth + rightPadding
    }
}
