pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle

/// The support bundles on the machine.
Card {
    id: card

    required property SupportBundles bundles

    title: qsTr("Support bundles")
    subtitle: qsTr("Logs, configuration and states for whoever helps, without secrets. The last three are kept.")

    ErrorState {
        visible: card.bundles.state === ViewState.Error
        what: qsTr("The bundles cannot be listed")
        why: card.bundles.errorText
        onRetry: card.bundles.retry()
        Layout.fillWidth: true
    }
    EmptyState {
        visible: card.bundles.state !== ViewState.Error && card.bundles.rows.count === 0
        icon: "help"
        title: qsTr("No bundles")
        actionText: qsTr("Make a bundle")
        onTriggered: card.bundles.create()
        Layout.fillWidth: true
    }
    Repeater {
        model: card.bundles.rows

        ListRow {
            id: row

            required property string key
            required property string detail
            required title

            subtitle: detail
            iconName: "download"
            Layout.fillWidth: true
            onClicked: card.bundles.download(key)

            ToolButton {
                icon.name: "download"
                text: qsTr("Download %1").arg(row.key)
                onClicked: card.bundles.download(row.key)
            }
            ToolButton {
                icon.name: "remove"
                text: qsTr("Delete %1").arg(row.key)
                onClicked: card.bundles.remove(row.key)
            }
        }
    }
}
