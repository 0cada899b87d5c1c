import QtQuick
import QtQuick.Controls
import QtQuick.Templates as T
import QtTest
import Coracle.Ui

/// The components of Coracle.Ui: what they do, and what they say to screen readers.
Item {
    id: root

    width: 800
    height: 480

    Component { id: spy; SignalSpy {} }
    Component { id: icon; Icon { name: "pod" } }
    Component { id: card; Card { title: "Card"; width: 300; Label { text: "Body" } } }
    Component { id: chip; StatusChip { tone: "error"; text: "Failed" } }
    Component { id: neutralChip; StatusChip { text: "Completed" } }
    Component { id: fact; KeyValueRow { label: "Version"; value: "v1.36"; width: 500 } }
    Component { id: meter; Meter { label: "Memory"; text: "half"; value: 0.5; width: 200 } }
    Component { id: tile; MetricTile { label: "Nodes"; value: "3"; detail: "All ready"; clickable: true } }
    Component { id: segments; SegmentedControl { model: ["One", "Two", "Three"]; label: "View"; width: 300 } }
    Component { id: copy; CopyButton { value: "a token" } }
    Component { id: pasteField; TextField {} }
    Component { id: code; CodeBlock { text: "line"; width: 300 } }
    Component { id: form; FormField { label: "Name"; help: "Short"; width: 300; TextField { objectName: "input" } } }
    Component { id: empty; EmptyState { title: "Nothing"; text: "Yet"; actionText: "Add"; width: 400 } }
    Component { id: error; ErrorState { what: "What"; why: "Why"; mend: "Mend"; width: 400 } }
    Component { id: loading; LoadingState { width: 400 } }
    Component { id: banner; Banner { title: "Title"; text: "Text"; actionText: "Do"; closable: true; width: 600 } }
    Component { id: stale; StaleBanner { since: new Date(2026, 0, 1, 14, 2); reason: "No answer."; width: 600 } }
    Component { id: row; ListRow { title: "web"; subtitle: "3 of 3"; hasMenu: true; width: 400 } }
    Component { id: search; SearchBar { delayMs: 1; width: 300 } }
    Component { id: toasts; ToastHost { anchors.fill: parent } }
    Component { id: confirm; ConfirmDialog { title: "Delete?"; targets: ["a", "b"]; typedName: "production" } }
    Component { id: simpleConfirm; ConfirmDialog { title: "Delete?"; targets: ["a"] } }
    Component {
        id: header
        PageHeader {
            title: "Pods"
            canGoBack: true
            Action { text: "One"; icon.name: "add" }
            Action { id: second; text: "Two"; icon.name: "edit" }
            Action { text: "Three"; icon.name: "copy" }
            Action { text: "Four"; icon.name: "remove" }
        }
    }
    Component {
        id: plot
        Plot {
            title: "CPU"
            unit: PlotItem.Percent
            width: 400
            PlotSeries { name: "edge"; points: [Qt.point(1000, 0.1), Qt.point(2000, 0.5), Qt.point(3000, 0.3)] }
            PlotSeries { name: "other"; color: "#123456"; points: [] }
        }
    }

    /// The first item below `item` for which `wanted` holds; null when there is none.
    function find(item: Item, wanted: var): Item {
        for (let i = 0; i < item.children.length; ++i) {
            const child = item.children[i]
            const found = wanted(child) ? child : find(child, wanted)
            if (found)
                return found
        }
        return null
    }

    function button(item: Item, text: string): Item {
        return find(item, child => child instanceof T.AbstractButton && child.text === text && child.visible)
    }

    TestCase {
        name: "Components"
        when: windowShown

        function make(component: Component, properties: var): var {
            const made = createTemporaryObject(component, root, properties ?? {})
            verify(made)
            return made
        }

        function listen(target: var, signalName: string): var {
            return createTemporaryObject(spy, root, { target: target, signalName: signalName })
        }

        /// What a screen reader meets: the item, or the content that speaks for it.
        function speaker(item: Item): Item {
            return item instanceof T.Control && item.contentItem.Accessible.name !== "" ? item.contentItem : item
        }

        function test_names_data() {
            return [{ tag: "chip", component: chip, name: "Failed" }, { tag: "fact", component: fact, name: "Version" },
                    { tag: "meter", component: meter, name: "Memory" }, { tag: "tile", component: tile, name: "Nodes" },
                    { tag: "segments", component: segments, name: "View" }, { tag: "copy", component: copy, name: "Copy" },
                    { tag: "empty", component: empty, name: "Nothing" }, { tag: "error", component: error, name: "What" },
                    { tag: "loading", component: loading, name: "Loading…" }, { tag: "row", component: row, name: "web" },
                    { tag: "search", component: search, name: "Search" }, { tag: "plot", component: plot, name: "CPU" }]
        }

        function test_names(data) {
            const item = make(data.component)
            compare(speaker(item).Accessible.name !== "" ? speaker(item).Accessible.name : item.text, data.name)
        }

        function test_iconTakesItsColour() {
            const item = make(icon, { color: "#ff0000", size: 32 })
            compare(item.implicitWidth, 32)
            const image = item.children[0]
            compare(image.status, Image.Ready)
            compare(image.sourceSize.width, 32 * Screen.devicePixelRatio)
            verify(image.source.toString().endsWith("pod?color=%23ff0000"))
        }

        function test_everyToneHasItsIcon() {
            const item = make(chip)
            for (const tone of ["ok", "warning", "error", "info"]) {
                item.tone = tone
                verify(item.icon !== "")
            }
            compare(make(neutralChip).icon, "")
        }

        function test_factStacksWhereItIsNarrow() {
            const item = make(fact)
            verify(!item.stacked)
            const height = item.implicitHeight
            item.width = 200
            verify(item.stacked)
            tryVerify(() => item.implicitHeight > height)
        }

        function test_meterTurnsAtItsThresholds_data() {
            return [{ tag: "low", value: 0.79, tone: "accent" }, { tag: "warn", value: 0.8, tone: "warning" },
                    { tag: "full", value: 0.95, tone: "error" }, { tag: "unknown", value: -1, tone: "accent" }]
        }

        function test_meterTurnsAtItsThresholds(data) {
            compare(make(meter, { value: data.value }).tone, data.tone)
        }

        function test_tileIsPressedOnlyWhenItLeadsSomewhere() {
            const item = make(tile)
            const clicked = listen(item, "clicked")
            mouseClick(item)
            compare(clicked.count, 1)
            item.clickable = false
            mouseClick(item)
            compare(clicked.count, 1)
            compare(item.opacity, 1)
        }

        function test_segmentsByFingerAndByKey() {
            const item = make(segments)
            const activated = listen(item, "activated")
            mouseClick(item, 290, 20)
            compare(item.currentIndex, 2)
            item.forceActiveFocus(Qt.TabFocusReason)
            keyClick(Qt.Key_Right)
            compare(item.currentIndex, 2)
            keyClick(Qt.Key_Left)
            compare(item.currentIndex, 1)
            compare(activated.count, 2)
        }

        function test_copyReachesTheClipboard() {
            const item = make(copy)
            mouseClick(item)
            verify(item.copied)
            const field = make(pasteField)
            field.forceActiveFocus()
            field.paste()
            compare(field.text, "a token")
        }

        function test_codeIsReadOnlyAndCopied() {
            const item = make(code)
            verify(item.implicitHeight >= 44)
            verify(root.button(item, "Copy"))
        }

        function test_formFieldNamesItsField() {
            const item = make(form)
            const input = root.find(item, child => child.objectName === "input")
            compare(input.Accessible.name, "Name")
            compare(input.Accessible.description, "Short")
            tryCompare(input, "width", item.width)
            item.error = "Too short"
            compare(input.Accessible.description, "Too short")
        }

        function test_emptyOffersTheWay() {
            const item = make(empty)
            const triggered = listen(item, "triggered")
            mouseClick(root.button(item, "Add"))
            compare(triggered.count, 1)
        }

        function test_errorSaysWhatWhyAndMend() {
            const item = make(error)
            compare(item.Accessible.description, "Why\nMend")
            const retry = listen(item, "retry")
            mouseClick(root.button(item, "Try again"))
            compare(retry.count, 1)
            item.canRetry = false
            compare(root.button(item, "Try again"), null)
        }

        function test_loadingWaitsAMoment() {
            const item = make(loading, { delayMs: 1 })
            verify(!item.shown)
            tryCompare(item, "shown", true)
        }

        function test_bannerActsAndCloses() {
            const item = make(banner)
            const triggered = listen(item, "triggered")
            const closed = listen(item, "closed")
            mouseClick(root.button(item, "Do"))
            mouseClick(root.button(item, "Close"))
            compare(triggered.count, 1)
            compare(closed.count, 1)
        }

        function test_staleSaysSinceWhen() {
            const item = make(stale)
            verify(item.title.includes("02"))
            compare(item.text, "No answer.")
            item.reconnecting = true
            compare(item.text, "No answer. Connecting again…")
            compare(item.actionText, "")
            item.since = new Date(NaN)
            compare(item.title, "Not connected: what you see is old.")
        }

        function test_headerCollapsesItsActions_data() {
            return [{ tag: "narrow", width: 500, inline: 0 }, { tag: "medium", width: 800, inline: 1 },
                    { tag: "wide", width: 1200, inline: 3 }]
        }

        function test_headerCollapsesItsActions(data) {
            const item = make(header, { width: data.width })
            compare(item.inlineCount, data.inline)
            const names = ["One", "Two", "Three", "Four"]
            tryVerify(() => names.filter(text => root.button(item, text)).length === data.inline)
            const more = root.button(item, "More actions")
            verify(more)
            const back = listen(item, "back")
            mouseClick(root.button(item, "Back"))
            compare(back.count, 1)
            const triggered = listen(item.actions[3], "triggered")
            tryVerify(() => more.width > 0)
            mouseClick(more)
            tryCompare(item.overflow, "opened", true)
            compare(item.overflow.count, 4 - data.inline)
            for (let i = data.inline; i < 4; ++i)
                keyClick(Qt.Key_Down)
            keyClick(Qt.Key_Return)
            tryCompare(triggered, "count", 1)
        }

        function test_rowHasThreeWaysToItsMenu() {
            const item = make(row)
            const menu = listen(item, "menuRequested")
            tryVerify(() => root.button(item, "More actions for web").width > 0)
            mouseClick(root.button(item, "More actions for web"))
            compare(menu.count, 1)
            mouseClick(item, 50, 20, Qt.RightButton)
            compare(menu.count, 2)
            mousePress(item, 50, 20)
            tryCompare(menu, "count", 3)
            mouseRelease(item, 50, 20)
            item.forceActiveFocus()
            keyClick(Qt.Key_Menu)
            compare(menu.count, 4)
        }

        function test_searchComesOnceAfterTheLastKey() {
            const item = make(search)
            const searched = listen(item, "searched")
            item.forceActiveFocus()
            keyClick(Qt.Key_W)
            keyClick(Qt.Key_E)
            tryVerify(() => searched.count > 0)
            compare(searched.signalArguments[searched.count - 1][0], "we")
            mouseClick(root.button(item, "Clear"))
            compare(item.text, "")
            keyClick(Qt.Key_X)
            keyClick(Qt.Key_Escape)
            compare(item.text, "")
        }

        function test_toastsLeaveAndAct() {
            const host = make(toasts)
            let undone = 0
            host.show("scaled", "ok", "Undo", () => ++undone)
            compare(host.count, 1)
            tryVerify(() => root.button(host, "Undo").width > 0)
            mouseClick(root.button(host, "Undo"))
            compare(undone, 1)
            compare(host.count, 0)
            for (let i = 0; i < 5; ++i)
                host.show("number " + i, "info", "", null)
            compare(host.count, host.countMax)
        }

        /// What a dialog would hit changes while it is hidden, and then the size of texts.
        function test_hiddenConfirmationsMayChange() {
            const dialog = make(simpleConfirm)
            for (const scale of [2, 1, 2, 1]) {
                dialog.targets = ["target " + scale]
                wait(1) // a turn of the event loop, so that what is gone is gone
                Theme.textScale = scale
                wait(1)
            }
            dialog.open()
            tryCompare(dialog, "opened", true)
            verify(find(dialog.contentItem, item => item.text === "target 1"))
        }

        function test_confirmWantsTheName() {
            const item = make(confirm)
            const accepted = listen(item, "accepted")
            item.open()
            tryCompare(item, "opened", true)
            verify(!item.ready)
            keyClick(Qt.Key_Return)
            compare(accepted.count, 0)
            for (const letter of "production")
                keyClick(letter)
            verify(item.ready)
            keyClick(Qt.Key_Return)
            compare(accepted.count, 1)
            // The next time it starts anew.
            tryCompare(item, "visible", false)
            item.open()
            verify(!item.ready)
        }

        function test_confirmStandsOnCancel() {
            const item = make(simpleConfirm)
            const rejected = listen(item, "rejected")
            item.open()
            tryCompare(item, "opened", true)
            keyClick(Qt.Key_Space)
            compare(rejected.count, 1)
        }

        function test_plotSpeaksAndTakesTheThemesColours() {
            const item = make(plot)
            compare(item.series[0].color, Theme.series1)
            compare(item.series[1].color, "#123456")
            compare(speaker(item).Accessible.description, "edge: now 30 %, lowest 10 %, highest 50 %\nother: no data")
            verify(item.legend)
            item.series[0].points = []
            compare(speaker(item).Accessible.description, "edge: no data\nother: no data")
        }

        function test_cardHoldsItsContents() {
            const item = make(card)
            tryVerify(() => item.implicitHeight > 50)
            verify(root.find(item, child => child.text === "Body"))
        }
    }
}
