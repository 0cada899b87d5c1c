pragma Singleton

import QtQuick

/// The look of the front-end in one place: colours by role, sizes, type and motion. Nothing else in qml/ holds a colour
/// or a font size. The shell writes the settings below; everything else reads. Sizes are device independent pixels.
///
/// Contrast: every text role on every ground that it is used on has at least 4.5:1, in high contrast 7:1
/// (WCAG 2.2, 1.4.3 and 1.4.6); tests/qml/tst_theme.qml computes it.
QtObject {
    id: theme

    enum Scheme { Light, Dark, HighContrast }

    // ---- Settings, written by the shell ----

    /// One of Theme.Scheme.
    property int scheme: 0
    /// 1.0 to 2.0; type grows with it, touch targets and row heights by half of it.
    property real textScale: 1.0
    /// Nothing moves: all durations are 0.
    property bool reduceMotion: false
    /// The size of the window that everything is drawn in; ApplicationWindow of Coracle.Style keeps it up to date.
    property int windowWidth: 1280
    property int windowHeight: 800
    /// What the on-screen keyboard covers of it.
    property int keyboardHeight: 0

    // ---- Form ----

    /// One column, navigation in a drawer or a bar, actions collapsed.
    readonly property bool compact: windowWidth < 900
    /// Little height (800x480): pages drop what is only decoration.
    readonly property bool low: windowHeight < 600

    // ---- Colours: light, dark, high contrast ----

    /// Behind everything.
    readonly property color background: pick("#f3f5f7", "#10151a", "#000000")
    /// Cards, bars, fields.
    readonly property color surface: pick("#ffffff", "#1a2128", "#000000")
    /// What lies above surfaces: menus, dialogs, pressed and hovered rows.
    readonly property color surfaceRaised: pick("#ffffff", "#242d36", "#141414")
    /// A quiet fill on a surface: secondary buttons, tracks, chips without a tone.
    readonly property color surfaceSunken: pick("#e8ecf0", "#2b3540", "#1f1f1f")
    /// Rows and buttons under the pointer and under the finger.
    readonly property color hover: pick("#eef2f5", "#212a33", "#262626")
    readonly property color pressed: pick("#dde4ea", "#34404c", "#3d3d3d")
    /// Lines that only separate.
    readonly property color border: pick("#d8dfe6", "#303b46", "#8c8c8c")
    /// The outline of things to operate (WCAG 1.4.11: 3:1).
    readonly property color outline: pick("#7b8895", "#75838f", "#ffffff")

    readonly property color text: pick("#17212b", "#e9eef3", "#ffffff")
    readonly property color textMuted: pick("#51606e", "#a9b5c1", "#e0e0e0")
    readonly property color accent: pick("#0b6477", "#63c7d8", "#ffdd33")
    readonly property color accentText: pick("#ffffff", "#06242b", "#000000")
    readonly property color accentSoft: pick("#d9edf1", "#16383f", "#333000")
    readonly property color focus: pick("#0b6477", "#8fe3f2", "#00e5ff")
    /// Behind selected rows and selected text.
    readonly property color selection: pick("#d0e8ed", "#1d4650", "#4d4400")
    /// The screen while nobody is there.
    readonly property color blank: "#000000"
    /// Over the page while a dialog is open.
    readonly property color overlay: pick("#8017212b", "#a0000000", "#c0000000")

    readonly property color ok: pick("#17693a", "#6fd699", "#7dff9b")
    readonly property color okSoft: pick("#ddf3e4", "#16352a", "#00260d")
    readonly property color warning: pick("#7a4a00", "#f2be5c", "#ffc94d")
    readonly property color warningSoft: pick("#fdeecf", "#3d3017", "#332300")
    readonly property color error: pick("#b3231c", "#ff9a90", "#ffa59c")
    readonly property color errorText: pick("#ffffff", "#3b0703", "#000000")
    readonly property color errorSoft: pick("#fce4e2", "#432322", "#3b0a06")
    readonly property color info: pick("#1b5699", "#8fc2f7", "#9ccbff")
    readonly property color infoSoft: pick("#e0ecfa", "#1b3148", "#001d3d")

    /// Lines of plots; tell them apart by name too. See seriesColor().
    readonly property color series1: pick("#0b6477", "#63c7d8", "#00e5ff")
    readonly property color series2: pick("#b4540a", "#f0a35e", "#ffc94d")
    readonly property color series3: pick("#6b3fa0", "#bd9af0", "#dcb8ff")
    readonly property color series4: pick("#17693a", "#6fd699", "#7dff9b")
    readonly property color series5: pick("#ad2a67", "#f08fb8", "#ff9ecb")
    readonly property color series6: pick("#5d6b22", "#c3d062", "#f4ff8a")

    /// Terminals are dark in every scheme: programs choose their colours for that.
    readonly property color terminalBackground: pick("#16202a", "#0b0f13", "#000000")
    readonly property color terminalText: pick("#e3e9ef", "#e3e9ef", "#ffffff")
    readonly property color terminalSelection: pick("#35506b", "#35506b", "#4d4400")
    /// Black, red, green, yellow, blue, magenta, cyan, white, and the bright ones.
    readonly property list<color> terminalPalette: [
        "#2b3642", "#ff8077", "#7fd99a", "#e8c468", "#7fb2f5", "#d79be8", "#6fd0dc", "#cdd6df",
        "#7d8b99", "#ffa79f", "#a5ecb8", "#ffe08a", "#a9ceff", "#ebbdf7", "#9be8f1", "#ffffff"
    ]

    // ---- Space ----

    readonly property int spaceXs: 4
    readonly property int spaceS: 8
    readonly property int spaceM: compact ? 12 : 16
    readonly property int spaceL: compact ? 16 : 24
    readonly property int spaceXl: compact ? 24 : 40
    readonly property int radius: 10
    readonly property int radiusSmall: 6
    /// Thicker where contrast matters most.
    readonly property int lineWidth: scheme === 2 ? 2 : 1
    readonly property int focusWidth: scheme === 2 ? 4 : 3

    // ---- Touch: the smallest side of anything that can be pressed ----

    readonly property int target: Math.round((compact ? 46 : 48) * growth)
    readonly property int rowHeight: Math.round((compact ? 60 : 64) * growth)
    readonly property int icon: Math.round(24 * growth)
    readonly property int iconSmall: Math.round(18 * growth)
    readonly property int iconLarge: Math.round(48 * growth)
    /// How much targets and icons grow with the text.
    readonly property real growth: 1 + (Math.max(1, textScale) - 1) / 2

    // ---- Type, in pixels ----

    readonly property string family: "Noto Sans"
    readonly property string familyMono: "DejaVu Sans Mono"
    readonly property int caption: Math.round(14 * textScale)
    readonly property int body: Math.round(16 * textScale)
    readonly property int title: Math.round(19 * textScale)
    readonly property int headline: Math.round((compact ? 23 : 26) * textScale)
    readonly property int display: Math.round((compact ? 32 : 40) * textScale)

    // ---- Motion, in milliseconds ----

    readonly property int durationShort: reduceMotion ? 0 : 120
    readonly property int durationMedium: reduceMotion ? 0 : 200

    function pick(light: color, dark: color, highContrast: color): color {
        return scheme === 2 ? highContrast : scheme === 1 ? dark : light
    }

    /// The colour of a tone: "ok", "warning", "error", "info", "accent"; anything else is neutral.
    function toneColor(tone: string): color {
        switch (tone) {
        case "ok": return ok
        case "warning": return warning
        case "error": return error
        case "info": return info
        case "accent": return accent
        }
        return textMuted
    }

    /// The ground that belongs to toneColor().
    function toneSoft(tone: string): color {
        switch (tone) {
        case "ok": return okSoft
        case "warning": return warningSoft
        case "error": return errorSoft
        case "info": return infoSoft
        case "accent": return accentSoft
        }
        return surfaceSunken
    }

    /// The icon that says the same as the tone, for those who do not see its colour.
    function toneIcon(tone: string): string {
        switch (tone) {
        case "ok": return "ok"
        case "warning": return "warning"
        case "error": return "error"
        }
        return "info"
    }

    /// The colour of the plot line with this number; they repeat after six.
    function seriesColor(index: int): color {
        switch (index % 6) {
        case 0: return series1
        case 1: return series2
        case 2: return series3
        case 3: return series4
        case 4: return series5
        }
        return series6
    }
}
