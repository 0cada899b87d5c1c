#pragma once

#include "app/clusters/cluster_list.h"
#include "app/session/port_forward.h"

#include <QJsonObject>

namespace coracle::app {

/// What is kept of a port-forward.
struct ForwardProfile {
    QString id; ///< never changes
    QString clusterId;
    QString name;    ///< the user's; may be empty
    QString subject; ///< the pod or workload, in a word
    ForwardTarget target;

    QJsonObject toJson() const;
    static Result<ForwardProfile> fromJson(const QJsonObject &object);
};

/// A port-forward of one cluster, which runs or rests. Starting it may need the PIN; while it runs it comes back with
/// the connection, without being asked again. GUI thread.
class PortForward : public QObject {
    Q_OBJECT

public:
    enum class State { Resting, Starting, Listening, Waiting, Failed };

    PortForward(ForwardProfile profile, ClusterList &clusters, QObject *parent = nullptr);

    const ForwardProfile &profile() const { return m_profile; }
    State state() const { return m_state; }
    bool wanted() const { return m_wanted; }
    /// Of this machine; 0: not yet.
    quint16 localPort() const { return m_localPort; }
    const ForwardTraffic &traffic() const { return m_traffic; }
    /// Why it does not listen, or why its last connection failed; empty: all is well.
    const QString &problem() const { return m_problem; }

    void start();
    void stop();

Q_SIGNALS:
    void changed();

private:
    void open();
    void listensOn(const Result<quint16> &port);
    void set(State state, const QString &problem = {});

    const ForwardProfile m_profile;
    ClusterList &m_clusters;
    QPointer<Session> m_session;
    Subscription m_listener;
    State m_state = State::Resting;
    bool m_wanted = false;
    int m_attempt = 0; ///< a decision about an earlier start does not count
    quint16 m_localPort = 0;
    ForwardTraffic m_traffic;
    QString m_problem;
};

} // namespace coracle::app
