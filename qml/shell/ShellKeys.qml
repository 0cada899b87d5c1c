import QtQuick
import Coracle

/// The keys that work on every page; ShortcutsPage lists them.
Item {
    id: keys

    /// A dialog or a menu is open: it has the keys.
    required property bool covered

    signal searchRequested
    signal quitRequested

    visible: false

    Shortcut { sequence: "Ctrl+K"; onActivated: keys.searchRequested() }
    Shortcut { sequence: "Ctrl+,"; onActivated: App.navigator.show("settings") }
    Shortcut { sequence: "Ctrl+B"; onActivated: App.settings.menuCollapsed = !App.settings.menuCollapsed }
    Shortcut { sequence: "Ctrl+Shift+L"; onActivated: App.lock.lock() }
    Shortcut { sequence: "Ctrl+Q"; onActivated: keys.quitRequested() }
    Shortcut { sequences: ["F1", "?"]; enabled: !keys.covered; onActivated: App.navigator.show("shortcuts") }
    Shortcut {
        sequences: ["Esc", "Alt+Left", "Back"]
        enabled: App.navigator.canGoBack && !keys.covered
        onActivated: App.navigator.back()
    }
    Shortcut { sequence: "Ctrl++"; onActivated: App.settings.textPercent += 10 }
    Shortcut { sequence: "Ctrl+-"; onActivated: App.settings.textPercent -= 10 }
    Shortcut { sequence: "Ctrl+0"; onActivated: App.settings.textPercent = 100 }
}
