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

    // The content speaks: in Qt 6.4 a Control keeps the role of its own type.
    contentItem: ColumnLayout {
        Accessible.role: Accessible.ProgressBar
        Accessible.name: meter.label
        Accessible.description: meter.text
        spacing: 6

        // By anchors: a row that got its words while it was hidden kept their old width.
        Item {
            visible: meter.label !== "" || meter.text !== ""
            implicitHeight: Math.max(name.implicitHeight, words.implicitHeight)
            Layout.fillWidth: true

            Label {
                id: name
                anchors.left: parent.left
                anchors.right: mark.visible ? mark.left : words.left
                anchors.rightMargin: 6
                text: meter.label
                color: Theme.textMuted
                elide: Text.ElideRight
                Accessible.ignored: true
            }
            Icon {
                id: mark
                anchors.right: words.left
                anchors.rightMargin: 6
                anchors.verticalCenter: parent.verticalCenter
                visible: meter.tone !== "accent"
                name: Theme.toneIcon(meter.tone)
                size: Theme.iconSmall
                color: Theme.toneColor(meter.tone)
            }
            Label {
                id: words
                anchors.right: parent.right
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
