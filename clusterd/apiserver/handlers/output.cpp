#include "clusterd/apiserver/handlers/output.h"

#include "clusterd/apiserver/handlers/list_body.h"
#include "clusterd/apiserver/handlers/object_forms.h"
#include "core/api/yaml_writer.h"

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

/// The name of the Go type that kube-apiserver's errors show: "*core.PodList".
std::string goType(const api::ResourceInfo &resource, std::string_view kind) {
    if (resource.runtime)
        return fmt::format("*unstructured.Unstructured{}", kind == resource.listKind ? "List" : "");
    const std::string_view package = resource.group.substr(0, resource.group.find('.'));
    return fmt::format("*{}.{}", package.empty() || package == "events" ? "core" : package, kind);
}

/// Partial forms of single objects and of lists are asked for by different names.
Result<> checkFits(const api::ResourceInfo &resource, Projection projection, Answer answer) {
    if (projection == Projection::PartialObjectMetadata && answer == Answer::List)
        return errors::notAcceptable(
            fmt::format("you requested PartialObjectMetadata, but the requested object is a list ({})",
                        goType(resource, resource.listKind)));
    if (projection == Projection::PartialObjectMetadataList && answer != Answer::List)
        return errors::notAcceptable(
            fmt::format("you requested PartialObjectMetadataList, but the requested object is not a list ({})",
                        goType(resource, resource.kind)));
    return {};
}

Result<api::IncludeObject> readInclude(std::string_view include) {
    if (include == "None")
        return api::IncludeObject::None;
    if (include == "Object")
        return api::IncludeObject::Object;
    if (include.empty() || include == "Metadata")
        return api::IncludeObject::Metadata;
    return errors::badRequest(
        fmt::format("includeObject: Invalid value: \"{}\": must be 'Metadata', 'Object', 'None', or empty", include));
}

std::string objectText(const ObjectForms &forms, const api::Object &object, bool plain) {
    return plain ? object.json() : forms.partial(object);
}

} // namespace

Result<OutputForm> OutputForm::from(const Exchange &exchange, const api::ResourceInfo &resource, const Clock &clock,
                                    Answer answer, bool protobuf) {
    OutputForm form;
    form.m_resource = &resource;
    form.m_clock = &clock;
    TRY(form.m_form, negotiate(exchange.accept(),
                               Offer{.protobuf = protobuf, .projections = true, .stream = answer == Answer::Watch}));
    CHECK(checkFits(resource, form.m_form.projection, answer));
    if (form.m_form.projection == Projection::Table) {
        TRY(form.m_include, readInclude(exchange.param("includeObject")));
    }
    form.m_name =
        fmt::format("{}:{}:{}:{}:{}", resource.apiVersion, static_cast<int>(form.m_form.encoding),
                    static_cast<int>(form.m_form.projection), form.m_form.version, static_cast<int>(form.m_include));
    return form;
}

BodySourcePtr OutputForm::body(const api::ObjectPtr &object) const {
    ObjectForms forms(*m_resource, m_form.version);
    if (m_form.encoding == Encoding::Protobuf)
        return bodyOf(isPlain() ? forms.protobuf(*object) : forms.partialProtobuf(*object));
    std::vector<http::Chunk> chunks;
    if (m_form.projection == Projection::Table)
        chunks.push_back(http::Chunk::own(watchObject(*object, true)));
    else if (!isPlain())
        chunks.push_back(http::Chunk::own(forms.partial(*object)));
    else
        chunks.push_back({object, object->json()});
    chunks.push_back(http::Chunk::literal("\n"));
    BodySourcePtr body = bodyOf(std::move(chunks));
    return m_form.encoding == Encoding::Yaml ? asYaml(std::move(body)) : std::move(body);
}

BodySourcePtr OutputForm::tableBody(client::ObjectList list) const {
    auto table = std::make_shared<api::TableWriter>(api::tableColumns(*m_resource), m_form.version);
    auto forms = std::make_shared<ObjectForms>(*m_resource, m_form.version);
    table->begin(list.resourceVersion, list.continueToken, list.remainingItemCount);
    std::string begin = table->take();
    ItemWriter row = [table, forms, include = m_include, now = m_clock->now()](const api::Object &object, bool,
                                                                               std::string &out) {
        forms->addRow(*table, object, include, now);
        out += table->take();
    };
    BodySourcePtr body =
        listBody(std::move(begin), std::move(list), std::move(row), std::string(api::TableWriter::kEnd) + "\n");
    return m_form.encoding == Encoding::Yaml ? asYaml(std::move(body)) : std::move(body);
}

