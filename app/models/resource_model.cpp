#include "app/models/resource_model.h"

#include "app/models/status_tone.h"

#include <QMetaObject>
#include <algorithm>

namespace coracle::app {

namespace {

/// Columns that tell how an object fares, the most telling first.
const QStringList kStatusColumns{"Status", "Phase", "Ready", "Completions", "Type", "Condition", "Established"};

qsizetype statusColumnOf(const QList<TableColumn> &columns) {
    for (const QString &name : kStatusColumns)
        for (qsizetype i = 0; i < columns.size(); ++i)
            if (columns[i].name == name)
                return i;
    return -1;
}

} // namespace

ResourceModel::ResourceModel(QObject *parent) : QAbstractListModel(parent) {
    connect(&m_watch, &TableWatch::columnsChanged, this, &ResourceModel::setColumns);
    connect(&m_watch, &TableWatch::updated, this, &ResourceModel::update);
    connect(&m_watch, &TableWatch::removed, this, &ResourceModel::remove);
    connect(&m_watch, &TableWatch::synced, this, &ResourceModel::keepOnly);
    connect(&m_watch, &TableWatch::stale, this, [this](const Status &why) {
        if (m_synced)
            setState(ViewState::Stale, why);
        else
            setState(why.message.empty() ? ViewState::Loading : ViewState::Error, why);
    });
    connect(&m_watch, &TableWatch::failed, this, [this](const Status &status) {
        setState(m_synced || !m_rows.isEmpty() ? ViewState::Stale : ViewState::Error, status);
    });
}

void ResourceModel::setSession(Session *session) {
    if (m_session == session)
        return;
    m_session = session;
    restart();
}

void ResourceModel::setPath(const QString &path) {
    if (m_query.path == path)
        return;
    m_query.path = path;
    restart();
}

void ResourceModel::setLabelSelector(const QString &selector) {
    if (m_query.labelSelector == selector)
        return;
    m_query.labelSelector = selector;
    restart();
}

void ResourceModel::setFieldSelector(const QString &selector) {
    if (m_query.fieldSelector == selector)
        return;
    m_query.fieldSelector = selector;
    restart();
}

void ResourceModel::restart() {
    Q_EMIT queryChanged();
    if (std::exchange(m_restarting, true))
        return;
    QMetaObject::invokeMethod(
        this,
        [this] {
            m_restarting = false;
            m_watch.stop();
            clear(); // another list: the old one's rows do not belong to it
            if (m_session && !m_query.path.isEmpty())
                m_watch.start(m_session, m_query);
        },
        Qt::QueuedConnection);
}

void ResourceModel::retry() {
    if (m_state == ViewState::Error)
        setState(ViewState::Loading);
    m_watch.retry();
}

void ResourceModel::setColumns(const QList<TableColumn> &columns) {
    QStringList names;
    QList<qsizetype> shown;
    for (qsizetype i = 0; i < columns.size(); ++i) {
        if (columns[i].priority > 0 || columns[i].name == u"Name" || columns[i].name == u"Age")
            continue;
        shown.append(i);
        names.append(columns[i].name);
    }
    m_statusColumn = statusColumnOf(columns);
    if (m_columnNames == names && m_shown == shown)
        return;
    m_columnNames = names;
    m_shown = shown;
    Q_EMIT columnsChanged();
    if (!m_rows.isEmpty())
        Q_EMIT dataChanged(index(0), index(count() - 1), {CellsRole, StatusRole, ToneRole, TroubleRole, SummaryRole});
}

void ResourceModel::update(const QList<TableRow> &rows) {
    QList<TableRow> added;
    for (const TableRow &row : rows) {
        const auto place = m_places.constFind(row.uid);
        if (place == m_places.constEnd()) {
            added.append(row);
            continue;
        }
        TableRow &known = m_rows[*place];
        if (known.resourceVersion == row.resourceVersion && known.cells == row.cells)
            continue;
        known = row;
        Q_EMIT dataChanged(index(static_cast<int>(*place)), index(static_cast<int>(*place)));
    }
    if (added.isEmpty())
        return;
    const int first = count();
    beginInsertRows({}, first, first + static_cast<int>(added.size()) - 1);
    for (const TableRow &row : added) {
        m_places.insert(row.uid, m_rows.size());
        m_rows.append(row);
    }
    endInsertRows();
    Q_EMIT countChanged();
    // The first page of a long list is shown at once.
    if (m_state == ViewState::Empty || m_state == ViewState::Loading)
        setState(ViewState::Ready);
}

void ResourceModel::clear() {
    m_synced = false;
    if (!m_rows.isEmpty()) {
        beginRemoveRows({}, 0, count() - 1);
        m_rows.clear();
        m_places.clear();
        endRemoveRows();
        Q_EMIT countChanged();
    }
    setState(ViewState::Loading);
}

void ResourceModel::removeAt(qsizetype place) {
    // The last row takes the free place, so that a removal costs the same in a list of any length.
    const qsizetype last = m_rows.size() - 1;
    m_places.remove(m_rows[place].uid);
    if (place != last) {
        m_rows[place] = m_rows[last];
        m_places[m_rows[place].uid] = place;
        Q_EMIT dataChanged(index(static_cast<int>(place)), index(static_cast<int>(place)));
    }
    beginRemoveRows({}, static_cast<int>(last), static_cast<int>(last));
    m_rows.removeLast();
    endRemoveRows();
}

void ResourceModel::remove(const QStringList &uids) {
    for (const QString &uid : uids)
        if (const auto place = m_places.constFind(uid); place != m_places.constEnd())
            removeAt(*place);
    Q_EMIT countChanged();
    if (m_state == ViewState::Ready && m_rows.isEmpty())
        setState(ViewState::Empty);
}

void ResourceModel::keepOnly(const QSet<QString> &uids) {
    for (qsizetype i = m_rows.size(); i-- > 0;)
        if (!uids.contains(m_rows[i].uid))
            removeAt(i);
    m_synced = true;
    Q_EMIT countChanged();
    setState(m_rows.isEmpty() ? ViewState::Empty : ViewState::Ready);
}

void ResourceModel::setState(ViewState::Value state, const Status &status) {
    const QString text = QString::fromStdString(status.message);
    if (m_state == state && m_errorText == text)
        return;
    m_state = state;
    m_errorText = text;
    m_errorCode = status.code;
    Q_EMIT stateChanged();
}

int ResourceModel::rowCount(const QModelIndex &parent) const {
    return parent.isValid() ? 0 : count();
}

QVariant ResourceModel::data(const QModelIndex &index, int role) const {
    if (!index.isValid() || index.row() >= count())
        return {};
    const TableRow &row = m_rows[index.row()];
    const auto status = [&]() -> QString {
        if (row.deleting)
            return QStringLiteral("Terminating");
        return row.cells.value(m_statusColumn);
    };
    switch (role) {
    case Qt::DisplayRole:
    case NameRole:
        return row.name;
    case UidRole:
        return row.uid;
    case NamespaceRole:
        return row.namespaceName;
    case CreatedRole:
        return row.created;
    case DeletingRole:
        return row.deleting;
    case StatusRole:
        return status();
    case ToneRole:
        return toneName(toneOf(status()));
    case TroubleRole:
        return static_cast<int>(toneOf(status()));
    case CellsRole: {
        QStringList cells;
        for (const qsizetype column : m_shown)
            cells.append(row.cells.value(column));
        return cells;
    }
    case SummaryRole: {
        QStringList parts;
        for (qsizetype i = 0; i < m_shown.size(); ++i)
            if (m_shown[i] != m_statusColumn && !row.cells.value(m_shown[i]).isEmpty())
                parts.append(m_columnNames[i] + u' ' + row.cells.value(m_shown[i]));
        return parts.join(QStringLiteral("  ·  "));
    }
    default:
        return {};
    }
}

QHash<int, QByteArray> ResourceModel::roleNames() const {
    return {{UidRole, "uid"},         {NameRole, "name"},         {NamespaceRole, "namespaceName"},
            {CreatedRole, "created"}, {DeletingRole, "deleting"}, {CellsRole, "cells"},
            {StatusRole, "status"},   {ToneRole, "tone"},         {SummaryRole, "summary"}};
}

} // namespace coracle::app
