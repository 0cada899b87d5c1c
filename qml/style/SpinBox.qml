import QtQuick
import QtQuick.Templates as T
import Coracle.Theme

/// The two buttons are full touch targets, at both ends of the field. What is typed counts at once: a button that waits
/// for a value must not wait for the focus to leave. (So an editable one is set by assignments, not by a binding.)
T.SpinBox {
    id: control

    implicitWidth: Math.max(180, implicitContentWidth + leftPadding + rightPadding)
    implicitHeight: Theme.target
    leftPadding: Theme.target + 4
    rightPadding: Theme.target + 4
    editable: true
    font.family: Theme.family
    font.pixelSize: Theme.body
    opacity: enabled ? 1 : 0.45
    validator: IntValidator {
        bottom: Math.min(control.from, control.to)
        top: Math.max(control.from, control.to)
    }

    contentItem: TextInput {
        text: control.displayText
        font: control.font
        color: Theme.text
        selectionColor: Theme.selection
        selectedTextColor: Theme.text
        horizontalAlignment: Qt.AlignHCenter
        verticalAlignment: Qt.AlignVCenter
        readOnly: !control.editable
        validator: control.validator
        inputMethodHints: control.inputMethodHints
        selectByMouse: true
        clip: width < implicitWidth
        onTextEdited: {
            if (!acceptableInput)
                return
            // 6.4's qmllint loses the type QLocale when it reads several files.
            control.value = control.valueFromText(text, control.locale) // qmllint disable type
            control.valueModified()
        }
    }
    down.indicator: SpinButton {
        x: control.mirrored ? control.width - width : 0
        name: "minus"
        pressed: control.down.pressed
        hovered: control.down.hovered
        enabled: control.value > Math.min(control.from, control.to) || control.wrap
    }
    up.indicator: SpinButton {
        x: control.mirrored ? 0 : control.width - width
        name: "add"
        pressed: control.up.pressed
        hovered: control.up.hovered
        enabled: control.value < Math.max(control.from, control.to) || control.wrap
    }
    background: Field { active: control.activeFocus }
}
