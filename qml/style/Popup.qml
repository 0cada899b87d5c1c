import QtQuick
import QtQuick.Templates as T
import Coracle.Theme

T.Popup {
    id: control

    implicitWidth: contentWidth + leftPadding + rightPadding
    implicitHeight: contentHeight + topPadding + bottomPadding
    margins: 8
    bottomMargin: Theme.keyboardHeight + 8
    padding: Theme.spaceM
    font.family: Theme.family
    font.pixelSize: Theme.body

    background: Raised {}

    T.Overlay.modal: Rectangle { color: Theme.overlay }
    T.Overlay.modeless: Item {}
}
