#include "app/demo/demo_data.h"

#include "app/demo/demo_metrics.h"

#include <QDateTime>
#include <QFile>
#include <QJsonDocument>
#include <QRegularExpression>
#include <QUrl>
#include <algorithm>

namespace coracle::app {

namespace {

const QString kAppliance = QStringLiteral("/appliance/v1/");

QByteArray bytesOf(const QJsonObject &object) {
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

/// The recording as if it had been made just now.
QByteArray movedToNow(const QByteArray &text) {
    static const QRegularExpression time(QStringLiteral("\"(\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d)(\\.\\d+)?Z\""));
    const QDateTime recorded =
        QDateTime::fromString(QJsonDocument::fromJson(text)["recordedAt"].toString(), Qt::ISODate);
    const qint64 seconds = recorded.secsTo(QDateTime::currentDateTimeUtc());
    const QString all = QString::fromUtf8(text);
    QString moved;
    moved.reserve(all.size());
    qsizetype end = 0;
    for (auto match = time.globalMatch(all); match.hasNext();) {
        const auto found = match.next();
        const QDateTime then = QDateTime::fromString(found.captured(1) + u'Z', Qt::ISODate).addSecs(seconds);
        moved += QStringView(all).mid(end, found.capturedStart() - end);
        moved += u'"' + then.toString(QStringLiteral("yyyy-MM-ddTHH:mm:ss")) + found.captured(2) + u'Z' + u'"';
        end = found.capturedEnd();
    }
    moved += QStringView(all).mid(end);
    return moved.toUtf8();
}

/// Of a SelfSubjectRulesReview.
QJsonObject everythingAllowed() {
    const QJsonArray all{"*"};
    const QJsonObject rule{{"verbs", all}, {"apiGroups", all}, {"resources", all}};
    return {{"status", QJsonObject{{"resourceRules", QJsonArray{rule}}, {"incomplete", false}}}};
}

} // namespace

Result<DemoData> DemoData::load() {
    QFile file(QStringLiteral(":/demo/demo.json"));
    if (!file.open(QIODevice::ReadOnly))
        return errors::other("the demo's recording is not part of this program");
    TRY(const QJsonObject recording, parseObject(movedToNow(file.readAll())));
    DemoData data;
    data.m_version = recording["version"].toObject();
    data.m_discovery = recording["discovery"].toObject();
    data.m_documents = recording["documents"].toObject();
    for (const QJsonValue &value : recording["kinds"].toArray()) {
        Kind kind{.path = value["path"].toString(),
                  .kind = value["kind"].toString(),
                  .apiVersion = value["apiVersion"].toString(),
                  .columns = value["columns"].toArray()};
        for (const QJsonValue &item : value["items"].toArray()) {
            QJsonObject object = item["object"].toObject();
            object["kind"] = kind.kind;
            object["apiVersion"] = kind.apiVersion;
            kind.items.push_back({std::move(object), item["cells"].toArray()});
        }
        data.m_kinds.push_back(std::move(kind));
    }
    return data;
}

DemoData::Kind *DemoData::find(const QString &collection) {
    const auto found =
        std::find_if(m_kinds.begin(), m_kinds.end(), [&](const Kind &kind) { return kind.path == collection; });
    return found == m_kinds.end() ? nullptr : &*found;
}

DemoData::Item *DemoData::findItem(const DemoTarget &target) {
    Kind *kind = find(target.collection);
    if (!kind || target.name.isEmpty())
        return nullptr;
    const auto found = std::find_if(kind->items.begin(), kind->items.end(),
                                    [&](const Item &item) { return target.selects(item.object); });
    return found == kind->items.end() ? nullptr : &*found;
}

Result<QByteArray> DemoData::answer(const ApiRequest &request) {
    const DemoTarget target = DemoTarget::of(request.path);
    const QString path = request.path.section(u'?', 0, 0);
    if (path == u"/version")
        return bytesOf(m_version);
    if (path.endsWith(u"/selfsubjectrulesreviews"))
        return bytesOf(everythingAllowed());
    if (m_discovery.contains(path))
        return bytesOf(m_discovery[path].toObject());
    if (path.startsWith(kAppliance))
        return appliance(request, path.mid(kAppliance.size()));
    return request.method == "GET" ? read(target, wantsTable(request)) : write(request, target);
}

Result<QByteArray> DemoData::appliance(const ApiRequest &request, const QString &name) {
    static const QRegularExpression node(QStringLiteral("^nodes/([^/]+)/(metrics|cordon|uncordon)$"));
    const auto match = node.match(name);
    const QString action = match.hasMatch() ? match.captured(2) : name;
    if (action == u"metrics" && request.method == "GET")
        return bytesOf(demoMetrics(match.captured(1), document(QStringLiteral("metrics")),
                                   request.path.contains(QStringLiteral("range=day"))));
    if (match.hasMatch()) {
        DemoTarget target;
        target.collection = QStringLiteral("/api/v1/nodes");
        target.name = match.captured(1);
        Item *item = findItem(target);
        if (!item)
            return errors::notFound("nodes", "", target.name.toStdString());
        item->object = mergedPatch(item->object, {{"spec", QJsonObject{{"unschedulable", action == u"cordon"}}}});
        touch(*find(target.collection), *item);
        return bytesOf({{"name", target.name}, {"unschedulable", action == u"cordon"}});
    }
    if (request.method == "GET" && m_documents.contains(name))
        return bytesOf(document(name));
    if (request.method == "GET")
        return errors::noRoute();
    return Failure(Status{.code = 501, .reason = "NotImplemented", .message = "this is the demo: it has no machine"});
}

QJsonObject DemoData::rowOf(const Item &item) {
    return {{"cells", item.cells},
            {"object", QJsonObject{{"kind", "PartialObjectMetadata"},
                                   {"apiVersion", "meta.k8s.io/v1"},
                                   {"metadata", item.object["metadata"]}}}};
}

Result<QByteArray> DemoData::read(const DemoTarget &target, bool table) {
    const Kind *kind = find(target.collection);
    if (!kind)
        return errors::noRoute();
    if (!target.name.isEmpty()) {
        const Item *item = findItem(target);
        if (!item)
            return errors::notFound(kind->path.section(u'/', -1).toStdString(), "", target.name.toStdString());
        if (target.subresource == u"scale")
            return bytesOf({{"kind", "Scale"},
                            {"apiVersion", "autoscaling/v1"},
                            {"metadata", item->object["metadata"]},
                            {"spec", QJsonObject{{"replicas", item->object["spec"]["replicas"]}}},
                            {"status", QJsonObject{{"replicas", item->object["status"]["replicas"]}}}});
        return bytesOf(item->object);
    }
    QJsonArray rows;
    for (const Item &item : kind->items)
        if (target.selects(item.object))
            rows.append(table ? rowOf(item) : item.object);
    const QJsonObject metadata{{"resourceVersion", QString::number(m_revision)}};
    if (table)
        return bytesOf({{"kind", "Table"},
                        {"apiVersion", "meta.k8s.io/v1"},
                        {"metadata", metadata},
                        {"columnDefinitions", kind->columns},
                        {"rows", rows}});
    return bytesOf(
        {{"kind", kind->kind + "List"}, {"apiVersion", kind->apiVersion}, {"metadata", metadata}, {"items", rows}});
}

QByteArray DemoData::watchLine(const QString &type, const Kind &kind, const Item &item, bool table) {
    const QJsonObject object = table ? QJsonObject{{"kind", "Table"},
                                                   {"apiVersion", "meta.k8s.io/v1"},
                                                   {"columnDefinitions", kind.columns},
                                                   {"rows", QJsonArray{rowOf(item)}}}
                                     : item.object;
    return bytesOf({{"type", type}, {"object", object}});
}

QByteArrayList DemoData::watchBegin(const DemoTarget &target, bool table) const {
    QByteArrayList lines;
    for (const Kind &kind : m_kinds)
        if (kind.path == target.collection && target.parameter(QStringLiteral("resourceVersion")).isEmpty())
            for (const Item &item : kind.items)
                if (target.selects(item.object))
                    lines.append(watchLine(QStringLiteral("ADDED"), kind, item, table));
    return lines;
}

QByteArrayList DemoData::daemonLog(const QString &level) const {
    static const QStringList levels{"debug", "info", "warning", "error"};
    QByteArrayList lines;
    for (const QJsonValue &line : document(QStringLiteral("logs"))["lines"].toArray())
        if (levels.indexOf(line["level"].toString()) >= levels.indexOf(level))
            lines.append(bytesOf(line.toObject()));
    return lines;
}

} // namespace coracle::app
