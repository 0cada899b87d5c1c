import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// A key's value to write, with what changes.
FormDialog {
    id: dialog

    required property DataKeys keys
    property string key
    property bool fresh: false
    property string difference
    readonly property string keyError: fresh ? keys.keyError(nameField.text) : ""

    function edit(name: string) {
        fresh = name === ""
        key = name
        nameField.text = name
        value.text = fresh ? "" : keys.text(name)
        difference = ""
        open()
        if (fresh)
            nameField.forceActiveFocus()
        else
            value.forceActiveFocus()
    }

    title: fresh ? qsTr("Add a key") : qsTr("Edit %1").arg(key)
    width: Math.min(Theme.windowWidth - 2 * Theme.spaceM, Math.round(900 * Theme.growth))
    acceptText: qsTr("Save")
    acceptIcon: "check"
    acceptEnabled: keyError === "" && (fresh || difference !== "")
    onAccepted: keys.setText(nameField.text, value.text)
    onClosed: value.clear()

    FormField {
        visible: dialog.fresh
        label: qsTr("Name")
        error: nameField.text !== "" ? dialog.keyError : ""

        TextField {
            id: nameField
            inputMethodHints: Qt.ImhNoPredictiveText | Qt.ImhNoAutoUppercase
        }
    }
    FormField {
        label: qsTr("Value")

        FormArea {
            id: value
            font.family: Theme.familyMono
            font.pixelSize: Theme.caption
            wrapMode: TextEdit.WrapAnywhere
            textFormat: TextEdit.PlainText
            inputMethodHints: Qt.ImhNoPredictiveText | Qt.ImhNoAutoUppercase
            onTextChanged: pause.restart()
        }
    }
    Timer {
        id: pause
        interval: 250
        onTriggered: dialog.difference = dialog.fresh ? "" : dialog.keys.difference(dialog.key, value.text)
    }
    SectionHeader {
        visible: !dialog.fresh
        text: qsTr("What changes")
    }
    DiffView {
        visible: !dialog.fresh
        text: dialog.difference
        emptyText: qsTr("Nothing yet.")
        Layout.fillWidth: true
    }
}
