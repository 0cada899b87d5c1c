#include "app/deploy/app_manifests.h"

#include <QCoreApplication>
#include <QJsonArray>
#include <QRegularExpression>

namespace coracle::app {

namespace {

constexpr int kPortMax = 65'535;
constexpr int kReplicasMax = 1'000;

QString tr(const char *text) {
    return QCoreApplication::translate("Deploy", text);
}

bool matches(const char *pattern, const QString &text) {
    return QRegularExpression(QRegularExpression::anchoredPattern(QLatin1String(pattern))).match(text).hasMatch();
}

bool isLabel(const QString &text) {
    return text.size() <= 63 && matches("[a-z]([-a-z0-9]*[a-z0-9])?", text);
}

bool isQuantity(const QString &text) {
    return matches("[0-9]+(\\.[0-9]+)?(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?", text);
}

QString portName(const AppSpec::Port &port) {
    return port.protocol.toLower() + u'-' + QString::number(port.number);
}

QJsonObject metadata(const AppSpec &spec, const QString &name) {
    return {{"name", name},
            {"namespace", spec.namespaceName},
            {"labels", QJsonObject{{"app.kubernetes.io/name", spec.name}}}};
}

QJsonObject claim(const AppSpec &spec) {
    QJsonObject wanted{{"accessModes", QJsonArray{"ReadWriteOnce"}},
                       {"resources", QJsonObject{{"requests", QJsonObject{{"storage", spec.storageSize}}}}}};
    if (!spec.storageClass.isEmpty())
        wanted["storageClassName"] = spec.storageClass;
    return {{"apiVersion", "v1"},
            {"kind", "PersistentVolumeClaim"},
            {"metadata", metadata(spec, spec.name + QStringLiteral("-data"))},
            {"spec", wanted}};
}

QJsonObject container(const AppSpec &spec) {
    QJsonObject made{{"name", spec.name}, {"image", spec.image}};
    QJsonArray ports, environment;
    for (const AppSpec::Port &port : spec.ports)
        ports.append(
            QJsonObject{{"name", portName(port)}, {"containerPort", port.number}, {"protocol", port.protocol}});
    for (const AppSpec::Variable &variable : spec.environment)
        environment.append(QJsonObject{{"name", variable.name}, {"value", variable.value}});
    if (!ports.isEmpty())
        made["ports"] = ports;
    if (!environment.isEmpty())
        made["env"] = environment;
    QJsonObject requests, limits;
    if (!spec.cpu.isEmpty())
        requests["cpu"] = spec.cpu;
    if (!spec.memory.isEmpty())
        requests["memory"] = limits["memory"] = spec.memory;
    QJsonObject resources;
    if (!requests.isEmpty())
        resources["requests"] = requests;
    if (!limits.isEmpty())
        resources["limits"] = limits;
    if (!resources.isEmpty())
        made["resources"] = resources;
    if (!spec.storageSize.isEmpty())
        made["volumeMounts"] = QJsonArray{QJsonObject{{"name", "data"}, {"mountPath", spec.mountPath}}};
    return made;
}

QJsonObject deployment(const AppSpec &spec) {
    const QJsonObject labels{{"app.kubernetes.io/name", spec.name}};
    QJsonObject pod{{"containers", QJsonArray{container(spec)}}};
    QJsonObject wanted{{"replicas", spec.replicas}, {"selector", QJsonObject{{"matchLabels", labels}}}};
    if (!spec.storageSize.isEmpty()) {
        const QJsonObject source{{"claimName", spec.name + QStringLiteral("-data")}};
        pod["volumes"] = QJsonArray{QJsonObject{{"name", "data"}, {"persistentVolumeClaim", source}}};
        wanted["strategy"] = QJsonObject{{"type", "Recreate"}};
    }
    wanted["template"] = QJsonObject{{"metadata", QJsonObject{{"labels", labels}}}, {"spec", pod}};
    return {
        {"apiVersion", "apps/v1"}, {"kind", "Deployment"}, {"metadata", metadata(spec, spec.name)}, {"spec", wanted}};
}

QJsonObject service(const AppSpec &spec) {
    QJsonArray ports;
    for (const AppSpec::Port &port : spec.ports)
        ports.append(QJsonObject{{"name", portName(port)},
                                 {"port", port.number},
                                 {"protocol", port.protocol},
                                 {"targetPort", portName(port)}});
    const char *type = spec.expose == AppSpec::Expose::NodePort       ? "NodePort"
                       : spec.expose == AppSpec::Expose::LoadBalancer ? "LoadBalancer"
                                                                      : "ClusterIP";
    return {{"apiVersion", "v1"},
            {"kind", "Service"},
            {"metadata", metadata(spec, spec.name)},
            {"spec", QJsonObject{{"type", type},
                                 {"selector", QJsonObject{{"app.kubernetes.io/name", spec.name}}},
                                 {"ports", ports}}}};
}

QJsonObject ingress(const AppSpec &spec) {
    const QJsonObject backend{
        {"service", QJsonObject{{"name", spec.name}, {"port", QJsonObject{{"name", portName(spec.ports.first())}}}}}};
    const QJsonObject path{{"path", "/"}, {"pathType", "Prefix"}, {"backend", backend}};
    const QJsonObject rule{{"host", spec.host}, {"http", QJsonObject{{"paths", QJsonArray{path}}}}};
    return {{"apiVersion", "networking.k8s.io/v1"},
            {"kind", "Ingress"},
            {"metadata", metadata(spec, spec.name)},
            {"spec", QJsonObject{{"rules", QJsonArray{rule}}}}};
}

} // namespace

QHash<QString, QString> appProblems(const AppSpec &spec) {
    QHash<QString, QString> problems;
    const auto check = [&](bool ok, const char *field, const QString &text) {
        if (!ok)
            problems.insert(QLatin1String(field), text);
    };
    check(isLabel(spec.name), "name",
          tr("Small letters, digits and “-”; begins with a letter; at most 63 characters."));
    check(matches("[^\\s]+", spec.image) && !spec.image.startsWith(u'-'), "image",
          tr("The name of an image, such as nginx:stable."));
    check(spec.replicas >= 0 && spec.replicas <= kReplicasMax, "replicas", tr("Between 0 and 1000."));
    check(spec.cpu.isEmpty() || isQuantity(spec.cpu), "cpu", tr("A number of cores, such as 500m or 2."));
    check(spec.memory.isEmpty() || isQuantity(spec.memory), "memory", tr("A size, such as 256Mi."));
    if (!spec.storageSize.isEmpty()) {
        check(isQuantity(spec.storageSize), "storage", tr("A size, such as 5Gi."));
        check(spec.mountPath.startsWith(u'/') && spec.mountPath.size() > 1, "mountPath",
              tr("A folder, such as /data."));
        check(spec.replicas <= 1, "replicas", tr("With storage there is one replica: the volume belongs to one node."));
    }
    if (!spec.host.isEmpty()) {
        check(matches("(\\*\\.)?[a-z0-9]([-a-z0-9.]*[a-z0-9])?", spec.host), "host",
              tr("A host name, such as web.example.com."));
        check(!spec.ports.isEmpty() && spec.expose != AppSpec::Expose::Nowhere, "host",
              tr("It must be exposed on a port."));
    }
    return problems;
}

QList<QJsonObject> appManifests(const AppSpec &spec) {
    QList<QJsonObject> objects;
    if (!spec.storageSize.isEmpty())
        objects.append(claim(spec));
    objects.append(deployment(spec));
    if (spec.expose != AppSpec::Expose::Nowhere && !spec.ports.isEmpty()) {
        objects.append(service(spec));
        if (!spec.host.isEmpty())
            objects.append(ingress(spec));
    }
    return objects;
}

QList<AppSpec::Port> readPorts(const QString &text, bool *ok) {
    QList<AppSpec::Port> ports;
    *ok = true;
    static const QRegularExpression separators(QStringLiteral("[,;\\s]+"));
    for (const QString &part : text.split(separators, Qt::SkipEmptyParts)) {
        const QString protocol = part.section(u'/', 1).toUpper();
        const int number = part.section(u'/', 0, 0).toInt();
        const bool known = protocol.isEmpty() || protocol == u"TCP" || protocol == u"UDP" || protocol == u"SCTP";
        const bool twice = std::any_of(ports.begin(), ports.end(), [&](const AppSpec::Port &port) {
            return port.number == number && port.protocol == (protocol.isEmpty() ? QStringLiteral("TCP") : protocol);
        });
        if (number < 1 || number > kPortMax || !known || twice) {
            *ok = false;
            continue;
        }
        ports.append({.number = number, .protocol = protocol.isEmpty() ? QStringLiteral("TCP") : protocol});
    }
    return ports;
}

QList<AppSpec::Variable> readEnvironment(const QString &text, bool *ok) {
    QList<AppSpec::Variable> variables;
    *ok = true;
    for (const QString &line : text.split(u'\n')) {
        if (line.trimmed().isEmpty())
            continue;
        const qsizetype equals = line.indexOf(u'=');
        const QString name = line.left(equals).trimmed();
        if (equals < 1 || !matches("[-._a-zA-Z][-._a-zA-Z0-9]*", name)) {
            *ok = false;
            continue;
        }
        variables.append({.name = name, .value = line.mid(equals + 1)});
    }
    return variables;
}

} // namespace coracle::app
