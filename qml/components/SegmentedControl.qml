pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Controls
import Coracle.Ui

/// A few choices of which one holds, side by side. Arrow keys move the choice.
FocusScope {
    id: control

    /// The texts of the choices.
    property list<string> model
    property int currentIndex: 0
    /// The name of the question, for screen readers.
    property string label

    /// Somebody chose; currentIndex is already set.
    signal activated(index: int)

    implicitWidth: segments.count * widest() + 8
    implicitHeight: Theme.target
    activeFocusOnTab: true
    Accessible.role: Accessible.Grouping
    Accessible.name: label

    Keys.onLeftPressed: choose(currentIndex + (LayoutMirroring.enabled ? 1 : -1))
    Keys.onRightPressed: choose(currentIndex + (LayoutMirroring.enabled ? -1 : 1))

    function widest(): real {
        let most = 0
        for (let i = 0; i < segments.count; ++i)
            most = Math.max(most, segments.itemAt(i)?.implicitWidth ?? 0)
        return most
    }

    function choose(index: int) {
        if (index < 0 || index >= model.length || index === currentIndex)
            return
        currentIndex = index
        activated(index)
    }

    Rectangle {
        anchors.fill: parent
        radius: Theme.radius
        color: Theme.surfaceSunken
        border.width: control.activeFocus ? Theme.focusWidth : Theme.scheme === Theme.HighContrast ? Theme.lineWidth : 0
        border.color: control.activeFocus ? Theme.focus : Theme.border
    }
    Row {
        id: row

        x: 4
        width: parent.width - 8
        height: parent.height

        Repeater {
            id: segments

            model: control.model

            AbstractButton {
                id: segment

                required property int index
                required property string modelData

                width: row.width / segments.count
                height: row.height
                implicitWidth: Math.max(Theme.target, label.implicitWidth + 32)
                text: modelData
                checked: control.currentIndex === segment.index
                focusPolicy: Qt.NoFocus
                Accessible.role: Accessible.RadioButton
                Accessible.name: text
                Accessible.checked: checked
                onClicked: control.choose(segment.index)

                contentItem: Label {
                    id: label

                    text: segment.text
                    font.weight: segment.checked ? Font.DemiBold : Font.Normal
                    color: segment.checked ? Theme.accent : Theme.text
                    horizontalAlignment: Text.AlignHCenter
                    verticalAlignment: Text.AlignVCenter
                    elide: Text.ElideRight
                    Accessible.ignored: true
                }
                background: Item {
                    Rectangle {
                        anchors.fill: parent
                        anchors.topMargin: 4
                        anchors.bottomMargin: 4
                        radius: Theme.radius - 3
                        visible: segment.checked || segment.down
                        color: segment.down && !segment.checked ? Theme.pressed : Theme.surface
                        border.width: Theme.lineWidth
                        border.color: segment.checked ? Theme.accent : "transparent"
                    }
                }
            }
        }
    }
}
