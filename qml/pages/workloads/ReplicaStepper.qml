import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// One replica more or less. Presses in quick succession are sent as one request.
RowLayout {
    id: stepper

    required property Workload workload
    /// What has been pressed so far; -1: nothing.
    property int wanted: -1
    readonly property int shown: wanted >= 0 ? wanted : workload.replicas

    readonly property bool allowed: workload.rights.revision >= 0
                                    && workload.rights.may("patch", workload.kindKey + "/scale", workload.name)

    signal exactRequested

    function step(by: int) {
        wanted = Math.max(0, shown + by)
        pause.restart()
    }

    spacing: Theme.spaceXs

    Timer {
        id: pause
        interval: 600
        onTriggered: {
            const replicas = stepper.wanted
            if (replicas === stepper.workload.replicas)
                stepper.wanted = -1
            else
                Actions.run("scale", stepper.workload.cluster, stepper.workload.kindKey,
                            stepper.workload.namespaceName, stepper.workload.name, replicas)
        }
    }
    Connections {
        target: Actions
        function onRunningChanged() {
            if (Actions.running === 0 && !pause.running)
                stepper.wanted = -1
        }
    }

    Button {
        icon.name: "minus"
        enabled: stepper.allowed && stepper.shown > 0
        Accessible.name: qsTr("One replica less")
        onClicked: stepper.step(-1)
    }
    Button {
        text: Format.number(stepper.shown)
        flat: true
        enabled: stepper.allowed
        Accessible.name: qsTr("%n replica(s)", "", stepper.shown)
        onClicked: stepper.exactRequested()
    }
    Button {
        icon.name: "add"
        enabled: stepper.allowed
        Accessible.name: qsTr("One replica more")
        onClicked: stepper.step(1)
    }
}
