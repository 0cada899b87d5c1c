#pragma once

#include "clusterd/apiserver/handlers/exchange.h"
#include "core/api/object.h"
#include "core/api/table.h"
#include "core/base/clock.h"
#include "core/client/client.h"

/// Objects in the form that the client asked for: as they are stored, as a Table or as PartialObjectMetadata; in JSON,
/// YAML or protobuf.
namespace coracle::apiserver {

/// What an answer consists of; it decides which forms fit.
enum class Answer { Object, List, Watch };

class OutputForm {
public:
    /// 406 and 400 in the standard words. `protobuf`: whether what is answered has a protobuf form.
    static Result<OutputForm> from(const Exchange &exchange, const api::ResourceInfo &resource, const Clock &clock,
                                   Answer answer, bool protobuf);

    bool isPlain() const { return m_form.projection == Projection::None; }
    Encoding encoding() const { return m_form.encoding; }
    const Negotiated &negotiated() const { return m_form; }
    /// What tells apart encodings of one object: events encoded once for all watchers are kept under this name.
    const std::string &name() const { return m_name; }

    /// Answers with one object or a list; shares its bytes where nothing is to be changed.
    Task<> send(Exchange &exchange, int status, api::ObjectPtr object) const;
    Task<> send(Exchange &exchange, int status, client::ObjectList list) const;
    /// The object of a watch event: JSON text, or protobuf with its envelope. Later tables of a watch repeat no
    /// columns.
    std::string watchObject(const api::Object &object, bool withColumns) const;

private:
    BodySourcePtr body(const api::ObjectPtr &object) const;
    BodySourcePtr body(client::ObjectList list) const;
    BodySourcePtr plainBody(const client::ObjectList &list) const;
    BodySourcePtr tableBody(client::ObjectList list) const;

    const api::ResourceInfo *m_resource = nullptr;
    Negotiated m_form;
    api::IncludeObject m_include = api::IncludeObject::Metadata;
    const Clock *m_clock = nullptr;
    std::string m_name;
};

} // namespace coracle::apiserver
