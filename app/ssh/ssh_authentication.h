#pragma once

#include "app/ssh/ssh_session.h"

namespace coracle::app {

/// Signs the user in: with the profile's key, the agent's keys, the usual key files, by what the server asks, by a
/// password; in this order, as far as the server takes them. Asks for passphrases and passwords three times at most.
Result<> signIn(SshSession &session, SshDialogue &dialogue);

} // namespace coracle::app
