import QtQuick
import QtQuick.Layouts
import Coracle

/// What needs attention first, with the way to mend it. There is no card where there is nothing.
Card {
    id: card

    title: qsTr("Needs attention")
    visible: notices.count > 0

    NoticeModel {
        id: notices
        session: App.cluster ? App.cluster.session : null
    }

    Repeater {
        model: notices
        delegate: Banner {
            required property string message
            required property string mend
            required property string page
            required property string kindKey
            required property string namespaceName
            required property string name
            required tone

            Layout.fillWidth: true
            title: message
            text: mend
            actionText: page !== "" || kindKey !== "" ? qsTr("Open") : ""
            actionName: qsTr("Open: %1").arg(message)
            onTriggered: page !== "" ? App.navigator.open(page) : App.navigator.openObject(kindKey, namespaceName, name)
        }
    }
}
