import QtQuick
import Coracle.Ui

/// Where toasts appear: one per window, filling it, above the pages. `show` is the only way in.
Item {
    id: host

    /// More than these push the oldest out.
    property int countMax: 3
    readonly property int count: column.children.length

    z: 1000

    /// Shows `text` in a tone ("ok", "info", "warning", "error"). With `actionText` it has a button, and `action` is
    /// called when that is pressed.
    function show(text: string, tone: string, actionText: string, action: var) {
        while (column.children.length >= countMax)
            remove(column.children[0] as Toast)
        const made = toast.createObject(column, {
            text: text,
            tone: tone,
            actionText: actionText ?? "",
            // An error stays longer: it says more.
            durationMs: tone === "error" || actionText ? 10000 : 6000
        }) as Toast
        if (typeof action === "function")
            made.triggered.connect(action)
        made.closed.connect(() => host.remove(made))
    }

    function remove(shown: Toast) {
        shown.parent = null
        shown.destroy()
    }

    Component {
        id: toast

        Toast {
            anchors.horizontalCenter: parent ? parent.horizontalCenter : undefined
        }
    }
    Column {
        id: column

        anchors.horizontalCenter: parent.horizontalCenter
        anchors.bottom: parent.bottom
        anchors.bottomMargin: Theme.spaceL
        width: parent.width
        spacing: Theme.spaceS
    }
}
