pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle

/// The tokens that nodes join with.
ViewPage {
    id: page

    title: qsTr("Tokens")
    subtitle: qsTr("What machines join the cluster with")
    viewState: tokens.state
    errorText: tokens.errorText
    primary: true
    onRetry: tokens.retry()
    actions: Action {
        text: qsTr("New token")
        icon.name: "add"
        onTriggered: creation.open()
    }

    TokenList {
        id: tokens
        session: App.cluster ? App.cluster.session : null
    }

    ScrollColumn {
        anchors.fill: parent

        JoinCard {
            visible: tokens.joinId !== ""
            tokens: tokens
            Layout.fillWidth: true
        }
        EmptyState {
            visible: tokens.rows.count === 0
            icon: "token"
            title: qsTr("No tokens")
            text: qsTr("A token lets another machine join the cluster.")
            actionText: qsTr("New token")
            onTriggered: creation.open()
            Layout.fillWidth: true
        }
        Card {
            visible: tokens.rows.count > 0
            padding: 0
            Layout.fillWidth: true

            Repeater {
                model: tokens.rows

                ListRow {
                    id: row

                    required property string key
                    required property string detail
                    required property string stateText
                    required title
                    required tone

                    subtitle: detail
                    iconName: "token"
                    hasMenu: true
                    Layout.fillWidth: true
                    onClicked: tokens.show(key)
                    onMenuRequested: (anchor) => menu.popup(anchor)

                    StatusChip {
                        tone: row.tone
                        text: row.stateText
                    }
                    Menu {
                        id: menu

                        MenuItem {
                            text: qsTr("How to join")
                            icon.name: "qr"
                            onTriggered: tokens.show(row.key)
                        }
                        MenuItem {
                            text: qsTr("Revoke")
                            icon.name: "remove"
                            onTriggered: {
                                revocation.tokenId = row.key
                                revocation.targets = [row.title]
                                revocation.open()
                            }
                        }
                    }
                }
            }
        }
    }

    TokenDialog {
        id: creation
        onConfirmed: (description, hours) => tokens.create(description, hours)
    }
    ConfirmDialog {
        id: revocation

        property string tokenId

        title: qsTr("Revoke this token?")
        text: qsTr("No machine can join with it any more. Machines that have joined stay.")
        confirmText: qsTr("Revoke")
        typedName: App.cluster && App.cluster.production ? tokenId : ""
        onAccepted: tokens.revoke(tokenId)
    }
}
