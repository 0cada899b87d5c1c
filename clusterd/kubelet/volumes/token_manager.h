#pragma once

#include "core/api/types/core_v1.h"
#include "core/base/clock.h"
#include "core/client/client.h"

#include <map>
#include <string>

namespace coracle::kubelet {

/// Service account tokens bound to a pod, for projected volumes. A token is kept until 80 % of its life or a day has
/// gone by, then the next call gets a fresh one.
class TokenManager {
public:
    TokenManager(client::Client &client, Clock &clock) : m_client(client), m_clock(clock) {}

    Task<Result<std::string>> token(const corev1::Pod &pod, const corev1::ServiceAccountTokenProjection &projection);
    /// Drops the pod's tokens.
    void forget(const std::string &podUid);

private:
    struct Entry {
        std::string token;
        WallTime refreshAt, expires;
    };

    client::Client &m_client;
    Clock &m_clock;
    std::map<std::string, Entry, std::less<>> m_tokens; ///< "podUid/audience/seconds"
};

} // namespace coracle::kubelet
