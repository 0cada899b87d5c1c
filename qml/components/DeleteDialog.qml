import QtQuick
import QtQuick.Controls
import QtQuick.Layouts

/// Asks before an object is deleted.
ConfirmDialog {
    id: dialog

    property string kind
    property string name
    property string namespaceName
    property bool ownsPods: false
    property bool production: false

    /// `propagation`: what becomes of the objects that belong to it, as the API names it.
    signal confirmed(propagation: string)

    title: qsTr("Delete %1 %2?").arg(kind).arg(name)
    text: ownsPods ? qsTr("It is deleted, and its pods with it.") : qsTr("This cannot be undone.")
    targets: [namespaceName !== "" ? qsTr("%1 %2 in namespace %3").arg(kind).arg(name).arg(namespaceName)
                                   : qsTr("%1 %2").arg(kind).arg(name)]
    confirmIcon: "remove"
    typedName: production ? name : ""
    onAboutToShow: keep.checked = false
    onAccepted: confirmed(keep.checked ? "Orphan" : "Background")

    CheckBox {
        id: keep
        visible: dialog.ownsPods
        text: qsTr("Keep what belongs to it running")
        Layout.fillWidth: true
    }
}
