import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle.Ui

Item {
    id: feedback

    GalleryPage {
        id: page

        anchors.fill: parent

        ColumnLayout {
            width: page.columnWidth
            spacing: Theme.spaceS

            StaleBanner { since: new Date(2026, 0, 1, 14, 2); reconnecting: true; reason: "The device does not answer."; Layout.fillWidth: true }
            Banner { tone: "error"; title: "The disk is nearly full"; text: "Images that nobody uses take 3.1 GiB."; actionText: "Clean up"; Layout.fillWidth: true }
            Banner { tone: "info"; text: "An upgrade to v1.36.1 is ready."; actionText: "Look"; closable: true; Layout.fillWidth: true }
            Banner { tone: "ok"; text: "The back-up of this morning is complete."; closable: true; Layout.fillWidth: true }
        }
        Card {
            width: page.columnWidth
            EmptyState {
                icon: "workload"
                title: "No workloads yet"
                text: "Deploy an application from an image or from YAML."
                actionText: "Deploy"
                Layout.fillWidth: true
            }
        }
        Card {
            width: page.columnWidth
            ErrorState {
                what: "The pods cannot be shown"
                why: "The user “viewer” may not list pods in kube-system."
                mend: "Ask somebody who may configure this cluster for the role “view”."
                Layout.fillWidth: true
            }
        }
        Card {
            width: page.columnWidth
            LoadingState { delayMs: 0; Layout.fillWidth: true }
        }
        Toast { text: "“web” was scaled to 3"; tone: "ok"; actionText: "Undo"; durationMs: 1000000 }
        Button { text: "Ask"; onClicked: confirm.open() }
        Button { text: "Toast"; onClicked: toasts.show("“web” was restarted", "ok", "Undo", () => console.log("undone")) }
    }
    ConfirmDialog {
        id: confirm

        title: "Delete 3 pods?"
        text: "They are stopped and gone; their Deployment makes new ones."
        targets: ["default/web-7d9f5-abcde", "default/web-7d9f5-fghij", "default/web-7d9f5-klmno"]
        confirmIcon: "remove"
        typedName: "production"
    }
    ToastHost {
        id: toasts
        anchors.fill: parent
    }
}
