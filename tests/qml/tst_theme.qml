import QtQuick
import QtTest
import Coracle.Ui

TestCase {
    name: "Theme"

    function cleanup() {
        Theme.scheme = Theme.Light
        Theme.textScale = 1
        Theme.reduceMotion = false
        Theme.windowWidth = 1280
    }

    /// WCAG 2.2, relative luminance.
    function luminance(c: color): real {
        const linear = v => v <= 0.04045 ? v / 12.92 : Math.pow((v + 0.055) / 1.055, 2.4)
        return 0.2126 * linear(c.r) + 0.7152 * linear(c.g) + 0.0722 * linear(c.b)
    }

    function contrast(a: color, b: color): real {
        const la = luminance(a), lb = luminance(b)
        return (Math.max(la, lb) + 0.05) / (Math.min(la, lb) + 0.05)
    }

    function test_contrast_data() {
        const grounds = ["background", "surface", "surfaceRaised", "surfaceSunken", "hover", "pressed", "selection"]
        const softs = ["okSoft", "warningSoft", "errorSoft", "infoSoft", "accentSoft"]
        const pairs = []
        for (const ground of grounds.concat(softs))
            pairs.push(["text", ground])
        for (const ground of ["background", "surface", "surfaceRaised", "surfaceSunken", "hover", "selection"])
            pairs.push(["textMuted", ground])
        for (const tone of ["ok", "warning", "error", "info", "accent"]) {
            for (const ground of ["background", "surface", "surfaceRaised", "hover", tone + "Soft"])
                pairs.push([tone, ground])
        }
        pairs.push(["accentText", "accent"], ["errorText", "error"], ["background", "text"])
        const rows = []
        for (const scheme of [Theme.Light, Theme.Dark, Theme.HighContrast]) {
            for (const [front, ground] of pairs)
                rows.push({ tag: scheme + " " + front + " on " + ground, scheme: scheme, front: front, ground: ground,
                            least: scheme === Theme.HighContrast ? 7 : 4.5 })
            // WCAG 1.4.11: what shows the edge of a control, the focus, and the lines of plots.
            for (const front of ["outline", "focus", "accent", "series1", "series2", "series3", "series4", "series5",
                                 "series6"]) {
                for (const ground of ["background", "surface"])
                    rows.push({ tag: scheme + " " + front + " beside " + ground, scheme: scheme, front: front,
                                ground: ground, least: 3 })
            }
        }
        return rows
    }

    function test_contrast(row) {
        Theme.scheme = row.scheme
        const found = contrast(Theme[row.front], Theme[row.ground])
        verify(found >= row.least, row.tag + ": " + found.toFixed(2) + ", at least " + row.least)
    }

    function test_tonesHaveTheirColours() {
        compare(Theme.toneColor("error"), Theme.error)
        compare(Theme.toneSoft("warning"), Theme.warningSoft)
        compare(Theme.toneColor("unheard of"), Theme.textMuted)
        compare(Theme.toneSoft(""), Theme.surfaceSunken)
        compare(Theme.seriesColor(6), Theme.seriesColor(0))
    }

    function test_sizesGrowWithTheText() {
        for (const width of [800, 1920]) {
            Theme.windowWidth = width
            Theme.textScale = 1
            const body = Theme.body
            const target = Theme.target
            verify(target >= 44, "touch target " + target)
            Theme.textScale = 2
            compare(Theme.body, 2 * body)
            verify(Theme.target > target)
        }
    }

    function test_compactBelow900() {
        Theme.windowWidth = 899
        verify(Theme.compact)
        Theme.windowWidth = 900
        verify(!Theme.compact)
    }

    function test_reducedMotionStandsStill() {
        verify(Theme.durationShort > 0 && Theme.durationMedium > 0)
        Theme.reduceMotion = true
        compare(Theme.durationShort, 0)
        compare(Theme.durationMedium, 0)
    }
}
