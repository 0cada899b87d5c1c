import QtQuick
import QtQuick.Templates as T
import Coracle.Theme

T.Slider {
    id: control

    implicitWidth: horizontal ? 240 : Theme.target
    implicitHeight: horizontal ? Theme.target : 240
    padding: 8
    opacity: enabled ? 1 : 0.45

    handle: Rectangle {
        x: control.leftPadding + (control.horizontal ? control.visualPosition * (control.availableWidth - width)
                                                     : (control.availableWidth - width) / 2)
        y: control.topPadding + (control.horizontal ? (control.availableHeight - height) / 2
                                                    : control.visualPosition * (control.availableHeight - height))
        implicitWidth: Theme.icon
        implicitHeight: Theme.icon
        radius: width / 2
        color: control.pressed ? Theme.accentText : Theme.accent
        border.width: 3
        border.color: Theme.accent

        FocusRing {
            visible: control.visualFocus
            radius: width / 2
        }
    }
    background: Rectangle {
        id: track

        readonly property real filled: control.horizontal ? control.visualPosition : 1 - control.visualPosition

        x: control.leftPadding + (control.horizontal ? 0 : (control.availableWidth - width) / 2)
        y: control.topPadding + (control.horizontal ? (control.availableHeight - height) / 2 : 0)
        width: control.horizontal ? control.availableWidth : 6
        height: control.horizontal ? 6 : control.availableHeight
        radius: 3
        color: Theme.pressed

        Rectangle {
            readonly property real share: control.horizontal && control.mirrored ? 1 - track.filled : track.filled

            x: control.horizontal && control.mirrored ? parent.width - width : 0
            y: control.horizontal ? 0 : parent.height - height
            width: control.horizontal ? parent.width * share : parent.width
            height: control.horizontal ? parent.height : parent.height * share
            radius: 3
            color: Theme.accent
        }
    }
}
