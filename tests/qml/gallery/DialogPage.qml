import QtQuick
import Coracle.Ui

/// The page behind a question.
Item {
    ListsPage { anchors.fill: parent }
    ConfirmDialog {
        title: "Delete 3 pods?"
        text: "They are stopped and gone; their Deployment makes new ones."
        targets: ["default/web-7d9f5-abcde", "default/web-7d9f5-fghij", "default/web-7d9f5-klmno"]
        confirmIcon: "remove"
        typedName: "production"
        visible: parent.visible
    }
}
