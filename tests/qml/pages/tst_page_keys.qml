import QtQuick
import QtQuick.Templates as T
import QtTest
import Coracle

/// The keyboard reaches all that can be pressed or written in: by Tab, and within lists by the arrows.
Item {
    id: root

    width: 1280
    height: 800

    PageBench {
        id: window
        anchors.fill: parent
    }

    TestCase {
        name: "PageKeys"
        when: windowShown

        readonly property int tabsMax: 150

        function cleanup() {
            bench.mend()
        }

        /// What has the focus after each press of Tab, until it begins again.
        function walk(key: int, modifiers: int): var {
            const visited = []
            for (let i = 0; i < tabsMax; ++i) {
                keyClick(key, modifiers)
                const item = root.Window.activeFocusItem
                if (visited.includes(item))
                    break
                visited.push(item)
            }
            return visited
        }

        function isWithin(item: Item, holder: Item): bool {
            for (let above = item; above; above = above.parent)
                if (above === holder)
                    return true
            return false
        }

        /// The list that an item with the focus is a row of, or the item.
        function listOf(item: Item): Item {
            for (let above = item; above; above = above.parent)
                if (above instanceof ListView && above.keyNavigationEnabled)
                    return above
            return item
        }

        function name(item: Item): string {
            return item + " “" + (item.text ?? "") + "” " + (item.Accessible.name ?? "")
        }

        function test_tabReachesEverything_data() {
            const parameters = {
                node: { name: "panel-1" },
                workload: { kindKey: "deployments.apps", namespaceName: "shop", name: "web" },
                pod: { namespaceName: "shop", name: "database-0" },
                object: { kindKey: "secrets", namespaceName: "shop", name: "database-login" },
                logs: { namespaceName: "shop", subject: "database-0", podName: "database-0" }
            }
            return ["overview", "nodes", "node", "workloads", "workload", "pod", "logs", "configuration", "object", "services",
                    "volumes", "events", "tokens", "disks", "backups", "upgrades", "images", "registries", "diagnostics",
                    "deploy", "settings", "oidc", "options", "access", "clusters"]
                .map(page => ({ tag: page, page: page, parameters: parameters[page] }))
        }

        function test_tabReachesEverything(row) {
            window.show(row.page, row.parameters)
            tryVerify(() => window.page && !window.isLoading())
            let before = -1, same = 0
            tryVerify(() => {
                // The last of its data is there when nothing more is added for some turns.
                const now = window.texts().length
                same = now === before && now > 2 ? same + 1 : 0
                before = now
                return same > 5
            }, 15000)
            window.page.forceActiveFocus(Qt.TabFocusReason)
            const visited = walk(Qt.Key_Tab, Qt.NoModifier)
            const targets = window.all(item => item.enabled && (item instanceof T.AbstractButton || item instanceof T.TextField
                                                                 || item instanceof T.TextArea || item instanceof T.ComboBox
                                                                 || item instanceof T.SpinBox))
            verify(targets.length > 0 || row.page === "overview")
            for (const target of targets) {
                // What stands in a list or a field is reached through it.
                const reached = visited.some(item => isWithin(target, listOf(item)) || isWithin(item, target))
                verify(reached, name(target) + " is not reached; visited: " + visited.map(name).join("; "))
            }
            // And backwards the same; only the page itself is no place to come back to.
            verify(walk(Qt.Key_Backtab, Qt.ShiftModifier).length >= visited.length - 1)
        }

        function test_listsGoByArrows_data() {
            return [{ tag: "workloads", page: "workloads", opens: "workload" }, { tag: "nodes", page: "nodes", opens: "node" },
                    { tag: "configuration", page: "configuration", opens: "object" }]
        }

        function test_listsGoByArrows(row) {
            window.show(row.page)
            let list = null
            tryVerify(() => list = window.all(item => item instanceof ListView && item.count > 1
                                                      && item.activeFocusOnTab)[0] ?? null)
            tryVerify(() => !window.isLoading() && list.itemAtIndex(1))
            list.forceActiveFocus(Qt.TabFocusReason)
            list.currentIndex = 0
            keyClick(Qt.Key_Down)
            verify(list.currentIndex > 0) // where it is then, when rows change places
            keyClick(Qt.Key_Menu)
            tryVerify(() => window.says("Edit YAML", root.T.Overlay.overlay))
            keyClick(Qt.Key_Escape)
            tryVerify(() => !window.says("Edit YAML", root.T.Overlay.overlay))
            // An ApplicationWindow gives the focus back by itself.
            list.forceActiveFocus(Qt.PopupFocusReason)
            keyClick(Qt.Key_Return)
            tryCompare(App.navigator, "pageId", row.opens)
        }
    }
}
