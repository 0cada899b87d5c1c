pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle.Ui

ApplicationWindow {
    id: window

    property alias scheme: themeBinding.value
    property alias textScale: scaleBinding.value
    property alias page: tabs.currentIndex
    readonly property list<string> pages: ["Controls", "Fields", "Components", "Lists", "Feedback", "Dialog", "Menus", "Plots", "Icons"]

    width: 1280
    height: 800
    visible: true
    title: "Gallery"
    LayoutMirroring.enabled: Application.layoutDirection === Qt.RightToLeft
    LayoutMirroring.childrenInherit: true

    Binding {
        id: themeBinding
        target: Theme
        property: "scheme"
        value: 0
    }
    Binding {
        id: scaleBinding
        target: Theme
        property: "textScale"
        value: 1.0
    }

    header: ToolBar {
        RowLayout {
            anchors.fill: parent

            TabBar {
                id: tabs

                Layout.fillWidth: true
                background: null

                Repeater {
                    model: window.pages
                    TabButton {
                        required property string modelData
                        text: modelData
                    }
                }
            }
            ToolButton {
                icon.name: "theme"
                text: "Theme"
                onClicked: window.scheme = (window.scheme + 1) % 3
            }
        }
    }
    StackLayout {
        anchors.fill: parent
        currentIndex: tabs.currentIndex

        ControlsPage {}
        FieldsPage {}
        ComponentsPage {}
        ListsPage {}
        FeedbackPage {}
        DialogPage {}
        MenusPage {}
        PlotsPage {}
        IconsPage {}
    }
}
