#pragma once

#include "core/base/result.h"

#include <QProcess>
#include <QTemporaryDir>

namespace coracle::app {

/// A real sshd of the distribution on loopback, with keys and a configuration of its own. Ends with its owner.
class Sshd {
public:
    enum class Way {
        Key,
        Password,    ///< the method "password", against a shadow file of its own
        Interactive, ///< "keyboard-interactive" by PAM, with a service file and a shadow file of its own
    };
    /// Other ways than by key need root: /etc/shadow and /etc/pam.d are others in a mount namespace that only this sshd
    /// sees.
    static bool canTake(Way way);

    explicit Sshd(Way way = Way::Key);
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
    /// Of user(), where passwords are taken.
    static constexpr auto kPassword = "correct horse";
    QString logText() const;

private:
    void makeKey(const QString &name, const QString &passphrase = {});
    void write(const QString &name, const QByteArray &text) const;
    void makeAccounts();

    const Way m_way;
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
