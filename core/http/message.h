#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coracle::http {

/// Header fields in order; names compare without case.
class Headers {
public:
    void add(std::string name, std::string value);
    void set(std::string name, std::string value);
    void remove(std::string_view name);
    /// The first value, or empty.
    std::string_view get(std::string_view name) const;
    bool has(std::string_view name) const;
    /// All values of a repeatable field.
    std::vector<std::string_view> all(std::string_view name) const;
    /// Whether a comma-separated list field ("Connection: keep-alive, Upgrade") holds the token; without case.
    bool hasToken(std::string_view name, std::string_view token) const;
    auto begin() const { return m_fields.begin(); }
    auto end() const { return m_fields.end(); }

private:
    std::vector<std::pair<std::string, std::string>> m_fields;
};

bool equalsIgnoringCase(std::string_view a, std::string_view b);

/// Bytes to send and what keeps them alive; many responses share one cached object's bytes.
struct Chunk {
    std::shared_ptr<const void> owner;
    std::string_view bytes;

    static Chunk own(std::string text);
    /// Text that lives as long as the process.
    static Chunk literal(std::string_view text) { return {nullptr, text}; }
};

/// A decoded request target: "/api/v1/pods?limit=5".
struct Target {
    std::string path;                                       ///< percent-decoded per segment; starts with "/"
    std::vector<std::string> segments;                      ///< decoded; empty segments are kept only in the middle
    std::vector<std::pair<std::string, std::string>> query; ///< decoded, in order

    /// Nothing when the text is not a valid origin-form target.
    static std::optional<Target> parse(std::string_view text);
    /// The first value, or empty.
    std::string_view param(std::string_view name) const;
    bool hasParam(std::string_view name) const;
    /// A parameter that is yes or no, as Kubernetes reads it: absent, "0" and "false" (in any case) are no, all else
    /// yes.
    bool flag(std::string_view name) const;
    std::vector<std::string_view> params(std::string_view name) const;
};

std::string percentEncode(std::string_view text); ///< for one path segment or query value (RFC 3986 unreserved stay)
/// The standard phrase of a status code: 404 -> "Not Found".
std::string_view reasonPhrase(int statusCode);

} // namespace coracle::http
