#include "app/ssh/ssh_authentication.h"

#include "app/session/api_request.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>
#include <cstring>

namespace coracle::app {

namespace {

constexpr int kAttemptsMax = 3;

QString tr(const char *text) {
    return QCoreApplication::translate("SshSession", text);
}

/// What the callback of libssh needs to ask for a passphrase.
struct PassphraseRequest {
    SshDialogue &dialogue;
    SshQuestion question;
    bool asked = false, given = false;
};

int givePassphrase(const char *, char *buffer, size_t size, int, int, void *data) {
    auto &request = *static_cast<PassphraseRequest *>(data);
    request.asked = true;
    const auto answer = request.dialogue.ask(request.question);
    const QByteArray text = answer ? answer->toUtf8() : QByteArray();
    if (!answer || static_cast<size_t>(text.size()) >= size)
        return -1;
    std::memcpy(buffer, text.constData(), static_cast<size_t>(text.size()) + 1);
    request.given = true;
    return 0;
}

class SignIn {
public:
    SignIn(SshSession &session, SshDialogue &dialogue)
        : m_session(session), m_ssh(session.get()), m_hop(session.hop()), m_dialogue(dialogue) {}

    Result<> run() {
        m_outcome = ssh_userauth_none(m_ssh, nullptr);
        if (!m_hop.identityFile.isEmpty())
            withKey(m_hop.identityFile);
        withAgent();
        if (m_hop.identityFile.isEmpty())
            for (const char *name : {"id_ed25519", "id_ecdsa", "id_rsa"})
                withKey(QDir::homePath() + QStringLiteral("/.ssh/") + QLatin1String(name));
        for (int attempt = 0; attempt < kAttemptsMax && interactively(attempt > 0); ++attempt) {
        }
        for (int attempt = 0; attempt < kAttemptsMax && withPassword(attempt > 0); ++attempt) {
        }
        if (m_outcome == SSH_AUTH_SUCCESS)
            return {};
        return failure();
    }

private:
    /// Whether there is more to try, and this way is one that the server takes.
    bool open(int method) {
        if (m_outcome == SSH_AUTH_SUCCESS || m_outcome == SSH_AUTH_ERROR || m_dialogue.cancelled())
            return false;
        const int methods = ssh_userauth_list(m_ssh, nullptr);
        return methods == 0 || (methods & method) != 0;
    }

    void withAgent() {
        if (!qEnvironmentVariableIsEmpty("SSH_AUTH_SOCK") && open(SSH_AUTH_METHOD_PUBLICKEY)) {
            const int outcome = ssh_userauth_agent(m_ssh, nullptr);
            // An agent that does not answer is not the server's refusal.
            m_outcome = outcome == SSH_AUTH_ERROR && ssh_is_connected(m_ssh) ? SSH_AUTH_DENIED : outcome;
        }
    }

    void withKey(const QString &file) {
        if (!open(SSH_AUTH_METHOD_PUBLICKEY) || !serverTakes(file))
            return;
        const QByteArray path = QFile::encodeName(file);
        for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
            PassphraseRequest request{m_dialogue,
                                      {.kind = SshQuestion::Kind::Passphrase,
                                       .host = m_hop.name(),
                                       .text = tr("Passphrase of the key %1").arg(file),
                                       .secretName = QStringLiteral("passphrase:") + file,
                                       .jump = m_hop.jump,
                                       .again = attempt > 0}};
            ssh_key raw = nullptr;
            const int got = ssh_pki_import_privkey_file(path.constData(), nullptr, givePassphrase, &request, &raw);
            if (got == SSH_OK) {
                const SshKeyPtr key(raw);
                m_outcome = ssh_userauth_publickey(m_ssh, nullptr, key.get());
                return;
            }
            if (request.asked && !request.given)
                m_declined = true;
            if (!request.given) {
                m_hint = request.asked ? QString() : tr("The key %1 cannot be read.").arg(file);
                return;
            }
        }
        m_hint = tr("The passphrase of the key %1 was wrong.").arg(file);
    }

    /// By the public half, so that nobody is asked for a passphrase in vain.
    bool serverTakes(const QString &file) {
        if (!QFileInfo::exists(file)) {
            if (file == m_hop.identityFile)
                m_hint = tr("The key %1 is not there.").arg(file);
            return false;
        }
        ssh_key raw = nullptr;
        const QByteArray path = QFile::encodeName(file + QStringLiteral(".pub"));
        if (ssh_pki_import_pubkey_file(path.constData(), &raw) != SSH_OK)
            return true; // unknown: signing will tell
        const SshKeyPtr key(raw);
        const int outcome = ssh_userauth_try_publickey(m_ssh, nullptr, key.get());
        if (outcome == SSH_AUTH_ERROR)
            m_outcome = outcome;
        return outcome == SSH_AUTH_SUCCESS;
    }

