import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// How people sign in: no identity provider, one of their own, or that of the fleet.
ViewPage {
    id: page

    readonly property list<string> modes: ["none", "custom", "inherit"]

    title: qsTr("Sign-in")
    subtitle: qsTr("The identity provider of this cluster (OpenID Connect)")
    viewState: form.state
    errorText: form.errorText
    onRetry: form.retry()

    OidcForm {
        id: form
        session: App.cluster ? App.cluster.session : null
    }

    ColumnLayout {
        anchors.fill: parent
        spacing: 0

        ScrollColumn {
            widthMax: Math.round(800 * Theme.growth)
            Layout.fillWidth: true
            Layout.fillHeight: true

            Banner {
                tone: form.stateTone
                text: form.stateText
                Layout.fillWidth: true
            }
            OperationCard {
                operation: form.operation
                Layout.fillWidth: true
            }
            Card {
                title: qsTr("Identity provider")
                Layout.fillWidth: true

                SegmentedControl {
                    label: qsTr("Identity provider")
                    model: [qsTr("None"), qsTr("Own"), qsTr("Of the fleet")]
                    currentIndex: page.modes.indexOf(form.mode)
                    Layout.fillWidth: true
                    onActivated: (index) => {
                        form.mode = page.modes[index]
                        currentIndex = Qt.binding(() => page.modes.indexOf(form.mode))
                    }
                }
                Label {
                    text: form.mode === "none" ? qsTr("People sign in with client certificates and tokens of "
                                                    + "service accounts only.")
                        : form.mode === "custom" ? qsTr("This cluster has an identity provider of its own.")
                        : form.inheritable ? qsTr("The settings come from %1.").arg(form.inheritedFile)
                        : qsTr("There is no fleet's file yet: %1").arg(form.inheritedFile)
                    color: Theme.textMuted
                    wrapMode: Text.Wrap
                    Layout.fillWidth: true
                }
            }
            OidcFields {
                form: form
                visible: form.mode !== "none"
                enabled: form.mode === "custom"
                Layout.fillWidth: true
            }
        }
        DraftBar {
            model: form
            Layout.fillWidth: true
        }
    }
}
