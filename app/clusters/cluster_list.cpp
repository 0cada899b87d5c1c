#include "app/clusters/cluster_list.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QLoggingCategory>
#include <QQmlEngine>
#include <QSaveFile>
#include <QUuid>
#include <algorithm>

namespace coracle::app {

ClusterList::ClusterList(SessionFactory makeSession, QString file, QObject *parent)
    : QAbstractListModel(parent), m_makeSession(std::move(makeSession)), m_file(std::move(file)) {}

ClusterList::~ClusterList() = default;

Result<> ClusterList::load() {
    QFile file(m_file);
    if (m_file.isEmpty() || !file.exists())
        return {};
    if (!file.open(QIODevice::ReadOnly)) {
        const QString unread = std::exchange(m_file, {}); // what could not be read is not overwritten
        return errors::other(("cannot read " + unread + ": " + file.errorString()).toStdString());
    }
    const QJsonDocument document = QJsonDocument::fromJson(file.readAll());
    if (!document.isObject()) {
        const QString aside = m_file + QStringLiteral(".unreadable");
        QFile::remove(aside);
        file.rename(aside);
        return errors::other(("the list of clusters could not be read; it was put aside as " + aside).toStdString());
    }
    QString refused;
    for (const QJsonValue &value : document["clusters"].toArray()) {
        auto profile = ClusterProfile::fromJson(value.toObject());
        if (profile) {
            append(std::move(*profile));
            continue;
        }
        m_unknown.append(value);
        refused = QString::fromStdString(profile.error().message);
    }
    select(document["current"].toString());
    return refused.isEmpty() ? Result<>() : errors::other(refused.toStdString());
}

void ClusterList::save() {
    if (m_file.isEmpty())
        return;
    QJsonArray clusters;
    for (const auto &cluster : m_clusters)
        clusters.append(cluster->profile().toJson());
    for (const QJsonValue &unknown : m_unknown)
        clusters.append(unknown);
    QDir().mkpath(QFileInfo(m_file).path());
    QSaveFile file(m_file);
    const QJsonObject all{{"clusters", clusters}, {"current", m_current ? m_current->id() : QString()}};
    if (!file.open(QIODevice::WriteOnly) || file.write(QJsonDocument(all).toJson()) < 0 || !file.commit())
        qWarning("cannot write %s: %s", qPrintable(m_file), qPrintable(file.errorString()));
}

Cluster *ClusterList::find(const QString &id) const {
    const auto found =
        std::find_if(m_clusters.begin(), m_clusters.end(), [&](const auto &cluster) { return cluster->id() == id; });
    return found == m_clusters.end() ? nullptr : found->get();
}

std::unique_ptr<Cluster> ClusterList::make(ClusterProfile profile) {
    auto session = m_makeSession(profile);
    auto made = std::make_unique<Cluster>(std::move(profile), std::move(session));
    QQmlEngine::setObjectOwnership(made.get(), QQmlEngine::CppOwnership);
    connect(made.get(), &Cluster::profileChanged, this, &ClusterList::save);
    return made;
}

Cluster *ClusterList::append(ClusterProfile profile) {
    beginInsertRows({}, count(), count());
    m_clusters.push_back(make(std::move(profile)));
    endInsertRows();
    Cluster *made = m_clusters.back().get();
    made->session()->open();
    Q_EMIT countChanged();
    return made;
}

Cluster *ClusterList::add(ClusterProfile profile) {
    if (profile.id.isEmpty())
        profile.id = QUuid::createUuid().toString(QUuid::WithoutBraces);
    Cluster *made = append(std::move(profile));
    if (!m_current)
        select(made->id());
    save();
    return made;
}

void ClusterList::change(ClusterProfile profile) {
    Cluster *cluster = find(profile.id);
    if (!cluster)
        return;
    if (profile.reachedLike(cluster->profile()))
        return cluster->setProfile(std::move(profile));
    profile.forgetKeysOf(cluster->profile());
    const auto place = static_cast<size_t>(
        std::find_if(m_clusters.begin(), m_clusters.end(), [&](const auto &other) { return other.get() == cluster; }) -
        m_clusters.begin());
    const bool wasCurrent = m_current == cluster;
    std::unique_ptr<Cluster> old = std::exchange(m_clusters[place], make(std::move(profile)));
    old->session()->close();
    old.release()->deleteLater(); // pages may still show it during this event
    const QModelIndex changed = index(static_cast<int>(place));
    Q_EMIT dataChanged(changed, changed);
    if (wasCurrent)
        select(m_clusters[place]->id());
    m_clusters[place]->session()->open();
    save();
}

void ClusterList::remove(const QString &id) {
    const auto found =
        std::find_if(m_clusters.begin(), m_clusters.end(), [&](const auto &cluster) { return cluster->id() == id; });
    if (found == m_clusters.end())
        return;
    const int row = static_cast<int>(found - m_clusters.begin());
    const bool wasCurrent = m_current == found->get();
    beginRemoveRows({}, row, row);
    std::unique_ptr<Cluster> gone = std::move(*found);
    m_clusters.erase(found);
    endRemoveRows();
    if (wasCurrent) {
        m_current = m_clusters.empty() ? nullptr : m_clusters.front().get();
        Q_EMIT currentChanged();
    }
    const ClusterProfile profile = gone->profile();
    gone->session()->close();
    gone.release()->deleteLater(); // pages may still show it during this event
    Q_EMIT countChanged();
    Q_EMIT removed(profile);
    save();
}

void ClusterList::select(const QString &id) {
    Cluster *cluster = find(id);
    if (!cluster && !m_clusters.empty() && !m_current)
        cluster = m_clusters.front().get();
    if (!cluster || cluster == m_current)
        return;
    m_current = cluster;
    Q_EMIT currentChanged();
    save();
}

Cluster *ClusterList::addLocal(const QString &socketPath) {
    return add({.name = tr("This device"), .kind = ClusterProfile::Kind::Local, .socketPath = socketPath});
}

Cluster *ClusterList::addDemo() {
    return add({.name = tr("Demo"), .kind = ClusterProfile::Kind::Demo});
}

Cluster *ClusterList::addSsh(const QString &name, const QString &user, const QString &host, int port,
                             const QString &identityFile, const QString &jumpHost) {
    return add({.name = name.isEmpty() ? host : name,
                .kind = ClusterProfile::Kind::Ssh,
                .host = host,
                .user = user,
                .port = port,
                .identityFile = identityFile,
                .jumpHost = jumpHost});
}

int ClusterList::rowCount(const QModelIndex &parent) const {
    return parent.isValid() ? 0 : count();
}

QVariant ClusterList::data(const QModelIndex &index, int role) const {
    if (!index.isValid() || index.row() >= count() || role != ClusterRole)
        return {};
    return QVariant::fromValue(at(index.row()));
}

QHash<int, QByteArray> ClusterList::roleNames() const {
    return {{ClusterRole, "cluster"}};
}

} // namespace coracle::app
