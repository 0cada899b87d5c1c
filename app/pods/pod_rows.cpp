#include "app/pods/pod_rows.h"

#include <QCoreApplication>
#include <QJsonArray>

namespace coracle::app {

namespace {

class Words {
    Q_DECLARE_TR_FUNCTIONS(PodRows)
};

const QString kMasked = QStringLiteral("••••••••");

QJsonArray allContainers(const QJsonObject &pod) {
    QJsonArray all;
    for (const char *list : {"initContainers", "containers", "ephemeralContainers"})
        for (const QJsonValue &container : pod["spec"][QLatin1String(list)].toArray())
            all.append(container);
    return all;
}

/// Where a variable's value comes from; of a Secret only its name is told.
void describeSource(EnvironmentRow &row, const QJsonObject &from) {
    const QJsonObject secret = from["secretKeyRef"].toObject(), map = from["configMapKeyRef"].toObject();
    if (!secret.isEmpty()) {
        row.value = kMasked;
        row.source = Words::tr("Secret %1, key %2").arg(secret["name"].toString(), secret["key"].toString());
    } else if (!map.isEmpty()) {
        row.source = Words::tr("ConfigMap %1, key %2").arg(map["name"].toString(), map["key"].toString());
    } else if (const QJsonObject field = from["fieldRef"].toObject(); !field.isEmpty()) {
        row.source = Words::tr("Field %1").arg(field["fieldPath"].toString());
    } else if (const QJsonObject resource = from["resourceFieldRef"].toObject(); !resource.isEmpty()) {
        row.source = Words::tr("Resource %1").arg(resource["resource"].toString());
    }
}

/// "PersistentVolumeClaim data": the volume's only member beside its name.
QString volumeSource(const QJsonObject &volume) {
    const auto named = [&](const char *field, const char *name, const QString &title) {
        const QJsonObject source = volume[QLatin1String(field)].toObject();
        return source.isEmpty() ? QString() : title + u' ' + source[QLatin1String(name)].toString();
    };
    for (const QString &text :
         {named("persistentVolumeClaim", "claimName", QStringLiteral("PersistentVolumeClaim")),
          named("configMap", "name", QStringLiteral("ConfigMap")),
          named("secret", "secretName", QStringLiteral("Secret")),
          named("hostPath", "path", Words::tr("Folder of the node")), named("nfs", "server", QStringLiteral("NFS")),
          named("csi", "driver", QStringLiteral("CSI")), named("image", "reference", Words::tr("Image"))})
        if (!text.isEmpty())
            return text;
    if (volume.contains(QLatin1String("emptyDir")))
        return volume["emptyDir"]["medium"] == QLatin1String("Memory") ? Words::tr("Memory, for the life of the pod")
                                                                       : Words::tr("Disk, for the life of the pod");
    if (volume.contains(QLatin1String("projected"))) {
        QStringList parts;
        for (const QJsonValue &source : volume["projected"]["sources"].toArray())
            parts.append(source.toObject().keys());
        return Words::tr("Combined: %1").arg(parts.join(QStringLiteral(", ")));
    }
    QStringList members = volume.keys();
    members.removeAll(QStringLiteral("name"));
    return members.join(QStringLiteral(", "));
}

} // namespace

QList<EnvironmentRow> environmentRows(const QJsonObject &pod) {
    QList<EnvironmentRow> rows;
    for (const QJsonValue &container : allContainers(pod)) {
        const QString name = container["name"].toString();
        for (const QJsonValue &from : container["envFrom"].toArray()) {
            const QString map = from["configMapRef"]["name"].toString(), secret = from["secretRef"]["name"].toString();
            const QString source = secret.isEmpty() ? Words::tr("every key of ConfigMap %1").arg(map)
                                                    : Words::tr("every key of Secret %1").arg(secret);
            rows.append({.key = name + u'/' + source,
                         .container = name,
                         .name = from["prefix"].toString() + u'*',
                         .value = secret.isEmpty() ? QString() : kMasked,
                         .source = source});
        }
        for (const QJsonValue &variable : container["env"].toArray()) {
            EnvironmentRow row{.key = name + u'/' + variable["name"].toString(),
                               .container = name,
                               .name = variable["name"].toString(),
                               .value = variable["value"].toString(),
                               .source = {}};
            describeSource(row, variable["valueFrom"].toObject());
            rows.append(row);
        }
    }
    return rows;
}

QList<VolumeRow> volumeRows(const QJsonObject &pod) {
    QList<VolumeRow> rows;
    const QJsonArray containers = allContainers(pod);
    for (const QJsonValue &volume : pod["spec"]["volumes"].toArray()) {
        const QString name = volume["name"].toString();
        QStringList mounts;
        for (const QJsonValue &container : containers)
            for (const QJsonValue &mount : container["volumeMounts"].toArray())
                if (mount["name"].toString() == name)
                    mounts.append(container["name"].toString() + QStringLiteral(": ") + mount["mountPath"].toString() +
                                  (mount["readOnly"].toBool() ? u' ' + Words::tr("(read only)") : QString()));
        rows.append({.key = name, .source = volumeSource(volume.toObject()), .mounts = mounts.join(u'\n')});
    }
    return rows;
}

} // namespace coracle::app
