import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle.Ui

/// How much of something is used: a bar that turns to warning and error at its thresholds, with its words above.
Control {
    id: meter

    property string label
    /// What the bar says, in words: "3.1 of 4 GiB".
    property string text
    /// 0 to 1; below 0: not known.
    property real value: 0
    property real warnAt: 0.8
    property real errorAt: 0.92
    readonly property string tone: value >= errorAt ? "error" : value >= warnAt ? "warning" : "accent"

    implicitWidth: 200
    implicitHeight: implicitContentHeight
    Accessible.role: Accessible.ProgressBar
    Accessible.name: label
    Accessible.description: text

    contentItem: ColumnLayout {
        spacing: 6

        RowLayout {
            visible: meter.label !== "" || meter.text !== ""
            spacing: 6

            Label {
                text: meter.label
                color: Theme.textMuted
                elide: Text.ElideRight
                Layout.fillWidth: true
                Accessible.ignored: true
            }
            Icon {
                visible: meter.tone !== "accent"
                name: Theme.toneIcon(meter.tone)
                size: Theme.iconSmall
                color: Theme.toneColor(meter.tone)
            }
            Label {
                text: meter.text
                color: meter.tone === "accent" ? Theme.text : Theme.toneColor(meter.tone)
                Accessible.ignored: true
            }
        }
        Rectangle {
            implicitHeight: 8
            radius: 4
            color: Theme.pressed
            Layout.fillWidth: true

            Rectangle {
                x: meter.mirrored ? parent.width - width : 0
                width: Math.max(meter.value > 0 ? height : 0, parent.width * Math.min(1, Math.max(0, meter.value)))
                height: parent.height
                radius: parent.radius
                color: Theme.toneColor(meter.tone)
            }
        }
    }
}
