#include "app/nodes/node_list.h"

#include <algorithm>

namespace coracle::app {

namespace {
int rankOf(const QString &tone) {
    return tone == QLatin1String("error") ? 0 : tone == QLatin1String("warning") ? 1 : 2;
}
} // namespace

NodeList::NodeList(QObject *parent) : RowListModel(NodeRow::staticMetaObject, parent) {
    connect(&m_watch, &CollectionWatch::stateChanged, this, &NodeList::stateChanged);
    connect(&m_watch, &CollectionWatch::changed, this, [this] {
        QList<NodeRow> rows;
        for (const QJsonObject &node : m_watch.objects())
            rows.append(nodeRow(node));
        std::sort(rows.begin(), rows.end(), [](const NodeRow &a, const NodeRow &b) {
            return std::pair(rankOf(a.tone), a.key) < std::pair(rankOf(b.tone), b.key);
        });
        set(rows);
    });
}

void NodeList::setCluster(Cluster *cluster) {
    if (m_cluster == cluster)
        return;
    m_cluster = cluster;
    Q_EMIT clusterChanged();
    m_watch.start(cluster ? cluster->session() : nullptr,
                  {.path = cluster ? cluster->catalog()->path(QStringLiteral("nodes")) : QString()});
}

} // namespace coracle::app
