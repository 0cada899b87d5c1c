import QtQuick
import QtQuick.Templates as T
import Coracle.Theme

/// Modal and in the middle of what the on-screen keyboard leaves, never larger than that. As wide as a line of text is
/// good to read; what needs more sets its width.
T.Dialog {
    id: control

    implicitWidth: Math.min(Theme.windowWidth - 2 * Theme.spaceM,
                            Math.max(Math.round(520 * Theme.growth), implicitFooterWidth))
    implicitHeight: Math.min(Theme.windowHeight - Theme.keyboardHeight - 2 * Theme.spaceS,
                             contentHeight + topPadding + bottomPadding
                             + (header && header.visible ? implicitHeaderHeight : 0)
                             + (footer && footer.visible ? implicitFooterHeight : 0))
    anchors.centerIn: T.Overlay.overlay
    bottomMargin: Theme.keyboardHeight + Theme.spaceS
    modal: true
    padding: Theme.spaceL
    topPadding: header && header.visible ? Theme.spaceS : Theme.spaceL
    bottomPadding: Theme.spaceS
    font.family: Theme.family
    font.pixelSize: Theme.body

    header: Text {
        visible: control.title !== ""
        text: control.title
        font.family: Theme.family
        font.pixelSize: Theme.title
        font.weight: Font.DemiBold
        color: Theme.text
        wrapMode: Text.Wrap
        padding: Theme.spaceL
        bottomPadding: Theme.spaceS
        horizontalAlignment: Text.AlignLeft
        Accessible.role: Accessible.Heading
        Accessible.name: text
    }
    footer: DialogButtonBox {
        visible: count > 0
    }
    background: Raised { radius: Theme.radius + 6 }

    T.Overlay.modal: Rectangle { color: Theme.overlay }
    T.Overlay.modeless: Item {}
}
