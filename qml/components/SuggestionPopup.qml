pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// What can be written at the cursor, to choose from.
Popup {
    id: popup

    /// Rows of SuggestionRow.
    required property RowListModel model

    signal chosen(key: string)

    width: Math.min(Math.round(460 * Theme.growth), Theme.windowWidth - 2 * Theme.spaceL)
    height: Math.min(list.count > 0 ? list.contentHeight + 2 * padding : Theme.target + 2 * padding,
                     Math.round(300 * Theme.growth))
    padding: 4
    focus: true
    onOpened: {
        list.currentIndex = 0
        list.forceActiveFocus()
    }

    function choose(key: string) {
        popup.chosen(key)
        popup.close()
    }

    contentItem: Item {
        Label {
            anchors.centerIn: parent
            visible: list.count === 0
            text: qsTr("The schema has nothing for this place")
            color: Theme.textMuted
        }
        ListView {
            id: list
            anchors.fill: parent
            clip: true
            model: popup.model
            reuseItems: true
            keyNavigationEnabled: true
            highlightMoveDuration: 0
            boundsBehavior: Flickable.StopAtBounds
            Accessible.role: Accessible.List
            Accessible.name: qsTr("Suggestions")
            Keys.onReturnPressed: (currentItem as ItemDelegate)?.clicked()
            Keys.onTabPressed: (currentItem as ItemDelegate)?.clicked()
            ScrollBar.vertical: ScrollBar {}

            delegate: ItemDelegate {
                id: row

                required property int index
                required property string key
                required property string type
                required property string help
                required property bool required

                width: ListView.view.width
                text: key
                highlighted: ListView.isCurrentItem
                Accessible.description: help
                onClicked: popup.choose(key)

                contentItem: ColumnLayout {
                    spacing: 0

                    RowLayout {
                        spacing: Theme.spaceS

                        Label {
                            text: row.key
                            font.family: Theme.familyMono
                            font.weight: row.required ? Font.Bold : Font.Normal
                            elide: Text.ElideRight
                            Layout.fillWidth: true
                        }
                        Label {
                            text: row.required ? qsTr("%1, required").arg(row.type) : row.type
                            font.pixelSize: Theme.caption
                            color: Theme.textMuted
                        }
                    }
                    Label {
                        visible: row.help !== "" && row.ListView.isCurrentItem
                        text: row.help
                        font.pixelSize: Theme.caption
                        color: Theme.textMuted
                        wrapMode: Text.Wrap
                        maximumLineCount: 3
                        elide: Text.ElideRight
                        Layout.fillWidth: true
                    }
                }
            }
        }
    }
}
