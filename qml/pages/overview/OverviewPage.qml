import QtQuick
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// How the cluster fares: what needs attention first, then figures, then how they changed over time.
ViewPage {
    id: page

    title: App.cluster ? App.cluster.name : qsTr("Overview")
    subtitle: status.versionText
    viewState: status.state
    errorText: status.errorText
    onRetry: status.retry()
    extras: StatusChip {
        visible: text !== ""
        tone: status.healthTone
        text: status.healthText
    }

    ApplianceStatus {
        id: status
        session: App.cluster ? App.cluster.session : null
    }

    ScrollColumn {
        anchors.fill: parent

        NoticesCard {
            Layout.fillWidth: true
        }
        OverviewTiles {
            status: status
            Layout.fillWidth: true
        }
        MetricsCard {
            Layout.fillWidth: true
        }
        GridLayout {
            columns: Theme.compact ? 1 : 2
            columnSpacing: Theme.spaceM
            rowSpacing: Theme.spaceM
            Layout.fillWidth: true

            WarningsCard {
                Layout.fillWidth: true
                Layout.fillHeight: true
                Layout.preferredWidth: 1
            }
            ComponentsCard {
                status: status
                Layout.fillWidth: true
                Layout.fillHeight: true
                Layout.preferredWidth: 1
            }
        }
    }
}
