import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// YAML to write: line numbers, colours, indentation, suggestions from the cluster's schema (Ctrl+Space or suggest()).
Rectangle {
    id: editor

    required property Cluster cluster
    readonly property alias document: edit.textDocument
    readonly property alias area: edit
    property alias readOnly: edit.readOnly
    property list<int> problemLines
    readonly property alias helpTitle: assistant.helpTitle
    readonly property alias helpText: assistant.helpText
    readonly property real lineHeight: edit.lineCount > 0 ? edit.contentHeight / edit.lineCount : Theme.caption * 1.5

    function suggest() {
        edit.forceActiveFocus()
        assistant.suggest(edit.cursorPosition)
        suggestions.open()
    }

    function showLine(line: int) {
        edit.cursorPosition = assistant.positionOf(line)
        edit.forceActiveFocus()
    }

    color: Theme.surface
    radius: Theme.radiusSmall
    border.width: edit.activeFocus ? Theme.focusWidth - 1 : Theme.lineWidth
    border.color: edit.activeFocus ? Theme.focus : Theme.border

    YamlAssistant {
        id: assistant
        cluster: editor.cluster
        document: edit.textDocument
        keyColor: Theme.accent
        textColor: Theme.text
        numberColor: Theme.series2
        commentColor: Theme.textMuted
    }
    Timer {
        id: pause
        interval: 250
        onTriggered: assistant.lookUp(edit.cursorPosition)
    }

    RowLayout {
        anchors.fill: parent
        anchors.margins: 3
        spacing: 0
        LayoutMirroring.enabled: false // YAML reads from left to right in every language

        LineGutter {
            lineCount: edit.lineCount
            lineHeight: editor.lineHeight
            offset: edit.topPadding - flick.contentY
            font.family: Theme.familyMono
            font.pixelSize: Theme.caption
            color: Theme.textMuted
            markColor: Theme.error
            marked: editor.problemLines
            Layout.preferredWidth: implicitWidth
            Layout.fillHeight: true
        }
        Flickable {
            id: flick
            clip: true
            boundsBehavior: Flickable.StopAtBounds
            Layout.fillWidth: true
            Layout.fillHeight: true
            ScrollBar.vertical: ScrollBar {}
            ScrollBar.horizontal: ScrollBar {}

            TextArea.flickable: TextArea {
                id: edit

                leftPadding: 6
                rightPadding: 6
                topPadding: 6
                bottomPadding: 6
                wrapMode: TextEdit.NoWrap
                textFormat: TextEdit.PlainText
                font.family: Theme.familyMono
                font.pixelSize: Theme.caption
                inputMethodHints: Qt.ImhNoPredictiveText | Qt.ImhNoAutoUppercase | Qt.ImhPreferLatin
                background: null
                Accessible.name: qsTr("YAML")
                onCursorPositionChanged: pause.restart()

                Keys.onTabPressed: cursorPosition = assistant.indent(selectionStart, selectionEnd, false)
                Keys.onBacktabPressed: cursorPosition = assistant.indent(selectionStart, selectionEnd, true)
                Keys.onReturnPressed: {
                    if (selectedText !== "")
                        remove(selectionStart, selectionEnd)
                    cursorPosition = assistant.newLine(cursorPosition)
                }
                // The keyboard's way out of a field in which Tab writes.
                Keys.onEscapePressed: nextItemInFocusChain().forceActiveFocus(Qt.TabFocusReason)
                Keys.onPressed: (event) => {
                    if (event.key === Qt.Key_Space && (event.modifiers & Qt.ControlModifier)) {
                        editor.suggest()
                        event.accepted = true
                    }
                }
            }
        }
    }

    SuggestionPopup {
        id: suggestions
        model: assistant.suggestions
        x: Math.max(0, Math.min(editor.width - width, edit.cursorRectangle.x - flick.contentX + Theme.spaceXl))
        y: {
            const below = edit.cursorRectangle.y + editor.lineHeight - flick.contentY + 6
            return below + height <= editor.height ? below : Math.max(0, below - height - 2 * editor.lineHeight)
        }
        onChosen: (key) => edit.cursorPosition = assistant.accept(edit.cursorPosition, key)
        onClosed: edit.forceActiveFocus()
    }
}
