pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Controls
import QtQuick.Dialogs
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// The images on this node.
ViewPage {
    id: page

    title: qsTr("Images")
    subtitle: images.totalText
    viewState: images.state
    errorText: images.errorText
    primary: true
    onRetry: images.retry()
    actions: [
        Action {
            text: qsTr("Import file…")
            icon.name: "upload"
            enabled: !images.uploading
            onTriggered: choice.open()
        },
        Action {
            text: qsTr("Import from the device…")
            icon.name: "disk"
            onTriggered: place.open()
        },
        Action {
            text: qsTr("Refresh")
            icon.name: "refresh"
            onTriggered: images.retry()
        }
    ]

    ImageList {
        id: images
        session: App.cluster ? App.cluster.session : null
    }

    ColumnLayout {
        anchors.fill: parent
        anchors.leftMargin: Theme.spaceL
        anchors.rightMargin: Theme.spaceL
        spacing: Theme.spaceS

        SearchBar {
            Layout.fillWidth: true
            Layout.maximumWidth: Math.round(480 * Theme.growth)
            onSearched: (text) => images.search = text
        }
        UploadCard {
            model: images
            Layout.fillWidth: true
        }
        OperationCard {
            operation: images.operation
            Layout.fillWidth: true
        }
        ListView {
            id: list

            clip: true
            reuseItems: true
            boundsBehavior: Flickable.StopAtBounds
            model: images.rows
            delegate: ImageRowItem {
                width: ListView.view.width
                onRemovalRequested: {
                    removal.imageId = key
                    removal.targets = [title]
                    removal.open()
                }
            }
            ScrollBar.vertical: ScrollBar {}
            Layout.fillWidth: true
            Layout.fillHeight: true

            EmptyState {
                anchors.centerIn: parent
                visible: list.count === 0
                icon: "image"
                title: images.search !== "" ? qsTr("No image is named like that") : qsTr("No images")
            }
        }
    }

    FileDialog {
        id: choice
        title: qsTr("Archive of images")
        nameFilters: [qsTr("Archives (%1)").arg("*.tar *.tar.gz *.tgz *.tar.zst *.oci"), qsTr("All files (*)")]
        onAccepted: images.upload(selectedFile)
    }
    FormDialog {
        id: place

        title: qsTr("Import from the device")
        acceptText: qsTr("Import")
        acceptEnabled: file.text.startsWith("/")
        onAccepted: images.importPath(file.text)

        FormField {
            label: qsTr("File")
            help: qsTr("A path on the cluster's machine, such as that of a stick.")

            TextField {
                id: file
                placeholderText: "/media/usb/images.tar"
                inputMethodHints: Qt.ImhNoPredictiveText | Qt.ImhNoAutoUppercase
            }
        }
    }
    ConfirmDialog {
        id: removal

        property string imageId

        title: qsTr("Remove this image?")
        text: qsTr("It is fetched again when a pod wants it.")
        confirmText: qsTr("Remove")
        onAccepted: images.remove(imageId)
    }
}