    /// Answers what the server asks. False: nothing more to try this way.
    bool interactively(bool again) {
        if (m_declined || !open(SSH_AUTH_METHOD_INTERACTIVE))
            return false;
        bool asked = false;
        int outcome = ssh_userauth_kbdint(m_ssh, nullptr, nullptr);
        while (outcome == SSH_AUTH_INFO) {
            const int prompts = ssh_userauth_kbdint_getnprompts(m_ssh);
            for (int i = 0; i < prompts; ++i) {
                char echo = 0;
                const QString prompt =
                    QString::fromUtf8(ssh_userauth_kbdint_getprompt(m_ssh, static_cast<unsigned>(i), &echo));
                asked = true;
                // One question that hides what is typed is a password.
                const bool password = prompts == 1 && echo == 0;
                const auto answer =
                    m_dialogue.ask({.kind = password ? SshQuestion::Kind::Password : SshQuestion::Kind::Prompt,
                                    .host = m_hop.name(),
                                    .text = password ? tr("Password of %1").arg(m_hop.name()) : prompt.trimmed(),
                                    .secretName = passwordName(),
                                    .jump = m_hop.jump,
                                    .echo = echo != 0,
                                    .again = again});
                m_declined = !answer;
                if (!answer)
                    return false;
                ssh_userauth_kbdint_setanswer(m_ssh, static_cast<unsigned>(i), answer->toUtf8().constData());
            }
            outcome = ssh_userauth_kbdint(m_ssh, nullptr, nullptr);
        }
        m_outcome = outcome;
        return asked && outcome == SSH_AUTH_DENIED;
    }

    bool withPassword(bool again) {
        if (m_declined || !open(SSH_AUTH_METHOD_PASSWORD))
            return false;
        const auto answer = m_dialogue.ask({.kind = SshQuestion::Kind::Password,
                                            .host = m_hop.name(),
                                            .text = tr("Password of %1").arg(m_hop.name()),
                                            .secretName = passwordName(),
                                            .jump = m_hop.jump,
                                            .again = again});
        m_declined = !answer;
        if (!answer)
            return false;
        m_outcome = ssh_userauth_password(m_ssh, nullptr, answer->toUtf8().constData());
        return m_outcome == SSH_AUTH_DENIED;
    }

    QString passwordName() const { return m_hop.jump ? QStringLiteral("jump-password") : QStringLiteral("password"); }

    Failure failure() const {
        const QString name = m_hop.name();
        if (m_dialogue.cancelled() || (m_outcome == SSH_AUTH_ERROR && !ssh_is_connected(m_ssh)))
            return unreachable(tr("%1 ended the connection while signing in: %2")
                                   .arg(name, m_session.errorText().c_str())
                                   .toStdString());
        QStringList ways;
        const int methods = ssh_userauth_list(m_ssh, nullptr);
        if (methods & SSH_AUTH_METHOD_PUBLICKEY)
            ways.append(tr("a key"));
        if (methods & (SSH_AUTH_METHOD_PASSWORD | SSH_AUTH_METHOD_INTERACTIVE))
            ways.append(tr("a password"));
        QString text =
            m_declined ? tr("Signing in to %1 was cancelled.").arg(name) : tr("%1 refused the sign-in.").arg(name);
        if (!m_hint.isEmpty())
            text += u' ' + m_hint;
        if (!ways.isEmpty() && !m_declined)
            text += u' ' + tr("It takes: %1.").arg(ways.join(QStringLiteral(", ")));
        return Failure(Status{.code = 0, .reason = std::string(kNeedsUser), .message = text.toStdString()});
    }

    SshSession &m_session;
    ssh_session m_ssh;
    const SshHop &m_hop;
    SshDialogue &m_dialogue;
    int m_outcome = SSH_AUTH_DENIED;
    bool m_declined = false; ///< the user does not want to answer
    QString m_hint;
};

} // namespace

Result<> signIn(SshSession &session, SshDialogue &dialogue) {
    return SignIn(session, dialogue).run();
}

} // namespace coracle::app
