import QtQuick
import QtQuick.Controls
import QtTest
import Coracle.Ui

/// The controls of Coracle.Style: big enough, reachable by keys, mirrored.
Item {
    id: root

    width: 800
    height: 480

    Component { id: button; Button { text: "Go" } }
    Component { id: iconButton; Button { icon.name: "add"; Accessible.name: "Add" } }
    Component { id: roundButton; RoundButton { icon.name: "add"; Accessible.name: "Add" } }
    Component { id: toolButton; ToolButton { icon.name: "add"; text: "Add" } }
    Component { id: dangerButton; DangerButton { text: "Delete" } }
    Component { id: checkBox; CheckBox { text: "Choice" } }
    Component { id: radioButton; RadioButton { text: "Choice"; autoExclusive: false } }
    Component { id: switch_; Switch { text: "Choice" } }
    Component { id: textField; TextField { placeholderText: "Name" } }
    Component { id: textArea; TextArea { placeholderText: "Text" } }
    Component { id: searchBar; SearchBar {} }
    Component { id: comboBox; ComboBox { model: ["a", "b"]; Accessible.name: "Which" } }
    Component { id: spinBox; SpinBox { from: 0; to: 9; value: 3; Accessible.name: "How many" } }
    Component { id: slider; Slider { Accessible.name: "How much" } }
    Component { id: progress; ProgressBar { indeterminate: true; width: 200 } }
    Component { id: itemDelegate; ItemDelegate { text: "Row" } }
    Component { id: swipeDelegate; SwipeDelegate { text: "Row" } }
    Component { id: switchDelegate; SwitchDelegate { text: "Setting" } }
    Component { id: checkDelegate; CheckDelegate { text: "Choice" } }
    Component { id: radioDelegate; RadioDelegate { text: "Choice"; autoExclusive: false } }
    Component { id: menuItem; MenuItem { text: "Entry" } }
    Component { id: tabButton; TabButton { text: "Tab" } }
    Component { id: listRow; ListRow { title: "Row" } }
    Component { id: segments; SegmentedControl { model: ["One", "Two", "Three"] } }
    Component { id: copyButton; CopyButton { value: "text" } }
    Component { id: menu; Menu { MenuItem { text: "First" } MenuItem { text: "Second"; icon.name: "remove" } } }
    Component { id: dialog; Dialog { title: "Title"; standardButtons: Dialog.Ok | Dialog.Cancel; Label { text: "Text" } } }
    Component { id: stack; StackView { width: 200; height: 100; initialItem: Item {} } }
    Component { id: page; Item {} }
    Component { id: spy; SignalSpy {} }
    Component {
        id: scroll
        ScrollView {
            width: 200
            height: 100
            contentWidth: availableWidth
            Rectangle { implicitHeight: 1000; implicitWidth: 100 }
        }
    }

    TestCase {
        id: test

        name: "Controls"
        when: windowShown

        function cleanup() {
            Theme.textScale = 1
            Theme.windowWidth = 1280
            root.LayoutMirroring.enabled = false
            root.LayoutMirroring.childrenInherit = false
        }

        function test_touchTargets_data() {
            const all = { button, iconButton, roundButton, toolButton, dangerButton, checkBox, radioButton, switch_,
                textField, textArea, searchBar, comboBox, spinBox, slider, itemDelegate, swipeDelegate, switchDelegate, checkDelegate,
                radioDelegate, menuItem,
                tabButton, listRow, segments, copyButton }
            return Object.keys(all).map(tag => ({ tag: tag, component: all[tag] }))
        }

        function test_touchTargets(row) {
            const control = createTemporaryObject(row.component, root)
            verify(control)
            for (const width of [800, 1280]) {
                for (const scale of [1, 2]) {
                    Theme.windowWidth = width
                    Theme.textScale = scale
                    verify(control.implicitWidth >= 44, "width " + control.implicitWidth)
                    verify(control.implicitHeight >= 44, "height " + control.implicitHeight)
                }
            }
        }

        function test_keysPress_data() {
            return [{ tag: "button", component: button }, { tag: "toolButton", component: toolButton },
                    { tag: "dangerButton", component: dangerButton }, { tag: "itemDelegate", component: itemDelegate },
                    { tag: "listRow", component: listRow }, { tag: "checkBox", component: checkBox },
                    { tag: "switch", component: switch_ }, { tag: "radioButton", component: radioButton },
                    { tag: "switchDelegate", component: switchDelegate },
                    { tag: "checkDelegate", component: checkDelegate },
                    { tag: "radioDelegate", component: radioDelegate }]
        }

        function test_keysPress(row) {
            const control = createTemporaryObject(row.component, root)
            const clicked = createTemporaryObject(spy, root, { target: control, signalName: "clicked" })
            control.forceActiveFocus(Qt.TabFocusReason)
            verify(control.visualFocus)
            keyClick(Qt.Key_Space)
            compare(clicked.count, 1)
            mouseClick(control)
            compare(clicked.count, 2)
        }

        function test_focusIsVisible() {
            const control = createTemporaryObject(button, root)
            waitForRendering(control)
            const before = grabImage(control)
            control.forceActiveFocus(Qt.TabFocusReason)
            const ring = control.background.children[1]
            verify(ring.visible)
            compare(ring.border.color, Theme.focus)
            verify(before.width > 0)
        }

        function test_dangerIsRed() {
            const control = createTemporaryObject(dangerButton, root)
            compare(control.background.color, Theme.error)
            Theme.scheme = Theme.Dark
            compare(control.background.color, Theme.error)
            Theme.scheme = Theme.Light
        }

        function test_mirrored() {
            const box = createTemporaryObject(checkBox, root, { width: 200 })
            verify(box.indicator.x < 100)
            root.LayoutMirroring.childrenInherit = true
            root.LayoutMirroring.enabled = true
            verify(box.mirrored)
            verify(box.indicator.x > 100)
            const combo = createTemporaryObject(comboBox, root, { width: 200 })
            verify(combo.indicator.x < 100)
            const search = createTemporaryObject(searchBar, root, { width: 200 })
            verify(search.mirrored)
        }

        function test_spinBoxButtonsAreTargets() {
            const box = createTemporaryObject(spinBox, root)
            verify(box.up.indicator.width >= 44 && box.up.indicator.height >= 44)
            verify(box.down.indicator.width >= 44)
            mouseClick(box.up.indicator)
            compare(box.value, 4)
            box.forceActiveFocus(Qt.TabFocusReason)
            keyClick(Qt.Key_Down)
            compare(box.value, 3)
        }

        /// What waits for a value, such as a dialog's button, must not wait for the focus to leave.
        function test_spinBoxTakesWhatIsTyped() {
            const box = createTemporaryObject(spinBox, root)
            const modified = createTemporaryObject(spy, root, { target: box, signalName: "valueModified" })
            box.contentItem.forceActiveFocus(Qt.TabFocusReason)
            box.contentItem.selectAll()
            keyClick(Qt.Key_7)
            compare(box.value, 7)
            compare(modified.count, 1)
            keyClick(Qt.Key_7) // 77 is too much
            compare(box.value, 7)
        }

        function test_comboBoxOpensAndChooses() {
            const combo = createTemporaryObject(comboBox, root)
            mouseClick(combo)
            tryCompare(combo.popup, "opened", true)
            keyClick(Qt.Key_Down)
            keyClick(Qt.Key_Return)
            tryCompare(combo.popup, "visible", false)
            compare(combo.currentIndex, 1)
            compare(combo.displayText, "b")
        }

        function test_menuFitsItsEntries() {
            const shown = createTemporaryObject(menu, root)
            shown.open()
            tryCompare(shown, "opened", true)
            verify(shown.width >= shown.itemAt(1).implicitWidth)
            compare(shown.height, 2 * Theme.target + shown.topPadding + shown.bottomPadding)
            keyClick(Qt.Key_Escape)
            tryCompare(shown, "visible", false)
        }

        function test_dialogStaysInTheWindow() {
            Theme.windowWidth = root.width
            Theme.textScale = 2
            const shown = createTemporaryObject(dialog, root)
            shown.open()
            tryCompare(shown, "opened", true)
            verify(shown.width <= root.width)
            // The action stands at the end.
            verify(shown.standardButton(Dialog.Ok).x > shown.standardButton(Dialog.Cancel).x)
            shown.close()
            tryCompare(shown, "visible", false)
        }

        function test_scrollBarShowsWhenThereIsSomethingToScroll() {
            const view = createTemporaryObject(scroll, root)
            tryVerify(() => view.ScrollBar.vertical.visible)
            verify(!view.ScrollBar.horizontal.visible)
        }

        function test_progressIsSeenWithoutMotion() {
            Theme.reduceMotion = true
            const bar = createTemporaryObject(progress, root).contentItem.children[0]
            compare(bar.x, 70)
            compare(bar.width, 60)
            Theme.reduceMotion = false
            tryVerify(() => bar.x !== 70)
        }

        function test_pagesOfAStackAreSeen() {
            const view = createTemporaryObject(stack, root)
            const first = view.currentItem
            const second = view.push(page)
            tryCompare(second, "opacity", 1)
            tryCompare(view, "busy", false)
            view.pop()
            tryCompare(first, "opacity", 1)
            verify(first.visible)
            tryCompare(view, "busy", false)
        }

        function test_textCanBeWritten() {
            const field = createTemporaryObject(textField, root)
            field.forceActiveFocus(Qt.TabFocusReason)
            keyClick(Qt.Key_A)
            compare(field.text, "a")
        }
    }
}
