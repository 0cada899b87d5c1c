import QtQuick
import QtQuick.Templates as T
import Coracle.Theme

T.MenuSeparator {
    implicitWidth: 100
    implicitHeight: 13

    contentItem: Item {
        Rectangle {
            anchors.verticalCenter: parent.verticalCenter
            width: parent.width
            height: Theme.lineWidth
            color: Theme.border
        }
    }
}
