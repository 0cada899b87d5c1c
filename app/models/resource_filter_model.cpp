#include "app/models/resource_filter_model.h"

#include "app/models/resource_model.h"

#include <QDateTime>
#include <algorithm>

namespace coracle::app {

ResourceFilterModel::ResourceFilterModel(QObject *parent) : QSortFilterProxyModel(parent) {
    setDynamicSortFilter(true);
    sort(0);
    connect(this, &QAbstractItemModel::rowsInserted, this, &ResourceFilterModel::countChanged);
    connect(this, &QAbstractItemModel::rowsRemoved, this, &ResourceFilterModel::countChanged);
    connect(this, &QAbstractItemModel::modelReset, this, &ResourceFilterModel::countChanged);
}

void ResourceFilterModel::setSearch(const QString &search) {
    const QStringList words = search.simplified().toLower().split(u' ', Qt::SkipEmptyParts);
    if (m_words == words)
        return;
    m_words = words;
    invalidateFilter();
    Q_EMIT searchChanged();
    Q_EMIT countChanged();
}

void ResourceFilterModel::setNamePrefix(const QString &prefix) {
    if (m_namePrefix == prefix)
        return;
    m_namePrefix = prefix;
    invalidateFilter();
    Q_EMIT searchChanged();
    Q_EMIT countChanged();
}

void ResourceFilterModel::setSortBy(SortBy sortBy) {
    if (m_sortBy == sortBy)
        return;
    m_sortBy = sortBy;
    invalidate();
    Q_EMIT sortChanged();
}

void ResourceFilterModel::setDescending(bool descending) {
    if (descending == this->descending())
        return;
    sort(0, descending ? Qt::DescendingOrder : Qt::AscendingOrder);
    Q_EMIT sortChanged();
}

bool ResourceFilterModel::filterAcceptsRow(int row, const QModelIndex &parent) const {
    const QModelIndex index = sourceModel()->index(row, 0, parent);
    if (!m_namePrefix.isEmpty() && !index.data(ResourceModel::NameRole).toString().startsWith(m_namePrefix))
        return false;
    if (m_words.isEmpty())
        return true;
    const QString text =
        (index.data(ResourceModel::NameRole).toString() + u'\n' + index.data(ResourceModel::NamespaceRole).toString() +
         u'\n' + index.data(ResourceModel::StatusRole).toString() + u'\n' +
         index.data(ResourceModel::CellsRole).toStringList().join(u'\n'))
            .toLower();
    return std::all_of(m_words.begin(), m_words.end(), [&](const QString &word) { return text.contains(word); });
}

bool ResourceFilterModel::lessThan(const QModelIndex &left, const QModelIndex &right) const {
    const auto byName = [&] {
        const QString leftName = left.data(ResourceModel::NameRole).toString();
        const QString rightName = right.data(ResourceModel::NameRole).toString();
        return leftName != rightName ? leftName < rightName
                                     : left.data(ResourceModel::NamespaceRole).toString() <
                                           right.data(ResourceModel::NamespaceRole).toString();
    };
    const auto compare = [&](int role) {
        const QVariant a = left.data(role), b = right.data(role);
        const QPartialOrdering order = QVariant::compare(a, b);
        return order == QPartialOrdering::Equivalent ? byName() : order == QPartialOrdering::Less;
    };
    switch (m_sortBy) {
    case ByName:
        return byName();
    case ByNamespace:
        return compare(ResourceModel::NamespaceRole);
    case ByAge: {
        const QDateTime a = left.data(ResourceModel::CreatedRole).toDateTime();
        const QDateTime b = right.data(ResourceModel::CreatedRole).toDateTime();
        return a != b ? a > b : byName();
    }
    case ByTrouble: {
        const int a = left.data(ResourceModel::TroubleRole).toInt(), b = right.data(ResourceModel::TroubleRole).toInt();
        return a != b ? a > b : byName(); // the worst first
    }
    }
    return false;
}

} // namespace coracle::app
