#include "core/client/informer.h"

#include "core/base/log.h"

#include <algorithm>
#include <boost/asio/this_coro.hpp>

namespace coracle::client {

namespace {

constexpr Duration kRetryFirst = std::chrono::milliseconds(100);
constexpr Duration kRetryLongest = std::chrono::seconds(10);

} // namespace

Informer::Informer(Client &client, const ResourceInfo &resource, Clock &clock, std::string namespaceName,
                   std::string labelSelector, std::string fieldSelector)
    : m_client(client),
      m_resource(resource),
      m_clock(clock),
      m_namespace(std::move(namespaceName)),
      m_labelSelector(std::move(labelSelector)),
      m_fieldSelector(std::move(fieldSelector)) {}

void Informer::addIndex(std::string name, IndexFunction function) {
    m_indexes.push_back({std::move(name), std::move(function), {}});
}

bool Informer::hasIndex(std::string_view name) const {
    return std::any_of(m_indexes.begin(), m_indexes.end(), [&](const Index &index) { return index.name == name; });
}

void Informer::addHandler(Handler handler) {
    for (const auto &[key, object] : m_objects)
        handler(nullptr, object);
    m_handlers.push_back(std::move(handler));
}

void Informer::start(Gate &gate) {
    m_gate = &gate;
    if (!m_syncedEvent)
        m_syncedEvent = std::make_unique<AsyncEvent>(gate.executor());
    gate.spawn([this] { return run(); });
}

Task<> Informer::waitSynced() {
    if (!m_syncedEvent) // not started yet
        m_syncedEvent = std::make_unique<AsyncEvent>(co_await boost::asio::this_coro::executor);
    while (!m_synced && !(m_gate && m_gate->closed()))
        co_await m_syncedEvent->wait();
}

Task<> Informer::run() {
    co_await repeat();
    m_ended = true;
}

Task<> Informer::repeat() {
    Duration retry = kRetryFirst;
    while (!m_gate->closed() && !m_stopped) {
        const std::string before = m_resourceVersion;
        auto ended = co_await listAndWatch();
        if (m_gate->closed() || m_stopped)
            co_return;
        if (!ended && !isExpired(ended.error()))
            log::warning("informer", "{}: {}", m_resource.resource, ended.error().message);
        if (m_resourceVersion != before) // it worked for a while
            retry = kRetryFirst;
        if (!(co_await m_clock.sleep(retry)))
            co_return;
        retry = std::min(retry * 2, kRetryLongest);
    }
}

Task<Result<>> Informer::listAndWatch() {
    if (m_resourceVersion.empty())
        CO_CHECK(co_await relist());
    auto ended = co_await follow();
    if (!ended && isExpired(ended.error()))
        m_resourceVersion.clear();
    co_return ended;
}

Task<Result<>> Informer::relist() {
    ListOptions options;
    options.labelSelector = m_labelSelector;
    options.fieldSelector = m_fieldSelector;
    CO_TRY(ObjectList list, co_await m_client.list(m_resource, m_namespace, std::move(options)));

    std::set<std::string, std::less<>> gone;
    for (const auto &[key, object] : m_objects)
        gone.insert(key);
    for (const ObjectPtr &object : list.items) {
        gone.erase(object->key());
        apply(object, false);
    }
    for (const std::string &key : gone) {
        const ObjectPtr last = m_objects.at(key); // outlives its place in the map
        apply(last, true);
    }
    m_resourceVersion = list.resourceVersion;
    if (!m_synced) {
        m_synced = true;
        m_syncedEvent->notifyAll();
    }
    co_return Result<>{};
}

Task<Result<>> Informer::follow() {
    WatchOptions options;
    options.labelSelector = m_labelSelector;
    options.fieldSelector = m_fieldSelector;
    options.resourceVersion = m_resourceVersion;
    CO_TRY(std::unique_ptr<Watch> watch, co_await m_client.watch(m_resource, m_namespace, std::move(options)));
    for (;;) {
        CO_TRY(WatchEvent event, co_await watch->next());
        if (m_stopped)
            co_return Result<>{};
        if (event.type != EventType::Bookmark)
            apply(event.object, event.type == EventType::Deleted);
        m_resourceVersion = std::to_string(event.object->resourceVersion());
    }
}

void Informer::apply(const ObjectPtr &object, bool deleted) {
    const std::string key = object->key();
    auto found = m_objects.find(key);
    const ObjectPtr before = found == m_objects.end() ? nullptr : found->second;
    if (deleted) {
        if (!before)
            return;
        unindex(key, before);
        m_objects.erase(found);
        return notify(object, nullptr);
    }
    if (before && before->resourceVersion() == object->resourceVersion() && before->uid() == object->uid())
        return;
    // Deleted and made again between two events: handlers see both.
    if (before && before->uid() != object->uid()) {
        unindex(key, before);
        m_objects.erase(found);
        notify(before, nullptr);
        return apply(object, false);
    }
    if (before)
        unindex(key, before);
    m_objects.insert_or_assign(key, object);
    index(key, object);
    notify(before, object);
}

void Informer::notify(const ObjectPtr &before, const ObjectPtr &after) {
    for (size_t i = 0; i < m_handlers.size(); ++i)
        m_handlers[i](before, after);
}

void Informer::unindex(const std::string &key, const ObjectPtr &object) {
    std::vector<std::string> values;
    for (Index &index : m_indexes) {
        values.clear();
        index.function(object, values);
        for (const std::string &value : values) {
            auto found = index.keys.find(value);
            if (found == index.keys.end())
                continue;
            found->second.erase(key);
            if (found->second.empty())
                index.keys.erase(found);
        }
    }
}

void Informer::index(const std::string &key, const ObjectPtr &object) {
    std::vector<std::string> values;
    for (Index &index : m_indexes) {
        values.clear();
        index.function(object, values);
        for (const std::string &value : values)
            index.keys[value].insert(key);
    }
}

ObjectPtr Informer::get(std::string_view key) const {
    auto found = m_objects.find(key);
    return found == m_objects.end() ? nullptr : found->second;
}

ObjectPtr Informer::get(std::string_view namespaceName, std::string_view name) const {
    if (namespaceName.empty())
        return get(name);
    std::string key(namespaceName);
    key += '/';
    key += name;
    return get(key);
}

std::vector<ObjectPtr> Informer::list() const {
    std::vector<ObjectPtr> objects;
    objects.reserve(m_objects.size());
    for (const auto &[key, object] : m_objects)
        objects.push_back(object);
    return objects;
}

std::vector<ObjectPtr> Informer::listNamespace(std::string_view namespaceName) const {
    std::vector<ObjectPtr> objects;
    std::string prefix(namespaceName);
    prefix += '/';
    for (auto at = m_objects.lower_bound(prefix); at != m_objects.end() && at->first.starts_with(prefix); ++at)
        objects.push_back(at->second);
    return objects;
}

std::vector<ObjectPtr> Informer::byIndex(std::string_view name, std::string_view value) const {
    std::vector<ObjectPtr> objects;
    for (const Index &index : m_indexes) {
        if (index.name != name)
            continue;
        if (auto found = index.keys.find(std::string(value)); found != index.keys.end())
            for (const std::string &key : found->second)
                objects.push_back(m_objects.at(key));
    }
    return objects;
}

} // namespace coracle::client
