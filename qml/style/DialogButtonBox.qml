import QtQuick
import QtQuick.Templates as T
import Coracle.Theme

T.DialogButtonBox {
    id: control

    implicitWidth: contentItem.implicitWidth + leftPadding + rightPadding
    implicitHeight: Theme.target + topPadding + bottomPadding
    contentWidth: (contentItem as ListView).contentWidth
    spacing: Theme.spaceS
    padding: Theme.spaceL
    topPadding: Theme.spaceS
    alignment: Qt.AlignRight
    // The action at the end, on every desktop.
    buttonLayout: T.DialogButtonBox.GnomeLayout // qmllint disable

    delegate: Button {
        highlighted: T.DialogButtonBox.buttonRole === T.DialogButtonBox.AcceptRole // qmllint disable
        flat: !highlighted
    }
    contentItem: ListView {
        implicitWidth: contentWidth
        model: control.contentModel
        spacing: control.spacing
        orientation: ListView.Horizontal
        boundsBehavior: Flickable.StopAtBounds
        interactive: contentWidth > width
    }
}
