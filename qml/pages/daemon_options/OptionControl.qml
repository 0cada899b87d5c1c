import QtQuick
import QtQuick.Controls
import QtQuick.Layouts

/// What an option's value is changed with, by its kind.
ColumnLayout {
    id: root

    property string control
    property string name
    property string value
    property string fallback
    property list<string> choices
    /// Which of them holds.
    property int choice: -1

    signal edited(text: string)

    Loader {
        sourceComponent: root.control === "switch" ? toggle : root.control === "choice" ? picker
                       : root.control === "list" ? lines : line
        Layout.fillWidth: true
    }

    // Qt 6.4's Loader makes no bound components: what these read of the page, the linter cannot see.
    // qmllint disable unqualified
    Component {
        id: toggle

        RowLayout {
            Switch {
                checked: root.value === "true"
                Accessible.name: root.name
                onToggled: root.edited(checked ? "true" : "false")
            }
            Item { Layout.fillWidth: true }
        }
    }
    Component {
        id: picker

        ComboBox {
            model: root.choices
            currentIndex: root.choice
            Accessible.name: root.name
            onActivated: (index) => root.edited(root.choices[index])
        }
    }
    Component {
        id: lines

        DraftArea {
            value: root.value
            placeholderText: root.fallback !== "" ? root.fallback : qsTr("One value a line")
            Accessible.name: root.name
            onEdited: (text) => root.edited(text)
        }
    }
    Component {
        id: line

        DraftField {
            value: root.value
            placeholderText: root.fallback
            echoMode: root.control === "secret" ? TextInput.Password : TextInput.Normal
            inputMethodHints: root.control === "number" ? Qt.ImhDigitsOnly
                                                        : Qt.ImhNoPredictiveText | Qt.ImhNoAutoUppercase
            Accessible.name: root.name
            onEdited: (text) => root.edited(text)
        }
    }
}
