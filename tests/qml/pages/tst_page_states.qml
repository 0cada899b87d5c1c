import QtQuick
import QtTest
import Coracle

/// Every main page shows the demo's data, and says what is so when there is none, when it may not be seen, and when the
/// connection is lost.
Item {
    id: root

    readonly property var web: ({ kindKey: "deployments.apps", namespaceName: "shop", name: "web" })
    /// `shows`: what is seen of the demo. `empty`: what is said when every list is empty. `local`: needs no cluster.
    readonly property var pages: [
        { page: "overview", shows: ["Demo", "3 of 3", "CrashLoopBackOff", "Recent warnings", "2 failing"], empty: "None" },
        { page: "nodes", shows: ["panel-1", "panel-2", "edge-3", "192.168.10.11"], empty: "No nodes" },
        { page: "node", parameters: { name: "panel-1" }, shows: ["panel-1", "Conditions", "of 110", "v1.36.0"] },
        { page: "workloads", shows: ["web", "3/3", "mailer", "0/1"], empty: "Nothing here", refused: "You may not see this" },
        { page: "workload", parameters: web, shows: ["3 of 3 ready", "nginx:1.29", "Available"] },
        { page: "pod", parameters: { namespaceName: "shop", name: "database-0" }, shows: ["database-0", "postgres:17"] },
        { page: "configuration", shows: ["shop-settings", "kube-root-ca.crt"], empty: "Nothing here",
          refused: "You may not see this" },
        { page: "object", parameters: { kindKey: "configmaps", namespaceName: "shop", name: "shop-settings" },
          shows: ["currency", "EUR", "theme.json"] },
        { page: "services", shows: ["checkout", "5432/TCP"], empty: "Nothing here", refused: "You may not see this" },
        { page: "volumes", shows: ["database-files", "local-path"], empty: "Nothing here", refused: "You may not see this" },
        { page: "events", shows: ["Scheduled"], empty: "No events" },
        { page: "tokens", shows: ["for the panel in the hall", "Valid"], empty: "No tokens" },
        { page: "disks", shows: ["/dev/vda", "Datastore"], empty: "There are none." },
        { page: "backups", shows: ["before the move", "Made by hand"], empty: "No back-ups" },
        { page: "upgrades", shows: ["0.1.1", "Fewer writes"], empty: "No versions are known" },
        { page: "images", shows: ["nginx:1.29", "In use"], empty: "No images" },
        { page: "certificates", shows: ["kube-apiserver", "day(s)"] },
        { page: "diagnostics", shows: ["controllers started"] },
        { page: "registries", shows: ["docker.io", "mirror.example.com"] },
        { page: "deploy", shows: ["What runs", "kind: Deployment"], local: true },
        { page: "settings", shows: ["Language", "Colours", "PIN for configuring"], local: true }
    ]

    width: 1280
    height: 800

    PageBench {
        id: window
        anchors.fill: parent
    }

    TestCase {
        name: "PageStates"
        when: windowShown

        function cleanup() {
            bench.mend()
        }

        function rows(wanted: var): var {
            return root.pages.filter(wanted).map(row => Object.assign({ tag: row.page }, row))
        }

        function show(row) {
            window.show(row.page, row.parameters)
        }

        function seen(text: string) {
            tryVerify(() => window.says(text), 5000, text + " is not among: " + window.texts().join(" | "))
        }

        function test_data_data() {
            return rows(() => true)
        }

        function test_data(row) {
            show(row)
            for (const text of row.shows)
                seen(text)
            verify(!window.says("cannot be shown"))
        }

        function test_empty_data() {
            return rows(row => row.empty)
        }

        function test_empty(row) {
            bench.empty(".")
            show(row)
            seen(row.empty)
            verify(!window.says("cannot be shown"))
            verify(!window.isLoading())
        }

        function test_refused_data() {
            return rows(row => !row.local)
        }

        function test_refused(row) {
            bench.refuse(".", 403, "it is not for you")
            show(row)
            seen(row.refused ?? "This cannot be shown")
            seen("it is not for you")
            verify(window.button("Try again"))
            bench.mend()
            mouseClick(window.button("Try again"))
            seen(row.shows[0])
        }

        function test_lost_data() {
            return rows(row => !row.local)
        }

        function test_lost(row) {
            show(row)
            for (const text of row.shows)
                seen(text)
            bench.lose()
            seen("Not connected: what you see is old.")
            seen("the cable was pulled")
            // What was known stays.
            for (const text of row.shows)
                verify(window.says(text), text)
            bench.mend()
            tryVerify(() => !window.says("what you see is old"))
            for (const text of row.shows)
                seen(text)
        }

        function test_secretsAreMaskedUntilAsked() {
            window.show("object", { kindKey: "secrets", namespaceName: "shop", name: "database-login" })
            seen("password")
            const values = ["not-a-real-one", "bm90LWEtcmVhbC1vbmU="]
            for (const value of values)
                verify(!window.says(value))
            mouseClick(window.button("YAML"))
            seen("kind: Secret")
            for (const value of values)
                verify(!window.says(value))
            mouseClick(window.button("Keys"))
            tryVerify(() => window.button("Show the value of password"))
            mouseClick(window.button("Show the value of password"))
            seen("not-a-real-one")
        }

        function test_zOneNodeInvitesAnother() {
            window.show("nodes")
            seen("edge-3")
            verify(!window.button("Show how it joins"))
            Actions.run("delete", App.cluster, "nodes", "", "edge-3", "Background")
            Actions.run("delete", App.cluster, "nodes", "", "panel-2", "Background")
            tryVerify(() => window.button("Show how it joins"))
            verify(window.says("panel-1"))
        }

        function test_countsAreLive() {
            window.show("workloads", { kindKey: "pods" })
            tryVerify(() => window.button("Pods  12"))
            Actions.run("delete", App.cluster, "pods", "shop", "import-catalogue-qq8bz", "Background")
            tryVerify(() => window.button("Pods  11"), 8000)
        }
    }
}
