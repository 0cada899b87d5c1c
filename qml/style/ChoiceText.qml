import QtQuick
import QtQuick.Templates as T
import Coracle.Theme

/// The text beside a check box, radio button or switch.
Text {
    required property T.AbstractButton control

    leftPadding: !control.mirrored ? control.indicator.width + control.spacing : 0
    rightPadding: control.mirrored ? control.indicator.width + control.spacing : 0
    text: control.text
    font: control.font
    color: Theme.text
    wrapMode: Text.Wrap
    verticalAlignment: Text.AlignVCenter
    horizontalAlignment: Text.AlignLeft
}
