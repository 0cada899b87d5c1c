#pragma once

#include "app/ssh/ssh_dialogue.h"
#include "app/ssh/ssh_hop.h"

#include <libssh/libssh.h>
#include <memory>

namespace coracle::app {

/// reason of a Status that only the user can mend: a changed host key, no way to sign in.
inline constexpr std::string_view kNeedsUser = "NeedsUser";

struct SshFree {
    void operator()(ssh_session session) const { ssh_free(session); }
    void operator()(ssh_key key) const { ssh_key_free(key); }
};
using SshKeyPtr = std::unique_ptr<ssh_key_struct, SshFree>;

/// A session that is connected, whose host is known and whose user is signed in. Blocks; for a thread of its own.
/// Neither the user's ssh_config nor known_hosts is read: what counts is the cluster's profile.
class SshSession {
public:
    /// Takes the socket, which may be a TCP connection or the way through a jump host. A host key that is not pinned
    /// is shown to the user; another one than the pinned is refused.
    static Result<SshSession> connect(const SshHop &hop, int socket, SshDialogue &dialogue);

    ssh_session get() const { return m_session.get(); }
    const SshHop &hop() const { return m_hop; }
    /// "ssh-ed25519 SHA256:...", to be pinned.
    const QString &hostKey() const { return m_hostKey; }
    /// What libssh says of the last failure.
    std::string errorText() const { return ssh_get_error(m_session.get()); }

private:
    explicit SshSession(SshHop hop) : m_hop(std::move(hop)), m_session(ssh_new()) {}
    Result<> begin(int socket);
    Result<> checkHost(SshDialogue &dialogue);

    SshHop m_hop;
    std::unique_ptr<ssh_session_struct, SshFree> m_session;
    QString m_hostKey;
};

} // namespace coracle::app
