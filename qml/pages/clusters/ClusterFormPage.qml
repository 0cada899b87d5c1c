import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// Adds a cluster, or changes how one is reached.
ViewPage {
    id: page

    /// Empty: a new one.
    property string clusterId

    title: clusterId === "" ? qsTr("Add a cluster") : qsTr("Connection")
    subtitle: clusterId === "" ? "" : form.name

    ClusterForm {
        id: form
        clusters: App.clusters
    }
    SshQuestionDialog {
        session: form.testSession
    }

    Component.onCompleted: form.clusterId = page.clusterId

    ScrollColumn {
        anchors.fill: parent
        widthMax: Math.round(720 * Theme.growth)

        SegmentedControl {
            label: qsTr("Where the cluster is")
            model: [qsTr("Another machine"), qsTr("This device")]
            currentIndex: form.ssh ? 0 : 1
            Layout.fillWidth: true
            onActivated: index => form.ssh = index === 0
        }
        SshFields {
            form: form
            visible: form.ssh
        }
        GeneralFields {
            form: form
        }
        Banner {
            visible: form.testText !== ""
            tone: form.testTone
            text: form.testText
            Layout.fillWidth: true
        }
        Flow {
            spacing: Theme.spaceS
            Layout.fillWidth: true

            Button {
                text: page.clusterId === "" ? qsTr("Add") : qsTr("Save")
                icon.name: "check"
                highlighted: true
                enabled: form.valid
                onClicked: {
                    form.save()
                    App.navigator.show("clusters")
                }
            }
            Button {
                text: qsTr("Test the connection")
                icon.name: "connection"
                enabled: form.valid && !form.testing
                onClicked: form.test()
            }
            Button {
                text: qsTr("Add the demo")
                icon.name: "play"
                flat: true
                visible: page.clusterId === ""
                onClicked: {
                    App.clusters.addDemo()
                    App.navigator.show("clusters")
                }
            }
        }
    }
}
