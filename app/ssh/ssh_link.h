#pragma once

#include "app/session/link.h"
#include "app/ssh/secret_store.h"
#include "app/ssh/ssh_worker.h"

#include <QPointer>
#include <QTemporaryDir>

namespace coracle::app {

/// The daemon on another machine, by SSH: its socket is offered here as a unix socket in a folder that only this user
/// can read. Keys of hosts are shown once and then pinned; secrets are looked up in the store before anybody is asked.
class SshLink final : public Link {
    Q_OBJECT

public:
    /// The store must live as long as the link.
    SshLink(ClusterProfile profile, SecretStore &secrets, QObject *parent = nullptr);
    ~SshLink() override;

    void open() override;
    void close() override;
    void answer(const SshQuestion &question, std::optional<QString> text, bool remember) override;

    /// Removes what is kept for a cluster that is gone.
    static void forgetSecrets(const ClusterProfile &profile, SecretStore &secrets);

private:
    static QString secretName(const QString &clusterId, const QString &name) { return clusterId + u'/' + name; }
    void resolve(const SshHop &first, std::function<void(QList<QHostAddress>)> then);
    void start(SshRoute route);
    void ask(const SshQuestion &question);
    void keepSecrets();

    ClusterProfile m_profile;
    SecretStore &m_secrets;
    std::unique_ptr<QTemporaryDir> m_folder;
    QPointer<SshWorker> m_worker;
    bool m_listening = false;
    int m_lookup = -1;                           ///< of the name, while it runs
    QHash<QString, QString> m_given, m_remember; ///< by name: what worked before, and what is kept if it works
};

} // namespace coracle::app
