#include "app/resources/kind_list.h"

#include "app/navigation/page_registry.h"

#include <QJsonArray>
#include <QLocale>
#include <algorithm>

namespace coracle::app {

namespace {

constexpr int kCountedAtOnce = 3;
const QByteArray kMetadataOnly = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";

int rankOf(const QString &group) {
    return group.isEmpty() ? 0 : !group.contains(u'.') || group.endsWith(u".k8s.io") ? 1 : 2;
}

bool fits(const ResourceKind &kind, const QStringList &words) {
    const QString text = kind.kind + u' ' + kind.key();
    return std::all_of(words.begin(), words.end(),
                       [&](const QString &word) { return text.contains(word, Qt::CaseInsensitive); });
}

} // namespace

QList<KindRow> kindRows(const QList<ResourceKind> &kinds, const QString &search) {
    const QStringList words = search.split(u' ', Qt::SkipEmptyParts);
    QList<ResourceKind> shown;
    for (const ResourceKind &kind : kinds)
        if ((kind.verbs.isEmpty() || kind.verbs.contains(u"list")) && fits(kind, words))
            shown.append(kind);
    std::sort(shown.begin(), shown.end(), [](const ResourceKind &a, const ResourceKind &b) {
        return std::tuple(rankOf(a.group), a.group, a.kind) < std::tuple(rankOf(b.group), b.group, b.kind);
    });
    QList<KindRow> rows;
    for (const ResourceKind &kind : std::as_const(shown))
        rows.append({.key = kind.key(),
                     .kind = kind.kind,
                     .group = kind.group.isEmpty() ? QStringLiteral("core") : kind.group,
                     .version = kind.version,
                     .apiVersion = kind.apiVersion(),
                     .icon = PageRegistry::iconOfKind(kind.key()),
                     .count = {},
                     .namespaced = kind.namespaced});
    return rows;
}

KindList::KindList(QObject *parent) : RowListModel(KindRow::staticMetaObject, parent) {}

void KindList::setCluster(Cluster *cluster) {
    if (m_cluster == cluster)
        return;
    if (m_cluster) {
        disconnect(m_cluster, nullptr, this, nullptr);
        disconnect(m_cluster->catalog(), nullptr, this, nullptr);
    }
    m_cluster = cluster;
    if (cluster) {
        connect(cluster->catalog(), &ResourceCatalog::kindsChanged, this, &KindList::refresh);
        connect(cluster, &Cluster::namespaceNameChanged, this, &KindList::refresh);
    }
    Q_EMIT clusterChanged();
    refresh();
}

void KindList::setSearch(const QString &search) {
    m_search = search;
    Q_EMIT searchChanged();
    show();
}

void KindList::setOnlyUsed(bool onlyUsed) {
    m_onlyUsed = onlyUsed;
    Q_EMIT searchChanged();
    show();
}

void KindList::refresh() {
    ++m_generation;
    m_waiting.clear();
    m_counts.clear();
    show();
    if (!m_cluster || !m_cluster->connected())
        return;
    for (const KindRow &row : kindRows(m_cluster->catalog()->kinds(), {}))
        m_waiting.append(row.key);
    for (int i = 0; i < kCountedAtOnce; ++i)
        countNext();
}

void KindList::countNext() {
    if (m_waiting.isEmpty() || !m_cluster)
        return;
    const QString key = m_waiting.takeFirst();
    const QString path = withQuery(m_cluster->catalog()->path(key, m_cluster->namespaceName()),
                                   {{QStringLiteral("limit"), QStringLiteral("1")}});
    m_cluster->session()->sendJson({.path = path, .accept = kMetadataOnly}, this,
                                   [this, key, generation = m_generation](const Result<QJsonObject> &list) {
                                       if (generation != m_generation)
                                           return;
                                       if (list)
                                           m_counts[key] = list->value("items").toArray().size() +
                                                           list->value("metadata")["remainingItemCount"].toInteger();
                                       countNext();
                                       if (m_waiting.isEmpty() || m_waiting.size() % 8 == 0)
                                           show();
                                   });
}

void KindList::show() {
    QList<KindRow> rows = m_cluster ? kindRows(m_cluster->catalog()->kinds(), m_search) : QList<KindRow>();
    for (KindRow &row : rows)
        if (const auto count = m_counts.constFind(row.key); count != m_counts.constEnd())
            row.count = QLocale().toString(*count);
    if (m_onlyUsed)
        rows.removeIf([this](const KindRow &row) { return m_counts.value(row.key, 1) == 0; });
    set(rows);
}

} // namespace coracle::app
