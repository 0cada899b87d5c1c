#pragma once

#include "app/logs/log_buffer.h"
#include "app/models/collection_watch.h"

namespace coracle::app {

/// Which logs are read.
struct LogQuery {
    QString namespaceName;
    QString podName;       ///< one pod, or
    QString podSelector;   ///< all pods with these labels
    QString container;     ///< empty: of one pod its default container, of many every one
    bool previous = false; ///< the last life of the container
    int sinceSeconds = 0;  ///< 0: the last lines, however old
    bool operator==(const LogQuery &) const = default;
};

/// A container's log that is to be read, and the life of the container that it is of.
struct LogTarget {
    QString pod, container;
    QString instance; ///< the container's id: a restarted container has another one
    bool running = false;
    bool operator==(const LogTarget &) const = default;
};

/// What of these pods there is to read now, ordered by pod name and by the containers' order.
QList<LogTarget> logTargets(const QList<QJsonObject> &pods, const LogQuery &query);
/// The containers of a pod, the one that is meant without a name first.
QStringList logContainers(const QJsonObject &pod);

/// Reads logs and goes on reading: pods that come, containers that restart, connections that return. GUI thread.
class LogSources : public QObject {
    Q_OBJECT

public:
    /// More are not read at once.
    static constexpr int kSourcesMax = 20;

    explicit LogSources(QObject *parent = nullptr);
    ~LogSources() override;

    void start(Session *session, const QString &podsPath, const LogQuery &query);

    /// "web-1", or "web-1/proxy" where pods have several containers that are read; by LogLine::source.
    const QStringList &names() const { return m_names; }
    /// Of the one pod.
    const QStringList &containers() const { return m_containers; }
    ViewState::Value state() const { return m_pods.state(); }
    /// Something is being read: there may be more.
    bool isReading() const;
    /// Why the log of a container cannot be read; empty: it can.
    QString errorText() const { return m_errorText; }
    /// Pods that wait for their turn because there are too many.
    int leftOut() const { return m_leftOut; }

Q_SIGNALS:
    void lines(const QList<coracle::app::LogLine> &lines);
    void changed();

private:
    struct Source;
    void adopt();
    void open(Source &source);
    void take(Source &source, const QList<LogLine> &lines);
    void endedWith(const QString &key, const Result<> &end);

    QPointer<Session> m_session;
    LogQuery m_query;
    CollectionWatch m_pods;
    std::vector<std::unique_ptr<Source>> m_sources;
    QStringList m_names, m_containers;
    QString m_errorText;
    int m_leftOut = 0;
    QTimer m_again;
};

} // namespace coracle::app
