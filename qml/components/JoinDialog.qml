import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// Makes a token for one more machine and shows how that joins. The token ends after a day.
FormDialog {
    id: dialog

    title: qsTr("Join another machine")
    width: Math.min(Math.round(860 * Theme.growth), parent ? parent.width - 2 * Theme.spaceM : 860)
    onAboutToShow: tokens.create(qsTr("For another machine"), 24)
    onClosed: tokens.hide()

    TokenList {
        id: tokens
        session: App.cluster ? App.cluster.session : null
    }
    LoadingState {
        visible: tokens.joinId === "" && tokens.commandError === ""
        text: qsTr("A token is being made…")
        Layout.fillWidth: true
    }
    ErrorState {
        visible: tokens.commandError !== ""
        what: qsTr("No token could be made")
        why: tokens.commandError
        onRetry: tokens.create(qsTr("For another machine"), 24)
        Layout.fillWidth: true
    }
    JoinCard {
        visible: tokens.joinId !== ""
        tokens: tokens
        title: ""
        Layout.fillWidth: true
    }
    Button {
        text: qsTr("Close")
        Layout.alignment: Qt.AlignRight
        onClicked: dialog.close()
    }
}
