#include "clusterd/apiserver/registry/continue_token.h"
#include "clusterd/apiserver/registry/conversion.h"
#include "clusterd/apiserver/registry/document.h"
#include "clusterd/apiserver/registry/dynamic_kind.h"
#include "clusterd/apiserver/registry/json_scan.h"
#include "clusterd/apiserver/registry/registry.h"
#include "clusterd/apiserver/registry/stored_object.h"
#include "clusterd/apiserver/registry/subresources.h"

#include <boost/json/serialize.hpp>
#include <charconv>
#include <fmt/format.h>

namespace coracle::apiserver {

/// One page of a list while it is put together.
struct ListPage {
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

namespace {

constexpr int64_t kBackendPage = 1000;
constexpr std::string_view kExact = "Exact";

/// Empty and "0" are 0.
Result<Revision> parseRevision(std::string_view text) {
    Revision revision = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), revision);
    if (!text.empty() && (error != std::errc() || end != text.data() + text.size() || revision < 0))
        return errors::badRequest(
            fmt::format("invalid resource version: resourceVersion: Invalid value: \"{}\": "
                        "strconv.ParseUint: parsing \"{}\": {}",
                        text, text, error == std::errc::result_out_of_range ? "value out of range" : "invalid syntax"));
    return revision;
}

/// Which state a list shows.
struct ListPoint {
    Revision atLeast = 0; ///< the newest state, but not before this revision
    Revision exactly = 0; ///< the state at this revision; 0: the newest
    int64_t limit = 0;    ///< 0: all
    ContinueToken token = {};
};

/// As k8s.io/apiserver storage.ValidateListOptions and the cacher read the options.
Result<ListPoint> listPoint(const client::ListOptions &options) {
    ListPoint point{.limit = std::max<int64_t>(options.limit, 0)};
    if (!options.continueToken.empty()) {
        TRY(point.token, ContinueToken::decode(options.continueToken));
        if (!options.resourceVersion.empty() && options.resourceVersion != "0")
            return errors::badRequest("specifying resource version is not allowed when using continue");
        // A negative revision goes on from the newest state.
        point.exactly = std::max<Revision>(point.token.revision, 0);
        return point;
    }
    TRY(Revision wanted, parseRevision(options.resourceVersion));
    if (options.resourceVersion == "0")
        point.limit = 0; // "any state will do" is answered from memory, where pages save nothing
    const bool exact = options.resourceVersionMatch == kExact ||
                       (options.resourceVersionMatch.empty() && options.limit > 0 && wanted > 0);
    (exact ? point.exactly : point.atLeast) = wanted;
    return point;
}

void pageFromMemory(ListPage &page, const ObjectTable &table) {
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

Task<Result<>> pageFromBackend(ListPage &page, datastore::Backend &backend, Revision revision) {
    std::string prefix = std::string(page.resource.storagePrefix) + "/";
    if (page.resource.namespaced && !page.selection.namespaceName().empty())
        prefix += page.selection.namespaceName() + "/";
    std::string next = page.from.empty() ? std::string() : prefix + page.from;
    bool more = true;
    while (more && page.next.empty()) {
        const int64_t wanted = page.limit > 0 && page.selection.isEverything() ? page.limit + 1 : kBackendPage;
        CO_TRY(datastore::ListResult part,
               co_await backend.list(prefix, next, std::min(wanted, kBackendPage), revision));
        for (const datastore::KeyValue &stored : part.items) {
            auto object = readStored(stored);
            if (object && !page.take(*object))
                break;
        }
        more = part.more && !part.items.empty();
        if (more)
            next = part.items.back().key + '\0';
    }
    if (!page.next.empty() && page.selection.isEverything()) {
        datastore::KeyRange rest = datastore::KeyRange::prefix(prefix, prefix + page.next);
        CO_TRY(page.list.remainingItemCount, co_await backend.countRange(std::move(rest), revision));
    }
    co_return Result<>{};
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
    if (const auto made = m_sources.find(&scope.resource); made != m_sources.end())
        co_return co_await made->second->get(scope.namespaceName, scope.name);
    CO_TRY(Revision revision, parseRevision(resourceVersion));
    if (revision > 0)
        CO_CHECK(co_await m_parts.store.waitFor(revision));
    api::ObjectPtr stored = m_parts.store.get(scope.resource, scope.namespaceName, scope.name);
    if (!stored)
        co_return notFound(scope);
    if (scope.resource.runtime && !isInVersion(*stored, scope.resource)) {
        std::vector<api::ObjectPtr> one(1, std::move(stored));
        CO_TRY(one, co_await convertObjects(scope.resource, std::move(one)));
        co_return shown(scope, one.front());
    }
    co_return shown(scope, fromStorage(stored, scope.resource));
}

Result<api::ObjectPtr> Registry::shown(const RequestScope &scope, const api::ObjectPtr &object) const {
    if (scope.subresource != "scale")
        return object;
    TRY(Document document, documentOf(*object));
    TRY(Document scale, toSubresource(scope, std::move(document), object->resourceVersion()));
    return api::Object::parse(boost::json::serialize(scale));
}

Task<Result<Revision>> Registry::readPage(ListPage &page, Revision exactly) {
    if (exactly == 0) {
        Store::Snapshot newest = m_parts.store.snapshot(page.resource);
        pageFromMemory(page, newest.table);
        co_return newest.revision;
    }
    CO_TRY(std::optional<Store::Snapshot> past, m_parts.store.snapshotAt(page.resource, exactly));
    if (past)
        pageFromMemory(page, past->table);
    else
        CO_CHECK(co_await pageFromBackend(page, m_parts.backend, exactly));
    co_return exactly;
}

Task<Result<client::ObjectList>> Registry::list(RequestScope &scope, client::ListOptions options) {
    CO_TRY(Selection selection,
           Selection::parse(scope.resource, scope.namespaceName, options.labelSelector, options.fieldSelector));
    if (const auto made = m_sources.find(&scope.resource); made != m_sources.end())
        co_return co_await listSource(*made->second, scope, selection);
    CO_TRY(ListPoint point, listPoint(options));
    CO_CHECK(co_await m_parts.store.waitFor(std::max(point.atLeast, point.exactly)));

    ListPage page{scope.resource, selection, point.limit, point.token.start};
    auto read = co_await readPage(page, point.exactly);
    if (!read && isExpired(read.error()))
        co_return options.continueToken.empty()
            ? errors::expired("The resourceVersion for the provided list is too old.")
            : tooOldToContinue(point.token);
    if (!read)
        co_return Failure(std::move(read).error());
    const Revision revision = *read;
    if (scope.resource.runtime) {
        CO_TRY(page.list.items, co_await convertObjects(scope.resource, std::move(page.list.items)));
    }
    for (api::ObjectPtr &object : page.list.items)
        object = fromStorage(object, scope.resource);
    page.list.resourceVersion = std::to_string(revision);
    if (!page.next.empty())
        page.list.continueToken = ContinueToken{revision, page.next}.encode();
    co_return std::move(page.list);
}

/// What is made anew for each list has no revisions and no pages.
Task<Result<client::ObjectList>> Registry::listSource(ObjectSource &source, const RequestScope &scope,
                                                      const Selection &selection) {
    client::ObjectList list;
    CO_TRY(list.items, co_await source.list(scope.namespaceName));
    std::erase_if(list.items, [&](const api::ObjectPtr &object) { return !selection.matches(*object); });
    co_return list;
}

Task<Result<std::unique_ptr<StoreWatch>>> Registry::watch(RequestScope &scope, WatchParameters parameters) {
    if (scope.resource.storagePrefix.empty()) // also where a GET of one object asks for a watch
        co_return errors::methodNotAllowed("the server does not allow this method on the requested resource");
    const client::WatchOptions &asked = parameters.options;
    StoreWatch::Options options;
    CO_TRY(options.selection,
           Selection::parse(scope.resource, scope.namespaceName, asked.labelSelector, asked.fieldSelector));
    CO_TRY(Revision revision, parseRevision(asked.resourceVersion));
    bool streamingList = parameters.sendInitialEvents.value_or(false);
    if (streamingList) { // as every error of a watch that was understood, this one is an event of its stream
        if (auto fresh = co_await m_parts.store.waitFor(revision); !fresh)
            options.failure = std::move(fresh).error();
    }
    options.initialEvents = parameters.sendInitialEvents.value_or(revision == 0);
    options.initialEventsEnd = streamingList && asked.allowBookmarks;
    options.bookmarks = asked.allowBookmarks;
    options.after = revision > 0 ? revision : m_parts.store.revision();
    if (scope.resource.runtime)
        options.convertTo = &scope.resource;
    if (parameters.timeout)
        options.deadline = m_parts.clock.steadyNow() + *parameters.timeout;
    co_return std::make_unique<StoreWatch>(m_parts.store, m_parts.clock, scope.resource, std::move(options));
}

} // namespace coracle::apiserver
