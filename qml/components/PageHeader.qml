pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle.Ui

/// The head of a page: its title, the way back, and its actions. As many actions as there is room for are buttons, the
/// first of them the highlighted one; the others go into a menu. `icon.color: Theme.error` marks one that destroys.
Control {
    id: header

    property string title
    property string subtitle
    /// Shows the button that goes back.
    property bool canGoBack: false
    /// The first action is the thing that this page is for.
    property bool primary: false
    default property list<Action> actions
    /// Chips and the like beside the title.
    property alias extras: extraRow.data
    /// The menu of the actions that have no button of their own.
    readonly property alias overflow: menu
    readonly property int room: width < 640 * Theme.growth ? 0 : width < 960 * Theme.growth ? 1 : 3
    readonly property int inlineCount: actions.length <= Math.max(1, room) ? actions.length : room

    signal back

    /// Actions come and go while buttons of them are still there.
    function actionAt(index: int): Action {
        return index >= 0 && index < actions.length ? actions[index] : null
    }

    implicitHeight: Math.max(Theme.target + 2 * verticalPadding, implicitContentHeight + topPadding + bottomPadding)
    horizontalPadding: Theme.spaceL
    verticalPadding: Theme.low ? 2 : Theme.spaceS

    contentItem: RowLayout {
        spacing: Theme.spaceS

        ToolButton {
            visible: header.canGoBack
            icon.name: header.mirrored ? "forward" : "back"
            text: qsTr("Back")
            Layout.leftMargin: header.mirrored ? 0 : -10
            Layout.rightMargin: header.mirrored ? -10 : 0
            onClicked: header.back()
        }
        ColumnLayout {
            spacing: 0
            Layout.fillWidth: true
            Accessible.role: Accessible.Heading
            Accessible.name: header.title
            Accessible.description: header.subtitle

            RowLayout {
                spacing: Theme.spaceM

                Label {
                    text: header.title
                    font.pixelSize: Theme.headline
                    font.weight: Font.DemiBold
                    elide: Text.ElideRight
                    Layout.fillWidth: true
                    Layout.maximumWidth: Math.ceil(implicitWidth)
                    Accessible.ignored: true
                }
                RowLayout {
                    id: extraRow
                    spacing: Theme.spaceS
                }
                Item { Layout.fillWidth: true }
            }
            Label {
                text: header.subtitle
                visible: text !== "" && !Theme.low
                color: Theme.textMuted
                elide: Text.ElideRight
                Layout.fillWidth: true
                Accessible.ignored: true
            }
        }
        Repeater {
            model: header.inlineCount

            Button {
                id: inline

                required property int index

                action: header.actionAt(inline.index)
                highlighted: header.primary && inline.index === 0
                display: header.room === 0 ? AbstractButton.IconOnly : AbstractButton.TextBesideIcon
                Accessible.name: text
                Accessible.description: (action as RightAction)?.reason ?? ""
            }
        }
        ToolButton {
            id: more

            visible: header.inlineCount < header.actions.length
            icon.name: "more"
            text: qsTr("More actions")
            onClicked: menu.popup(more, header.mirrored ? 0 : more.width - menu.width, more.height)

            Menu {
                id: menu

                Instantiator {
                    model: header.actions.length - header.inlineCount
                    delegate: MenuItem {
                        id: entry

                        required property int index

                        action: header.actionAt(header.inlineCount + entry.index)
                    }
                    onObjectAdded: (index, object) => menu.insertItem(index, object as Item)
                    onObjectRemoved: (index, object) => menu.removeItem(object as Item)
                }
            }
        }
    }
}
