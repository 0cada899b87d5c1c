import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// Deploys an application from a form, and shows the YAML that it makes.
ViewPage {
    id: page

    readonly property bool split: width >= 1000 * Theme.growth

    title: qsTr("Deploy an application")
    subtitle: qsTr("Into namespace %1").arg(form.namespaceName !== "" ? form.namespaceName : "default")
    primary: true
    actions: [deploy, edit]
    extras: NamespacePicker {}

    DeployForm {
        id: form
        cluster: App.cluster
        namespaceName: App.cluster ? App.cluster.namespaceName : ""
        onReviewed: if (form.existing.length > 0) overwriting.open(); else form.apply()
        onApplied: (namespaceName, name) => {
            App.navigator.back()
            App.navigator.openObject("deployments.apps", namespaceName, name)
        }
    }
    CreateAction {
        id: deploy
        kindKey: "deployments.apps"
        text: qsTr("Deploy")
        icon.name: "check"
        possible: form.valid && !form.busy
        onTriggered: form.review()
    }
    Action {
        id: edit
        text: qsTr("Go on in YAML")
        icon.name: "edit"
        enabled: form.valid
        onTriggered: App.navigator.open("yaml", { initialText: form.yaml })
    }
    ConfirmDialog {
        id: overwriting
        title: qsTr("Change what is there?")
        text: qsTr("These exist already, and are changed:")
        targets: Array.from(form.existing)
        confirmText: qsTr("Change")
        onAccepted: form.apply()
    }

    RowLayout {
        anchors.fill: parent
        spacing: 0

        ScrollColumn {
            Layout.fillWidth: true
            Layout.fillHeight: true

            Banner {
                visible: form.refusal !== ""
                tone: "error"
                title: qsTr("The cluster refuses it")
                text: form.refusal
                Layout.fillWidth: true
            }
            DeployFields {
                form: form
                Layout.fillWidth: true
            }
            CodeBlock {
                visible: !page.split
                text: form.yaml
                Layout.fillWidth: true
            }
        }
        YamlView {
            visible: page.split
            text: form.yaml
            Layout.preferredWidth: Math.round(page.width * 0.42)
            Layout.fillHeight: true
            Layout.rightMargin: Theme.spaceL
            Layout.bottomMargin: Theme.spaceM
        }
    }
}
