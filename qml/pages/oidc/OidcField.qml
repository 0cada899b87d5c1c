import QtQuick
import Coracle

/// A setting of an identity provider.
FormField {
    id: entry

    required property OidcForm form
    /// As the API calls it.
    required property string name
    property string placeholder

    error: form.fieldErrors[name] ?? ""

    DraftField {
        value: entry.form.fields[entry.name] ?? ""
        placeholderText: entry.placeholder
        onEdited: (text) => entry.form.set(entry.name, text)
    }
}
