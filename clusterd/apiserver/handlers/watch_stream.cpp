#include "clusterd/apiserver/handlers/watch_stream.h"

#include "clusterd/apiserver/handlers/status_body.h"
#include "clusterd/apiserver/registry/conversion.h"
#include "core/api/protobuf.h"
#include "core/api/protobuf_wire.h"

#include <fmt/format.h>

namespace coracle::apiserver {

using client::EventType;

namespace {

std::string_view typeName(EventType type) {
    switch (type) {
    case EventType::Added:
        return "ADDED";
    case EventType::Modified:
        return "MODIFIED";
    case EventType::Deleted:
        return "DELETED";
    case EventType::Bookmark:
        return "BOOKMARK";
    }
    return "ERROR";
}

std::string_view opening(EventType type) {
    switch (type) {
    case EventType::Added:
        return R"({"type":"ADDED","object":)";
    case EventType::Modified:
        return R"({"type":"MODIFIED","object":)";
    default:
        return R"({"type":"DELETED","object":)";
    }
}

std::string bookmark(const api::ResourceInfo &resource, const WatchItem &item) {
    std::string_view annotations =
        item.initialEventsEnd ? R"(,"annotations":{"k8s.io/initial-events-end":"true"})" : "";
    return fmt::format(R"({{"kind":"{}","apiVersion":"{}","metadata":{{"resourceVersion":"{}"{}}}}})", resource.kind,
                       resource.apiVersion, item.revision, annotations);
}

std::string jsonEvent(std::string_view type, std::string_view object) {
    return fmt::format("{{\"type\":\"{}\",\"object\":{}}}\n", type, object);
}

/// The length in four bytes, the most significant one first, then a meta/v1.WatchEvent without an envelope of its own;
/// its object has one (apimachinery serializer/protobuf, LengthDelimitedFramer).
std::string protobufEvent(std::string_view type, std::string_view object) {
    std::string raw; // runtime.RawExtension
    api::wire::appendBytes(raw, 1, object);
    std::string message;
    api::wire::appendBytes(message, 1, type);
    api::wire::appendBytes(message, 2, raw);
    const auto size = static_cast<uint32_t>(message.size());
    const char length[] = {char(size >> 24), char(size >> 16), char(size >> 8), char(size)};
    return std::string(length, sizeof length) + message;
}

/// Turns items into bytes: plain objects go out as they are, other forms are made once per event for all watchers.
class EventEncoder {
public:
    EventEncoder(const api::ResourceInfo &resource, OutputForm form) : m_resource(resource), m_form(std::move(form)) {}

    void append(const WatchItem &item, std::vector<http::Chunk> &chunks) {
        const bool asStored = m_form.isPlain() && m_form.encoding() == Encoding::Json;
        if (item.type == EventType::Bookmark) {
            chunks.push_back(http::Chunk::own(event(typeName(item.type), bookmarkText(item))));
        } else if (asStored && &storageResource(m_resource) == &m_resource) {
            chunks.push_back(http::Chunk::literal(opening(item.type)));
            chunks.push_back({item.object, item.object->json()});
            chunks.push_back(http::Chunk::literal("}\n"));
        } else if (item.event && !m_first) {
            std::string name = fmt::format("{}:{}", typeName(item.type), m_form.name());
            auto text = item.event->encoded(name, [&] { return event(typeName(item.type), objectText(item.object)); });
            chunks.push_back({text, *text});
        } else {
            chunks.push_back(http::Chunk::own(event(typeName(item.type), objectText(item.object))));
            m_first = false;
        }
    }

    std::string failure(const Status &status) const {
        static const api::TypeInfo &type = *api::findType("meta/v1", "Status");
        std::string text = statusBody(status);
        text.pop_back(); // the line's end
        if (m_form.encoding() == Encoding::Protobuf)
            text = api::jsonToProtobuf(text, type).value_or(std::string());
        return event("ERROR", text);
    }

private:
    std::string event(std::string_view type, std::string_view object) const {
        return m_form.encoding() == Encoding::Protobuf ? protobufEvent(type, object) : jsonEvent(type, object);
    }

    std::string objectText(const api::ObjectPtr &stored) const {
        return m_form.watchObject(*fromStorage(stored, m_resource), m_first);
    }

    std::string bookmarkText(const WatchItem &item) const {
        std::string text = bookmark(m_resource, item);
        auto object = api::Object::parse(text);
        return object ? m_form.watchObject(**object, false) : text;
    }

    const api::ResourceInfo &m_resource;
    OutputForm m_form;
    bool m_first = true; ///< only the first table has column definitions
};

} // namespace

Task<Result<>> streamWatch(Exchange &exchange, const api::ResourceInfo &resource, OutputForm form,
                           std::unique_ptr<StoreWatch> watch) {
    std::string type(contentType(form.encoding()));
    if (form.encoding() == Encoding::Protobuf)
        type += ";stream=watch";
    CO_CHECK(co_await exchange.writer.start(200, responseHeaders(exchange, type)));
    EventEncoder encoder(resource, std::move(form));
    while (true) {
        auto items = co_await watch->next();
        if (items && items->empty())
            co_return Result<>{};
        std::vector<http::Chunk> chunks;
        if (!items)
            chunks.push_back(http::Chunk::own(encoder.failure(items.error())));
        else
            for (const WatchItem &item : *items)
                encoder.append(item, chunks);
        if (!(co_await exchange.writer.write(std::move(chunks))) || !items)
            co_return Result<>{};
    }
}

} // namespace coracle::apiserver
