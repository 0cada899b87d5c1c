#pragma once

#include "app/clusters/cluster.h"
#include "app/logs/log_sources.h"

namespace coracle::app {

/// A log that is being read, for its page: of one container, or merged of all pods of a workload. Keeps the last
/// LogBuffer::kLinesMax lines. GUI thread.
class LogReader : public QObject {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(coracle::app::Cluster *cluster READ cluster WRITE setCluster NOTIFY queryChanged)
    Q_PROPERTY(QString namespaceName READ namespaceName WRITE setNamespaceName NOTIFY queryChanged)
    /// One pod, or all that have the labels of podSelector.
    Q_PROPERTY(QString podName READ podName WRITE setPodName NOTIFY queryChanged)
    Q_PROPERTY(QString podSelector READ podSelector WRITE setPodSelector NOTIFY queryChanged)
    /// Empty: the pod's default container.
    Q_PROPERTY(QString container READ container WRITE setContainer NOTIFY queryChanged)
    /// The log of the container's last life.
    Q_PROPERTY(bool previous READ previous WRITE setPrevious NOTIFY queryChanged)
    /// 0: the last lines, however old.
    Q_PROPERTY(int sinceSeconds READ sinceSeconds WRITE setSinceSeconds NOTIFY queryChanged)
    /// New lines wait until it is false again; the oldest of them are dropped when there are too many.
    Q_PROPERTY(bool paused READ paused WRITE setPaused NOTIFY pausedChanged)
    Q_PROPERTY(QString search READ search WRITE setSearch NOTIFY searchChanged)

    Q_PROPERTY(coracle::app::ViewState::Value state READ state NOTIFY stateChanged)
    Q_PROPERTY(QString errorText READ errorText NOTIFY stateChanged)
    /// Of the one pod, for choosing.
    Q_PROPERTY(QStringList containers READ containers NOTIFY stateChanged)
    /// What goes on, in words: "Following", "Paused, 12 new lines", "Ended".
    Q_PROPERTY(QString statusText READ statusText NOTIFY statusChanged)
    Q_PROPERTY(int lineCount READ lineCount NOTIFY linesChanged)
    Q_PROPERTY(int hitCount READ hitCount NOTIFY searchChanged)
    /// "3 of 17"; empty without a search.
    Q_PROPERTY(QString hitText READ hitText NOTIFY searchChanged)

public:
    explicit LogReader(QObject *parent = nullptr);

    Cluster *cluster() const { return m_cluster; }
    void setCluster(Cluster *cluster);
    QString namespaceName() const { return m_query.namespaceName; }
    void setNamespaceName(const QString &name);
    QString podName() const { return m_query.podName; }
    void setPodName(const QString &name);
    QString podSelector() const { return m_query.podSelector; }
    void setPodSelector(const QString &selector);
    QString container() const { return m_query.container; }
    void setContainer(const QString &container);
    bool previous() const { return m_query.previous; }
    void setPrevious(bool previous);
    int sinceSeconds() const { return m_query.sinceSeconds; }
    void setSinceSeconds(int seconds);
    bool paused() const { return m_paused; }
    void setPaused(bool paused);
    QString search() const { return m_search.text(); }
    void setSearch(const QString &text);

    ViewState::Value state() const;
    QString errorText() const;
    QStringList containers() const { return m_sources.containers(); }
    QString statusText() const;
    int lineCount() const { return static_cast<int>(m_buffer.size()); }
    int hitCount() const { return static_cast<int>(m_search.count()); }
    QString hitText() const;

    const LogBuffer &buffer() const { return m_buffer; }
    const LogSearch &hits() const { return m_search; }
    /// The line of the hit that is looked at; -1: none.
    qint64 currentHit() const { return m_currentHit; }
    /// Names to stand before lines, by LogLine::source; empty when all lines are of one container.
    QStringList prefixes() const;

    /// Goes to the next hit below (1) or above (-1); `fromLine`: where to begin when none is looked at.
    Q_INVOKABLE void goToHit(int direction, qint64 fromLine);
    /// Forgets what has been read.
    Q_INVOKABLE void clear();
    /// Writes the log into the folder for downloads: of one container all that the server has (at most 48 MiB), of many
    /// what is kept here. Toasts tell the file's name.
    Q_INVOKABLE void save();
    Q_INVOKABLE void retry();

Q_SIGNALS:
    void queryChanged();
    void pausedChanged();
    void searchChanged();
    void stateChanged();
    void statusChanged();
    /// Lines were added at the end, and perhaps dropped at the beginning.
    void linesChanged();
    void hitShown(qint64 line);

private:
    template<class Value>
    void change(Value &member, const Value &value);
    void restart();
    void take(const QList<LogLine> &lines);
    void flush();
    QString fileName() const;
    void saveBuffer(const QString &file);

    QPointer<Cluster> m_cluster;
    LogQuery m_query;
    LogSources m_sources;
    LogBuffer m_buffer;
    LogSearch m_search;
    qint64 m_currentHit = -1;
    bool m_paused = false;
    bool m_restarting = false;     ///< properties that are set together ask once
    std::deque<LogLine> m_waiting; ///< while paused, or to be merged by time
    qint64 m_waitingDropped = 0;
    QTimer m_merge;
};

} // namespace coracle::app
