import QtQuick
import Coracle.Theme

/// The frame of everything that text goes into.
Rectangle {
    property bool active: false

    radius: Theme.radius
    color: Theme.surface
    border.width: active ? Theme.focusWidth - 1 : Theme.lineWidth
    border.color: active ? Theme.focus : Theme.outline
}
