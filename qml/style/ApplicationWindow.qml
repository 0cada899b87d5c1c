import QtQuick
import QtQuick.Templates as T
import Coracle.Theme

/// Tells the theme the size of the window, and Qt's fall-back style the theme's colours.
T.ApplicationWindow {
    id: window

    color: Theme.background
    font.family: Theme.family
    font.pixelSize: Theme.body

    palette {
        window: Theme.background
        windowText: Theme.text
        base: Theme.surface
        alternateBase: Theme.background
        text: Theme.text
        placeholderText: Theme.textMuted
        button: Theme.surfaceSunken
        buttonText: Theme.text
        brightText: Theme.accentText
        light: Theme.surface
        midlight: Theme.hover
        mid: Theme.pressed
        dark: Theme.outline
        shadow: Theme.overlay
        highlight: Theme.accent
        highlightedText: Theme.accentText
        link: Theme.accent
        toolTipBase: Theme.text
        toolTipText: Theme.background
    }

    Binding {
        target: Theme
        property: "windowWidth"
        value: window.width
        when: window.width > 0
        restoreMode: Binding.RestoreNone
    }
    Binding {
        target: Theme
        property: "windowHeight"
        value: window.height
        when: window.height > 0
        restoreMode: Binding.RestoreNone
    }
}
