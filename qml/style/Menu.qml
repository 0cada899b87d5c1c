import QtQuick
import QtQuick.Templates as T
import Coracle.Theme

T.Menu {
    id: control

    implicitWidth: Math.max(220, contentWidth + leftPadding + rightPadding)
    implicitHeight: implicitContentHeight + topPadding + bottomPadding
    margins: 8
    padding: 6
    overlap: 2
    font.family: Theme.family
    font.pixelSize: Theme.body

    delegate: MenuItem {}
    contentItem: ListView {
        implicitHeight: contentHeight
        // As wide as the widest entry, which a ListView does not know by itself.
        implicitWidth: {
            let widest = 0
            for (let i = 0; i < control.count; ++i)
                widest = Math.max(widest, control.itemAt(i).implicitWidth)
            return widest
        }
        model: control.contentModel
        interactive: contentHeight > height
        clip: true
        currentIndex: control.currentIndex
        boundsBehavior: Flickable.StopAtBounds
        T.ScrollBar.vertical: ScrollBar {}
    }
    background: Raised {}

    T.Overlay.modal: Rectangle { color: Theme.overlay }
    T.Overlay.modeless: Item {}
}
