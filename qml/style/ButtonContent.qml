import QtQuick
import QtQuick.Templates as T
import Coracle.Theme

/// Icon and text of a button, as AbstractButton.display wants them; mirrored with the layout. The icon is icon.name.
Item {
    id: content

    required property T.AbstractButton control
    property string text: control.text
    property color color: Theme.text
    /// At the start of the button instead of in its middle.
    property bool leading: false

    readonly property bool under: control.display === T.AbstractButton.TextUnderIcon
    readonly property bool showsIcon: control.icon.name !== "" && control.display !== T.AbstractButton.TextOnly
    readonly property bool showsText: text !== "" && control.display !== T.AbstractButton.IconOnly
    readonly property int gap: showsIcon && showsText ? control.spacing : 0

    /// What is drawn needs this much; the implicit size in other words, but without its effects on the layout.
    readonly property real neededWidth:
        under ? Math.max(image.size, label.implicitWidth)
              : (showsIcon ? image.size : 0) + gap + (showsText ? label.implicitWidth : 0)
    readonly property real start: leading ? 0 : Math.max(0, (width - neededWidth) / 2)

    implicitWidth: neededWidth
    implicitHeight: under ? (showsIcon ? image.size : 0) + gap + (showsText ? label.implicitHeight : 0)
                          : Math.max(showsIcon ? image.size : 0, showsText ? label.implicitHeight : 0)

    Icon {
        id: image

        visible: content.showsIcon
        name: content.control.icon.name
        size: content.control.icon.width
        color: content.color
        x: content.under ? (content.width - width) / 2
                         : content.control.mirrored ? content.width - content.start - width : content.start
        y: content.under ? Math.max(0, (content.height - content.implicitHeight) / 2) : (content.height - height) / 2
    }
    Text {
        id: label

        readonly property real used: content.showsIcon && !content.under ? image.width + content.gap : 0

        visible: content.showsText
        text: content.text
        font: content.control.font
        color: content.color
        elide: Text.ElideRight
        verticalAlignment: Text.AlignVCenter
        width: Math.min(implicitWidth, content.width - used)
        height: content.under ? implicitHeight : content.height
        x: content.under ? (content.width - width) / 2
         : content.control.mirrored ? content.width - content.start - used - width : content.start + used
        y: content.under ? image.y + (content.showsIcon ? image.height + content.gap : 0) : 0
    }
}
