#pragma once

#include "core/base/result.h"

#include <QProcess>
#include <QTemporaryDir>

namespace coracle::app {

/// A real sshd of the distribution on loopback, with keys and a configuration of its own; users sign in with their key.
/// Ends with its owner.
class Sshd {
public:
    Sshd();
    ~Sshd();

    Result<> start();
    void stop();
    /// Another host key from the next start on.
    void changeHostKey();

    int port() const { return m_port; }
    /// "ssh-ed25519 SHA256:...", as ssh-keygen tells it.
    QString hostKey() const;
    /// The key that is let in: "id" without a passphrase, "locked" with the passphrase "open sesame"; and "wrong",
    /// which is not let in.
    QString keyFile(const QString &name) const { return m_folder.filePath(name); }
    static QString user();
    QString logText() const;

private:
    void makeKey(const QString &name, const QString &passphrase = {});

    QTemporaryDir m_folder;
    int m_port = 0;
    QProcess m_process;
};

/// An ssh-agent with one key; SSH_AUTH_SOCK of this process points to it while it lives.
class SshAgent {
public:
    explicit SshAgent(const QString &keyFile);
    ~SshAgent();

private:
    QTemporaryDir m_folder;
    QProcess m_process;
};

} // namespace coracle::app
