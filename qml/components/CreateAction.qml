import Coracle

/// Makes a new object of a kind, where the user has the right to, in the namespace that the pages show.
RightAction {
    id: create

    required property string kindKey
    readonly property Permissions rights: Permissions {
        cluster: App.cluster
        namespaceName: App.cluster ? App.cluster.namespaceName : ""
    }

    text: qsTr("New")
    icon.name: "add"
    reason: rights.revision >= 0 ? rights.refusalToCreate(kindKey) : ""
}
