import QtQuick
import QtQuick.Controls
import QtQuick.Templates as T
import QtTest
import Coracle
import Coracle.Ui

/// Fingers: a long press opens a row's menu, a swipe from the edge goes back; for both there is something to be seen.
Item {
    id: root

    width: 800
    height: 480

    PageBench {
        id: window
        anchors.fill: parent
    }
    BackSwipe {
        id: edge
        anchors.left: parent.left
        height: parent.height
    }

    TestCase {
        name: "PageTouch"
        when: windowShown

        function cleanup() {
            for (const popup of menus())
                popup.close()
            App.cluster.namespaceName = ""
            bench.mend()
        }

        /// The entries of the menu that is open.
        function entries(): var {
            return window.all(item => item instanceof T.MenuItem, root.T.Overlay.overlay)
        }
        function menus(): var {
            return entries().map(entry => entry.menu).filter(menu => menu)
        }
        function entry(text: string): var {
            return entries().find(item => item.text === text) ?? null
        }

        function listed(text: string): Item {
            let found = null
            tryVerify(() => found = window.all(item => item instanceof T.ItemDelegate && item.text === text)[0] ?? null)
            return found
        }

        function longPress(item: Item) {
            const touch = touchEvent(item)
            touch.press(0, item, item.width / 3, item.height / 2).commit()
            tryVerify(() => entries().length > 0, 5000, "no menu")
            touch.release(0, item, item.width / 3, item.height / 2).commit()
        }

        function test_longPressOpensTheMenu_data() {
            return [
                { tag: "pods", page: "workloads", parameters: { kindKey: "pods" }, row: "database-0",
                  entries: ["Open", "Log", "Terminal", "Delete", "Edit YAML"] },
                { tag: "deployments", page: "workloads", row: "web",
                  entries: ["Open", "Log", "Scale", "Restart", "Pause rollout", "Delete", "Edit YAML"] },
                { tag: "config maps", page: "configuration", space: "shop", row: "shop-settings", entries: ["Open", "Delete", "Edit YAML"] },
                { tag: "nodes", page: "nodes", row: "panel-2", entries: ["Open", "Cordon", "Delete", "Edit YAML"] }
            ]
        }

        function test_longPressOpensTheMenu(row) {
            App.cluster.namespaceName = row.space ?? ""
            window.show(row.page, row.parameters)
            const pressed = listed(row.row)
            longPress(pressed)
            tryVerify(() => row.entries.every(text => entry(text)), 5000, entries().map(item => item.text).join(", "))
            for (const item of entries())
                verify(item.height >= 44)
            // It is still the list: the press did not open the object.
            compare(App.navigator.pageId, row.page)
        }

        function test_theButtonOpensTheSameMenu_data() {
            return test_longPressOpensTheMenu_data()
        }

        function test_theButtonOpensTheSameMenu(row) {
            App.cluster.namespaceName = row.space ?? ""
            window.show(row.page, row.parameters)
            const pressed = listed(row.row)
            const more = window.button("More actions for " + row.row, pressed)
            verify(more)
            verify(more.width >= 44 && more.height >= 44)
            mouseClick(more)
            tryVerify(() => row.entries.every(text => entry(text)), 5000, entries().map(item => item.text).join(", "))
        }

        function test_whatIsNotAllowedIsDisabled() {
            bench.allowOnly(["get list watch: *"])
            window.show("workloads", { kindKey: "pods" })
            longPress(listed("database-0"))
            tryVerify(() => entry("Terminal") && !entry("Terminal").enabled)
            tryVerify(() => entry("Delete") && !entry("Delete").enabled)
            verify(entry("Log").enabled)
            verify(window.says("Delete – no right", root.T.Overlay.overlay))
        }

        function test_actionsOfTheMenu() {
            window.show("workloads")
            longPress(listed("web"))
            tryVerify(() => entry("Restart"))
            mouseClick(entry("Restart"))
            tryVerify(() => bench.writes().includes("PATCH /apis/apps/v1/namespaces/shop/deployments/web"))
        }

        function test_deletingAsksFirst() {
            App.cluster.namespaceName = "shop"
            window.show("configuration")
            longPress(listed("shop-settings"))
            tryVerify(() => entry("Delete"))
            mouseClick(entry("Delete"))
            tryVerify(() => window.says("Delete ConfigMap shop-settings?", root.T.Overlay.overlay))
            verify(!bench.writes().some(write => write.startsWith("DELETE")))
            keyClick(Qt.Key_Escape)
            tryVerify(() => !window.says("Delete ConfigMap shop-settings?", root.T.Overlay.overlay))
        }

        function test_logAndTerminal_data() {
            return [{ tag: "Log", page: "logs" }, { tag: "Terminal", page: "terminal" }]
        }

        function test_logAndTerminal(row) {
            window.show("workloads", { kindKey: "pods" })
            longPress(listed("database-0"))
            tryVerify(() => entry(row.tag))
            mouseClick(entry(row.tag))
            tryCompare(App.navigator, "pageId", row.page)
        }

        function test_tapOpensTheObject() {
            window.show("workloads")
            const pressed = listed("web")
            const touch = touchEvent(pressed)
            touch.press(0, pressed).commit()
            touch.release(0, pressed).commit()
            tryCompare(App.navigator, "pageId", "workload")
        }

        function swipe(distance: real) {
            const touch = touchEvent(edge)
            touch.press(0, edge, 4, 200).commit()
            for (let x = 4; x <= distance; x += 10)
                touch.move(0, edge, x, 200).commit()
            touch.release(0, edge, distance, 200).commit()
        }

        function test_swipeGoesBack() {
            window.show("workloads")
            App.navigator.open("workload", { kindKey: "deployments.apps", namespaceName: "shop", name: "web" })
            tryVerify(() => window.button("Back"))
            swipe(30)
            compare(App.navigator.pageId, "workload")
            swipe(200)
            tryCompare(App.navigator, "pageId", "workloads")
        }

        function test_theButtonGoesBack() {
            window.show("workloads")
            App.navigator.open("workload", { kindKey: "deployments.apps", namespaceName: "shop", name: "web" })
            tryVerify(() => window.button("Back") && !window.stack.busy && window.says("of 3 ready"))
            waitForRendering(window)
            mouseClick(window.button("Back"))
            tryCompare(App.navigator, "pageId", "workloads")
        }
    }
}
