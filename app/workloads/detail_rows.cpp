#include "app/workloads/detail_rows.h"

#include "app/access/permissions.h"
#include "app/actions/object_action.h"

#include <QJsonArray>
#include <QSet>

namespace coracle::app {

namespace {

/// Types whose True is the trouble.
bool isTroubleType(const QString &type) {
    static const QSet<QString> types{"Failed",           "FailureTarget",   "ReplicaFailure",     "MemoryPressure",
                                     "DiskPressure",     "PIDPressure",     "NetworkUnavailable", "Suspended",
                                     "DisruptionTarget", "PodResizePending"};
    return types.contains(type);
}

/// Types that say what goes on, not whether it is well.
bool isNeutralType(const QString &type) {
    static const QSet<QString> types{"Suspended", "SuccessCriteriaMet", "PodResizeInProgress"};
    return types.contains(type);
}

QString toneOfCondition(const QString &type, const QString &status) {
    if (isNeutralType(type))
        return QStringLiteral("neutral");
    if (status == u"Unknown")
        return QStringLiteral("warning");
    const bool good = (status == u"True") != isTroubleType(type);
    return good ? QStringLiteral("ok") : isTroubleType(type) ? QStringLiteral("error") : QStringLiteral("warning");
}

} // namespace

QList<ConditionRow> conditionRows(const QJsonObject &object) {
    QList<ConditionRow> rows;
    for (const QJsonValue &condition : object["status"]["conditions"].toArray()) {
        const QString type = condition["type"].toString(), status = condition["status"].toString();
        const QString reason = condition["reason"].toString(), message = condition["message"].toString();
        rows.append(
            {.key = type,
             .status = status,
             .tone = toneOfCondition(type, status),
             .text = reason.isEmpty() || message.isEmpty() ? reason + message : reason + QStringLiteral(": ") + message,
             .since = timeOf(condition["lastTransitionTime"])});
    }
    return rows;
}

QList<ActionRow> actionRows(const QString &kindKey, const QJsonObject &object, const Permissions &rights) {
    QList<ActionRow> rows;
    if (object.isEmpty() || object["metadata"]["deletionTimestamp"].isString())
        return rows;
    const QString name = object["metadata"]["name"].toString();
    for (const ObjectAction &action : objectActions()) {
        if (!actionApplies(action, kindKey, object))
            continue;
        const ActionRight right = rightOf(action, kindKey);
        rows.append({.key = QLatin1String(action.id),
                     .title = actionTitle(action),
                     .icon = QLatin1String(action.icon),
                     .danger = action.danger,
                     .reason = rights.refusal(right.verb, right.kindKey, name)});
    }
    return rows;
}

QString pairsText(const QJsonObject &pairs) {
    QStringList texts;
    for (auto pair = pairs.begin(); pair != pairs.end(); ++pair)
        texts.append(pair.key() + u'=' + pair.value().toString());
    return texts.join(QStringLiteral(", "));
}

QString selectorText(const QJsonObject &labelSelector) {
    QStringList terms;
    const QJsonObject labels = labelSelector["matchLabels"].toObject();
    for (auto label = labels.begin(); label != labels.end(); ++label)
        terms.append(label.key() + u'=' + label.value().toString());
    for (const QJsonValue &expression : labelSelector["matchExpressions"].toArray()) {
        const QString key = expression["key"].toString(), op = expression["operator"].toString();
        QStringList values;
        for (const QJsonValue &value : expression["values"].toArray())
            values.append(value.toString());
        const QString list = QStringLiteral(" (%1)").arg(values.join(u','));
        terms.append(op == u"In"             ? key + QStringLiteral(" in") + list
                     : op == u"NotIn"        ? key + QStringLiteral(" notin") + list
                     : op == u"DoesNotExist" ? u'!' + key
                                             : key);
    }
    return terms.join(u',');
}

QList<int> tcpPorts(const QJsonObject &podSpec) {
    QList<int> ports;
    for (const QJsonValue &container : podSpec["containers"].toArray())
        for (const QJsonValue &port : container["ports"].toArray())
            if (port["protocol"].toString(QStringLiteral("TCP")) == u"TCP")
                ports.append(port["containerPort"].toInt());
    return ports;
}

QDateTime timeOf(const QJsonValue &text) {
    return QDateTime::fromString(text.toString(), Qt::ISODateWithMs);
}

} // namespace coracle::app
