#include "app/demo/demo_data.h"

#include <QDateTime>
#include <QJsonDocument>
#include <QUuid>
#include <algorithm>

/// How the demo's cluster reacts to what is written: what controllers and kubelets would bring about, done at once.
namespace coracle::app {

namespace {

Failure refused(const char *why) {
    return Failure(Status{.code = 501, .reason = "NotImplemented", .message = std::string("this is the demo: ") + why});
}

QByteArray bytesOf(const QJsonObject &object) {
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

void setMetadata(QJsonObject &object, const QString &key, const QJsonValue &value) {
    QJsonObject metadata = object["metadata"].toObject();
    metadata[key] = value;
    object["metadata"] = metadata;
}

QString newUid() {
    return QUuid::createUuid().toString(QUuid::WithoutBraces);
}

bool isDryRun(const DemoTarget &target) {
    return !target.parameter(QStringLiteral("dryRun")).isEmpty();
}

} // namespace

QJsonObject mergedPatch(QJsonObject target, const QJsonObject &patch) {
    for (auto field = patch.begin(); field != patch.end(); ++field) {
        if (field->isNull())
            target.remove(field.key());
        else if (field->isObject())
            target[field.key()] = mergedPatch(target[field.key()].toObject(), field->toObject());
        else
            target[field.key()] = *field;
    }
    return target;
}

Result<QByteArray> DemoData::write(const ApiRequest &request, const DemoTarget &target) {
    if (target.collection.endsWith(QStringLiteral("accessreviews"))) // everything is allowed
        return bytesOf(
            mergedPatch(QJsonDocument::fromJson(request.body).object(), {{"status", QJsonObject{{"allowed", true}}}}));
    Kind *kind = find(target.collection);
    if (!kind)
        return errors::noRoute();
    if (request.method == "POST" && target.name.isEmpty()) {
        TRY(QJsonObject object, parseObject(request.body));
        return create(*kind, target, std::move(object));
    }
    Item *item = findItem(target);
    if (!item)
        return errors::notFound(kind->path.section(u'/', -1).toStdString(), "", target.name.toStdString());
    if (request.method == "DELETE" || target.subresource == u"eviction") {
        const QJsonObject gone = item->object;
        if (!isDryRun(target))
            remove(*kind, *item);
        return bytesOf(gone);
    }
    return change(request, target);
}

Result<QByteArray> DemoData::create(Kind &kind, const DemoTarget &target, QJsonObject object) {
    object["kind"] = kind.kind;
    object["apiVersion"] = kind.apiVersion;
    const QString name = std::as_const(object)["metadata"]["name"].toString();
    const bool taken = std::any_of(kind.items.begin(), kind.items.end(), [&](const Item &item) {
        return std::as_const(item.object)["metadata"]["name"] == name &&
               std::as_const(item.object)["metadata"]["namespace"].toString() == target.namespaceName;
    });
    if (taken)
        return errors::alreadyExists(kind.path.section(u'/', -1).toStdString(), "", name.toStdString());
    if (!target.namespaceName.isEmpty())
        setMetadata(object, QStringLiteral("namespace"), target.namespaceName);
    setMetadata(object, QStringLiteral("uid"), newUid());
    setMetadata(object, QStringLiteral("creationTimestamp"), QDateTime::currentDateTimeUtc().toString(Qt::ISODate));
    if (isDryRun(target))
        return bytesOf(object);
    Item item{std::move(object), {name}};
    for (qsizetype i = 1; i < kind.columns.size(); ++i)
        item.cells.append(QString());
    setMetadata(item.object, QStringLiteral("resourceVersion"), QString::number(++m_revision));
    kind.items.push_back(std::move(item));
    settle(kind, kind.items.back());
    const QJsonObject made = kind.items.back().object;
    if (m_listener)
        m_listener(QStringLiteral("ADDED"), kind, kind.items.back());
    return bytesOf(made);
}

Result<QByteArray> DemoData::change(const ApiRequest &request, const DemoTarget &target) {
    if (request.contentType.contains("json-patch"))
        return refused("it takes merge patches and whole objects");
    const auto body = parseObject(request.body);
    if (!body)
        return refused("it takes JSON");
    Item *item = findItem(target);
    QJsonObject changed;
    if (target.subresource == u"scale")
        changed = mergedPatch(item->object, {{"spec", QJsonObject{{"replicas", (*body)["spec"]["replicas"]}}}});
    else
        changed = request.method == "PUT" ? *body : mergedPatch(item->object, *body);
    changed["status"] = item->object["status"];
    if (isDryRun(target))
        return bytesOf(changed);
    item->object = std::move(changed);
    touch(*find(target.collection), *item);
    const Item *now = findItem(target); // pods that came or went may have moved it
    return bytesOf(now ? now->object : QJsonObject());
}

void DemoData::touch(const Kind &kind, Item &item) {
    setMetadata(item.object, QStringLiteral("resourceVersion"), QString::number(++m_revision));
    settle(const_cast<Kind &>(kind), item);
    if (m_listener)
        m_listener(QStringLiteral("MODIFIED"), kind, item);
}

void DemoData::remove(Kind &kind, const Item &item) {
    const Item gone = item;
    const QJsonValue uid = std::as_const(gone.object)["metadata"]["uid"];
    std::erase_if(kind.items, [&](const Item &other) { return std::as_const(other.object)["metadata"]["uid"] == uid; });
    ++m_revision;
    if (m_listener)
        m_listener(QStringLiteral("DELETED"), kind, gone);
    // What it owns goes with it.
    for (Kind &owned : m_kinds)
        for (size_t i = owned.items.size(); i-- > 0;)
            if (i < owned.items.size() &&
                std::as_const(owned.items[i].object)["metadata"]["ownerReferences"][0]["uid"] == uid)
                remove(owned, Item(owned.items[i]));
}

void DemoData::settle(Kind &kind, Item &item) {
    QJsonObject &object = item.object;
    if (kind.kind == u"Node") {
        const bool cordoned = std::as_const(object)["spec"]["unschedulable"].toBool();
        item.cells[1] = cordoned ? QStringLiteral("Ready,SchedulingDisabled") : QStringLiteral("Ready");
    }
    if (kind.kind != u"Deployment" && kind.kind != u"StatefulSet")
        return;
    const int replicas = std::as_const(object)["spec"]["replicas"].toInt(1);
    const bool healthy = std::as_const(object)["status"]["readyReplicas"].toInt() > 0 ||
                         std::as_const(object)["status"]["replicas"].toInt() == 0;
    const int ready = healthy ? replicas : 0;
    object = mergedPatch(object, {{"status", QJsonObject{{"replicas", replicas},
                                                         {"readyReplicas", ready},
                                                         {"availableReplicas", ready},
                                                         {"updatedReplicas", replicas}}}});
    item.cells[1] = QStringLiteral("%1/%2").arg(ready).arg(replicas);
    if (kind.kind == u"Deployment") {
        item.cells[2] = replicas;
        item.cells[3] = ready;
    }
    settleReplicas(std::as_const(object)["metadata"]["namespace"].toString(),
                   std::as_const(object)["spec"]["selector"]["matchLabels"].toObject(), replicas);
}

/// Pods come and go with the number of replicas.
void DemoData::settleReplicas(const QString &namespaceName, const QJsonObject &selector, int replicas) {
    Kind *pods = find(QStringLiteral("/api/v1/pods"));
    if (!pods)
        return;
    DemoTarget target;
    target.namespaceName = namespaceName;
    QStringList terms;
    for (auto label = selector.begin(); label != selector.end(); ++label)
        terms.append(label.key() + u'=' + label->toString());
    target.query.addQueryItem(QStringLiteral("labelSelector"), terms.join(u','));
    std::vector<Item> own;
    std::copy_if(pods->items.begin(), pods->items.end(), std::back_inserter(own),
                 [&](const Item &item) { return target.selects(item.object); });
    for (int surplus = static_cast<int>(own.size()) - replicas; surplus > 0 && !own.empty(); --surplus) {
        remove(*pods, own.back());
        own.pop_back();
    }
    constexpr int kPodsMax = 50; // more than anybody looks at
    for (int i = static_cast<int>(own.size()); i < std::min(replicas, kPodsMax) && !own.empty(); ++i) {
        Item pod = own.front();
        const QString name =
            std::as_const(pod.object)["metadata"]["name"].toString().section(u'-', 0, -2) + u'-' + newUid().left(5);
        setMetadata(pod.object, QStringLiteral("name"), name);
        setMetadata(pod.object, QStringLiteral("uid"), newUid());
        setMetadata(pod.object, QStringLiteral("resourceVersion"), QString::number(++m_revision));
        setMetadata(pod.object, QStringLiteral("creationTimestamp"),
                    QDateTime::currentDateTimeUtc().toString(Qt::ISODate));
        pod.cells[0] = name;
        pods->items.push_back(pod);
        if (m_listener)
            m_listener(QStringLiteral("ADDED"), *pods, pod);
    }
}

} // namespace coracle::app
