#include "app/clusters/cluster.h"

#include "app/ssh/ssh_hop.h"

#include <QLocale>

namespace coracle::app {

Cluster::Cluster(ClusterProfile profile, std::unique_ptr<Session> session, QObject *parent)
    : QObject(parent), m_profile(std::move(profile)), m_session(std::move(session)), m_catalog(*m_session) {
    connect(m_session.get(), &Session::stateChanged, this, &Cluster::connectionChanged);
    connect(m_session.get(), &Session::stateChanged, this, &Cluster::latencyChanged);
    connect(m_session.get(), &Session::latencyChanged, this, &Cluster::latencyChanged);
    connect(m_session.get(), &Session::hostKeyAccepted, this, [this](bool jump, const QString &key) {
        ClusterProfile pinned = m_profile;
        (jump ? pinned.jumpHostKey : pinned.hostKey) = key;
        setProfile(std::move(pinned));
    });
}

void Cluster::setProfile(ClusterProfile profile) {
    if (m_profile == profile)
        return;
    m_profile = std::move(profile);
    Q_EMIT profileChanged();
}

QString Cluster::connectionText() const {
    switch (m_session->state()) {
    case Session::State::Closed:
        return tr("Not connected");
    case Session::State::Connecting:
        return tr("Connecting …");
    case Session::State::Connected:
        return tr("Connected");
    case Session::State::Reconnecting:
        return tr("Connection lost, trying again …");
    case Session::State::Refused:
        return tr("Needs your attention");
    }
    return {};
}

QString Cluster::connectionTone() const {
    switch (m_session->state()) {
    case Session::State::Connected:
        return QStringLiteral("ok");
    case Session::State::Refused:
        return QStringLiteral("error");
    case Session::State::Reconnecting:
        return QStringLiteral("warning");
    default:
        return m_session->error().message.empty() ? QStringLiteral("info") : QStringLiteral("warning");
    }
}

QString Cluster::addressText() const {
    switch (m_profile.kind) {
    case ClusterProfile::Kind::Local:
        return tr("This device");
    case ClusterProfile::Kind::Demo:
        return tr("A cluster that does not exist");
    case ClusterProfile::Kind::Ssh:
        break;
    }
    const QString host = SshHop::ofCluster(m_profile).name();
    return m_profile.jumpHost.isEmpty() ? host : tr("%1 through %2").arg(host, m_profile.jumpHost);
}

QString Cluster::latencyText() const {
    return connected() && m_session->latencyMs() >= 0 ? tr("%1 ms").arg(QLocale().toString(m_session->latencyMs()))
                                                      : connectionText();
}

void Cluster::setNamespaceName(const QString &name) {
    if (m_namespaceName == name)
        return;
    m_namespaceName = name;
    Q_EMIT namespaceNameChanged();
}

} // namespace coracle::app
