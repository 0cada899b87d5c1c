import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// The volumes of a pod and where containers see them.
Item {
    id: root

    required property RowListModel model

    ScrollColumn {
        anchors.fill: parent
        visible: root.model.count > 0

        Repeater {
            model: root.model

            Card {
                id: card

                required property string key
                required property string source
                required property string mounts

                title: key
                subtitle: source
                icon: "volume"
                Layout.fillWidth: true

                Label {
                    visible: text !== ""
                    text: card.mounts
                    font.family: Theme.familyMono
                    font.pixelSize: Theme.caption
                    wrapMode: Text.WrapAnywhere
                    Layout.fillWidth: true
                }
            }
        }
    }
    EmptyState {
        anchors.fill: parent
        visible: root.model.count === 0
        icon: "volume"
        title: qsTr("No volumes")
    }
}
