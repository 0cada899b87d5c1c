import QtQuick
import QtQuick.Controls
import Coracle.Ui

/// Text for machines, to read and to copy: a command, a token, a piece of YAML. Long lines scroll, or wrap with `wrap`.
Control {
    id: block

    property string text
    property bool wrap: false
    property bool copyable: true

    implicitWidth: 240
    implicitHeight: Math.max(Theme.target, implicitContentHeight + topPadding + bottomPadding)
    padding: Theme.spaceS + 4
    rightPadding: copyable && !mirrored ? Theme.target : padding
    leftPadding: copyable && mirrored ? Theme.target : padding

    contentItem: Flickable {
        clip: true
        implicitHeight: edit.implicitHeight
        contentWidth: block.wrap ? width : Math.max(width, edit.implicitWidth)
        contentHeight: edit.implicitHeight
        boundsBehavior: Flickable.StopAtBounds
        flickableDirection: Flickable.AutoFlickIfNeeded

        TextEdit {
            id: edit

            width: block.wrap ? parent.width : implicitWidth
            y: Math.max(0, (block.availableHeight - implicitHeight) / 2)
            text: block.text
            readOnly: true
            selectByMouse: true
            activeFocusOnTab: true
            font.family: Theme.familyMono
            font.pixelSize: Theme.caption
            color: Theme.text
            selectionColor: Theme.selection
            selectedTextColor: Theme.text
            wrapMode: block.wrap ? TextEdit.WrapAnywhere : TextEdit.NoWrap
            textFormat: TextEdit.PlainText
            Accessible.role: Accessible.StaticText
            Accessible.name: text
        }
    }
    background: Rectangle {
        radius: Theme.radiusSmall
        color: Theme.surfaceSunken
        border.width: edit.activeFocus ? Theme.focusWidth - 1
                    : Theme.scheme === Theme.HighContrast ? Theme.lineWidth : 0
        border.color: edit.activeFocus ? Theme.focus : Theme.border
    }

    CopyButton {
        x: block.mirrored ? 0 : parent.width - width
        visible: block.copyable
        value: block.text
    }
}
