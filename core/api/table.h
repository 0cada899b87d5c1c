#pragma once

#include "core/api/schema.h"
#include "core/api/time.h"

#include <boost/json/fwd.hpp>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

/// Server-side printing (meta.k8s.io/v1 Table): what `kubectl get` shows.
namespace coracle::api {

/// The columns of a resource: its own, or the standard Name and Created At.
std::span<const ColumnInfo> tableColumns(const ResourceInfo &resource);

/// The cells of one object in the order of tableColumns(). Never fails: what is absent or malformed prints as
/// upstream's printers print an empty field.
boost::json::array tableCells(const ResourceInfo &resource, const boost::json::object &object, Stamp::Point now);

/// What of each object a table carries (?includeObject=).
enum class IncludeObject : uint8_t { None, Metadata, Object };

/// Writes a Table as JSON text, row by row: begin() or beginEvent(), row() any number of times, end(). The text can be
/// taken away in between.
class TableWriter {
public:
    static constexpr std::string_view kEnd = "]}"; ///< what end() writes
    /// `version` is that of meta.k8s.io that was asked for.
    TableWriter(std::span<const ColumnInfo> columns, std::string_view version)
        : m_columns(columns), m_version(version) {}

    /// Empty texts and zero are left out of the list metadata.
    void begin(std::string_view resourceVersion, std::string_view continueToken = {}, int64_t remainingItemCount = 0);
    /// Of a later event of a watch, which repeats no column definitions.
    void beginEvent(std::string_view resourceVersion);
    /// `included` is the JSON text of what the row carries of its object; empty: nothing.
    void row(const boost::json::array &cells, const boost::json::object &object, std::string_view included);
    void end() { m_text += kEnd; }

    const std::string &text() const { return m_text; }
    std::string take() { return std::exchange(m_text, {}); }

private:
    void head(std::string_view resourceVersion, std::string_view continueToken, int64_t remainingItemCount);

    std::span<const ColumnInfo> m_columns;
    std::string_view m_version;
    std::string m_text;
    bool m_first = true;
};

/// An object's metadata (JSON text) as PartialObjectMetadata of a version of meta.k8s.io.
std::string partialObjectMetadata(std::string_view metadata, std::string_view version);

/// kubectl's short form of a duration: 45s, 3m20s, 5h, 12d, 2y30d.
std::string humanDuration(std::chrono::nanoseconds duration);

} // namespace coracle::api
