import QtQuick
import QtQuick.Controls
import Coracle.Theme

/// As DraftField, for several lines.
FormArea {
    id: area

    property string value

    signal edited(text: string)

    function plain(lines: string): string {
        return lines.replace(/^\s+|\s+$/g, "").replace(/\s*\n\s*/g, "\n")
    }

    text: value
    font.family: Theme.familyMono
    inputMethodHints: Qt.ImhNoPredictiveText | Qt.ImhNoAutoUppercase
    wrapMode: TextEdit.WrapAnywhere
    onValueChanged: if (plain(text) !== plain(value)) text = value
    onTextChanged: if (activeFocus) edited(text)
}
