import QtQuick
import QtQuick.Templates as T
import QtTest
import Coracle

/// What the user has no right to cannot be chosen, and the page says why.
Item {
    id: root

    readonly property var web: ({ kindKey: "deployments.apps", namespaceName: "shop", name: "web" })

    width: 1280
    height: 800

    PageBench {
        id: window
        anchors.fill: parent
    }

    TestCase {
        name: "PageRights"
        when: windowShown

        function cleanup() {
            App.cluster.namespaceName = ""
            bench.mend()
        }

        function action(text: string): var {
            return Array.from(window.page?.actions ?? []).find(action => action.text === text)
        }

        function enabled(text: string, wanted: bool) {
            tryVerify(() => action(text)?.enabled === wanted, 5000, text + (wanted ? " is disabled" : " is enabled"))
        }

        function test_actions_data() {
            const look = ["get list watch: *"]
            return [
                { tag: "workload, everything", page: "workload", parameters: root.web, rules: ["*: *"],
                  can: ["Log", "Scale", "Restart", "Delete", "Forward a port"], cannot: [] },
                { tag: "workload, look", page: "workload", parameters: root.web, rules: look,
                  can: ["Log", "Edit YAML"], cannot: ["Scale", "Restart", "Pause rollout", "Delete", "Forward a port"] },
                { tag: "workload, scale", page: "workload", parameters: root.web,
                  rules: look.concat("patch: deployments.apps/scale"), can: ["Scale"], cannot: ["Restart", "Delete"] },
                { tag: "cron job, trigger", page: "workload", rules: look.concat("create: jobs.batch"),
                  parameters: { kindKey: "cronjobs.batch", namespaceName: "shop", name: "nightly-report" },
                  can: ["Run now"], cannot: ["Suspend", "Delete"] },
                { tag: "node, look", page: "node", parameters: { name: "panel-1" }, rules: look,
                  can: [], cannot: ["Cordon", "Delete"] },
                { tag: "node, patch", page: "node", parameters: { name: "panel-1" },
                  rules: look.concat("patch: nodes"), can: ["Cordon"], cannot: ["Delete"] },
                { tag: "pod, look", page: "pod", parameters: { namespaceName: "shop", name: "database-0" }, rules: look,
                  can: ["Log"], cannot: ["Terminal", "Forward a port", "Delete"] },
                { tag: "pod, nothing but itself", page: "pod", parameters: { namespaceName: "shop", name: "database-0" },
                  rules: ["get watch list: pods", "create: pods/exec"], can: ["Terminal"], cannot: ["Log", "Delete"] },
                { tag: "configuration, look", page: "configuration", space: "shop", rules: look, can: [], cannot: ["New"] },
                { tag: "configuration, all namespaces", page: "configuration", rules: look, can: ["New"], cannot: [] },
                { tag: "configuration, create", page: "configuration", space: "shop",
                  rules: look.concat("create: configmaps"), can: ["New"], cannot: [] },
                { tag: "cluster's kinds", page: "kind", rules: look, cannot: ["New"], can: [],
                  parameters: { kindKey: "nodes", kind: "Node", apiVersion: "v1" } },
                { tag: "roles", page: "access", space: "shop", rules: look, can: [], cannot: ["New role"] },
                { tag: "deploy", page: "deploy", space: "shop", rules: look, can: [], cannot: ["Deploy"] }
            ]
        }

        function test_actions(row) {
            bench.allowOnly(row.rules)
            App.cluster.namespaceName = row.space ?? ""
            window.show(row.page, row.parameters)
            for (const text of row.cannot)
                enabled(text, false)
            for (const text of row.can)
                enabled(text, true)
            tryVerify(() => window.says("You have no right to:") === row.cannot.length > 0)
            for (const text of row.cannot) {
                verify(window.says(text))
                verify(action(text).reason.startsWith("You have no right to "), action(text).reason)
            }
        }

        function test_savingYaml_data() {
            return [{ tag: "look", rules: ["get list watch: *"], may: false },
                    { tag: "patch", rules: ["get list watch: *", "patch: configmaps"], may: true }]
        }

        function test_savingYaml(row) {
            bench.allowOnly(row.rules)
            window.show("yaml", { kindKey: "configmaps", namespaceName: "shop", name: "shop-settings" })
            tryVerify(() => window.says("kind: ConfigMap"))
            const area = window.all(item => item instanceof TextEdit && item.text.includes("kind: ConfigMap"))[0]
            area.insert(area.text.indexOf("EUR") + 3, "O")
            tryVerify(() => window.says("Not saved"))
            enabled("Review and apply", row.may)
            App.navigator.leave()
            area.undo()
        }

        function test_keysOfConfigMaps_data() {
            return test_savingYaml_data()
        }

        function test_keysOfConfigMaps(row) {
            bench.allowOnly(row.rules)
            window.show("object", { kindKey: "configmaps", namespaceName: "shop", name: "shop-settings" })
            tryVerify(() => window.says("currency"))
            tryVerify(() => (window.button("Edit currency") !== null) === row.may)
            tryVerify(() => (window.button("Add a key") !== null) === row.may)
        }

        function test_oneReviewForANamespace() {
            bench.allowOnly(["get list watch: *"])
            window.show("workload", root.web)
            enabled("Restart", false)
            App.navigator.open("pod", { namespaceName: "shop", name: "database-0" })
            enabled("Delete", false)
            compare(bench.reviews(), 1)
            App.navigator.open("node", { name: "panel-1" })
            enabled("Cordon", false)
            compare(bench.reviews(), 2)
        }
    }
}
