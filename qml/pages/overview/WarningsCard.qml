pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// The newest warnings of the cluster's events.
Card {
    id: card

    /// More are on the page of events.
    property int countMax: 6

    title: qsTr("Recent warnings")

    ResourceModel {
        id: events
        session: App.cluster ? App.cluster.session : null
        path: App.cluster ? App.cluster.catalog.path("events") : ""
        fieldSelector: "type=Warning"
    }
    ResourceFilterModel {
        id: newest
        sourceModel: events
        sortBy: ResourceFilterModel.ByAge
    }

    Repeater {
        model: newest
        delegate: KeyValueRow {
            required property int index
            required property string summary
            required property date created
            required property string namespaceName

            visible: index < card.countMax
            Layout.fillWidth: true
            label: Format.age(created, Format.minute)
            value: summary
        }
    }
    Label {
        visible: newest.count === 0
        text: qsTr("None")
        color: Theme.textMuted
    }
    Item { Layout.fillHeight: true }
}
