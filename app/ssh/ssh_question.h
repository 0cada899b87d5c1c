#pragma once

#include <QObject>
#include <QString>
#include <QtQml/qqmlregistration.h>

namespace coracle::app {

/// What only the user can answer while an SSH connection is made. In words for the screen; a dialog shows it.
struct SshQuestion {
    Q_GADGET
    QML_VALUE_TYPE(sshQuestion)
    /// There is a question.
    Q_PROPERTY(bool open READ open)
    /// Whether this host is trusted; else an answer has to be typed.
    Q_PROPERTY(bool hostKey READ hostKey)
    /// "root@example.com"
    Q_PROPERTY(QString host MEMBER host)
    Q_PROPERTY(QString text MEMBER text)
    /// Of the host's key: "SHA256:..."
    Q_PROPERTY(QString fingerprint MEMBER fingerprint)
    Q_PROPERTY(QString keyType MEMBER keyType)
    /// What is typed may be read.
    Q_PROPERTY(bool echo MEMBER echo)
    /// The last answer was wrong.
    Q_PROPERTY(bool again MEMBER again)
    /// The answer can be kept in the key store.
    Q_PROPERTY(bool canRemember READ canRemember)

public:
    enum class Kind { None, HostKey, Password, Passphrase, Prompt };
    Kind kind = Kind::None;
    QString host, text, fingerprint, keyType;
    QString secretName; ///< in the key store, below the cluster's id: "password", "passphrase:/home/me/.ssh/id_rsa"
    bool jump = false, echo = false, again = false;
    int number = 0; ///< an answer to an older question does not count
    bool operator==(const SshQuestion &) const = default;

    bool open() const { return kind != Kind::None; }
    bool hostKey() const { return kind == Kind::HostKey; }
    bool canRemember() const { return kind == Kind::Password || kind == Kind::Passphrase; }
};

} // namespace coracle::app
