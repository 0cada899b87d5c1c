#include "app/nodes/node_rows.h"

#include "app/format/format.h"
#include "core/api/quantity.h"

#include <QCoreApplication>
#include <QJsonArray>
#include <QLocale>
#include <algorithm>

namespace coracle::app {

namespace {

double amountOf(const QJsonValue &quantity) {
    const auto parsed = api::Quantity::parse(quantity.toString().toStdString());
    return parsed ? parsed->approximate() : 0;
}

/// What a pod asks for: its containers run together, the init containers one after the other before them, except those
/// that go on beside them (KEP-753).
double requestOf(const QJsonObject &pod, const QString &resource) {
    const auto ask = [&](const QJsonValue &container) {
        return amountOf(container["resources"]["requests"][resource]);
    };
    double together = 0, beside = 0, before = 0;
    for (const QJsonValue &container : pod["spec"]["containers"].toArray())
        together += ask(container);
    for (const QJsonValue &container : pod["spec"]["initContainers"].toArray()) {
        if (container["restartPolicy"].toString() == QLatin1String("Always")) {
            beside += ask(container);
            before = std::max(before, beside);
        } else {
            before = std::max(before, beside + ask(container));
        }
    }
    return std::max(together + beside, before) + amountOf(pod["spec"]["overhead"][resource]);
}

bool hasEnded(const QJsonObject &pod) {
    const QString phase = pod["status"]["phase"].toString();
    return phase == QLatin1String("Succeeded") || phase == QLatin1String("Failed");
}

struct Resource {
    const char *name;
    const char *label; ///< source text
    bool bytes;
};
constexpr Resource kResources[] = {
    {"cpu", QT_TRANSLATE_NOOP("Nodes", "CPU"), false},
    {"memory", QT_TRANSLATE_NOOP("Nodes", "Memory"), true},
    {"pods", QT_TRANSLATE_NOOP("Nodes", "Pods"), false},
    {"ephemeral-storage", QT_TRANSLATE_NOOP("Nodes", "Temporary storage"), true},
};

} // namespace

bool isCordoned(const QJsonObject &node) {
    return node["spec"]["unschedulable"].toBool();
}

QString nodeStatusText(const QJsonObject &node) {
    QString status = QCoreApplication::translate("Nodes", "Unknown");
    for (const QJsonValue &condition : node["status"]["conditions"].toArray()) {
        if (condition["type"].toString() != QLatin1String("Ready"))
            continue;
        const QString value = condition["status"].toString();
        status = value == QLatin1String("True")    ? QCoreApplication::translate("Nodes", "Ready")
                 : value == QLatin1String("False") ? QCoreApplication::translate("Nodes", "Not ready")
                                                   : status;
    }
    return isCordoned(node) ? QCoreApplication::translate("Nodes", "%1, takes no new pods").arg(status) : status;
}

QString nodeTone(const QJsonObject &node) {
    bool ready = false, pressed = false;
    for (const QJsonValue &condition : node["status"]["conditions"].toArray()) {
        const bool holds = condition["status"].toString() == QLatin1String("True");
        if (condition["type"].toString() == QLatin1String("Ready"))
            ready = holds;
        else
            pressed = pressed || holds;
    }
    return !ready                        ? QStringLiteral("error")
           : pressed || isCordoned(node) ? QStringLiteral("warning")
                                         : QStringLiteral("ok");
}

QStringList nodeRoles(const QJsonObject &node) {
    static const QString kRole = QStringLiteral("node-role.kubernetes.io/");
    QStringList roles;
    for (const QString &label : node["metadata"]["labels"].toObject().keys()) {
        if (label.startsWith(kRole))
            roles.append(label.mid(kRole.size()));
    }
    return roles;
}

QString nodeAddress(const QJsonObject &node, const QString &type) {
    for (const QJsonValue &address : node["status"]["addresses"].toArray()) {
        if (address["type"].toString() == type)
            return address["address"].toString();
    }
    return {};
}

NodeRow nodeRow(const QJsonObject &node) {
    return {.key = node["metadata"]["name"].toString(),
            .roles = nodeRoles(node).join(QStringLiteral(", ")),
            .version = node["status"]["nodeInfo"]["kubeletVersion"].toString(),
            .address = nodeAddress(node, QStringLiteral("InternalIP")),
            .status = nodeStatusText(node),
            .tone = nodeTone(node)};
}

QList<CapacityRow> capacityRows(const QJsonObject &node, const QList<QJsonObject> &pods) {
    QList<CapacityRow> rows;
    for (const Resource &resource : kResources) {
        const QString name = QLatin1String(resource.name);
        const double allocatable = amountOf(node["status"]["allocatable"][name]);
        if (allocatable <= 0)
            continue;
        const bool counts = name == QLatin1String("pods");
        double requested = 0;
        for (const QJsonObject &pod : pods) {
            if (!hasEnded(pod))
                requested += counts ? 1 : requestOf(pod, name);
        }
        const auto text = [&](double amount) {
            return resource.bytes ? sizeText(amount) : QLocale().toString(amount, 'g', counts ? 6 : 3);
        };
        rows.append({.key = name,
                     .label = QCoreApplication::translate("Nodes", resource.label),
                     .text = (counts ? QCoreApplication::translate("Nodes", "%1 of %2")
                                     : QCoreApplication::translate("Nodes", "%1 of %2 requested"))
                                 .arg(text(requested), text(allocatable)),
                     .share = requested / allocatable});
    }
    return rows;
}

QList<FactRow> taintRows(const QJsonObject &node) {
    QList<FactRow> rows;
    for (const QJsonValue &taint : node["spec"]["taints"].toArray()) {
        const QString key = taint["key"].toString(), value = taint["value"].toString();
        const QString effect = taint["effect"].toString();
        rows.append({.key = key + u':' + effect,
                     .label = effect,
                     .value = value.isEmpty() ? key : key + u'=' + value,
                     .mono = true});
    }
    return rows;
}

} // namespace coracle::app
