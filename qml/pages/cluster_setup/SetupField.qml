import QtQuick
import Coracle

/// An option of the cluster's set-up. Its default stands in it as long as it is empty.
FormField {
    id: entry

    required property ClusterSetup setup
    /// As the daemon calls it.
    required property string option
    /// What the page itself has found; else what the daemon says.
    property string problem
    property bool secret: false

    optional: true
    error: problem !== "" ? problem : setup.errors[option] ?? ""

    DraftField {
        value: entry.setup.fields[entry.option] ?? ""
        placeholderText: entry.setup.defaults[entry.option] ?? ""
        echoMode: entry.secret ? TextInput.Password : TextInput.Normal
        onEdited: (text) => entry.setup.set(entry.option, text)
    }
}
