#pragma once

#include "app/clusters/cluster.h"
#include "app/terminal/terminal_screen.h"

namespace coracle::app {

/// A shell in a container, over a WebSocket (v5.channel.k8s.io), with its terminal. GUI thread.
class ExecSession : public QObject {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(coracle::app::Cluster *cluster READ cluster WRITE setCluster NOTIFY sourceChanged)
    Q_PROPERTY(QString namespaceName MEMBER m_namespaceName NOTIFY sourceChanged)
    Q_PROPERTY(QString podName MEMBER m_podName NOTIFY sourceChanged)
    /// Empty: the pod's default container.
    Q_PROPERTY(QString container MEMBER m_container NOTIFY sourceChanged)
    /// A program, or empty: bash where there is one, else sh.
    Q_PROPERTY(QString shell MEMBER m_shell NOTIFY sourceChanged)
    Q_PROPERTY(State state READ state NOTIFY stateChanged)
    /// In words: "Connected", "Ended with code 1", "The container has no shell".
    Q_PROPERTY(QString statusText READ statusText NOTIFY stateChanged)

public:
    enum State { Idle, Connecting, Running, Ended };
    Q_ENUM(State)

    explicit ExecSession(QObject *parent = nullptr);
    ~ExecSession() override;

    Cluster *cluster() const { return m_cluster; }
    void setCluster(Cluster *cluster);
    State state() const { return m_state; }
    const QString &statusText() const { return m_statusText; }
    TerminalScreen &screen() { return m_screen; }

    /// Begins, or begins anew with an empty screen.
    Q_INVOKABLE void start();
    Q_INVOKABLE void stop();
    /// The size of the terminal in characters.
    void resize(QSize columnsAndRows);

Q_SIGNALS:
    void sourceChanged();
    void stateChanged();

private:
    QString path() const;
    void receive(const QByteArray &message);
    void takeResult(const QByteArray &status);
    void send(char channel, const QByteArray &bytes);
    void sendSize();
    void set(State state, const QString &text);

    QPointer<Cluster> m_cluster;
    QString m_namespaceName, m_podName, m_container, m_shell;
    TerminalScreen m_screen;
    std::unique_ptr<Channel> m_channel;
    State m_state = Idle;
    QString m_statusText, m_result;
};

} // namespace coracle::app
