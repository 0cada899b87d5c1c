#pragma once

#include "clusterd/apiserver/json_access.h"
#include "core/base/result.h"

#include <initializer_list>
#include <span>
#include <string>
#include <vector>

/// Validation errors in the standard form (apimachinery util/validation/field).
namespace coracle::apiserver {

/// Where in an object: root / "spec" / "ports", then [0] or .key("name").
class FieldPath {
public:
    FieldPath() = default;
    explicit FieldPath(std::string text) : m_text(std::move(text)) {}

    FieldPath operator/(std::string_view name) const;
    FieldPath operator[](size_t index) const;
    FieldPath key(std::string_view name) const; ///< a map's entry: data[name]
    const std::string &text() const { return m_text; }

private:
    std::string m_text;
};

/// How a bad value is shown: texts quoted as Go does it, everything else as JSON.
struct Shown {
    std::string text;

    Shown(std::string_view value);
    Shown(const std::string &value) : Shown(std::string_view(value)) {}
    Shown(const char *value) : Shown(std::string_view(value)) {}
    Shown(int64_t value) : text(std::to_string(value)) {}
    Shown(const JsonValue &value);
    Shown(const JsonObject &value);
    Shown(const JsonArray &value);
    /// The member as it is in the object; `null` when absent.
    static Shown member(const JsonObject &object, std::string_view name);

private:
    Shown() = default;
};

std::string quoted(std::string_view text); ///< as Go's %q

using Words = std::span<const std::string_view>;

/// Collects causes in the standard words.
class FieldErrors {
public:
    explicit FieldErrors(std::vector<StatusCause> &causes) : m_causes(causes) {}

    void required(const FieldPath &path, std::string_view detail = {});
    void invalid(const FieldPath &path, const Shown &value, std::string_view detail);
    /// Where the value itself would say nothing.
    void invalidWithoutValue(const FieldPath &path, std::string_view detail);
    /// One Invalid cause for each detail.
    void invalidEach(const FieldPath &path, const Shown &value, const std::vector<std::string> &details);
    void immutable(const FieldPath &path, const Shown &value) { invalid(path, value, "field is immutable"); }
    void forbidden(const FieldPath &path, std::string_view detail);
    void duplicate(const FieldPath &path, const Shown &value);
    /// Supported values are shown in the given order.
    void notSupported(const FieldPath &path, const Shown &value, Words supported);
    void tooLong(const FieldPath &path, size_t bytesMax);
    void tooMany(const FieldPath &path, size_t count, size_t countMax);
    void tooFew(const FieldPath &path, size_t count, size_t countMin);
    void notFound(const FieldPath &path, const Shown &value);

    bool empty() const { return m_causes.empty(); }
    size_t count() const { return m_causes.size(); }

private:
    void add(std::string_view reason, const FieldPath &path, std::string message);

    std::vector<StatusCause> &m_causes;
};

} // namespace coracle::apiserver
