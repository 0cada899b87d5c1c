#include "app/models/row_list_model.h"

#include <QMetaProperty>
#include <QSet>

namespace coracle::app {

RowListModel::RowListModel(const QMetaObject &row, QObject *parent) : QAbstractListModel(parent), m_row(row) {}

QString RowListModel::keyOf(const QVariant &row) const {
    return m_row.property(m_row.indexOfProperty("key")).readOnGadget(row.constData()).toString();
}

bool RowListModel::same(const QVariant &a, const QVariant &b) const {
    for (int i = 0; i < m_row.propertyCount(); ++i) {
        const QMetaProperty property = m_row.property(i);
        if (property.readOnGadget(a.constData()) != property.readOnGadget(b.constData()))
            return false;
    }
    return true;
}

void RowListModel::removeGone(const QVariantList &rows) {
    QSet<QString> wanted;
    for (const QVariant &row : rows)
        wanted.insert(keyOf(row));
    for (int i = count(); i-- > 0;)
        if (!wanted.contains(keyOf(m_rows[i]))) {
            beginRemoveRows({}, i, i);
            m_rows.removeAt(i);
            endRemoveRows();
        }
}

void RowListModel::replace(QVariantList rows) {
    const int before = count();
    removeGone(rows);
    for (int i = 0; i < rows.size(); ++i) {
        const QString key = keyOf(rows[i]);
        int place = i;
        while (place < count() && keyOf(m_rows[place]) != key)
            ++place;
        if (place >= count()) {
            beginInsertRows({}, i, i);
            m_rows.insert(i, rows[i]);
            endInsertRows();
            continue;
        }
        if (place != i) {
            beginMoveRows({}, place, place, {}, i);
            m_rows.move(place, i);
            endMoveRows();
        }
        if (!same(m_rows[i], rows[i])) {
            m_rows[i] = rows[i];
            Q_EMIT dataChanged(index(i), index(i));
        }
    }
    if (count() > rows.size()) { // a key that came twice
        beginRemoveRows({}, static_cast<int>(rows.size()), count() - 1);
        m_rows.resize(rows.size());
        endRemoveRows();
    }
    if (before != count())
        Q_EMIT countChanged();
}

int RowListModel::rowCount(const QModelIndex &parent) const {
    return parent.isValid() ? 0 : count();
}

QVariant RowListModel::data(const QModelIndex &index, int role) const {
    const int property = role - Qt::UserRole;
    if (!index.isValid() || index.row() >= count() || property < 0 || property >= m_row.propertyCount())
        return {};
    return m_row.property(property).readOnGadget(m_rows[index.row()].constData());
}

QHash<int, QByteArray> RowListModel::roleNames() const {
    QHash<int, QByteArray> names;
    for (int i = 0; i < m_row.propertyCount(); ++i)
        names.insert(Qt::UserRole + i, m_row.property(i).name());
    return names;
}

} // namespace coracle::app
