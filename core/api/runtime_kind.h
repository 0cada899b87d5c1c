#pragma once

#include "core/api/schema.h"
#include "core/api/time.h"

#include <boost/json/fwd.hpp>
#include <string>

namespace coracle::api {

/// What a kind that was made at run time (by a CustomResourceDefinition) knows beyond the tables. Immutable and
/// thread-safe; it lives as long as its ResourceInfo.
class RuntimeKind {
public:
    virtual ~RuntimeKind() = default;

    /// The cells of one object in the order of the resource's columns.
    virtual boost::json::array tableCells(const ResourceInfo &resource, const boost::json::object &object,
                                          Stamp::Point now) const = 0;

    enum class Description : uint8_t { OpenApiV2, OpenApiV3 };
    /// The schema of the kind as a JSON object for a published document; what it refers to is meta/v1's ObjectMeta.
    virtual std::string definition(const ResourceInfo &resource, Description form) const = 0;
};

} // namespace coracle::api
