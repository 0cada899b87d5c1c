import QtQuick
import QtQuick.Templates as T
import Coracle.Theme

T.Label {
    font.family: Theme.family
    font.pixelSize: Theme.body
    color: Theme.text
    linkColor: Theme.accent
    horizontalAlignment: Text.AlignLeft
    opacity: enabled ? 1 : 0.45
}
