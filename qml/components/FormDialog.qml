import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle.Ui

/// A dialog with something to fill in or to read. Its contents, a column, scroll where the window or the on-screen
/// keyboard leaves too little height; what gets the focus is brought into view. `acceptText` gives it its buttons.
Dialog {
    id: dialog

    default property alias body: column.data
    /// The verb on the button: "Scale", never "OK". Empty: no buttons.
    property string acceptText
    property string acceptIcon
    property bool acceptEnabled: true
    /// It destroys something: the button is red.
    property bool danger: false
    property alias cancelButton: cancel

    contentItem: Flickable {
        id: flick

        readonly property Item focused: dialog.opened ? Window.activeFocusItem : null

        clip: contentHeight > height
        implicitHeight: column.implicitHeight
        contentHeight: column.implicitHeight
        boundsBehavior: Flickable.StopAtBounds
        interactive: contentHeight > height
        ScrollBar.vertical: ScrollBar {
            // In the margin of the dialog, beside the contents.
            parent: flick.parent
            x: dialog.mirrored ? 2 : dialog.width - width - 2
            y: flick.y
            height: flick.height
        }

        onFocusedChanged: show(focused)
        onHeightChanged: show(focused)

        function show(item: Item) {
            let above = item
            while (above && above !== column)
                above = above.parent
            if (!above)
                return
            const top = item.mapToItem(column, 0, 0).y
            const least = top + item.height + 8 - height
            contentY = Math.max(0, Math.min(contentHeight - height, Math.max(least, Math.min(contentY, top - 8))))
        }

        ColumnLayout {
            id: column

            width: flick.width
            spacing: Theme.spaceM
        }
    }
    footer: Control {
        visible: dialog.acceptText !== ""
        padding: Theme.spaceL
        topPadding: Theme.spaceS

        contentItem: RowLayout {
            spacing: Theme.spaceS

            Item { Layout.fillWidth: true }
            Button {
                id: cancel

                text: qsTr("Cancel")
                flat: true
                onClicked: dialog.reject()
            }
            Button {
                text: dialog.acceptText
                icon.name: dialog.acceptIcon
                highlighted: true
                enabled: dialog.acceptEnabled
                palette.highlight: dialog.danger ? Theme.error : Theme.accent
                palette.highlightedText: dialog.danger ? Theme.errorText : Theme.accentText
                onClicked: dialog.accept()
            }
        }
    }
}
