import QtQuick
import Coracle

/// The jobs of the CronJob's namespace that carry its name. Jobs have no label of their CronJob, but their names begin
/// with its name.
ResourceList {
    id: list

    required property Workload cronJob

    kindKey: "jobs.batch"
    namespaceName: cronJob.namespaceName
    namePrefix: cronJob.name + "-"
    emptyIcon: "job"
    emptyTitle: qsTr("It has not run yet")
    emptyText: ""
    onActivated: (namespaceName, name) => App.navigator.open("workload", { kindKey: "jobs.batch",
        namespaceName: namespaceName, name: name })
}
