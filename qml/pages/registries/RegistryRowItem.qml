import QtQuick

/// A registry in the list.
ListRow {
    id: row

    required property string key
    required property string detail
    required property string accessText
    required property string endpoints
    required property string username
    required property string caFile
    required property bool hasSecret
    required property bool insecure
    required title
    required tone

    subtitle: detail
    iconName: "registry"
    hasMenu: true

    StatusChip {
        visible: row.accessText !== ""
        tone: row.tone
        text: row.accessText
    }
}
