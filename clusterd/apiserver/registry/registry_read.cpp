#include "clusterd/apiserver/registry/continue_token.h"
#include "clusterd/apiserver/registry/conversion.h"
#include "clusterd/apiserver/registry/document.h"
#include "clusterd/apiserver/registry/json_scan.h"
#include "clusterd/apiserver/registry/registry.h"
#include "clusterd/apiserver/registry/subresources.h"

#include <boost/json/serialize.hpp>
#include <charconv>
#include <fmt/format.h>

namespace coracle::apiserver {

namespace {

constexpr int64_t kBackendPage = 1000;

/// Empty and "0" are 0.
Result<Revision> parseRevision(std::string_view text) {
    Revision revision = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), revision);
    if (!text.empty() && (error != std::errc() || end != text.data() + text.size() || revision < 0))
        return errors::badRequest(fmt::format("invalid resource version \"{}\": it must be a number", text));
    return revision;
}

/// One page of a list while it is put together.
struct Page {
    const api::ResourceInfo &resource;
    const Selection &selection;
    int64_t limit = 0;
    std::string from = {}; ///< relative key where the page begins
    client::ObjectList list = {};
    std::string next = {}; ///< relative key where the next page begins; empty: the list is complete

    bool full() const { return limit > 0 && static_cast<int64_t>(list.items.size()) >= limit; }
    /// The key after an object, relative to what is listed.
    std::string keyAfter(const api::Object &object) const {
        std::string key(object.name());
        if (resource.namespaced && selection.namespaceName().empty())
            key.insert(0, std::string(object.namespaceName()) + "/");
        return key + '\0';
    }
    ObjectKey fromKey() const {
        std::string_view key = from;
        if (!resource.namespaced || !selection.namespaceName().empty())
            return {selection.namespaceName(), key};
        size_t slash = key.find('/');
        return slash == key.npos ? ObjectKey{key, {}} : ObjectKey{key.substr(0, slash), key.substr(slash + 1)};
    }
    /// False when the page is full before this object.
    bool take(const api::ObjectPtr &object) {
        if (!selection.matches(*object))
            return true;
        if (full()) {
            next = keyAfter(*list.items.back());
            return false;
        }
        list.items.push_back(object);
        return true;
    }
};

void pageFromMemory(Page &page, const ObjectTable &table) {
    const std::string &within = page.selection.namespaceName();
    int64_t remaining = 0;
    table.visit(page.fromKey(), [&](const api::ObjectPtr &object) {
        if (!within.empty() && object->namespaceName() != within)
            return false;
        if (!page.next.empty() || !page.take(object))
            ++remaining;
        return page.next.empty() || page.selection.isEverything(); // goes on only to count
    });
    if (page.selection.isEverything())
        page.list.remainingItemCount = remaining;
}

Task<Result<>> pageFromBackend(Page &page, datastore::Backend &backend, Revision revision) {
    std::string prefix = std::string(page.resource.storagePrefix) + "/";
    if (page.resource.namespaced && !page.selection.namespaceName().empty())
        prefix += page.selection.namespaceName() + "/";
    std::string next = page.from.empty() ? std::string() : prefix + page.from;
    while (true) {
        CO_TRY(datastore::ListResult part, co_await backend.list(prefix, next, kBackendPage, revision));
        for (const datastore::KeyValue &stored : part.items) {
            auto wire = withResourceVersion(stored.value, stored.modRevision);
            auto object = api::Object::parse(wire ? std::move(*wire) : stored.value);
            if (object && !page.take(*object))
                co_return Result<>{};
        }
        if (!part.more || part.items.empty())
            co_return Result<>{};
        next = part.items.back().key + '\0';
    }
}

/// 410 for a page whose snapshot was compacted away, with a token that goes on from the newest state.
Failure tooOldToContinue(const ContinueToken &token) {
    Failure failure = errors::expired(
        "The provided continue parameter is too old to display a consistent list result. You can start a new list "
        "without the continue parameter, or use the continue token in this response to retrieve the remainder of the "
        "results. Continuing with the provided token results in an inconsistent list - objects that were created, "
        "modified, or deleted between the time the first chunk was returned and now may show up in the list.");
    failure.error().continueToken = ContinueToken{-1, token.start}.encode();
    return failure;
}

} // namespace

