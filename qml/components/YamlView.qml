import QtQuick
import QtQuick.Controls

/// A long text for machines, to read: scrolls both ways.
Item {
    id: view

    property alias text: block.text

    ScrollView {
        anchors.fill: parent
        contentWidth: availableWidth
        clip: true

        CodeBlock {
            id: block
            width: view.width
        }
    }
}
