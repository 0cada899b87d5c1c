pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// The cluster of this device: name and address, networks, storage, token, components. Empty fields are defaults.
ColumnLayout {
    id: root

    required property ClusterSetup setup

    spacing: Theme.spaceM

    Banner {
        visible: root.setup.inUse
        tone: "warning"
        title: qsTr("This cluster is in use")
        text: qsTr("Other names, addresses or networks than those that it was made with strand what runs in it. "
                 + "Make a back-up before.")
        Layout.fillWidth: true
    }
    Card {
        title: qsTr("Name and address")
        Layout.fillWidth: true

        SetupField {
            setup: root.setup
            option: "node-name"
            label: qsTr("Name of this device in the cluster")
            help: qsTr("A node of the former name stays until it is deleted.")
        }
        FormField {
            readonly property string option: "node-ip"

            label: qsTr("Address that other machines reach it by")
            error: root.setup.errors[option] ?? ""

            ComboBox {
                model: root.setup.addresses
                currentIndex: root.setup.addressIndex
                onActivated: (index) => root.setup.setAddress(index)
            }
        }
    }
    Card {
        title: qsTr("Networks")
        subtitle: qsTr("Ranges of addresses that nothing else uses, here and where the cluster's machines must reach.")
        Layout.fillWidth: true

        SetupField {
            setup: root.setup
            option: "cluster-cidr"
            label: qsTr("Of pods")
            help: root.setup.networkHint
            problem: root.setup.podsError
        }
        SetupField {
            setup: root.setup
            option: "service-cidr"
            label: qsTr("Of services")
            help: qsTr("A cluster that is there keeps the one that it was made with.")
            problem: root.setup.servicesError
        }
        SetupField {
            setup: root.setup
            option: "cluster-domain"
            label: qsTr("Domain of names in the cluster")
        }
    }
    Card {
        title: qsTr("Storage and token")
        Layout.fillWidth: true

        SetupField {
            setup: root.setup
            option: "default-local-storage-path"
            label: qsTr("Folder of volumes")
            help: qsTr("The data folder itself, %1, is set where the daemon is started.").arg(root.setup.dataFolder)
        }
        SetupField {
            setup: root.setup
            option: "token"
            secret: true
            label: qsTr("Shared secret that machines join with")
            help: qsTr("Better: leave it, and make a token for each machine.")
        }
    }
    Card {
        title: qsTr("Components")
        Layout.fillWidth: true

        Repeater {
            model: root.setup.components

            ListRow {
                id: part

                required property string key
                required property string detail
                required property bool on
                required title

                subtitle: detail
                Layout.fillWidth: true
                onClicked: root.setup.setComponent(key, !on)

                Switch {
                    checked: part.on
                    Accessible.name: part.title
                    onToggled: root.setup.setComponent(part.key, checked)
                }
            }
        }
    }
}
