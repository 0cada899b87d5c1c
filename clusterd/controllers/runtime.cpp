#include "clusterd/controllers/runtime.h"

#include "core/base/log.h"

#include <algorithm>
#include <fmt/format.h>

namespace coracle::controllers {

client::Informer &InformerFactory::get(const ResourceInfo &resource) {
    Entry &entry = m_entries[&resource];
    if (!entry.informer)
        entry.informer = std::make_unique<client::Informer>(m_client, resource, m_clock);
    return *entry.informer;
}

void InformerFactory::start(Gate &gate) {
    for (auto &[resource, entry] : m_entries)
        if (!std::exchange(entry.started, true))
            entry.informer->start(gate);
}

Task<> InformerFactory::waitSynced() {
    for (auto &[resource, entry] : m_entries)
        co_await entry.informer->waitSynced();
}

Controller::Controller(const ControllerContext &context, std::string name)
    : m_context(context),
      m_name(std::move(name)),
      m_queue(context.gate, context.clock),
      m_events(context.client, context.clock, context.gate, m_name + "-controller") {}

void Controller::enqueueOnChange(client::Informer &informer) {
    informer.addHandler(
        [this](const ObjectPtr &before, const ObjectPtr &after) { m_queue.add((after ? after : before)->key()); });
}

void Controller::enqueueOwner(client::Informer &informer, std::string_view ownerKind) {
    informer.addHandler([this, ownerKind](const ObjectPtr &before, const ObjectPtr &after) {
        for (const ObjectPtr *object : {&before, &after})
            if (auto key = ownerKey(*object, ownerKind))
                m_queue.add(std::move(*key));
    });
}

void Controller::enqueueAdopters(const client::Informer &owners, const ObjectPtr &before, const ObjectPtr &after) {
    if (!after || after->controller() || after->deleting())
        return;
    if (before && !before->controller() && before->labels() == after->labels())
        return;
    for (const ObjectPtr &owner : owners.listNamespace(after->namespaceName()))
        m_queue.add(owner->key());
}

void ControllerManager::start() {
    m_context.informers.start(m_context.gate);
    m_context.gate.spawn([this] { return run(); });
}

Task<> ControllerManager::run() {
    co_await m_context.informers.waitSynced();
    if (m_context.gate.closed())
        co_return;
    m_running = true;
    log::info("controllers", "{} controllers started", m_controllers.size());
    for (auto &controller : m_controllers)
        for (int i = 0; i < controller->workers(); ++i)
            m_context.gate.spawn([this, raw = controller.get()] { return work(raw); });
}

Task<> ControllerManager::work(Controller *controller) {
    client::WorkQueue &queue = controller->queue();
    while (auto key = co_await queue.take()) {
        auto reconciled = co_await controller->reconcile(*key);
        if (reconciled) {
            queue.forget(*key);
        } else {
            // Nothing can be made in a namespace that is going away, and nothing needs to.
            if (isNamespaceTerminating(reconciled.error())) {
                queue.forget(*key);
                queue.done(*key);
                continue;
            }
            // Conflicts are the ordinary course of optimistic locking: the informer brings the newer state.
            if (!isConflict(reconciled.error()))
                log::warning(controller->name(), "{}: {}", *key, reconciled.error().message);
            queue.addRateLimited(*key);
        }
        queue.done(*key);
    }
}

bool ControllerManager::idle() const {
    for (const auto &controller : m_controllers)
        if (!controller->queue().idle())
            return false;
    return true;
}

bool isGone(const Status &status) {
    return isNotFound(status) ||
           (status.code == 422 && std::any_of(status.causes.begin(), status.causes.end(),
                                              [](const StatusCause &cause) { return cause.field == "metadata.uid"; }));
}

bool isNamespaceTerminating(const Status &status) {
    return status.code == 403 && std::any_of(status.causes.begin(), status.causes.end(), [](const StatusCause &cause) {
               return cause.reason == "NamespaceTerminating";
           });
}

std::optional<std::string> ownerKey(const ObjectPtr &object, std::string_view ownerKind) {
    const api::Object::Owner *owner = object ? object->controller() : nullptr;
    if (!owner || owner->kind != ownerKind)
        return std::nullopt;
    return fmt::format("{}/{}", object->namespaceName(), owner->name);
}

std::pair<std::string, std::string> splitKey(std::string_view key) {
    const size_t slash = key.find('/');
    if (slash == std::string_view::npos)
        return {std::string(), std::string(key)};
    return {std::string(key.substr(0, slash)), std::string(key.substr(slash + 1))};
}

void addControllerIndex(client::Informer &informer) {
    if (informer.hasIndex(kByController))
        return;
    informer.addIndex(std::string(kByController), [](const ObjectPtr &object, std::vector<std::string> &values) {
        const api::Object::Owner *owner = object->controller();
        values.push_back(owner ? std::string(owner->uid) : orphansOf(object->namespaceName()));
    });
}

std::string orphansOf(std::string_view namespaceName) {
    return fmt::format("orphans of {}", namespaceName); // no UID holds a space
}

std::vector<ObjectPtr> claimable(const client::Informer &informer, std::string_view namespaceName,
                                 std::string_view uid) {
    std::vector<ObjectPtr> objects = informer.byIndex(kByController, uid);
    std::vector<ObjectPtr> orphans = informer.byIndex(kByController, orphansOf(namespaceName));
    objects.insert(objects.end(), orphans.begin(), orphans.end());
    return objects;
}

} // namespace coracle::controllers
