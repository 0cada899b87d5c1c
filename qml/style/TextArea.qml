import QtQuick
import QtQuick.Templates as T
import Coracle.Theme

T.TextArea {
    id: control

    implicitWidth: Math.max(240, contentWidth + leftPadding + rightPadding)
    implicitHeight: Math.max(Theme.target * 2, contentHeight + topPadding + bottomPadding)
    leftPadding: 14
    rightPadding: 14
    topPadding: 10
    bottomPadding: 10
    font.family: Theme.family
    font.pixelSize: Theme.body
    color: Theme.text
    placeholderTextColor: Theme.textMuted
    selectionColor: Theme.selection
    selectedTextColor: Theme.text
    selectByMouse: true
    opacity: enabled ? 1 : 0.55
    Accessible.name: placeholderText

    Text {
        x: control.leftPadding
        y: control.topPadding
        width: control.width - control.leftPadding - control.rightPadding
        visible: control.length === 0 && control.preeditText === ""
        text: control.placeholderText
        font: control.font
        color: control.placeholderTextColor
        wrapMode: Text.Wrap
        horizontalAlignment: control.effectiveHorizontalAlignment
    }
    background: Field { active: control.activeFocus }
}
