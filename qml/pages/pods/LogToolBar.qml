import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// Search in a log, and what of it is shown how.
Flow {
    id: bar

    required property LogReader reader
    required property LogView view

    readonly property var times: [
        { seconds: 0, text: qsTr("Last lines") },
        { seconds: 300, text: qsTr("5 minutes") },
        { seconds: 3600, text: qsTr("1 hour") },
        { seconds: 86400, text: qsTr("1 day") }
    ]

    spacing: Theme.spaceS

    RowLayout {
        spacing: 0
        width: Math.min(bar.width, Math.round(440 * Theme.growth))

        SearchBar {
            id: search
            Layout.fillWidth: true
            onSearched: (text) => bar.reader.search = text
            onAccepted: bar.reader.goToHit(1, bar.view.topLine())
        }
        Label {
            visible: text !== ""
            text: bar.reader.hitText
            color: Theme.textMuted
            leftPadding: Theme.spaceS
        }
        ToolButton {
            visible: bar.reader.search !== ""
            enabled: bar.reader.hitCount > 0
            icon.name: "up"
            text: qsTr("Previous hit")
            onClicked: bar.reader.goToHit(-1, bar.view.topLine())
        }
        ToolButton {
            visible: bar.reader.search !== ""
            enabled: bar.reader.hitCount > 0
            icon.name: "down"
            text: qsTr("Next hit")
            onClicked: bar.reader.goToHit(1, bar.view.topLine())
        }
    }
    ComboBox {
        visible: bar.reader.containers.length > 1
        model: bar.reader.containers
        currentIndex: Math.max(0, Array.from(bar.reader.containers).indexOf(bar.reader.container))
        Accessible.name: qsTr("Container")
        onActivated: bar.reader.container = currentText
    }
    ComboBox {
        model: bar.times
        textRole: "text"
        currentIndex: bar.times.findIndex(time => time.seconds === bar.reader.sinceSeconds)
        Accessible.name: qsTr("Since when")
        onActivated: (index) => bar.reader.sinceSeconds = bar.times[index].seconds
    }
    CheckBox {
        text: qsTr("Wrap")
        checked: bar.view.wrap
        onToggled: bar.view.wrap = checked
    }
    CheckBox {
        text: qsTr("Times")
        checked: bar.view.timestamps
        onToggled: bar.view.timestamps = checked
    }
    CheckBox {
        visible: bar.reader.podName !== ""
        text: qsTr("Previous life")
        checked: bar.reader.previous
        onToggled: bar.reader.previous = checked
    }
}