Task<Result<api::ObjectPtr>> Registry::get(RequestScope &scope, std::string resourceVersion) {
    CO_TRY(Revision revision, parseRevision(resourceVersion));
    if (revision > 0)
        CO_CHECK(co_await m_parts.store.waitFor(revision));
    api::ObjectPtr stored = m_parts.store.get(scope.resource, scope.namespaceName, scope.name);
    if (!stored)
        co_return notFound(scope);
    co_return shown(scope, fromStorage(stored, scope.resource));
}

Result<api::ObjectPtr> Registry::shown(const RequestScope &scope, const api::ObjectPtr &object) const {
    if (scope.subresource != "scale")
        return object;
    TRY(Document document, documentOf(*object));
    Document scale = toSubresource(scope, std::move(document), object->resourceVersion());
    return api::Object::parse(boost::json::serialize(scale));
}

Task<Result<client::ObjectList>> Registry::list(RequestScope &scope, client::ListOptions options) {
    CO_TRY(Selection selection,
           Selection::parse(scope.resource, scope.namespaceName, options.labelSelector, options.fieldSelector));
    CO_TRY(Revision wanted, parseRevision(options.resourceVersion));
    ContinueToken token;
    if (!options.continueToken.empty()) {
        if (wanted > 0)
            co_return errors::badRequest("specifying resource version is not allowed when using continue");
        CO_TRY(token, ContinueToken::decode(options.continueToken));
    }
    bool exact = options.resourceVersionMatch == "Exact" ||
                 (options.resourceVersionMatch.empty() && options.limit > 0 && wanted > 0);
    Revision at = !options.continueToken.empty() ? std::max<Revision>(token.revision, 0) : exact ? wanted : 0;
    if (wanted > 0)
        CO_CHECK(co_await m_parts.store.waitFor(wanted));

    Page page{scope.resource, selection, options.limit, token.start};
    Store::Snapshot snapshot = m_parts.store.snapshot(scope.resource);
    Revision revision = at > 0 ? at : snapshot.revision;
    // What the collection was at a revision is what it is now when nothing changed in between.
    if (at == 0 || (snapshot.lastChange <= at && at <= snapshot.revision)) {
        pageFromMemory(page, snapshot.table);
    } else {
        auto read = co_await pageFromBackend(page, m_parts.backend, at);
        if (!read && isExpired(read.error())) {
            if (!options.continueToken.empty())
                co_return tooOldToContinue(token);
            co_return errors::expired("The resourceVersion for the provided list is too old.");
        }
        if (!read)
            co_return Failure(std::move(read).error());
    }
    for (api::ObjectPtr &object : page.list.items)
        object = fromStorage(object, scope.resource);
    page.list.resourceVersion = std::to_string(revision);
    if (!page.next.empty())
        page.list.continueToken = ContinueToken{revision, page.next}.encode();
    co_return std::move(page.list);
}

Task<Result<std::unique_ptr<StoreWatch>>> Registry::watch(RequestScope &scope, WatchParameters parameters) {
    const client::WatchOptions &asked = parameters.options;
    StoreWatch::Options options;
    CO_TRY(options.selection,
           Selection::parse(scope.resource, scope.namespaceName, asked.labelSelector, asked.fieldSelector));
    CO_TRY(Revision revision, parseRevision(asked.resourceVersion));
    bool streamingList = parameters.sendInitialEvents.value_or(false);
    if (streamingList && revision > 0)
        CO_CHECK(co_await m_parts.store.waitFor(revision));
    options.initialEvents = parameters.sendInitialEvents.value_or(revision == 0);
    options.initialEventsEnd = streamingList && asked.allowBookmarks;
    options.bookmarks = asked.allowBookmarks;
    options.after = revision > 0 ? revision : m_parts.store.revision();
    if (parameters.timeout)
        options.deadline = m_parts.clock.steadyNow() + *parameters.timeout;
    co_return std::make_unique<StoreWatch>(m_parts.store, m_parts.clock, scope.resource, std::move(options));
}

} // namespace coracle::apiserver
