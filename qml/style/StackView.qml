import QtQuick
import QtQuick.Templates as T
import Coracle.Theme

/// Pages fade in; nothing slides, which would draw the whole window anew for every frame.
T.StackView {
    pushEnter: Transition { NumberAnimation { property: "opacity"; from: 0; to: 1; duration: Theme.durationShort } }
    pushExit: Transition { PropertyAction { property: "opacity"; value: 0 } }
    popEnter: Transition { NumberAnimation { property: "opacity"; from: 0; to: 1; duration: Theme.durationShort } }
    popExit: Transition { PropertyAction { property: "opacity"; value: 0 } }
    replaceEnter: Transition { NumberAnimation { property: "opacity"; from: 0; to: 1; duration: Theme.durationShort } }
    replaceExit: Transition { PropertyAction { property: "opacity"; value: 0 } }
}
