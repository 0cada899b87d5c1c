pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// An object as YAML to edit, or a text of new ones.
ViewPage {
    id: page

    /// Of the object; without a name something new is written.
    property string kindKey
    property string namespaceName
    property string name
    /// What a new text begins with.
    property string initialText

    title: name !== "" ? name : qsTr("New from YAML")
    subtitle: name !== "" ? qsTr("YAML") : qsTr("One or several documents, as for kubectl apply")
    viewState: editor.state
    errorText: editor.errorText
    primary: true
    actions: name !== "" ? [save, suggestion, revert] : [save, suggestion, template]
    onRetry: editor.retry()
    extras: StatusChip {
        visible: editor.modified
        text: qsTr("Not saved")
        tone: "warning"
    }

    DocumentEditor {
        id: editor
        cluster: App.cluster
        kindKey: page.kindKey
        namespaceName: page.namespaceName
        name: page.name
        document: area.document
        onReviewed: review.open()
        onApplied: if (page.name === "") App.navigator.back()
    }
    LeaveGuard {
        holds: editor.modified
        title: qsTr("Leave without saving?")
        text: qsTr("The changes to the YAML are lost.")
    }
    Permissions {
        id: rights
        cluster: App.cluster
        namespaceName: page.namespaceName
    }
    RightAction {
        id: save
        text: qsTr("Review and apply")
        icon.name: "check"
        shortcut: "Ctrl+S"
        possible: !editor.busy && editor.modified
        reason: page.name !== "" && rights.revision >= 0 ? rights.refusal("patch", page.kindKey, page.name) : ""
        onTriggered: editor.review()
    }
    Action {
        id: suggestion
        text: qsTr("Suggest")
        icon.name: "search"
        onTriggered: area.suggest()
    }
    Action {
        id: revert
        text: qsTr("Take back all changes")
        icon.name: "undo"
        enabled: editor.modified && !editor.busy
        onTriggered: editor.discard()
    }
    Action {
        id: template
        text: qsTr("Template")
        icon.name: "add"
        onTriggered: templates.open()
    }

    ColumnLayout {
        anchors.fill: parent
        anchors.leftMargin: Theme.spaceL
        anchors.rightMargin: Theme.spaceL
        anchors.bottomMargin: Theme.spaceS
        spacing: Theme.spaceS

        Banner {
            visible: editor.changedOutside
            tone: "warning"
            text: qsTr("Somebody else changed this object meanwhile.")
            actionText: qsTr("Compare")
            Layout.fillWidth: true
            onTriggered: {
                editor.compare()
                outside.open()
            }
        }
        ProgressBar {
            visible: editor.busy
            indeterminate: true
            Layout.fillWidth: true
            Accessible.name: qsTr("Asking the cluster")
        }
        YamlEditor {
            id: area
            cluster: App.cluster
            readOnly: editor.busy
            problemLines: editor.problemLines
            Layout.fillWidth: true
            Layout.fillHeight: true
        }
        YamlProblems {
            editor: editor
            Layout.fillWidth: true
            onPicked: (line) => area.showLine(line)
        }
        Label {
            visible: text !== "" && !Theme.low
            text: area.helpTitle !== "" ? qsTr("%1 – %2").arg(area.helpTitle).arg(area.helpText) : ""
            font.pixelSize: Theme.caption
            color: Theme.textMuted
            wrapMode: Text.Wrap
            maximumLineCount: 2
            elide: Text.ElideRight
            Layout.fillWidth: true
        }
    }

    ReviewDialog {
        id: review
        difference: editor.differenceText
        onAccepted: editor.apply()
    }
    OutsideChangesDialog {
        id: outside
        editor: editor
    }
    Menu {
        id: templates
        x: page.width - width - Theme.spaceL
        y: 0

        Instantiator {
            model: Templates.names
            delegate: MenuItem {
                required property string modelData
                text: modelData
                onTriggered: editor.setText(Templates.text(modelData))
            }
            onObjectAdded: (index, object) => templates.insertItem(index, object as Item)
            onObjectRemoved: (index, object) => templates.removeItem(object as Item)
        }
    }

    Component.onCompleted: if (initialText !== "") editor.setText(initialText)
}
