import QtQuick
import QtQuick.Templates as T
import Coracle.Theme

T.TabBar {
    id: control

    implicitWidth: contentWidth + leftPadding + rightPadding
    implicitHeight: Theme.target + topPadding + bottomPadding
    spacing: Theme.spaceXs

    contentItem: ListView {
        model: control.contentModel
        currentIndex: control.currentIndex
        spacing: control.spacing
        orientation: ListView.Horizontal
        boundsBehavior: Flickable.StopAtBounds
        flickableDirection: Flickable.AutoFlickIfNeeded
        snapMode: ListView.SnapToItem
        clip: true
        highlightMoveDuration: Theme.durationShort
        highlightRangeMode: ListView.ApplyRange
        preferredHighlightBegin: 48
        preferredHighlightEnd: width - 48
    }
    background: Item {
        Rectangle {
            width: parent.width
            height: Theme.lineWidth
            y: parent.height - height
            color: Theme.border
        }
    }
}
