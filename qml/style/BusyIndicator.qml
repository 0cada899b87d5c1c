pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Coracle.Theme

/// Eight dots, one of which is strong; a step every 120 ms, so that waiting costs next to nothing.
T.BusyIndicator {
    id: control

    implicitWidth: Theme.target
    implicitHeight: Theme.target
    padding: 6
    Accessible.role: Accessible.Indicator

    contentItem: Item {
        id: ring

        property int step: 0

        visible: control.running

        Timer {
            running: control.running && control.visible
            interval: 120
            repeat: true
            onTriggered: ring.step = (ring.step + 1) % 8
        }
        Repeater {
            model: 8

            Rectangle {
                id: dot

                required property int index
                readonly property real angle: dot.index * Math.PI / 4
                readonly property int age: (ring.step - dot.index + 8) % 8

                width: ring.width / 6
                height: width
                radius: width / 2
                x: ring.width / 2 + Math.sin(dot.angle) * (ring.width - width) / 2 - width / 2
                y: ring.height / 2 - Math.cos(dot.angle) * (ring.height - height) / 2 - height / 2
                color: Theme.accent
                opacity: Math.max(0.15, 1 - dot.age * 0.2)
            }
        }
    }
}
