#pragma once

#include "clusterd/apiserver/handlers/exchange.h"
#include "clusterd/apiserver/handlers/negotiation.h"
#include "core/api/object.h"
#include "core/api/table.h"
#include "core/base/clock.h"
#include "core/client/client.h"

#include <vector>

/// Objects in the form that the client asked for: as they are stored, as a Table or as PartialObjectMetadata.
namespace coracle::apiserver {

class OutputForm {
public:
    /// 406 and 400 in the standard words.
    static Result<OutputForm> from(const Exchange &exchange, const api::ResourceInfo &resource, const Clock &clock);

    bool isPlain() const { return m_negotiated.projection == Projection::None; }
    bool isTable() const { return m_negotiated.projection == Projection::Table; }
    /// What tells apart encodings of one object: events encoded once for all watchers are kept under this name.
    const std::string &name() const { return m_name; }

    /// The body of a response with one object; shares its bytes where nothing is to be changed.
    std::vector<http::Chunk> object(const api::ObjectPtr &object) const;
    std::vector<http::Chunk> list(const client::ObjectList &list) const;
    /// The object of a watch event as text; only for forms that are not plain.
    std::string watchObject(const api::Object &object, bool withColumns) const;

    Task<> send(Exchange &exchange, int status, std::vector<http::Chunk> body) const;

private:
    std::string table(const std::vector<api::ObjectPtr> &objects, const client::ObjectList &list,
                      bool withColumns) const;

    const api::ResourceInfo *m_resource = nullptr;
    Negotiated m_negotiated;
    api::IncludeObject m_include = api::IncludeObject::Metadata;
    const Clock *m_clock = nullptr;
    std::string m_name;
};

} // namespace coracle::apiserver
