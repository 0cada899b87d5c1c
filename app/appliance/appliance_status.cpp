#include "app/appliance/appliance_status.h"

#include "app/format/format.h"

#include <QDateTime>
#include <QJsonArray>
#include <QLocale>
#include <algorithm>

namespace coracle::app {

namespace {

QString toneOfHealth(const QString &health) {
    if (health == u"ok")
        return QStringLiteral("ok");
    if (health == u"starting" || health == u"stopping")
        return QStringLiteral("info");
    if (health == u"degraded")
        return QStringLiteral("warning");
    return health == u"failed" ? QStringLiteral("error") : QString();
}

QVariantMap fact(const QString &label, const QString &value) {
    return {{"label", label}, {"value", value}};
}

} // namespace

ApplianceStatus::ApplianceStatus(QObject *parent) : ApplianceDocument(parent) {
    setPath(QStringLiteral("status"));
    setWatched(true);
}

int ApplianceStatus::nodesMissing() const {
    return count("nodes") - count("nodesReady");
}

QString ApplianceStatus::healthTone() const {
    if (health() == u"ok" && nodesMissing() > 0)
        return QStringLiteral("error");
    return health() == u"ok" && count("podsFailing") > 0 ? QStringLiteral("warning") : toneOfHealth(health());
}

QString ApplianceStatus::healthText() const {
    const QString word = health();
    if (word == u"ok" && nodesMissing() > 0)
        return tr("%n node(s) not ready", nullptr, nodesMissing());
    if (word == u"ok" && count("podsFailing") > 0)
        return tr("%n pod(s) failing", nullptr, count("podsFailing"));
    if (word == u"ok")
        return tr("Everything works");
    if (word == u"starting")
        return tr("The cluster is starting");
    if (word == u"stopping")
        return tr("The cluster is stopping");
    if (word == u"degraded")
        return tr("Something needs attention");
    return word == u"failed" ? tr("The cluster does not work") : QString();
}

QString ApplianceStatus::versionText() const {
    const QJsonValue product = document()["product"];
    return product.isObject() ? tr("%1 %2, Kubernetes %3")
                                    .arg(product["name"].toString(), product["version"].toString(),
                                         product["kubernetesVersion"].toString())
                              : QString();
}

QDateTime ApplianceStatus::startedAt() const {
    return QDateTime::fromString(document()["startedAt"].toString(), Qt::ISODate);
}

QString ApplianceStatus::memoryText() const {
    return document().isEmpty() ? QString() : sizeText(document()["process"]["memoryBytes"].toDouble());
}

QString ApplianceStatus::nodesText() const {
    return tr("%1 of %2", "nodes that are ready")
        .arg(QLocale().toString(count("nodesReady")), QLocale().toString(count("nodes")));
}

QString ApplianceStatus::nodesTone() const {
    if (count("nodes") == 0)
        return {};
    return count("nodesReady") == count("nodes") ? QStringLiteral("ok") : QStringLiteral("error");
}

QString ApplianceStatus::podsText() const {
    return QLocale().toString(count("podsRunning"));
}

QString ApplianceStatus::podsDetail() const {
    QStringList parts;
    if (const int failing = count("podsFailing"))
        parts.append(tr("%n failing", nullptr, failing));
    if (const int pending = count("podsPending"))
        parts.append(tr("%n pending", nullptr, pending));
    return parts.isEmpty() ? tr("running") : parts.join(QStringLiteral(", "));
}

QString ApplianceStatus::podsTone() const {
    if (count("podsFailing") > 0)
        return QStringLiteral("error");
    if (count("podsPending") > 0)
        return QStringLiteral("info");
    return count("pods") > 0 ? QStringLiteral("ok") : QString();
}

QVariantList ApplianceStatus::components() const {
    QVariantList rows, fine;
    for (const QJsonValue &component : document()["components"].toArray()) {
        const QString health = component["health"].toString();
        const QString message = component["message"].toString();
        const QVariantMap row{{"name", component["name"].toString()},
                              {"text", message.isEmpty() ? health : message},
                              {"tone", toneOfHealth(health)}};
        (health == u"failed" || health == u"starting" ? rows : fine).append(row);
    }
    return rows + fine;
}

QVariantList ApplianceStatus::facts() const {
    const QJsonValue machine = document()["machine"];
    if (!machine.isObject())
        return {};
    QVariantList rows{fact(tr("Machine"), machine["hostname"].toString()),
                      fact(tr("System"), tr("%1, kernel %2, %3")
                                             .arg(machine["osImage"].toString(), machine["kernelVersion"].toString(),
                                                  machine["architecture"].toString())),
                      fact(tr("API"), apiUrl())};
    for (const QJsonValue &address : document()["addresses"].toArray())
        rows.append(fact(address["type"].toString(), address["address"].toString()));
    rows.append(fact(tr("Data folder"), document()["paths"]["data"].toString()));
    rows.append(fact(tr("Configuration"), document()["paths"]["config"].toString()));
    return rows;
}

} // namespace coracle::app
