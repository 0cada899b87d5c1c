import QtQuick
import QtQuick.Templates as T
import Coracle.Theme

T.Page {
    id: control

    implicitWidth: Math.max(implicitHeaderWidth, implicitFooterWidth, contentWidth + leftPadding + rightPadding)
    implicitHeight: implicitHeaderHeight + implicitFooterHeight + contentHeight + topPadding + bottomPadding
    font.family: Theme.family
    font.pixelSize: Theme.body

    background: Rectangle { color: Theme.background }
}
