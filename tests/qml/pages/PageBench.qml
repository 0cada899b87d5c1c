import QtQuick
import QtQuick.Templates as T
import Coracle
import Coracle.Ui

/// A window with the shell's stack of pages, and what tests look for in it.
Item {
    id: bench_

    readonly property alias stack: stack
    readonly property Item page: stack.currentItem

    width: 1280
    height: 800

    Binding { target: Theme; property: "windowWidth"; value: bench_.width }

    PageStack {
        id: stack
        anchors.fill: parent
    }

    /// A page of the registry as the menu shows it, or with `parameters` as a list opens it.
    function show(pageId: string, parameters: var) {
        App.navigator.show(pageId, parameters ?? {})
    }

    /// All that is seen and for which `wanted` holds, in the order of drawing.
    function all(wanted: var, root: Item): var {
        const found = []
        const walk = item => {
            if (!item.visible)
                return
            if (wanted(item))
                found.push(item)
            const children = item.children
            for (let i = 0; i < children.length; ++i)
                walk(children[i])
        }
        walk(root ?? stack)
        return found
    }

    function texts(root: Item): var {
        return all(item => (item instanceof Text || item instanceof TextEdit) && item.text !== "", root).map(item => item.text)
    }

    /// Whether a text is seen that holds this one.
    function says(part: string, root: Item): bool {
        return texts(root).some(text => text.includes(part))
    }

    function button(text: string, root: Item): T.AbstractButton {
        return all(item => item instanceof T.AbstractButton && item.text === text, root)[0] ?? null
    }

    function field(name: string, root: Item): Item {
        return all(item => (item instanceof TextInput || item instanceof TextEdit) && item.Accessible.name === name, root)[0]
               ?? null
    }

    function isLoading(): bool {
        return stack.busy || all(item => item instanceof LoadingState).length > 0
    }

    readonly property Item overlay: T.Overlay.overlay
}
