#include "clusterd/apiserver/authentication/static_credentials.h"

#include "core/pki/encoding.h"

#include <fmt/format.h>

namespace coracle::apiserver {

namespace {

/// The fields of one CSV line; a field may stand in quotation marks, which doubled mean themselves.
std::optional<std::vector<std::string>> csvFields(std::string_view line) {
    std::vector<std::string> fields(1);
    bool quoted = false;
    for (size_t i = 0; i < line.size(); ++i) {
        const char letter = line[i];
        if (quoted && letter == '"' && i + 1 < line.size() && line[i + 1] == '"') {
            fields.back() += '"';
            ++i;
        } else if (letter == '"') {
            quoted = !quoted;
        } else if (letter == ',' && !quoted) {
            fields.emplace_back();
        } else {
            fields.back() += letter;
        }
    }
    return quoted ? std::nullopt : std::optional(std::move(fields));
}

} // namespace

Result<std::vector<StaticCredentials::Entry>> StaticCredentials::parse(std::string_view text) {
    std::vector<Entry> entries;
    for (int number = 1; !text.empty(); ++number) {
        std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        if (line.ends_with('\r'))
            line.remove_suffix(1);
        if (line.empty() || line.starts_with('#'))
            continue;
        const auto fields = csvFields(line);
        if (!fields || fields->size() < 3)
            return errors::other(
                fmt::format("line {} of the token file is not of the form secret,user,uid[,\"groups\"]", number));
        if ((*fields)[0].empty() || (*fields)[1].empty())
            return errors::other(fmt::format("line {} of the token file has an empty secret or user", number));
        Entry entry{(*fields)[0], {.name = (*fields)[1], .uid = (*fields)[2]}};
        for (size_t i = 3; i < fields->size(); ++i) {
            std::string_view groups = (*fields)[i];
            while (!groups.empty()) {
                const std::string_view group = groups.substr(0, groups.find(','));
                if (!group.empty())
                    entry.user.groups.emplace_back(group);
                groups.remove_prefix(std::min(groups.size(), group.size() + 1));
            }
        }
        entries.push_back(std::move(entry));
    }
    return entries;
}

void StaticCredentials::replace(std::vector<Entry> entries) {
    Entries fresh = share(std::move(entries));
    std::lock_guard lock(m_mutex);
    m_entries.swap(fresh);
}

StaticCredentials::Entries StaticCredentials::entries() const {
    std::lock_guard lock(m_mutex);
    return m_entries;
}

std::optional<UserInfo> StaticCredentials::byToken(std::string_view token) const {
    const Entries all = entries();
    const Entry *found = nullptr;
    for (const Entry &entry : *all)
        if (pki::constantTimeEqual(entry.secret, token))
            found = &entry;
    return found ? std::optional(found->user) : std::nullopt;
}

std::optional<UserInfo> StaticCredentials::byPassword(std::string_view user, std::string_view password) const {
    const Entries all = entries();
    const Entry *found = nullptr;
    for (const Entry &entry : *all)
        if (pki::constantTimeEqual(entry.secret, password) && entry.user.name == user)
            found = &entry;
    return found ? std::optional(found->user) : std::nullopt;
}

} // namespace coracle::apiserver
