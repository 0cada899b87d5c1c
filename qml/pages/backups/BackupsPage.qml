pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Controls
import QtQuick.Dialogs
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// The back-ups of the cluster's datastore.
ViewPage {
    id: page

    title: qsTr("Back-ups")
    subtitle: backups.folder
    viewState: backups.state
    errorText: backups.errorText
    primary: true
    onRetry: backups.retry()
    actions: [
        Action {
            text: qsTr("Back up now")
            icon.name: "backup"
            enabled: !backups.operation.running
            onTriggered: creation.open()
        },
        Action {
            text: qsTr("Bring in a file…")
            icon.name: "upload"
            enabled: !backups.uploading
            onTriggered: choice.open()
        },
        Action {
            text: qsTr("Compact the datastore")
            icon.name: "storage"
            enabled: !backups.operation.running
            onTriggered: backups.compact()
        }
    ]

    BackupList {
        id: backups
        session: App.cluster ? App.cluster.session : null
    }

    ScrollColumn {
        anchors.fill: parent

        UploadCard {
            model: backups
            Layout.fillWidth: true
        }
        OperationCard {
            operation: backups.operation
            Layout.fillWidth: true
        }
        Card {
            visible: backups.datastoreText !== ""
            title: qsTr("Datastore")
            Layout.fillWidth: true

            Label {
                text: backups.datastoreText
                color: backups.datastoreOk ? Theme.text : Theme.error
                wrapMode: Text.Wrap
                Layout.fillWidth: true
            }
            Label {
                text: qsTr("How many automatic back-ups are kept is set in the configuration "
                         + "(etcd-snapshot-retention).")
                color: Theme.textMuted
                font.pixelSize: Theme.caption
                wrapMode: Text.Wrap
                Layout.fillWidth: true
            }
        }
        EmptyState {
            visible: backups.rows.count === 0
            icon: "backup"
            title: qsTr("No back-ups")
            text: qsTr("A back-up holds all objects of the cluster, not the data in volumes.")
            actionText: qsTr("Back up now")
            onTriggered: creation.open()
            Layout.fillWidth: true
        }
        BackupRows {
            visible: backups.rows.count > 0
            backups: backups
            onRestoreRequested: (name) => {
                restoring.name = name
                restoring.open()
            }
            onRemovalRequested: (name) => {
                removal.name = name
                removal.open()
            }
            Layout.fillWidth: true
        }
    }

    FormDialog {
        id: creation

        title: qsTr("Back up now")
        acceptText: qsTr("Back up")
        acceptIcon: "backup"
        onAboutToShow: description.clear()
        onAccepted: backups.create(description.text)

        FormField {
            label: qsTr("Description")
            optional: true

            TextField {
                id: description
                maximumLength: 256
                onAccepted: creation.accept()
            }
        }
    }
    FileDialog {
        id: choice
        title: qsTr("Back-up")
        onAccepted: backups.upload(selectedFile)
    }
    RestoreDialog {
        id: restoring
        onAccepted: backups.restore(name, backupFirst)
    }
    ConfirmDialog {
        id: removal

        property string name

        title: qsTr("Delete this back-up?")
        text: qsTr("This cannot be undone.")
        targets: [name]
        typedName: App.cluster && App.cluster.production ? name : ""
        onAccepted: backups.remove(name)
    }
}
