pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// The cluster's own certificates, the first to expire first.
ViewPage {
    id: page

    title: qsTr("Certificates")
    subtitle: certificates.renewText
    viewState: certificates.state
    errorText: certificates.errorText
    onRetry: certificates.retry()
    actions: Action {
        text: qsTr("Renew all…")
        icon.name: "refresh"
        enabled: !certificates.operation.running
        onTriggered: page.ask("", qsTr("All certificates of the cluster"))
    }

    function ask(service: string, name: string) {
        rotation.service = service
        rotation.targets = [name]
        rotation.open()
    }

    CertificateList {
        id: certificates
        session: App.cluster ? App.cluster.session : null
    }

    ScrollColumn {
        anchors.fill: parent

        OperationCard {
            operation: certificates.operation
            Layout.fillWidth: true
        }
        Card {
            padding: 0
            Layout.fillWidth: true

            Repeater {
                model: certificates.rows

                ListRow {
                    id: row

                    required property string detail
                    required property string expiryText
                    required property string leftText
                    required property string service
                    required title
                    required tone

                    subtitle: detail
                    iconName: "certificate"
                    hasMenu: service !== ""
                    Layout.fillWidth: true
                    onMenuRequested: (anchor) => menu.popup(anchor)

                    Label {
                        visible: !Theme.compact
                        text: row.expiryText
                        color: Theme.textMuted
                    }
                    StatusChip {
                        tone: row.tone
                        text: row.leftText
                    }
                    Menu {
                        id: menu

                        MenuItem {
                            text: qsTr("Renew…")
                            icon.name: "refresh"
                            onTriggered: page.ask(row.service, row.service)
                        }
                    }
                }
            }
        }
    }

    ConfirmDialog {
        id: rotation

        property string service

        title: qsTr("New keys and certificates?")
        text: qsTr("The daemon restarts with them; pods go on running. Downloaded kubeconfigs with the old "
                 + "certificate stay valid until they expire.")
        confirmText: qsTr("Renew")
        confirmIcon: "refresh"
        danger: false
        typedName: App.cluster && App.cluster.production ? App.cluster.name : ""
        onAccepted: certificates.rotate(service)
    }
}
