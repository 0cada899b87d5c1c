import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle.Theme

/// A column that scrolls, as wide as is good to read and in the middle of what it is given.
ScrollView {
    id: view

    default property alias body: column.data
    property int widthMax: Math.round(1280 * Theme.growth)

    contentWidth: availableWidth
    clip: true

    Item {
        width: view.availableWidth
        implicitHeight: column.implicitHeight + 2 * Theme.spaceL

        ColumnLayout {
            id: column
            anchors.top: parent.top
            anchors.topMargin: Theme.low ? 0 : Theme.spaceS
            anchors.horizontalCenter: parent.horizontalCenter
            width: Math.min(parent.width - 2 * Theme.spaceL, view.widthMax)
            spacing: Theme.spaceM
        }
    }
}
