import QtQuick
import QtQuick.Controls
import Coracle.Ui

/// A field that narrows what is shown. `searched` comes a moment after the last key.
TextField {
    id: bar

    property int delayMs: 200
    readonly property bool mirrored: LayoutMirroring.enabled

    signal searched(text: string)

    placeholderText: qsTr("Search")
    leftPadding: mirrored ? Theme.target : Theme.icon + 22
    rightPadding: mirrored ? Theme.icon + 22 : Theme.target
    inputMethodHints: Qt.ImhNoPredictiveText | Qt.ImhNoAutoUppercase
    Accessible.role: Accessible.EditableText
    Accessible.name: placeholderText

    onTextChanged: pause.restart()
    onAccepted: {
        pause.stop()
        searched(text)
    }
    Keys.onEscapePressed: (event) => {
        event.accepted = length > 0
        clear()
    }

    Timer {
        id: pause
        interval: bar.delayMs
        onTriggered: bar.searched(bar.text)
    }
    Icon {
        x: bar.mirrored ? parent.width - width - 12 : 12
        anchors.verticalCenter: parent.verticalCenter
        name: "search"
        color: Theme.textMuted
    }
    ToolButton {
        x: bar.mirrored ? 0 : parent.width - width
        height: parent.height
        width: height
        visible: bar.length > 0
        icon.name: "close"
        icon.color: Theme.textMuted
        icon.width: Theme.iconSmall
        text: qsTr("Clear")
        onClicked: {
            bar.clear()
            bar.forceActiveFocus()
        }
    }
}
