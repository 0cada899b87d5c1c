import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle

/// Language, colours, size of texts, motion.
Card {
    title: qsTr("Look")

    SettingRow {
        label: qsTr("Language")
        help: qsTr("Also how numbers, times and dates are written.")

        ComboBox {
            id: languages
            model: App.languages
            textRole: "name"
            currentIndex: App.languages.indexOf(App.settings.language)
            Accessible.name: qsTr("Language")
            Layout.fillWidth: true
            onActivated: (row) => App.settings.language = App.languages.codeAt(row)
        }
    }
    SettingRow {
        label: qsTr("Colours")

        ComboBox {
            model: [qsTr("As the system"), qsTr("By the time of day"), qsTr("Light"), qsTr("Dark"),
                    qsTr("High contrast")]
            currentIndex: App.settings.theme
            Accessible.name: qsTr("Colours")
            Layout.fillWidth: true
            onActivated: (row) => App.settings.theme = row
        }
    }
    SettingRow {
        label: qsTr("Size of texts")

        SpinBox {
            from: 100
            to: 200
            stepSize: 10
            editable: false
            value: App.settings.textPercent
            textFromValue: (value, locale) => qsTr("%1 %").arg(value)
            valueFromText: (text, locale) => parseInt(text)
            Accessible.name: qsTr("Size of texts")
            onValueModified: App.settings.textPercent = value
        }
    }
    SettingRow {
        label: qsTr("Less motion")
        help: qsTr("Nothing slides or fades.")

        Switch {
            checked: App.settings.reduceMotion
            Accessible.name: qsTr("Less motion")
            onToggled: App.settings.reduceMotion = checked
        }
    }
}
