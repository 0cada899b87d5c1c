import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle

/// A file on its way to the machine.
Card {
    id: card

    required property UploadModel model

    visible: model.uploading
    title: qsTr("Sending %1").arg(model.uploadName)
    actions: Button {
        text: qsTr("Cancel")
        flat: true
        onClicked: card.model.cancelUpload()
    }

    ProgressBar {
        value: card.model.uploadProgress
        Layout.fillWidth: true
        Accessible.name: card.title
    }
}
