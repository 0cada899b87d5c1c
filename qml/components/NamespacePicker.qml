pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// The namespace that the lists of the cluster show.
Button {
    id: button

    readonly property string chosen: App.cluster ? App.cluster.namespaceName : ""

    icon.name: "namespace"
    text: chosen !== "" ? chosen : qsTr("All namespaces")
    Accessible.name: qsTr("Namespace: %1").arg(text)
    onClicked: popup.open()

    Popup {
        id: popup

        y: button.height + 4
        width: Math.min(Theme.windowWidth - 2 * Theme.spaceM, Math.round(340 * Theme.growth))
        height: Math.min(Math.round(460 * Theme.growth), Theme.windowHeight - Theme.keyboardHeight - 2 * Theme.target)
        padding: Theme.spaceS
        modal: true
        focus: true
        onAboutToShow: search.clear()

        function choose(name: string) {
            App.cluster.namespaceName = name
            popup.close()
        }

        ResourceModel {
            id: namespaces
            session: App.cluster ? App.cluster.session : null
            path: popup.opened ? "/api/v1/namespaces" : ""
        }
        ResourceFilterModel {
            id: filtered
            sourceModel: namespaces
            search: search.text
        }

        contentItem: ColumnLayout {
            spacing: Theme.spaceXs

            SearchBar {
                id: search
                focus: true
                placeholderText: qsTr("Search namespaces")
                Layout.fillWidth: true
            }
            ItemDelegate {
                text: qsTr("All namespaces")
                highlighted: button.chosen === ""
                Layout.fillWidth: true
                onClicked: popup.choose("")
            }
            ListView {
                clip: true
                model: filtered
                reuseItems: true
                boundsBehavior: Flickable.StopAtBounds
                Layout.fillWidth: true
                Layout.fillHeight: true
                delegate: ItemDelegate {
                    required property string name
                    width: ListView.view.width
                    text: name
                    highlighted: button.chosen === name
                    onClicked: popup.choose(name)
                }
                ScrollBar.vertical: ScrollBar {}
            }
        }
    }
}
