import QtQuick
import QtQuick.Controls
import Coracle

/// Shows where the navigator is.
StackView {
    id: stack

    Connections {
        target: App.navigator
        function onShown(url, properties) {
            stack.clear(StackView.Immediate)
            stack.push(url, properties, StackView.Immediate)
        }
        function onOpened(url, properties) {
            stack.push(url, properties)
        }
        function onWentBack() {
            stack.pop()
        }
    }
}
