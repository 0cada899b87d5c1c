import QtQuick
import QtQuick.Controls

/// A text field for a value that a view-model keeps: it follows the value, but not while only blanks differ, so that
/// one can go on typing.
TextField {
    id: field

    property string value

    signal edited(text: string)

    text: value
    inputMethodHints: Qt.ImhNoPredictiveText | Qt.ImhNoAutoUppercase
    onValueChanged: if (text.trim() !== value.trim()) text = value
    onTextEdited: edited(text)
}
