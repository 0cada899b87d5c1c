import QtQuick
import QtQuick.Controls

/// A number of minutes; the first choice is never.
ComboBox {
    id: box

    property int minutes: 0
    readonly property list<int> choices: [0, 1, 2, 5, 10, 15, 30, 60]

    signal chosen(minutes: int)

    model: Array.from(choices, choice => choice === 0 ? qsTr("Never") : qsTr("After %n minute(s)", "", choice))
    currentIndex: Math.max(0, Array.from(choices).findIndex(choice => choice >= minutes))
    onActivated: (row) => box.chosen(choices[row])
}
