#include "app/resources/resource_detail.h"

#include "app/actions/toasts.h"
#include "app/editor/three_way.h"
#include "app/resources/resource_facts.h"

#include <QJsonDocument>
#include <QLocale>

namespace coracle::app {

ResourceDetail::ResourceDetail(QObject *parent) : ObjectDetail(parent) {
    connect(this, &ObjectDetail::identityChanged, this, &ResourceDetail::identifyParts);
    connect(&m_printed, &QAbstractItemModel::dataChanged, this, &ResourceDetail::takeColumns);
    connect(&m_printed, &ResourceModel::countChanged, this, &ResourceDetail::takeColumns);
    connect(&m_printed, &ResourceModel::columnsChanged, this, &ResourceDetail::takeColumns);
}

void ResourceDetail::identifyParts() {
    const ResourceKind *kind = cluster() ? cluster()->catalog()->find(kindKey()) : nullptr;
    m_printed.setSession(cluster() ? cluster()->session() : nullptr);
    m_printed.setPath(kind && !name().isEmpty() ? kind->path(namespaceName()) : QString());
    m_printed.setFieldSelector(QStringLiteral("metadata.name=") + name());
}

void ResourceDetail::takeColumns() {
    QList<FactRow> rows;
    const QStringList names = m_printed.columns();
    const QStringList cells = m_printed.data(m_printed.index(0), ResourceModel::CellsRole).toStringList();
    for (qsizetype i = 0; i < std::min(names.size(), cells.size()); ++i)
        if (!cells[i].isEmpty())
            rows.append({.key = names[i], .label = names[i], .value = cells[i]});
    m_columns.set(rows);
}

void ResourceDetail::update() {
    m_podSelector = podSelectorOf(kindKey(), object());
    m_data.setObject(cluster(), kindKey(), path(), object());
    m_related.setObject(cluster(), kindKey(), object());
}

QList<FactRow> ResourceDetail::makeFacts() const {
    const QJsonValue metadata = object()["metadata"];
    QList<FactRow> facts = resourceFacts(kindKey(), object());
    const QJsonObject annotations = metadata["annotations"].toObject();
    QStringList names = annotations.keys();
    names.removeAll(QStringLiteral("kubectl.kubernetes.io/last-applied-configuration"));
    QStringList lines;
    for (const QString &name : std::as_const(names))
        lines.append(name + u'=' + annotations[name].toString());
    facts += {
        {QStringLiteral("namespace"), tr("Namespace"), metadata["namespace"].toString()},
        {QStringLiteral("created"), tr("Created"), QLocale().toString(created().toLocalTime(), QLocale::ShortFormat)},
        {QStringLiteral("labels"), tr("Labels"), labels(), true},
        {QStringLiteral("annotations"), tr("Annotations"), lines.join(u'\n'), true},
        {QStringLiteral("uid"), tr("UID"), uid(), true},
    };
    facts.removeIf([](const FactRow &fact) { return fact.value.isEmpty(); });
    return facts;
}

QString ResourceDetail::maskedYaml() const {
    QJsonObject shown = forEditing(object()), data = shown["data"].toObject();
    for (const QString &key : data.keys())
        data[key] = QStringLiteral("•••");
    if (!data.isEmpty())
        shown["data"] = data;
    QJsonObject metadata = shown["metadata"].toObject(), annotations = metadata["annotations"].toObject();
    // What `kubectl apply` left holds the values too.
    annotations.remove(QStringLiteral("kubectl.kubernetes.io/last-applied-configuration"));
    if (metadata.contains(u"annotations"))
        metadata["annotations"] = annotations;
    shown["metadata"] = metadata;
    return yamlText(shown);
}

void ResourceDetail::expandTo(const QString &size) {
    if (!session() || path().isEmpty())
        return;
    const QJsonObject requests{{QStringLiteral("requests"), QJsonObject{{QStringLiteral("storage"), size}}}};
    const QJsonObject patch{{QStringLiteral("spec"), QJsonObject{{QStringLiteral("resources"), requests}}}};
    session()->sendJson({.method = "PATCH",
                         .path = path(),
                         .body = QJsonDocument(patch).toJson(QJsonDocument::Compact),
                         .contentType = "application/merge-patch+json"},
                        this, [name = name(), size](const Result<QJsonObject> &answer) {
                            if (answer)
                                return Toasts::instance().done(tr("%1 asks for %2 now").arg(name, size));
                            Toasts::instance().failed(
                                tr("%1 cannot grow: %2").arg(name, QString::fromStdString(answer.error().message)));
                        });
}

} // namespace coracle::app
