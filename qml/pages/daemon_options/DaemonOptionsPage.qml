import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// Every option of the daemon: its value, where that comes from, and the way to change it.
ViewPage {
    id: page

    title: qsTr("Daemon options")
    subtitle: configuration.managedFile !== "" ? qsTr("Changes are written to %1").arg(configuration.managedFile) : ""
    viewState: configuration.state
    errorText: configuration.errorText
    onRetry: configuration.retry()
    actions: [
        Action {
            text: qsTr("Only what is set")
            icon.name: "filter"
            checkable: true
            checked: configuration.onlySet
            onToggled: configuration.onlySet = checked
        },
        Action {
            text: qsTr("Also without effect")
            icon.name: "eye"
            checkable: true
            checked: configuration.everything
            onToggled: configuration.everything = checked
        }
    ]

    ConfigurationModel {
        id: configuration
        session: App.cluster ? App.cluster.session : null
    }

    ColumnLayout {
        anchors.fill: parent
        spacing: Theme.spaceS

        SearchBar {
            Layout.fillWidth: true
            Layout.maximumWidth: Math.round(480 * Theme.growth)
            Layout.leftMargin: Theme.spaceL
            Layout.rightMargin: Theme.spaceL
            onSearched: (text) => configuration.search = text
        }
        OperationCard {
            operation: configuration.operation
            Layout.fillWidth: true
            Layout.leftMargin: Theme.spaceL
            Layout.rightMargin: Theme.spaceL
        }
        ListView {
            id: list

            clip: true
            model: configuration.rows
            boundsBehavior: Flickable.StopAtBounds
            section.property: "section"
            section.delegate: SectionHeader {
                required property string section
                text: section
                width: ListView.view.width - 2 * Theme.spaceL
                x: Theme.spaceL
                height: implicitHeight + 2 * Theme.spaceS
            }
            delegate: OptionItem {
                width: ListView.view.width
                horizontalPadding: Theme.spaceL
                // Qt 6.4 makes no bound components for sections: what delegates read of the page, no linter sees.
                options: configuration // qmllint disable unqualified
            }
            ScrollBar.vertical: ScrollBar {}
            Layout.fillWidth: true
            Layout.fillHeight: true

            EmptyState {
                anchors.centerIn: parent
                visible: list.count === 0
                icon: "search"
                title: qsTr("No option is like that")
            }
        }
        DraftBar {
            model: configuration
            Layout.fillWidth: true
        }
    }
}
