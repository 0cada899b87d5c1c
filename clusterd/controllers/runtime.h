#pragma once

#include "core/base/clock.h"
#include "core/base/gate.h"
#include "core/base/random.h"
#include "core/client/event_recorder.h"
#include "core/client/informer.h"
#include "core/client/work_queue.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What all controllers share (k8s.io/controller-manager): level-triggered reconcilers over shared informers. All of it
/// lives on one serial executor, the gate's.
namespace coracle::controllers {

using api::ObjectPtr;
using api::ResourceInfo;

/// One informer per resource for all controllers, made at first use.
class InformerFactory {
public:
    InformerFactory(client::Client &client, Clock &clock) : m_client(client), m_clock(clock) {}

    client::Informer &get(const ResourceInfo &resource);
    template<class T>
    client::Informer &get() {
        return get(T::resource());
    }
    /// Starts those that are not running yet.
    void start(Gate &gate);
    Task<> waitSynced();

private:
    struct Entry {
        std::unique_ptr<client::Informer> informer;
        bool started = false;
    };
    client::Client &m_client;
    Clock &m_clock;
    std::map<const ResourceInfo *, Entry> m_entries;
};

/// What a controller is given; everything outlives it.
struct ControllerContext {
    client::Client &client;
    Clock &clock;
    Random &random;
    Gate &gate;
    InformerFactory &informers;
};

/// A reconciler: it is called with a key, looks at the observed state and writes what brings the world nearer to the
/// declared state. It must be able to run at any time and again and again. A key is never worked on twice at once.
class Controller {
public:
    Controller(const ControllerContext &context, std::string name);
    virtual ~Controller() = default;
    Controller(const Controller &) = delete;
    Controller &operator=(const Controller &) = delete;

    const std::string &name() const { return m_name; }
    /// How many keys may be worked on at the same time.
    virtual int workers() const { return 2; }
    /// An error is logged and the key comes again after its back-off.
    virtual Task<Result<>> reconcile(std::string key) = 0;

    client::WorkQueue &queue() { return m_queue; }

protected:
    client::Client &client() { return m_context.client; }
    Clock &clock() { return m_context.clock; }
    Random &random() { return m_context.random; }
    Gate &gate() { return m_context.gate; }
    InformerFactory &informers() { return m_context.informers; }
    client::EventRecorder &events() { return m_events; }

    /// Every change of the resource puts its object's key into the queue.
    void enqueueOnChange(client::Informer &informer);
    /// Every change of a dependent puts the key of its controlling owner of this kind into the queue.
    void enqueueOwner(client::Informer &informer, std::string_view ownerKind);
    /// A change of a dependent that nobody controls: any owner of its namespace may adopt it, if its selector matches.
    /// Looks at who has just become an orphan and at orphans with other labels than before; the rest was looked at.
    void enqueueAdopters(const client::Informer &owners, const ObjectPtr &before, const ObjectPtr &after);

private:
    ControllerContext m_context;
    std::string m_name;
    client::WorkQueue m_queue;
    client::EventRecorder m_events;
};

/// Runs a set of controllers: starts the informers, waits for their first lists, then works the queues until the gate
/// closes.
class ControllerManager {
public:
    explicit ControllerManager(const ControllerContext &context) : m_context(context) {}
    void add(std::unique_ptr<Controller> controller) { m_controllers.push_back(std::move(controller)); }
    void start();
    bool running() const { return m_running; }
    /// No key is queued or worked on anywhere (for tests).
    bool idle() const;

private:
    Task<> run();
    Task<> work(Controller *controller);

    ControllerContext m_context;
    std::vector<std::unique_ptr<Controller>> m_controllers;
    bool m_running = false;
};

/// The error of a write into a namespace that is being deleted (admission NamespaceLifecycle).
bool isNamespaceTerminating(const Status &status);

/// What a write meant is gone: 404, or 422 to a patch with its UID when another object has its name by now.
bool isGone(const Status &status);
/// What is gone needs no more writes: an outcome without the errors of isGone(). The value is dropped.
template<class T>
Result<> ignoreNotFound(const Result<T> &outcome) {
    if (outcome || isGone(outcome.error()))
        return {};
    return std::unexpected(outcome.error());
}
/// The same for writes with a precondition, whose 409 says that it is gone or has changed, so that its key comes again.
template<class T>
Result<> ignoreNotFoundOrConflict(const Result<T> &outcome) {
    if (!outcome && isConflict(outcome.error()))
        return {};
    return ignoreNotFound(outcome);
}

/// The key of the controlling owner of this kind, if the object is there and has one.
std::optional<std::string> ownerKey(const ObjectPtr &object, std::string_view ownerKind);

/// "namespace/name" -> both parts; a key without a slash has no namespace.
std::pair<std::string, std::string> splitKey(std::string_view key);

/// The index by the UID of the controlling owner that several controllers share; objects without one are found there by
/// orphansOf() their namespace. Adds it once per informer.
inline constexpr std::string_view kByController = "controller";
void addControllerIndex(client::Informer &informer);
std::string orphansOf(std::string_view namespaceName);
/// What an owner may have to do with: its dependents, and the objects of its namespace that nobody controls.
std::vector<ObjectPtr> claimable(const client::Informer &informer, std::string_view namespaceName,
                                 std::string_view uid);

} // namespace coracle::controllers
