import QtQuick
import Coracle
import Coracle.Theme

/// A narrow strip at the window's edge: a swipe from there goes back, as the button in the page's head does.
Item {
    id: strip

    property real reached: 0

    visible: App.navigator.canGoBack
    width: 14

    DragHandler {
        target: null
        acceptedDevices: PointerDevice.TouchScreen
        yAxis.enabled: false
        onActiveTranslationChanged: if (active) strip.reached = Math.abs(activeTranslation.x)
        onActiveChanged: {
            if (!active && strip.reached > 2 * Theme.target)
                App.navigator.back()
            strip.reached = 0
        }
    }
}
