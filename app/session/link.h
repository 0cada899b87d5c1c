#pragma once

#include "app/ssh/ssh_question.h"
#include "core/base/result.h"

#include <QObject>
#include <optional>

namespace coracle::app {

/// Brings the daemon's unix socket to this machine. Lives in the GUI thread and does not block it.
class Link : public QObject {
    Q_OBJECT

public:
    using QObject::QObject;
    /// Answered by ready() or failed().
    virtual void open() = 0;
    virtual void close() = 0;
    /// Answers asked(); nothing: the user does not want to. `remember` keeps it in the key store if it works.
    virtual void answer(const SshQuestion &, std::optional<QString> /*text*/, bool /*remember*/) {}

Q_SIGNALS:
    /// The daemon answers behind this unix socket until broken() or close().
    void ready(const QString &socketPath);
    /// What only the user can mend (an unknown host key, a wrong password) is not tried again by itself.
    void failed(const coracle::Status &status, bool needsUser);
    void broken(const coracle::Status &status);
    /// A question for the user; one that is not open: there is none any more.
    void asked(const coracle::app::SshQuestion &question);
    /// This key of the host, or of the jump host, is to be pinned.
    void hostKeyAccepted(bool jump, const QString &key);
};

/// The daemon on this machine.
class LocalLink final : public Link {
    Q_OBJECT

public:
    explicit LocalLink(QString socketPath, QObject *parent = nullptr)
        : Link(parent), m_socketPath(std::move(socketPath)) {}
    void open() override { Q_EMIT ready(m_socketPath); }
    void close() override {}

private:
    QString m_socketPath;
};

} // namespace coracle::app
