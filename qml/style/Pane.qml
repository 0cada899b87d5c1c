import QtQuick
import QtQuick.Templates as T
import Coracle.Theme

T.Pane {
    implicitWidth: contentWidth + leftPadding + rightPadding
    implicitHeight: contentHeight + topPadding + bottomPadding
    padding: Theme.spaceM

    background: Rectangle { color: Theme.background }
}