/// Objects in memory are sent as they lie there.
BodySourcePtr OutputForm::plainBody(const client::ObjectList &list) const {
    std::vector<http::Chunk> chunks;
    chunks.reserve(2 * list.items.size() + 2);
    chunks.push_back(http::Chunk::own(fmt::format("{{\"kind\":\"{}\",\"apiVersion\":\"{}\",\"metadata\":{},\"items\":[",
                                                  m_resource->listKind, m_resource->apiVersion, listMetadata(list))));
    for (size_t i = 0; i < list.items.size(); ++i) {
        if (i > 0)
            chunks.push_back(http::Chunk::literal(","));
        chunks.push_back({list.items[i], list.items[i]->json()});
    }
    chunks.push_back(http::Chunk::literal("]}\n"));
    return bodyOf(std::move(chunks));
}

BodySourcePtr OutputForm::body(client::ObjectList list) const {
    const bool plain = isPlain();
    if (m_form.projection == Projection::Table)
        return tableBody(std::move(list));
    if (plain && m_form.encoding == Encoding::Json)
        return plainBody(list);
    auto forms = std::make_shared<ObjectForms>(*m_resource, m_form.version);
    std::string kind(plain ? m_resource->listKind : "PartialObjectMetadataList");
    std::string apiVersion =
        plain ? std::string(m_resource->apiVersion) : fmt::format("meta.k8s.io/{}", m_form.version);
    if (m_form.encoding == Encoding::Protobuf) {
        ItemMessage message = [forms, plain](const api::Object &object) {
            return plain ? forms->message(object) : forms->partialMessage(object);
        };
        // The list of v1beta1 was made before the numbers were settled.
        ListFields fields;
        if (!plain && m_form.version == "v1beta1")
            fields = {.metadata = 2, .items = 1};
        return protobufListBody(std::move(apiVersion), std::move(kind), std::move(list), std::move(message), fields);
    }
    const std::string metadata = listMetadata(list);
    if (m_form.encoding == Encoding::Yaml) {
        ItemWriter item = [forms, plain](const api::Object &object, bool, std::string &out) {
            out += api::jsonToYaml(objectText(*forms, object, plain), api::YamlPlace::ListItem);
        };
        std::string begin = api::jsonToYaml(fmt::format("{{\"apiVersion\":\"{}\"}}", apiVersion));
        begin += list.items.empty() ? "items: []\n" : "items:\n";
        std::string end = api::jsonToYaml(fmt::format("{{\"kind\":\"{}\",\"metadata\":{}}}", kind, metadata));
        return listBody(std::move(begin), std::move(list), std::move(item), std::move(end));
    }
    ItemWriter item = [forms](const api::Object &object, bool first, std::string &out) {
        out += first ? "" : ",";
        out += forms->partial(object);
    };
    std::string begin =
        fmt::format("{{\"kind\":\"{}\",\"apiVersion\":\"{}\",\"metadata\":{},\"items\":[", kind, apiVersion, metadata);
    return listBody(std::move(begin), std::move(list), std::move(item), "]}\n");
}

std::string OutputForm::watchObject(const api::Object &object, bool withColumns) const {
    ObjectForms forms(*m_resource, m_form.version);
    if (m_form.encoding == Encoding::Protobuf)
        return isPlain() ? forms.protobuf(object) : forms.partialProtobuf(object);
    if (m_form.projection != Projection::Table)
        return objectText(forms, object, isPlain());
    api::TableWriter table(api::tableColumns(*m_resource), m_form.version);
    const std::string version = std::to_string(object.resourceVersion());
    if (withColumns)
        table.begin(version);
    else
        table.beginEvent(version);
    forms.addRow(table, object, m_include, m_clock->now());
    table.end();
    return table.take();
}

Task<> OutputForm::send(Exchange &exchange, int status, api::ObjectPtr object) const {
    BodySourcePtr made = body(object);
    co_await sendEncoded(exchange, status, m_form, std::move(made));
}

Task<> OutputForm::send(Exchange &exchange, int status, client::ObjectList list) const {
    BodySourcePtr made = body(std::move(list));
    co_await sendEncoded(exchange, status, m_form, std::move(made));
}

} // namespace coracle::apiserver
