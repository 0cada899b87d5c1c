import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle.Ui

/// Things that belong together, on a ground of their own. What is put into it stands in a column (Layout.* applies).
Frame {
    id: card

    property string title
    /// Says a little more than the title, below it.
    property string subtitle
    /// The name of an icon before the title.
    property string icon
    default property alias body: column.data
    /// Buttons and chips at the end of the title's line.
    property alias actions: bar.data

    padding: Theme.spaceM
    spacing: Theme.spaceS + 4
    Accessible.name: title

    contentItem: ColumnLayout {
        id: column

        spacing: card.spacing

        RowLayout {
            spacing: Theme.spaceS
            visible: card.title !== "" || bar.children.length > 0
            Layout.fillWidth: true

            Icon {
                name: card.icon
                visible: card.icon !== ""
                color: Theme.textMuted
            }
            SectionHeader {
                text: card.title
                subtitle: card.subtitle
                Layout.fillWidth: true
            }
            RowLayout {
                id: bar
                spacing: Theme.spaceS
            }
        }
    }
}
