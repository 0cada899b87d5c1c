#pragma once

#include "app/clusters/cluster_list.h"

namespace coracle::app {

/// What a user enters to add a cluster or to change how one is reached, with a test of the connection. GUI thread.
class ClusterForm : public QObject {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(coracle::app::ClusterList *clusters MEMBER m_clusters)
    /// The cluster to change; empty: a new one.
    Q_PROPERTY(QString clusterId READ clusterId WRITE setClusterId NOTIFY clusterIdChanged)
    /// By SSH; else the daemon of this device.
    Q_PROPERTY(bool ssh READ ssh WRITE setSsh NOTIFY changed)
    Q_PROPERTY(QString name READ name WRITE setName NOTIFY changed)
    Q_PROPERTY(QString host READ host WRITE setHost NOTIFY changed)
    Q_PROPERTY(QString user READ user WRITE setUser NOTIFY changed)
    Q_PROPERTY(QString port READ port WRITE setPort NOTIFY changed)
    Q_PROPERTY(QString identityFile READ identityFile WRITE setIdentityFile NOTIFY changed)
    Q_PROPERTY(QString jumpHost READ jumpHost WRITE setJumpHost NOTIFY changed)
    Q_PROPERTY(QString socketPath READ socketPath WRITE setSocketPath NOTIFY changed)
    Q_PROPERTY(bool production READ production WRITE setProduction NOTIFY changed)
    Q_PROPERTY(QString defaultSocketPath READ defaultSocket CONSTANT)
    /// Pinned keys, to be compared and forgotten; empty: none yet.
    Q_PROPERTY(QString hostKey READ hostKey NOTIFY changed)
    Q_PROPERTY(QString jumpHostKey READ jumpHostKey NOTIFY changed)
    /// What is wrong with a field; empty: nothing.
    Q_PROPERTY(QString hostError READ hostError NOTIFY changed)
    Q_PROPERTY(QString portError READ portError NOTIFY changed)
    Q_PROPERTY(QString jumpHostError READ jumpHostError NOTIFY changed)
    Q_PROPERTY(bool valid READ valid NOTIFY changed)
    /// The session of the running test; null: none. It may ask.
    Q_PROPERTY(coracle::app::Session *testSession READ testSession NOTIFY testChanged)
    Q_PROPERTY(bool testing READ testing NOTIFY testChanged)
    Q_PROPERTY(QString testText READ testText NOTIFY testChanged)
    Q_PROPERTY(QString testTone READ testTone NOTIFY testChanged)

public:
    explicit ClusterForm(QObject *parent = nullptr);
    ~ClusterForm() override;

    QString clusterId() const { return m_profile.id; }
    /// Fills the form.
    void setClusterId(const QString &id);
    bool ssh() const { return m_profile.kind == ClusterProfile::Kind::Ssh; }
    void setSsh(bool ssh);
    QString name() const { return m_profile.name; }
    void setName(const QString &name) { set(m_profile.name, name); }
    QString host() const { return m_profile.host; }
    /// "user@host:port" fills all three.
    void setHost(const QString &host);
    QString user() const { return m_profile.user; }
    void setUser(const QString &user) { set(m_profile.user, user.trimmed()); }
    QString port() const { return m_port; }
    void setPort(const QString &port) { set(m_port, port.trimmed()); }
    QString identityFile() const { return m_profile.identityFile; }
    void setIdentityFile(const QString &file) { set(m_profile.identityFile, file.trimmed()); }
    QString jumpHost() const { return m_profile.jumpHost; }
    void setJumpHost(const QString &host) { set(m_profile.jumpHost, host.trimmed()); }
    QString socketPath() const { return m_profile.socketPath; }
    void setSocketPath(const QString &path) { set(m_profile.socketPath, path.trimmed()); }
    bool production() const { return m_profile.production; }
    void setProduction(bool production);
    static QString defaultSocket() { return defaultSocketPath(); }
    QString hostKey() const { return m_profile.hostKey; }
    QString jumpHostKey() const { return m_profile.jumpHostKey; }
    QString hostError() const;
    QString portError() const;
    QString jumpHostError() const;
    bool valid() const;
    Session *testSession() const { return m_test.get(); }
    bool testing() const;
    QString testText() const { return m_testText; }
    QString testTone() const { return m_testTone; }

    /// The next connection asks whether the host is trusted.
    Q_INVOKABLE void forgetKeys();
    Q_INVOKABLE void test();
    /// Adds the cluster or changes it, and makes it the current one.
    Q_INVOKABLE void save();

Q_SIGNALS:
    void clusterIdChanged();
    void changed();
    void testChanged();

private:
    void set(QString &member, const QString &value);
    ClusterProfile entered() const;
    void follow();
    void endTest(const QString &text, const QString &tone);

    QPointer<ClusterList> m_clusters;
    ClusterProfile m_profile;
    QString m_port = QStringLiteral("22"); ///< as typed
    bool m_touched = false;                ///< nothing is wrong with a form that nobody has filled in yet
    std::unique_ptr<Session> m_test;
    QString m_testText, m_testTone;
};

} // namespace coracle::app
