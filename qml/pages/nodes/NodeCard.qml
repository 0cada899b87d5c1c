import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// A node in the list: its state, and meters of what it uses now.
ItemDelegate {
    id: card

    required property string key
    required property string roles
    required property string version
    required property string address
    required property string status
    required property string tone
    readonly property string facts: Format.joined([roles, version, address])

    /// A long press, the right button and the button of three dots ask for it. `anchor`: where it belongs.
    signal menuRequested(anchor: Item)

    padding: Theme.spaceM
    implicitHeight: implicitContentHeight + topPadding + bottomPadding
    text: key
    Accessible.name: key
    Accessible.description: Format.joined([status, facts, history.cpuText, history.memoryText], ", ")

    onPressAndHold: menuRequested(card)

    TapHandler {
        acceptedButtons: Qt.RightButton
        onTapped: card.menuRequested(card)
    }
    MetricsHistory {
        id: history
        session: App.cluster ? App.cluster.session : null
        node: card.key
    }

    background: Rectangle {
        radius: Theme.radius
        color: card.down ? Theme.pressed : card.hovered ? Theme.hover : Theme.surface
        border.width: card.highlighted || card.visualFocus ? Theme.focusWidth : Theme.lineWidth
        border.color: card.highlighted || card.visualFocus ? Theme.focus : Theme.border
    }
    contentItem: GridLayout {
        columns: Theme.compact ? 1 : 2
        columnSpacing: Theme.spaceL
        rowSpacing: Theme.spaceS

        ColumnLayout {
            spacing: 2
            Layout.fillWidth: true
            Layout.preferredWidth: 3

            RowLayout {
                spacing: Theme.spaceM

                Icon {
                    name: "node"
                    color: Theme.textMuted
                }
                Label {
                    text: card.key
                    font.weight: Font.DemiBold
                    elide: Text.ElideMiddle
                    Layout.fillWidth: true
                    Accessible.ignored: true
                }
                StatusChip {
                    text: card.status
                    tone: card.tone
                }
                ToolButton {
                    id: more
                    icon.name: "more"
                    icon.color: Theme.textMuted
                    text: qsTr("More actions for %1").arg(card.key)
                    focusPolicy: Qt.NoFocus
                    onClicked: card.menuRequested(more)
                }
            }
            Label {
                text: card.facts
                color: Theme.textMuted
                font.pixelSize: Theme.caption
                elide: Text.ElideRight
                Layout.fillWidth: true
                Accessible.ignored: true
            }
        }
        RowLayout {
            visible: history.cpuNow >= 0 || history.memoryNow >= 0
            spacing: Theme.spaceL
            Layout.fillWidth: true
            Layout.preferredWidth: 4

            Meter {
                label: qsTr("CPU")
                text: history.cpuText
                value: history.cpuNow
                Layout.fillWidth: true
                Layout.preferredWidth: 1
            }
            Meter {
                label: qsTr("Memory")
                text: history.memoryText
                value: history.memoryNow
                Layout.fillWidth: true
                Layout.preferredWidth: 1
            }
        }
    }
}
