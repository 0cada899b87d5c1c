import QtQuick
import Coracle.Ui

/// Says that what is shown is not the present: since when, and whether the connection is being made again.
Banner {
    property date since
    property bool reconnecting: false
    /// What went wrong, in a sentence; may be empty.
    property string reason

    tone: "warning"
    icon: "offline"
    title: isNaN(since.getTime()) ? qsTr("Not connected: what you see is old.")
                                  : qsTr("Not connected: as it was at %1.")
                                        .arg(since.toLocaleTimeString(Qt.locale(), Locale.ShortFormat))
    text: reconnecting && reason !== "" ? qsTr("%1 Connecting again…").arg(reason)
        : reconnecting ? qsTr("Connecting again…") : reason
    actionText: reconnecting ? "" : qsTr("Connect")
}
