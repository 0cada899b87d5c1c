import QtQuick
import QtQuick.Controls
import Coracle.Ui

/// A page that scrolls, with its contents in as many columns as fit.
ScrollView {
    id: page

    default property alias cards: flow.data
    readonly property int columns: Math.max(1, Math.floor(availableWidth / 420))
    readonly property int columnWidth: Math.floor((flow.width - (columns - 1) * flow.spacing) / columns)

    contentWidth: availableWidth

    Flow {
        id: flow

        x: Theme.spaceL
        y: Theme.spaceL
        width: page.availableWidth - 2 * Theme.spaceL
        bottomPadding: Theme.spaceL
        spacing: Theme.spaceM
    }
}
