pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// What the daemon works on now, whoever began it: a line each, for the shell. It has no height while there is nothing.
ColumnLayout {
    id: bar

    spacing: 0

    OperationModel {
        id: operations
        session: App.cluster ? App.cluster.session : null
    }
    Repeater {
        model: operations.rows

        ColumnLayout {
            id: row

            required property string title
            required property string message
            required property double progress

            spacing: Theme.spaceXs
            Layout.fillWidth: true
            Layout.margins: Theme.spaceS

            Label {
                text: row.title
                font.pixelSize: Theme.caption
                font.weight: Font.DemiBold
                elide: Text.ElideRight
                Layout.fillWidth: true
            }
            ProgressBar {
                value: row.progress
                indeterminate: row.progress === 0
                Layout.fillWidth: true
                Accessible.name: row.title
                Accessible.description: row.message
            }
        }
    }
}
