#pragma once

#include "core/base/result.h"
#include "core/http/message.h"

#include <functional>
#include <mutex>
#include <string>
#include <vector>

namespace coracle::apiserver {

/// The checks behind /healthz, /livez and /readyz. Thread-safe.
class HealthChecks {
public:
    using Check = std::function<Result<>()>;
    enum class Kind { Live, Ready }; ///< Ready: only /readyz and /healthz ask it

    /// The function is called from any thread and must not wait.
    void add(std::string name, Check check, Kind kind = Kind::Live);

    struct Report {
        int code = 200;
        std::string text;
    };
    /// `endpoint` is healthz, livez or readyz; `check` is empty or the name of one check (readyz/etcd).
    Report report(std::string_view endpoint, std::string_view check, const http::Target &target) const;
    /// All checks pass. Logs nothing, for those who ask until it is so.
    bool ready() const;

private:
    struct Entry {
        std::string name;
        Check check;
        Kind kind;
    };
    std::vector<Entry> checks() const;

    mutable std::mutex m_mutex;
    std::vector<Entry> m_checks;
};

} // namespace coracle::apiserver
