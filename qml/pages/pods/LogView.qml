import QtQuick
import QtQuick.Controls
import Coracle
import Coracle.Theme

/// The lines of a log; stays at the end while it is there.
Rectangle {
    id: root

    required property LogReader reader
    property alias wrap: lines.wrap
    property alias timestamps: lines.timestamps
    readonly property bool hasSelection: lines.hasSelection
    readonly property bool atEnd: flick.contentY >= flick.contentHeight - flick.height - 4
    /// It was at the end before the last change, so that it shall be there again.
    property bool sticky: true

    function topLine(): real {
        return lines.topLine()
    }
    function copy() {
        lines.copy()
    }
    function showLine(line: real) {
        sticky = false
        flick.contentY = Math.max(0, Math.min(lines.lineY(line) - flick.height / 3, flick.contentHeight - flick.height))
        sticky = atEnd
    }
    function toEnd() {
        sticky = true
        flick.contentY = Math.max(0, flick.contentHeight - flick.height)
    }
    function scrollBy(pixels: real) {
        flick.contentY = Math.max(0, Math.min(flick.contentY + pixels, flick.contentHeight - flick.height))
        sticky = atEnd
    }

    color: Theme.surface
    radius: Theme.radiusSmall
    border.width: lines.activeFocus ? Theme.focusWidth : Theme.lineWidth
    border.color: lines.activeFocus ? Theme.focus : Theme.border

    Flickable {
        id: flick

        anchors.fill: parent
        anchors.margins: Theme.spaceS
        clip: true
        contentWidth: lines.contentWidth
        contentHeight: Math.max(height, lines.contentHeight)
        boundsBehavior: Flickable.StopAtBounds
        flickableDirection: Flickable.AutoFlickIfNeeded
        onMovementEnded: root.sticky = root.atEnd
        onHeightChanged: if (root.sticky) root.toEnd()
        onContentHeightChanged: if (root.sticky && !flick.moving) root.toEnd()

        LogItem {
            id: lines

            x: flick.contentX
            y: flick.contentY
            width: flick.width
            height: flick.height
            reader: root.reader
            wrap: true
            contentX: flick.contentX
            contentY: flick.contentY
            font.family: Theme.familyMono
            font.pixelSize: Theme.caption
            fillColor: Theme.surface
            textColor: Theme.text
            mutedColor: Theme.textMuted
            selectionColor: Theme.selection
            hitColor: Theme.warningSoft
            currentHitColor: Theme.accentSoft
            sourceColors: [Theme.series1, Theme.series2, Theme.series3, Theme.series4, Theme.series5,
                           Theme.series6]
            activeFocusOnTab: true
            Accessible.role: Accessible.StaticText
            Accessible.name: qsTr("Log")
            Accessible.description: visibleText
            onShrunk: (pixels) => { if (!root.sticky) flick.contentY = Math.max(0, flick.contentY - pixels) }

            Keys.onPressed: (event) => {
                event.accepted = true
                if (event.matches(StandardKey.Copy)) lines.copy()
                else if (event.matches(StandardKey.SelectAll)) lines.selectAll()
                else if (event.key === Qt.Key_Escape && lines.hasSelection) lines.selectNone()
                else if (event.key === Qt.Key_End) root.toEnd()
                else if (event.key === Qt.Key_Home) root.scrollBy(-flick.contentHeight)
                else if (event.key === Qt.Key_Up) root.scrollBy(-Theme.caption)
                else if (event.key === Qt.Key_Down) root.scrollBy(Theme.caption)
                else if (event.key === Qt.Key_PageUp) root.scrollBy(-flick.height)
                else if (event.key === Qt.Key_PageDown) root.scrollBy(flick.height)
                else event.accepted = false
            }

            TapHandler {
                acceptedDevices: PointerDevice.TouchScreen
                onLongPressed: lines.selectLineAt(point.position.y)
                onTapped: lines.selectNone()
            }
        }

        ScrollBar.vertical: ScrollBar {
            onPressedChanged: root.sticky = root.atEnd
        }
        ScrollBar.horizontal: ScrollBar {}
    }
    EmptyState {
        anchors.fill: parent
        visible: root.reader.lineCount === 0
        icon: "log"
        title: qsTr("No lines yet")
        text: root.reader.statusText
    }
    RoundButton {
        anchors.right: parent.right
        anchors.bottom: parent.bottom
        anchors.margins: Theme.spaceM
        visible: !root.sticky && root.reader.lineCount > 0
        icon.name: "down"
        Accessible.name: qsTr("To the end")
        onClicked: root.toEnd()
    }
}
