import QtQuick
import QtQuick.Controls
import Coracle.Ui

/// Nothing is there, and that is no fault. `actionText` offers the way to have something.
Notice {
    id: state

    property string actionText
    property string actionIcon: "add"

    signal triggered

    Button {
        visible: state.actionText !== ""
        text: state.actionText
        icon.name: state.actionIcon
        highlighted: true
        onClicked: state.triggered()
    }
}
