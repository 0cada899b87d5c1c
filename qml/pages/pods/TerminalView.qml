import QtQuick
import QtQuick.Controls
import Coracle
import Coracle.Theme

/// A terminal in the theme's colours.
TerminalItem {
    id: terminal

    font.family: Theme.familyMono
    font.pixelSize: Theme.caption
    fillColor: backgroundColor
    textColor: Theme.terminalText
    backgroundColor: Theme.terminalBackground
    selectionColor: Theme.terminalSelection
    cursorColor: Theme.terminalText
    namedColors: Theme.terminalPalette
    Accessible.role: Accessible.Terminal
    Accessible.name: qsTr("Terminal")
    Accessible.description: visibleText

    ScrollBar {
        anchors.right: parent.right
        height: parent.height
        orientation: Qt.Vertical
        visible: terminal.scrollRowsMax > 0
        size: terminal.visibleRows / (terminal.visibleRows + terminal.scrollRowsMax)
        position: (terminal.scrollRowsMax - terminal.scrollRows) / (terminal.visibleRows + terminal.scrollRowsMax)
        onPositionChanged: if (pressed) terminal.scrollRows = terminal.scrollRowsMax
                                        - Math.round(position * (terminal.visibleRows + terminal.scrollRowsMax))
    }
}
