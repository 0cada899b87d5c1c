#include "tests/support/memory_client.h"

#include <boost/json.hpp>
#include <cassert>
#include <fmt/format.h>

namespace coracle::test {

namespace json = boost::json;
using namespace client;

struct MemoryClient::Watching {
    explicit Watching(Executor executor) : changed(std::move(executor)) {}
    std::deque<WatchEvent> events;
    AsyncEvent changed;
};

struct MemoryClient::MemoryWatch final : Watch {
    explicit MemoryWatch(std::shared_ptr<Watching> given) : watching(std::move(given)) {}
    Task<Result<WatchEvent>> next() override {
        auto held = watching;
        while (held->events.empty())
            co_await held->changed.wait();
        WatchEvent event = std::move(held->events.front());
        held->events.pop_front();
        co_return event;
    }
    std::shared_ptr<Watching> watching;
};

namespace {

std::string keyOf(const std::string &namespaceName, const std::string &name) {
    return namespaceName.empty() ? name : namespaceName + "/" + name;
}

void mergeInto(json::value &target, const json::value &patch) {
    if (!patch.is_object()) {
        target = patch;
        return;
    }
    if (!target.is_object())
        target = json::object();
    for (const auto &entry : patch.get_object()) {
        if (entry.value().is_null())
            target.get_object().erase(entry.key());
        else
            mergeInto(target.get_object()[entry.key()], entry.value());
    }
}

} // namespace

void MemoryClient::tell(Collection &collection, const WatchEvent &event) {
    for (const auto &weak : collection.watches)
        if (auto watching = weak.lock()) {
            watching->events.push_back(event);
            watching->changed.notifyAll();
        }
}

ObjectPtr MemoryClient::store(const ResourceInfo &resource, json::value value) {
    auto &metadata = value.as_object()["metadata"];
    if (!metadata.is_object())
        metadata = json::object();
    auto &members = metadata.as_object();
    ++m_revision;
    if (!members.contains("uid") || members["uid"].as_string().empty())
        members["uid"] = fmt::format("uid-{}", m_revision);
    members["resourceVersion"] = std::to_string(m_revision);
    auto object = api::Object::parse(json::serialize(value));
    assert(object);
    auto &collection = m_collections[&resource];
    std::string key((*object)->key());
    bool fresh = !collection.objects.contains(key);
    collection.objects[key] = *object;
    ++writes;
    tell(collection, {fresh ? EventType::Added : EventType::Modified, *object});
    return *object;
}

void MemoryClient::put(std::string_view text) {
    json::value value = json::parse(text);
    const auto &members = value.as_object();
    const auto *resource = api::findKind(std::string_view(members.at("apiVersion").as_string()),
                                         std::string_view(members.at("kind").as_string()));
    assert(resource);
    store(*resource, std::move(value));
}

void MemoryClient::erase(const ResourceInfo &resource, const std::string &key) {
    auto &collection = m_collections[&resource];
    auto node = collection.objects.extract(key);
    if (node.empty())
        return;
    ++m_revision;
    tell(collection, {EventType::Deleted, node.mapped()});
}

void MemoryClient::deletePod(const std::string &namespaceName, const std::string &name, int64_t graceSeconds) {
    const auto &pods = *api::findKind("v1", "Pod");
    auto object = find(pods, keyOf(namespaceName, name));
    if (!object)
        return;
    if (graceSeconds == 0) {
        erase(pods, keyOf(namespaceName, name));
        return;
    }
    json::value value = json::parse(object->json());
    auto &metadata = value.as_object()["metadata"].as_object();
    metadata["deletionTimestamp"] = "2026-01-01T00:00:00Z";
    metadata["deletionGracePeriodSeconds"] = graceSeconds;
    store(pods, std::move(value));
}

ObjectPtr MemoryClient::find(const ResourceInfo &resource, const std::string &key) const {
    auto collection = m_collections.find(&resource);
    if (collection == m_collections.end())
        return nullptr;
    auto found = collection->second.objects.find(key);
    return found == collection->second.objects.end() ? nullptr : found->second;
}

std::vector<ObjectPtr> MemoryClient::all(const ResourceInfo &resource) const {
    std::vector<ObjectPtr> list;
    if (auto collection = m_collections.find(&resource); collection != m_collections.end())
        for (const auto &[key, object] : collection->second.objects)
            list.push_back(object);
    return list;
}

Task<Result<ObjectList>> MemoryClient::list(const ResourceInfo &resource, std::string namespaceName, ListOptions) {
    if (down)
        co_return errors::serviceUnavailable("the API is down");
    ObjectList list;
    list.resourceVersion = std::to_string(m_revision);
    for (const auto &object : all(resource))
        if (namespaceName.empty() || object->namespaceName() == namespaceName)
            list.items.push_back(object);
    co_return list;
}

Task<Result<std::unique_ptr<Watch>>> MemoryClient::watch(const ResourceInfo &resource, std::string, WatchOptions) {
    if (down)
        co_return errors::serviceUnavailable("the API is down");
    auto watching = std::make_shared<Watching>(m_executor);
    m_collections[&resource].watches.push_back(watching);
    co_return std::make_unique<MemoryWatch>(std::move(watching));
}

Task<Result<ObjectPtr>> MemoryClient::get(const ResourceInfo &resource, std::string namespaceName, std::string name,
                                          std::string) {
    if (down)
        co_return errors::serviceUnavailable("the API is down");
    auto object = find(resource, keyOf(namespaceName, name));
    if (!object)
        co_return errors::notFound(resource.resource, resource.group, name);
    co_return object;
}

Task<Result<ObjectPtr>> MemoryClient::create(const ResourceInfo &resource, std::string namespaceName, std::string text,
                                             WriteOptions options, std::string name) {
    if (down)
        co_return errors::serviceUnavailable("the API is down");
    json::value value = json::parse(text);
    if (options.subresource == "token") {
        value.as_object()["status"] = json::object{{"token", fmt::format("token-{}-{}", name, ++m_revision)},
                                                   {"expirationTimestamp", "2026-01-01T01:00:00Z"}};
        auto &metadata = value.as_object()["metadata"];
        if (!metadata.is_object())
            metadata = json::object{{"name", name}};
        auto answer = api::Object::parse(json::serialize(value));
        co_return answer;
    }
    if (!namespaceName.empty())
        value.as_object()["metadata"].as_object()["namespace"] = namespaceName;
    auto &members = value.as_object()["metadata"].as_object();
    if (members.contains("generateName") && !members.contains("name"))
        members["name"] = fmt::format("{}{}", std::string_view(members["generateName"].as_string()), m_revision);
    std::string objectName(members["name"].as_string());
    if (find(resource, keyOf(namespaceName, objectName)))
        co_return errors::alreadyExists(resource.resource, resource.group, objectName);
    co_return store(resource, std::move(value));
}

Task<Result<ObjectPtr>> MemoryClient::update(const ResourceInfo &resource, std::string namespaceName, std::string name,
                                             std::string text, WriteOptions) {
    if (down)
        co_return errors::serviceUnavailable("the API is down");
    if (!find(resource, keyOf(namespaceName, name)))
        co_return errors::notFound(resource.resource, resource.group, name);
    co_return store(resource, json::parse(text));
}

Task<Result<ObjectPtr>> MemoryClient::patch(const ResourceInfo &resource, std::string namespaceName, std::string name,
                                            PatchType type, std::string body, WriteOptions) {
    if (down)
        co_return errors::serviceUnavailable("the API is down");
    auto object = find(resource, keyOf(namespaceName, name));
    if (!object)
        co_return errors::notFound(resource.resource, resource.group, name);
    if (type != PatchType::Merge)
        co_return errors::unsupportedMediaType("merge patches only");
    json::value value = json::parse(object->json()), patch = json::parse(body);
    std::string uid(object->uid());
    mergeInto(value, patch);
    if (std::string_view(value.at("metadata").at("uid").as_string()) != uid)
        co_return errors::invalid(resource.kind, resource.group, name,
                                  {{"FieldValueInvalid", "field is immutable", "metadata.uid"}});
    co_return store(resource, std::move(value));
}

Task<Result<>> MemoryClient::remove(const ResourceInfo &resource, std::string namespaceName, std::string name,
                                    DeleteOptions options) {
    if (down)
        co_return errors::serviceUnavailable("the API is down");
    auto object = find(resource, keyOf(namespaceName, name));
    if (!object)
        co_return errors::notFound(resource.resource, resource.group, name);
    if (!options.preconditionUid.empty() && options.preconditionUid != object->uid())
        co_return errors::conflict(resource.resource, resource.group, name, "the UID is another one");
    erase(resource, keyOf(namespaceName, name));
    co_return Result<>{};
}

} // namespace coracle::test
