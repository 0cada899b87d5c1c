import QtQuick
import Coracle

/// Shows what the sessions of all clusters ask.
Item {
    Repeater {
        model: App.clusters

        delegate: Item {
            id: entry

            required property Cluster cluster

            SshQuestionDialog {
                session: entry.cluster.session
            }
        }
    }
}
