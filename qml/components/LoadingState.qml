import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle.Ui

/// Something is on its way. Shows nothing for the first moment, so that what is quick does not flicker.
Item {
    id: state

    property string text: qsTr("Loading…")
    property int delayMs: 250
    readonly property bool shown: column.visible

    implicitWidth: 240
    implicitHeight: column.implicitHeight + 2 * Theme.spaceL
    Accessible.role: Accessible.Indicator
    Accessible.name: text

    Timer {
        interval: state.delayMs
        running: state.visible && !column.visible
        onTriggered: column.visible = true
    }
    ColumnLayout {
        id: column

        anchors.centerIn: parent
        visible: state.delayMs === 0
        spacing: Theme.spaceS

        BusyIndicator {
            Layout.alignment: Qt.AlignHCenter
            Accessible.ignored: true
        }
        Label {
            text: state.text
            color: Theme.textMuted
            Layout.alignment: Qt.AlignHCenter
            Accessible.ignored: true
        }
    }
}
