pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Coracle.Theme

T.ComboBox {
    id: control

    implicitWidth: Math.max(200, implicitContentWidth + leftPadding + rightPadding)
    implicitHeight: Math.max(Theme.target, implicitContentHeight + topPadding + bottomPadding)
    leftPadding: mirrored ? Theme.target : 14
    rightPadding: mirrored ? 14 : Theme.target
    font.family: Theme.family
    font.pixelSize: Theme.body
    opacity: enabled ? 1 : 0.45

    delegate: ItemDelegate {
        id: entry

        required property int index
        required property var model
        required property var modelData

        width: ListView.view.width
        text: control.textRole === "" ? entry.modelData
            : Array.isArray(control.model) ? entry.modelData[control.textRole] : entry.model[control.textRole]
        highlighted: control.highlightedIndex === entry.index
        font.weight: control.currentIndex === entry.index ? Font.DemiBold : Font.Normal
        leftPadding: mirrored ? Theme.target : 14
        rightPadding: mirrored ? 14 : Theme.target

        Icon {
            x: entry.mirrored ? 14 : entry.width - width - 14
            y: (entry.height - height) / 2
            visible: control.currentIndex === entry.index
            name: "check"
            size: Theme.iconSmall
            color: Theme.accent
        }
    }
    indicator: Icon {
        x: control.mirrored ? (Theme.target - width) / 2 : control.width - (Theme.target + width) / 2
        y: (control.height - height) / 2
        name: "down"
        size: Theme.iconSmall
        color: Theme.textMuted
    }
    contentItem: T.TextField {
        text: control.editable ? control.editText : control.displayText
        enabled: control.editable
        autoScroll: control.editable
        readOnly: control.down
        inputMethodHints: control.inputMethodHints
        validator: control.validator
        selectByMouse: control.selectTextByMouse
        font: control.font
        color: control.editable ? Theme.text : "transparent"
        selectionColor: Theme.selection
        selectedTextColor: Theme.text
        verticalAlignment: Text.AlignVCenter
        horizontalAlignment: Text.AlignLeft

        // What is only shown gives way with dots; a field to write in cannot.
        Text {
            anchors.fill: parent
            visible: !control.editable
            text: control.displayText
            font: control.font
            color: Theme.text
            elide: Text.ElideRight
            verticalAlignment: Text.AlignVCenter
            horizontalAlignment: Text.AlignLeft
        }
    }
    background: Field {
        active: control.visualFocus || control.popup.visible || (control.editable && control.activeFocus)
        color: control.down || (control.hovered && !control.editable) ? Theme.hover : Theme.surface
    }
    popup: T.Popup {
        y: control.height + 4
        width: control.width
        height: Math.min(contentItem.implicitHeight + topPadding + bottomPadding,
                         Theme.windowHeight - topMargin - bottomMargin)
        margins: 8
        padding: 6

        contentItem: ListView {
            clip: true
            implicitHeight: contentHeight
            model: control.delegateModel
            currentIndex: control.highlightedIndex
            highlightMoveDuration: 0
            boundsBehavior: Flickable.StopAtBounds
            T.ScrollBar.vertical: ScrollBar {}
        }
        background: Raised {}
    }
}
