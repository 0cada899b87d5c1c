#include "clusterd/apiserver/handlers/output.h"

#include "clusterd/apiserver/handlers/yaml_output.h"
#include "clusterd/apiserver/registry/document.h"
#include "clusterd/apiserver/registry/json_scan.h"

#include <boost/json/array.hpp>
#include <fmt/format.h>

namespace coracle::apiserver {

namespace {

std::string listMetadata(const client::ObjectList &list) {
    std::string text = fmt::format("{{\"resourceVersion\":\"{}\"", list.resourceVersion);
    if (!list.continueToken.empty())
        text += fmt::format(",\"continue\":\"{}\"", list.continueToken);
    if (list.remainingItemCount > 0)
        text += fmt::format(",\"remainingItemCount\":{}", list.remainingItemCount);
    return text + '}';
}

std::string partialOf(const api::Object &object) {
    auto document = documentOf(object);
    if (!document)
        return "{}";
    std::string text = api::partialObjectMetadata(*document);
    return withResourceVersion(text, object.resourceVersion()).value_or(text);
}

} // namespace

Result<OutputForm> OutputForm::from(const Exchange &exchange, const api::ResourceInfo &resource, const Clock &clock) {
    OutputForm form;
    form.m_resource = &resource;
    form.m_clock = &clock;
    TRY(form.m_negotiated, negotiate(exchange.request.headers.get("Accept")));
    std::string_view include = exchange.param("includeObject");
    if (include == "None")
        form.m_include = api::IncludeObject::None;
    else if (include == "Object")
        form.m_include = api::IncludeObject::Object;
    else if (!include.empty() && include != "Metadata")
        return errors::badRequest(fmt::format("includeObject: Invalid value: \"{}\": must be 'Metadata', 'Object', "
                                              "'None', or empty",
                                              include));
    form.m_name = fmt::format("{}:{}:{}", resource.apiVersion, static_cast<int>(form.m_negotiated.projection),
                              static_cast<int>(form.m_include));
    return form;
}

std::string OutputForm::table(const std::vector<api::ObjectPtr> &objects, const client::ObjectList &list,
                              bool withColumns) const {
    api::TableWriter writer(api::tableColumns(*m_resource), m_include, withColumns);
    for (const api::ObjectPtr &object : objects) {
        auto document = documentOf(*object);
        if (!document)
            continue;
        (*document)["metadata"].as_object()["resourceVersion"] = std::to_string(object->resourceVersion());
        writer.row(api::tableCells(*m_resource, *document, m_clock->now()), *document, object->json());
    }
    return writer.finish(list.resourceVersion, list.continueToken, list.remainingItemCount);
}

std::vector<http::Chunk> OutputForm::object(const api::ObjectPtr &object) const {
    std::vector<http::Chunk> chunks;
    if (isTable())
        chunks.push_back(
            http::Chunk::own(table({object}, {.resourceVersion = std::to_string(object->resourceVersion())}, true)));
    else if (!isPlain())
        chunks.push_back(http::Chunk::own(partialOf(*object)));
    else
        chunks.push_back({object, object->json()});
    chunks.push_back(http::Chunk::literal("\n"));
    return chunks;
}

std::vector<http::Chunk> OutputForm::list(const client::ObjectList &list) const {
    std::vector<http::Chunk> chunks;
    if (isTable()) {
        chunks.push_back(http::Chunk::own(table(list.items, list, true)));
        return chunks;
    }
    bool plain = isPlain();
    chunks.reserve(2 * list.items.size() + 2);
    chunks.push_back(http::Chunk::own(
        plain
            ? fmt::format("{{\"kind\":\"{}\",\"apiVersion\":\"{}\",\"metadata\":{},\"items\":[", m_resource->listKind,
                          m_resource->apiVersion, listMetadata(list))
            : fmt::format("{{\"kind\":\"PartialObjectMetadataList\",\"apiVersion\":\"meta.k8s.io/v1\",\"metadata\":{},"
                          "\"items\":[",
                          listMetadata(list))));
    for (size_t i = 0; i < list.items.size(); ++i) {
        if (i > 0)
            chunks.push_back(http::Chunk::literal(","));
        if (plain)
            chunks.push_back({list.items[i], list.items[i]->json()});
        else
            chunks.push_back(http::Chunk::own(partialOf(*list.items[i])));
    }
    chunks.push_back(http::Chunk::literal("]}\n"));
    return chunks;
}

std::string OutputForm::watchObject(const api::Object &object, bool withColumns) const {
    if (!isTable())
        return partialOf(object);
    // The table only reads the object while it is built.
    api::ObjectPtr borrowed(std::shared_ptr<const void>(), &object);
    return table({borrowed}, {.resourceVersion = std::to_string(object.resourceVersion())}, withColumns);
}

Task<> OutputForm::send(Exchange &exchange, int status, std::vector<http::Chunk> body) const {
    if (m_negotiated.encoding == Encoding::Json) {
        co_await sendJson(exchange, status, std::move(body));
        co_return;
    }
    std::string json;
    for (const http::Chunk &chunk : body)
        json += chunk.bytes;
    std::vector<http::Chunk> yaml;
    yaml.push_back(http::Chunk::own(jsonToYaml(json)));
    (void)co_await exchange.writer.send(status, responseHeaders(exchange, contentType(Encoding::Yaml)),
                                        std::move(yaml));
}

} // namespace coracle::apiserver
