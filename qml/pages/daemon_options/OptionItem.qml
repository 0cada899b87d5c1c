import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// An option: its name and help at one side, its control at the other; one below the other where it is narrow.
Control {
    id: item

    required property ConfigurationModel options
    required property string key
    required property string help
    required property string value
    required property string fallback
    required property string originText
    required property string note
    required property string error
    required property string control
    required property list<string> choices
    required property int choice
    required property bool editable
    required property bool edited
    required property bool resettable

    verticalPadding: Theme.spaceS
    background: Rectangle {
        color: item.edited ? Theme.accentSoft : "transparent"
    }

    contentItem: GridLayout {
        columns: item.availableWidth > 640 * Theme.growth ? 2 : 1
        columnSpacing: Theme.spaceL
        rowSpacing: Theme.spaceXs

        ColumnLayout {
            spacing: 1
            Layout.fillWidth: true
            Layout.preferredWidth: 1
            Layout.alignment: Qt.AlignTop

            Label {
                text: item.key
                font.weight: Font.DemiBold
                elide: Text.ElideRight
                Layout.fillWidth: true
            }
            Label {
                text: item.help
                color: Theme.textMuted
                font.pixelSize: Theme.caption
                wrapMode: Text.Wrap
                Layout.fillWidth: true
            }
            Label {
                text: item.note
                visible: text !== ""
                font.pixelSize: Theme.caption
                color: Theme.warning
                wrapMode: Text.Wrap
                Layout.fillWidth: true
            }
        }
        RowLayout {
            spacing: Theme.spaceXs
            Layout.fillWidth: true
            Layout.preferredWidth: 1

            FormField {
                help: item.originText
                error: item.error

                OptionControl {
                    control: item.control
                    name: item.key
                    value: item.value
                    fallback: item.fallback
                    choices: item.choices
                    choice: item.choice
                    enabled: item.editable
                    onEdited: (text) => item.options.set(item.key, text)
                }
            }
            ToolButton {
                visible: item.edited || item.resettable
                icon.name: "undo"
                text: item.edited ? qsTr("Forget the change of %1").arg(item.key)
                                  : qsTr("Take the setting of %1 away").arg(item.key)
                onClicked: item.edited ? item.options.undo(item.key) : item.options.reset(item.key)
            }
        }
    }
}
