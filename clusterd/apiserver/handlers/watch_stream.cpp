#include "clusterd/apiserver/handlers/watch_stream.h"

#include "clusterd/apiserver/handlers/status_body.h"
#include "clusterd/apiserver/registry/conversion.h"

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

std::string wrap(EventType type, std::string_view object) {
    return fmt::format("{{\"type\":\"{}\",\"object\":{}}}\n", typeName(type), object);
}

/// Turns items into bytes: plain objects go out as they are, other forms are made once per event for all watchers.
class EventEncoder {
public:
    EventEncoder(const api::ResourceInfo &resource, OutputForm form) : m_resource(resource), m_form(std::move(form)) {}

    void append(const WatchItem &item, std::vector<http::Chunk> &chunks) {
        if (item.type == EventType::Bookmark) {
            chunks.push_back(http::Chunk::own(wrap(item.type, bookmarkText(item))));
        } else if (m_form.isPlain() && &storageResource(m_resource) == &m_resource) {
            chunks.push_back(http::Chunk::literal(opening(item.type)));
            chunks.push_back({item.object, item.object->json()});
            chunks.push_back(http::Chunk::literal("}\n"));
        } else if (item.event && !m_first) {
            std::string name = fmt::format("{}:{}", typeName(item.type), m_form.name());
            auto text = item.event->encoded(name, [&] { return wrap(item.type, objectText(item.object)); });
            chunks.push_back({text, *text});
        } else {
            chunks.push_back(http::Chunk::own(wrap(item.type, objectText(item.object))));
            m_first = false;
        }
    }

private:
    std::string objectText(const api::ObjectPtr &stored) const {
        api::ObjectPtr object = fromStorage(stored, m_resource);
        return m_form.isPlain() ? object->json() : m_form.watchObject(*object, m_first);
    }

    std::string bookmarkText(const WatchItem &item) const {
        std::string text = bookmark(m_resource, item);
        if (m_form.isPlain())
            return text;
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
    CO_CHECK(co_await exchange.writer.start(200, responseHeaders(exchange, "application/json")));
    EventEncoder encoder(resource, std::move(form));
    while (true) {
        auto items = co_await watch->next();
        if (items && items->empty())
            co_return Result<>{};
        std::vector<http::Chunk> chunks;
        if (!items)
            chunks.push_back(
                http::Chunk::own(fmt::format("{{\"type\":\"ERROR\",\"object\":{}}}\n", statusBody(items.error()))));
        else
            for (const WatchItem &item : *items)
                encoder.append(item, chunks);
        if (!(co_await exchange.writer.write(std::move(chunks))) || !items)
            co_return Result<>{};
    }
}

} // namespace coracle::apiserver
