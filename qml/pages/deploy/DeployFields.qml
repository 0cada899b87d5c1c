import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// The fields of a deployment. What is wrong with a field is said once something stands in it.
ColumnLayout {
    id: fields

    required property DeployForm form

    function problem(field: string, text: string): string {
        return text !== "" ? fields.form.problems[field] ?? "" : ""
    }

    spacing: Theme.spaceM

    component Field: TextField {
        inputMethodHints: Qt.ImhNoPredictiveText | Qt.ImhNoAutoUppercase
    }

    Card {
        title: qsTr("What runs")
        Layout.fillWidth: true

        FormField {
            label: qsTr("Name")
            error: fields.problem("name", name.text)
            Field { id: name; focus: true; onTextChanged: fields.form.name = text }
        }
        FormField {
            label: qsTr("Image")
            help: qsTr("From a registry, or one that was imported: nginx:stable")
            error: fields.problem("image", image.text)
            Field { id: image; onTextChanged: fields.form.image = text }
        }
        FormField {
            label: qsTr("Replicas")
            error: fields.problem("replicas", "0")
            SpinBox { from: 0; to: 1000; editable: true; value: 1; onValueChanged: fields.form.replicas = value }
        }
        FormField {
            label: qsTr("Environment")
            optional: true
            help: qsTr("One variable a line: NAME=value")
            error: fields.problem("environment", environment.text)
            FormArea { id: environment; font.family: Theme.familyMono; onTextChanged: fields.form.environment = text }
        }
    }
    Card {
        title: qsTr("How it is reached")
        Layout.fillWidth: true

        FormField {
            label: qsTr("Ports")
            optional: true
            help: qsTr("80, 443, 53/UDP")
            error: fields.problem("ports", ports.text)
            Field { id: ports; onTextChanged: fields.form.ports = text }
        }
        FormField {
            label: qsTr("Exposed")
            ComboBox {
                model: [qsTr("Not at all"), qsTr("Inside the cluster"), qsTr("On a port of every node"),
                        qsTr("By a load balancer")]
                currentIndex: fields.form.expose
                onActivated: (index) => fields.form.expose = index
            }
        }
        FormField {
            label: qsTr("Host name")
            optional: true
            help: qsTr("Makes an ingress for it")
            error: fields.problem("host", host.text)
            Field { id: host; onTextChanged: fields.form.host = text }
        }
    }
    Card {
        title: qsTr("What it needs")
        Layout.fillWidth: true

        FormField {
            label: qsTr("Processor")
            optional: true
            help: qsTr("Cores: 500m, 2")
            error: fields.problem("cpu", cpu.text)
            Field { id: cpu; onTextChanged: fields.form.cpu = text }
        }
        FormField {
            label: qsTr("Memory")
            optional: true
            help: qsTr("Asked for, and not to be exceeded: 256Mi")
            error: fields.problem("memory", memory.text)
            Field { id: memory; onTextChanged: fields.form.memory = text }
        }
        FormField {
            label: qsTr("Storage")
            optional: true
            help: qsTr("A volume of this size: 5Gi")
            error: fields.problem("storage", storage.text)
            Field { id: storage; onTextChanged: fields.form.storageSize = text }
        }
        FormField {
            visible: storage.text !== ""
            label: qsTr("Folder of the storage")
            error: fields.problem("mountPath", mountPath.text)
            Field { id: mountPath; text: "/data"; onTextChanged: fields.form.mountPath = text }
        }
    }
}
