pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// Disks, what lies on them, and what could be cleaned up.
ViewPage {
    id: page

    title: qsTr("Disks")
    subtitle: storage.dataFolderText
    viewState: storage.state
    errorText: storage.errorText
    onRetry: storage.retry()
    actions: [
        Action {
            text: qsTr("Clean up…")
            icon.name: "remove"
            enabled: storage.reclaimable.count > 0
            onTriggered: cleanup.open()
        },
        Action {
            text: qsTr("Measure again")
            icon.name: "refresh"
            onTriggered: storage.retry()
        }
    ]

    StorageView {
        id: storage
        session: App.cluster ? App.cluster.session : null
    }

    ScrollColumn {
        anchors.fill: parent

        OperationCard {
            operation: storage.operation
            Layout.fillWidth: true
        }
        Card {
            title: qsTr("Disks")
            Layout.fillWidth: true

            Repeater {
                model: storage.disks

                ColumnLayout {
                    id: disk

                    required property string title
                    required property string detail
                    required property string sizeText
                    required property double share

                    spacing: Theme.spaceXs
                    Layout.fillWidth: true

                    Meter {
                        label: disk.title
                        text: disk.sizeText
                        value: disk.share
                        Layout.fillWidth: true
                    }
                    Label {
                        text: disk.detail
                        color: Theme.textMuted
                        font.pixelSize: Theme.caption
                        wrapMode: Text.Wrap
                        Layout.fillWidth: true
                    }
                }
            }
        }
        Card {
            title: qsTr("Data folder")
            subtitle: storage.dataFolderText
            visible: storage.parts.count > 0
            Layout.fillWidth: true

            Repeater {
                model: storage.parts

                Meter {
                    required property string title
                    required property double share
                    required property string sizeText

                    label: title
                    text: sizeText
                    value: share
                    warnAt: 2
                    errorAt: 2
                    Layout.fillWidth: true
                }
            }
        }
        VolumesCard {
            model: storage.volumes
            Layout.fillWidth: true
        }
    }

    CleanupDialog {
        id: cleanup
        storage: storage
    }
}
