#include "app/ssh/ssh_session.h"

#include "app/session/api_request.h"
#include "app/ssh/ssh_authentication.h"

#include <QCoreApplication>

namespace coracle::app {

namespace {

constexpr long kTimeoutS = 15; ///< for the handshake, and for each answer while signing in

QString tr(const char *text) {
    return QCoreApplication::translate("SshSession", text);
}

/// The algorithms to ask for, so that a host with several keys shows the pinned one.
QByteArray hostKeyAlgorithms(const QString &pinnedKey) {
    QList<QByteArray> all{"ssh-ed25519", "ecdsa-sha2-nistp521", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp256",
                          "rsa-sha2-512,rsa-sha2-256"};
    const QString type = pinnedKey.section(u' ', 0, 0);
    const QByteArray first = type == u"ssh-rsa" ? all.last() : type.toLatin1();
    if (all.removeOne(first))
        all.prepend(first);
    return all.join(',');
}

} // namespace

Result<SshSession> SshSession::connect(const SshHop &hop, int socket, SshDialogue &dialogue) {
    SshSession session(hop);
    dialogue.guard(socket);
    CHECK(session.begin(socket));
    CHECK(session.checkHost(dialogue));
    CHECK(signIn(session, dialogue));
    return session;
}

Result<> SshSession::begin(int socket) {
    const QByteArray host = m_hop.host.toUtf8(), user = m_hop.user.toUtf8(), keys = hostKeyAlgorithms(m_hop.pinnedKey);
    const bool no = false;
    const unsigned port = static_cast<unsigned>(m_hop.port);
    ssh_session session = m_session.get();
    ssh_options_set(session, SSH_OPTIONS_PROCESS_CONFIG, &no);
    ssh_options_set(session, SSH_OPTIONS_HOST, host.constData());
    ssh_options_set(session, SSH_OPTIONS_PORT, &port);
    ssh_options_set(session, SSH_OPTIONS_USER, user.constData());
    ssh_options_set(session, SSH_OPTIONS_TIMEOUT, &kTimeoutS);
    ssh_options_set(session, SSH_OPTIONS_HOSTKEYS, keys.constData());
    ssh_options_set(session, SSH_OPTIONS_FD, &socket);
    if (ssh_connect(session) != SSH_OK)
        return unreachable(tr("No SSH connection to %1: %2").arg(m_hop.name(), errorText().c_str()).toStdString());
    return {};
}

Result<> SshSession::checkHost(SshDialogue &dialogue) {
    ssh_key raw = nullptr;
    unsigned char *hash = nullptr;
    size_t hashSize = 0;
    if (ssh_get_server_publickey(m_session.get(), &raw) != SSH_OK)
        return unreachable(tr("%1 has no host key").arg(m_hop.name()).toStdString());
    const SshKeyPtr key(raw);
    if (ssh_get_publickey_hash(key.get(), SSH_PUBLICKEY_HASH_SHA256, &hash, &hashSize) != SSH_OK)
        return unreachable(tr("The host key of %1 cannot be read").arg(m_hop.name()).toStdString());
    char *text = ssh_get_fingerprint_hash(SSH_PUBLICKEY_HASH_SHA256, hash, hashSize);
    const QString fingerprint = QString::fromLatin1(text);
    ssh_string_free_char(text);
    ssh_clean_pubkey_hash(&hash);

    const QString type = QString::fromLatin1(ssh_key_type_to_char(ssh_key_type(key.get())));
    m_hostKey = type + u' ' + fingerprint;
    if (m_hostKey == m_hop.pinnedKey)
        return {};
    if (!m_hop.pinnedKey.isEmpty())
        return Failure(Status{
            .code = 0,
            .reason = std::string(kNeedsUser),
            .message =
                tr("The host key of %1 has changed: it was %2 and is now %3. Either the machine was set up anew, "
                   "or somebody stands between. If you know why, forget the old key in the connection's settings.")
                    .arg(m_hop.name(), m_hop.pinnedKey, m_hostKey)
                    .toStdString()});
    const auto answer = dialogue.ask({.kind = SshQuestion::Kind::HostKey,
                                      .host = m_hop.name(),
                                      .text = tr("Is this the key of %1?").arg(m_hop.host),
                                      .fingerprint = fingerprint,
                                      .keyType = type,
                                      .jump = m_hop.jump});
    if (!answer)
        return Failure(Status{.code = 0,
                              .reason = std::string(kNeedsUser),
                              .message = tr("The host key of %1 was not accepted").arg(m_hop.name()).toStdString()});
    return {};
}

} // namespace coracle::app
