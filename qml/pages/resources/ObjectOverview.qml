import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle

/// What there is to tell of an object of any kind.
ScrollColumn {
    id: root

    required property ResourceDetail detail

    FactsCard {
        visible: model.count > 0
        model: root.detail.columns
        title: qsTr("At a glance")
        Layout.fillWidth: true
    }
    ConditionsCard {
        model: root.detail.conditions
        Layout.fillWidth: true
    }
    FactsCard {
        model: root.detail.facts
        title: qsTr("Details")
        Layout.fillWidth: true

        KeyValueRow {
            visible: root.detail.ownerName !== ""
            label: qsTr("Made by")

            Button {
                flat: true
                text: root.detail.ownerName
                enabled: root.detail.ownerKindKey !== ""
                onClicked: App.navigator.openObject(root.detail.ownerKindKey, root.detail.namespaceName,
                                                    root.detail.ownerName)
            }
        }
    }
}
