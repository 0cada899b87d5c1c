import QtQuick
import Coracle

/// Facts of an object, one a line.
Card {
    id: card

    /// Rows of FactRow.
    required property RowListModel model

    Repeater {
        model: card.model

        KeyValueRow {
            required property string key
            required label
            required value
            required mono
            copyable: mono
        }
    }
}
