import QtQuick
import QtQuick.Templates as T
import Coracle.Theme

T.ProgressBar {
    id: control

    implicitWidth: 200
    implicitHeight: 8

    contentItem: Item {
        clip: control.indeterminate

        Rectangle {
            id: bar

            // Stands in the middle where nothing may move.
            property real travel: 0.5

            x: control.indeterminate ? (control.mirrored ? 1 - travel : travel) * (parent.width + width) - width
                                     : control.mirrored ? parent.width - width : 0
            width: parent.width * (control.indeterminate ? 0.3 : control.position)
            height: parent.height
            radius: height / 2
            color: Theme.accent

            NumberAnimation {
                target: bar
                property: "travel"
                running: control.indeterminate && control.visible && !Theme.reduceMotion
                from: 0
                to: 1
                duration: 1400
                loops: Animation.Infinite
            }
        }
    }
    background: Rectangle {
        radius: height / 2
        color: Theme.pressed
    }
}
