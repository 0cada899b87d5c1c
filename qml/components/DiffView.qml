pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Controls
import Coracle
import Coracle.Theme

/// A difference of two texts: lines that begin with "+", "-" or a blank. Side by side where there is room, otherwise
/// one below the other.
Rectangle {
    id: view

    property string text
    property string emptyText
    property bool sideBySide: width >= 900 * Theme.growth
    readonly property list<string> lines: text === "" || sideBySide ? [] : text.split("\n").slice(0, 500)

    implicitHeight: column.implicitHeight + 2 * Theme.spaceS
    color: Theme.surfaceSunken
    radius: Theme.radiusSmall
    Accessible.role: Accessible.StaticText
    Accessible.name: text !== "" ? text : emptyText

    DiffRowList {
        id: pairs
        text: view.sideBySide ? view.text : ""
    }

    component Line: Label {
        textFormat: Text.PlainText
        font.family: Theme.familyMono
        font.pixelSize: Theme.caption
        wrapMode: Text.WrapAnywhere
        Accessible.ignored: true
    }

    Column {
        id: column
        x: Theme.spaceS
        y: Theme.spaceS
        width: parent.width - 2 * Theme.spaceS

        Label {
            visible: view.text === ""
            text: view.emptyText
            color: Theme.textMuted
        }
        Repeater {
            model: view.lines

            Line {
                required property string modelData
                readonly property string sign: modelData.charAt(0)
                width: column.width
                text: modelData
                color: sign === "+" ? Theme.ok : sign === "-" ? Theme.error : Theme.textMuted
            }
        }
        Repeater {
            model: pairs

            Row {
                id: pair

                required property string before
                required property string after
                required property bool removed
                required property bool added

                spacing: Theme.spaceM

                Line {
                    width: (column.width - Theme.spaceM) / 2
                    text: (pair.removed ? "- " : "  ") + pair.before
                    color: pair.removed ? Theme.error : Theme.textMuted
                }
                Line {
                    width: (column.width - Theme.spaceM) / 2
                    text: (pair.added ? "+ " : "  ") + pair.after
                    color: pair.added ? Theme.ok : Theme.textMuted
                }
            }
        }
    }
}
