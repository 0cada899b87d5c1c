#include "app/forwards/port_forward_entry.h"

namespace coracle::app {

namespace {

constexpr int kPortMax = 65535;

/// What a connection through it will ask for.
ApiRequest requestOf(const ForwardTarget &target) {
    return {.path = QStringLiteral("/api/v1/namespaces/%1/pods/%2/portforward")
                        .arg(target.namespaceName, target.podName.isEmpty() ? QStringLiteral("any") : target.podName)};
}

} // namespace

QJsonObject ForwardProfile::toJson() const {
    return {{"id", id},
            {"cluster", clusterId},
            {"name", name},
            {"subject", subject},
            {"namespace", target.namespaceName},
            {"pod", target.podName},
            {"selector", target.podSelector},
            {"podPort", target.podPort},
            {"localPort", target.localPort}};
}

Result<ForwardProfile> ForwardProfile::fromJson(const QJsonObject &object) {
    const int podPort = object["podPort"].toInt(), localPort = object["localPort"].toInt();
    if (podPort < 1 || podPort > kPortMax || localPort < 0 || localPort > kPortMax)
        return errors::badRequest("a kept port-forward has a port out of range");
    ForwardProfile profile{.id = object["id"].toString(),
                           .clusterId = object["cluster"].toString(),
                           .name = object["name"].toString(),
                           .subject = object["subject"].toString(),
                           .target = {.namespaceName = object["namespace"].toString(),
                                      .podName = object["pod"].toString(),
                                      .podSelector = object["selector"].toString(),
                                      .podPort = static_cast<quint16>(podPort),
                                      .localPort = static_cast<quint16>(localPort)}};
    if (profile.id.isEmpty() || profile.target.namespaceName.isEmpty() ||
        (profile.target.podName.isEmpty() && profile.target.podSelector.isEmpty()))
        return errors::badRequest("a kept port-forward names no pod");
    return profile;
}

PortForward::PortForward(ForwardProfile profile, ClusterList &clusters, QObject *parent)
    : QObject(parent), m_profile(std::move(profile)), m_clusters(clusters) {}

void PortForward::start() {
    if (m_wanted)
        return;
    m_wanted = true;
    Cluster *cluster = m_clusters.find(m_profile.clusterId);
    if (!cluster) {
        m_wanted = false;
        return set(State::Failed, tr("Its cluster is no longer there."));
    }
    m_session = cluster->session();
    set(State::Waiting, tr("Waits for the PIN."));
    Session::askGuard(requestOf(m_profile.target), this, [this, attempt = ++m_attempt](const Result<> &allowed) {
        if (!m_wanted || attempt != m_attempt)
            return;
        if (!allowed) {
            stop();
            return set(State::Failed, QString::fromStdString(allowed.error().message));
        }
        connect(m_session, &Session::stateChanged, this, &PortForward::open);
        open();
    });
}

void PortForward::stop() {
    m_wanted = false;
    if (m_session)
        disconnect(m_session, nullptr, this, nullptr);
    m_session = nullptr;
    m_listener.reset();
    m_localPort = 0;
    m_traffic.connections = 0;
    set(State::Resting);
}

/// Begins anew with every connection to the cluster.
void PortForward::open() {
    m_listener.reset();
    if (m_session->state() != Session::State::Connected)
        return set(State::Waiting, tr("Waits for the connection to the cluster."));
    set(State::Starting);
    ForwardTarget target = m_profile.target;
    if (target.localPort == 0)
        target.localPort = m_localPort; // the address stays the same while it runs
    m_listener = m_session->forward(
        target, this,
        {.listening = [this](const Result<quint16> &port) { listensOn(port); },
         .traffic =
             [this](const ForwardTraffic &traffic) {
                 m_traffic = traffic;
                 Q_EMIT changed();
             },
         .failed = [this](const Status &status) { set(State::Listening, QString::fromStdString(status.message)); }});
}

void PortForward::listensOn(const Result<quint16> &port) {
    if (!m_wanted)
        return;
    if (port) {
        m_localPort = *port;
        return set(State::Listening);
    }
    const QString problem = QString::fromStdString(port.error().message);
    stop();
    set(State::Failed, problem);
}

void PortForward::set(State state, const QString &problem) {
    m_state = state;
    m_problem = problem;
    Q_EMIT changed();
}

} // namespace coracle::app
