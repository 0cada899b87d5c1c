pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// The settings of an identity provider. Those that most can leave alone stand in a card of their own.
ColumnLayout {
    id: fields

    required property OidcForm form

    spacing: Theme.spaceM

    Card {
        title: qsTr("Provider")
        Layout.fillWidth: true

        OidcField {
            form: fields.form
            name: "issuerUrl"
            label: qsTr("Issuer's address")
            help: qsTr("Tokens name it, and its keys are fetched from it. https only.")
            placeholder: "https://login.example.com/realms/home"
        }
        OidcField {
            form: fields.form
            name: "clientId"
            label: qsTr("Client ID")
            help: qsTr("Tokens that are made for another client are refused.")
        }
        OidcField {
            form: fields.form
            name: "caFile"
            label: qsTr("CA file of the issuer")
            optional: true
            help: qsTr("A file on the cluster's machine; empty: the system's CAs.")
        }
    }
    Card {
        title: qsTr("Names and groups")
        Layout.fillWidth: true

        OidcField {
            form: fields.form
            name: "usernameClaim"
            label: qsTr("Claim of the user's name")
            optional: true
            placeholder: "sub"
        }
        OidcField {
            form: fields.form
            name: "usernamePrefix"
            label: qsTr("Prefix of users' names")
            optional: true
            help: qsTr("“-” means none.")
        }
        OidcField {
            form: fields.form
            name: "groupsClaim"
            label: qsTr("Claim of the groups")
            optional: true
            placeholder: "groups"
        }
        OidcField {
            form: fields.form
            name: "groupsPrefix"
            label: qsTr("Prefix of groups")
            optional: true
        }
        OidcField {
            form: fields.form
            name: "requiredClaims"
            label: qsTr("Claims that tokens must have")
            optional: true
            placeholder: "hd=example.com"
        }
        OidcField {
            form: fields.form
            name: "signingAlgs"
            label: qsTr("Accepted signatures")
            optional: true
            placeholder: "RS256"
        }
    }
}
