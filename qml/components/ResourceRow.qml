import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// An object in a ResourceList: one line with columns where it is wide, two lines otherwise.
ItemDelegate {
    id: row

    required property string name
    required property string namespaceName
    required property date created
    required property list<string> cells
    required property string status
    required property string tone
    required property string summary

    property bool wide: false
    property int extraColumns: 0
    property int statusColumn: -1
    property bool showsNamespace: true
    property bool hasMenu: false
    property bool current: false
    readonly property string age: Format.age(created, Format.minute)
    readonly property list<string> shownCells: wide ? Array.from(cells)
            .filter((cell, index) => index !== statusColumn).slice(0, extraColumns) : []

    signal menuRequested(anchor: Item)

    height: wide ? Math.max(Theme.target, implicitContentHeight + topPadding + bottomPadding)
                 : Math.max(Theme.rowHeight, implicitContentHeight + topPadding + bottomPadding)
    verticalPadding: 4
    rightPadding: hasMenu ? 4 : horizontalPadding
    highlighted: current
    text: name
    focusPolicy: Qt.NoFocus
    Accessible.name: name
    Accessible.description: Format.joined([namespaceName, status, summary, age], ", ")

    onPressAndHold: if (hasMenu) menuRequested(row)

    TapHandler {
        acceptedButtons: Qt.RightButton
        enabled: row.hasMenu
        onTapped: row.menuRequested(row)
    }

    contentItem: RowLayout {
        spacing: Theme.spaceM

        ColumnLayout {
            spacing: 1
            Layout.fillWidth: true
            Layout.preferredWidth: row.wide ? 240 * Theme.growth : -1
            Layout.minimumWidth: 80

            Label {
                text: row.name
                font.weight: row.wide ? Font.Normal : Font.DemiBold
                elide: Text.ElideMiddle
                Layout.fillWidth: true
                Accessible.ignored: true
            }
            Label {
                visible: !row.wide
                text: Format.joined([row.showsNamespace ? row.namespaceName : "", row.summary])
                font.pixelSize: Theme.caption
                color: Theme.textMuted
                elide: Text.ElideRight
                Layout.fillWidth: true
                Accessible.ignored: true
            }
        }
        Label {
            visible: row.wide && row.showsNamespace
            text: row.namespaceName
            color: Theme.textMuted
            elide: Text.ElideRight
            Layout.preferredWidth: 130 * Theme.growth
            Layout.maximumWidth: 130 * Theme.growth
            Accessible.ignored: true
        }
        Item {
            visible: row.statusColumn >= 0 || row.status !== ""
            implicitHeight: chip.implicitHeight
            implicitWidth: chip.implicitWidth
            Layout.preferredWidth: row.wide ? 190 * Theme.growth : implicitWidth
            Layout.maximumWidth: 190 * Theme.growth

            StatusChip {
                id: chip
                anchors.left: parent.left
                width: Math.min(implicitWidth, parent.width)
                visible: text !== ""
                text: row.status
                tone: row.tone
            }
        }
        Repeater {
            model: row.shownCells

            Label {
                required property string modelData
                text: modelData
                elide: Text.ElideRight
                Layout.preferredWidth: 110 * Theme.growth
                Layout.maximumWidth: 110 * Theme.growth
                Layout.fillWidth: true
                Accessible.ignored: true
            }
        }
        Label {
            text: row.age
            color: Theme.textMuted
            horizontalAlignment: Text.AlignRight
            Layout.preferredWidth: row.wide ? 70 * Theme.growth : -1
            Accessible.ignored: true
        }
        ToolButton {
            id: more
            visible: row.hasMenu
            icon.name: "more"
            icon.color: Theme.textMuted
            text: qsTr("More actions for %1").arg(row.name)
            onClicked: row.menuRequested(more)
        }
    }
}
