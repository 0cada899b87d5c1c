#pragma once

#include "clusterd/apiserver/user.h"
#include "core/base/result.h"

#include <memory>
#include <mutex>
#include <optional>
#include <string_view>

namespace coracle::apiserver {

/// Secrets from a file: one line each, `secret,user,uid,"group1,group2"` (kube-apiserver's --token-auth-file, K3s'
/// passwd). Used as bearer tokens and as passwords. Thread-safe; the content can be replaced at run time.
class StaticCredentials {
public:
    struct Entry {
        std::string secret;
        UserInfo user; ///< without system:authenticated
    };

    StaticCredentials() = default;
    explicit StaticCredentials(std::vector<Entry> entries) : m_entries(share(std::move(entries))) {}

    /// The error names the line, never its content.
    static Result<std::vector<Entry>> parse(std::string_view text);

    void replace(std::vector<Entry> entries);

    /// Compares with all entries in constant time.
    std::optional<UserInfo> byToken(std::string_view token) const;
    std::optional<UserInfo> byPassword(std::string_view user, std::string_view password) const;

private:
    using Entries = std::shared_ptr<const std::vector<Entry>>;
    static Entries share(std::vector<Entry> entries) {
        return std::make_shared<const std::vector<Entry>>(std::move(entries));
    }
    Entries entries() const;

    mutable std::mutex m_mutex; ///< guards the pointer
    Entries m_entries = share({});
};

} // namespace coracle::apiserver
