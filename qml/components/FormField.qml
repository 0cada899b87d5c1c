import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle.Ui

/// A field of a form (its one child) with its label, a word of help, and what is wrong with its content. Gives the
/// field its width, and its name for screen readers.
Control {
    id: field

    property string label
    property string help
    property string error
    property bool optional: false
    default property alias input: slot.data

    implicitWidth: 240
    implicitHeight: implicitContentHeight
    Layout.fillWidth: true

    Component.onCompleted: {
        for (let i = 0; i < slot.children.length; ++i) {
            const input = slot.children[i]
            input.Layout.fillWidth = true
            input.Accessible.name = Qt.binding(() => field.label)
            input.Accessible.description = Qt.binding(() => field.error !== "" ? field.error : field.help)
        }
    }

    contentItem: ColumnLayout {
        spacing: 4

        RowLayout {
            visible: field.label !== ""
            spacing: Theme.spaceS

            Label {
                text: field.label
                font.pixelSize: Theme.caption
                font.weight: Font.DemiBold
                wrapMode: Text.Wrap
                Layout.fillWidth: true
                Accessible.ignored: true
            }
            Label {
                text: qsTr("optional")
                visible: field.optional
                font.pixelSize: Theme.caption
                color: Theme.textMuted
            }
        }
        ColumnLayout {
            id: slot
            spacing: 0
        }
        RowLayout {
            visible: remark.text !== ""
            spacing: 6

            Icon {
                visible: field.error !== ""
                name: "error"
                size: Theme.iconSmall
                color: Theme.error
                Layout.alignment: Qt.AlignTop
            }
            Label {
                id: remark

                text: field.error !== "" ? field.error : field.help
                font.pixelSize: Theme.caption
                color: field.error !== "" ? Theme.error : Theme.textMuted
                wrapMode: Text.Wrap
                Layout.fillWidth: true
                Accessible.ignored: true
            }
        }
    }
}
