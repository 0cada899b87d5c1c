pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle

/// Private registries and mirrors, as a list or as YAML.
ViewPage {
    id: page

    title: qsTr("Registries")
    subtitle: form.file
    viewState: form.state
    errorText: form.errorText
    primary: true
    onRetry: form.retry()
    extras: SegmentedControl {
        id: view
        label: qsTr("View")
        model: [qsTr("List"), qsTr("YAML")]
    }
    actions: Action {
        text: qsTr("Add registry")
        icon.name: "add"
        onTriggered: dialog.edit(null)
    }

    RegistryForm {
        id: form
        session: App.cluster ? App.cluster.session : null
    }

    ColumnLayout {
        anchors.fill: parent
        spacing: 0

        ScrollColumn {
            Layout.fillWidth: true
            Layout.fillHeight: true

            Banner {
                visible: form.fileError !== ""
                tone: "error"
                title: qsTr("The file cannot be read")
                text: form.fileError
                Layout.fillWidth: true
            }
            OperationCard {
                operation: form.operation
                Layout.fillWidth: true
            }
            EmptyState {
                visible: view.currentIndex === 0 && form.rows.count === 0
                icon: "registry"
                title: qsTr("No registries are set")
                text: qsTr("Images come from where their names say. Add a mirror or the credentials of a private "
                         + "registry here.")
                actionText: qsTr("Add registry")
                onTriggered: dialog.edit(null)
                Layout.fillWidth: true
            }
            RegistryRows {
                visible: view.currentIndex === 0 && form.rows.count > 0
                form: form
                onEditRequested: (row) => dialog.edit(row)
                Layout.fillWidth: true
            }
            DraftArea {
                visible: view.currentIndex === 1
                value: form.yaml
                placeholderText: "mirrors:\n  docker.io:\n    endpoint:\n      - https://mirror.example.com"
                wrapMode: TextEdit.NoWrap
                Accessible.name: qsTr("registries.yaml")
                Layout.fillWidth: true
                Layout.minimumHeight: 240
                onEdited: (text) => form.yaml = text
            }
        }
        DraftBar {
            model: form
            live: true
            Layout.fillWidth: true
        }
    }

    RegistryDialog {
        id: dialog
        form: form
    }
}
