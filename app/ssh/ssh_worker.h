#pragma once

#include "app/ssh/ssh_dialogue.h"
#include "app/ssh/ssh_hop.h"

#include <QHostAddress>
#include <QThread>

namespace coracle::app {

/// What a connection needs to know before it begins.
struct SshRoute {
    SshHop host;
    std::optional<SshHop> jump;
    QList<QHostAddress> addresses; ///< of the first machine on the way
    QString remoteSocket;          ///< of the daemon, on the host
    QString localSocket;           ///< to be made; in a folder that only this user can read
};

/// One SSH connection from its beginning to its end, on a thread of its own (with a jump host: two).
class SshWorker final : public QThread {
    Q_OBJECT

public:
    explicit SshWorker(SshRoute route);
    ~SshWorker() override;

    void answer(int number, std::optional<QString> text) { m_dialogue.answer(number, std::move(text)); }
    /// It ends soon.
    void cancel() { m_dialogue.cancel(); }

Q_SIGNALS:
    void asked(const coracle::app::SshQuestion &question);
    /// The host answered with this key, which the user or the profile trusts; the user is signed in.
    void hostKnown(bool jump, const QString &key);
    /// Connections to the local socket reach the daemon.
    void listening();
    /// Once, unless it was cancelled.
    void ended(const coracle::Status &why);

protected:
    void run() override;

private:
    Result<> connectAndCarry();

    const SshRoute m_route;
    SshDialogue m_dialogue;
};

} // namespace coracle::app
