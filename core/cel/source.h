#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace coracle::cel {

/// What is wrong with an expression, in the order of the source and in cel-go's form.
class Issues {
public:
    /// The source must outlive the object.
    explicit Issues(std::string_view source) : m_source(source) {}

    void add(uint32_t position, std::string message);
    /// A problem of the whole expression, without a place.
    void addGlobal(std::string message);
    bool empty() const { return m_issues.empty(); }
    /// "ERROR: <input>:1:6: message", the line and a caret below the place; one after the other.
    std::string text() const;

private:
    struct Issue {
        int64_t position; ///< -1: none
        std::string message;
    };

    void append(std::string &out, const Issue &issue) const;

    std::string_view m_source;
    std::vector<Issue> m_issues;
};

/// The length in bytes of the UTF-8 sequence that starts with this byte; 1 for what is not UTF-8.
size_t sequenceLength(std::string_view text, size_t at);

} // namespace coracle::cel
