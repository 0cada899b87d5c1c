pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// The window: navigation at the side (a rail of icons where it is narrower, a drawer where there is little room), the
/// page, and what lies above pages.
ApplicationWindow {
    id: window

    /// From the command line.
    property size startSize
    readonly property bool rail: App.settings.menuCollapsed || width < 1080 * Theme.growth
    /// Dialogs, menus and drawers that are open. (The overlay's own `visible` stays true after the first of them.)
    readonly property int coverCount: {
        return Array.from(window.Overlay.overlay?.visibleChildren ?? []).length
    }
    readonly property int keyboardHeight: App.virtualKeyboard && InputMethod.visible
                                          ? InputMethod.keyboardRectangle.height : 0

    width: startSize.width > 0 ? startSize.width : 1280
    height: startSize.height > 0 ? startSize.height : 800
    minimumWidth: 480
    minimumHeight: 400
    visible: true
    // A compositor may draw a frame around a window that fills the screen.
    flags: App.settings.kiosk ? Qt.Window | Qt.FramelessWindowHint : Qt.Window
    visibility: App.settings.kiosk ? Window.FullScreen : Window.Windowed
    title: App.cluster ? qsTr("%1 – Coracle").arg(App.cluster.name) : qsTr("Coracle")
    LayoutMirroring.enabled: App.languages.rightToLeft
    LayoutMirroring.childrenInherit: true

    onClosing: (close) => {
        if (App.settings.kiosk && !App.lock.mayConfigure) {
            close.accepted = false
            App.lock.request(LockLevel.Configure)
        } else if (visibility === Window.Windowed && startSize.width <= 0) {
            App.settings.windowGeometry = Qt.rect(x, y, width, height)
        }
    }
    Component.onCompleted: {
        if (App.settings.kiosk && startSize.width <= 0) { // also where no window manager fills the screen
            width = Screen.width
            height = Screen.height
        }
        const kept = App.settings.windowGeometry
        if (startSize.width <= 0 && kept.width > 0 && !App.settings.kiosk) {
            width = Math.max(minimumWidth, Math.min(kept.width, Screen.desktopAvailableWidth))
            height = Math.max(minimumHeight, Math.min(kept.height, Screen.desktopAvailableHeight))
        }
    }

    Binding { target: Theme; property: "scheme"; value: App.settings.scheme }
    Binding { target: Theme; property: "textScale"; value: App.settings.textPercent / 100 }
    Binding { target: Theme; property: "keyboardHeight"; value: window.keyboardHeight }
    Binding { target: Theme; property: "reduceMotion"; value: App.settings.reduceMotion }

    RowLayout {
        anchors.fill: parent
        anchors.bottomMargin: window.keyboardHeight
        spacing: 0

        NavigationPane {
            visible: !Theme.compact
            rail: window.rail
            Layout.fillHeight: true
            Layout.preferredWidth: Math.round((window.rail ? 72 : 264) * Theme.growth)
            onSearchRequested: search.open()
        }
        ColumnLayout {
            spacing: 0

            PageStack {
                objectName: "pageStack"
                Layout.fillWidth: true
                Layout.fillHeight: true
            }
            OperationsBar {
                Layout.fillWidth: true
                Layout.fillHeight: false
            }
        }
    }

    Drawer {
        id: drawer
        width: Math.min(Math.round(300 * Theme.growth), window.width * 0.85)
        height: window.height
        edge: App.languages.rightToLeft ? Qt.RightEdge : Qt.LeftEdge
        interactive: Theme.compact && !App.navigator.canGoBack

        NavigationPane {
            anchors.fill: parent
            onPicked: drawer.close()
            onSearchRequested: {
                drawer.close()
                search.open()
            }
        }
    }
    BackSwipe {
        anchors.left: parent.left
        height: parent.height
    }

    ToastHost {
        id: toasts
        anchors.fill: parent
        anchors.bottomMargin: window.keyboardHeight
    }
    CommandPaletteDialog { id: search }
    SshQuestions {}
    PinDialog {}
    ScreenBlank {}
    Loader {
        active: App.virtualKeyboard
        visible: !App.idle.blanked
        source: active ? "VirtualKeyboardPanel.qml" : ""
        // Above dialogs, and no part of what they block.
        parent: window.contentItem.parent
        z: (window.Overlay.overlay?.z ?? 0) + 1
        // As high as it is wide, by a third; less than half of the window.
        width: Math.min(window.width, Math.round(window.height * 1.4))
        x: Math.round((window.width - width) / 2)
        y: window.height - window.keyboardHeight
    }
    ShellKeys {
        covered: window.coverCount > 0
        onSearchRequested: search.open()
        onQuitRequested: window.close()
    }

    Connections {
        target: Toasts
        function onShown(text, tone, actionText, token) {
            toasts.show(text, tone, actionText, () => Toasts.trigger(token))
        }
    }
    Connections {
        target: App.navigator
        function onMenuRequested() {
            drawer.open()
        }
    }
    Connections {
        target: App
        // A page of an object shows nothing of another cluster.
        function onClusterChanged() {
            if (App.navigator.canGoBack)
                App.navigator.show("overview")
        }
    }
}
