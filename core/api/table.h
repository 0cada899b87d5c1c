#pragma once

#include "core/api/schema.h"
#include "core/api/time.h"

#include <boost/json/fwd.hpp>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

/// Server-side printing (meta.k8s.io/v1 Table): what `kubectl get` shows.
namespace coracle::api {

/// The columns of a resource: its own, or the standard Name and Created At.
std::span<const ColumnInfo> tableColumns(const ResourceInfo &resource);

/// The cells of one object in the order of tableColumns(). Never fails: what is absent or malformed prints as
/// upstream's printers print an empty field.
boost::json::array tableCells(const ResourceInfo &resource, const boost::json::object &object, Stamp::Point now);

/// What of each object a table carries (?includeObject=).
enum class IncludeObject : uint8_t { None, Metadata, Object };

/// Builds a Table as JSON text, row by row. The first call to row() or finish() ends the choice of columns.
class TableWriter {
public:
    /// `withColumns` false: a later event of a watch, which repeats no column definitions.
    TableWriter(std::span<const ColumnInfo> columns, IncludeObject include, bool withColumns = true);

    /// `json` is the object's text as it is stored, `object` the same parsed.
    void row(const boost::json::array &cells, const boost::json::object &object, std::string_view json);
    /// The whole Table. Empty texts and zero are left out of the list metadata.
    std::string finish(std::string_view resourceVersion, std::string_view continueToken = {},
                       int64_t remainingItemCount = 0);

private:
    std::string m_columns, m_rows;
    IncludeObject m_include;
};

/// The object's metadata with apiVersion meta.k8s.io/v1 and kind PartialObjectMetadata.
std::string partialObjectMetadata(const boost::json::object &object);

/// kubectl's short form of a duration: 45s, 3m20s, 5h, 12d, 2y30d.
std::string humanDuration(std::chrono::nanoseconds duration);

} // namespace coracle::api
