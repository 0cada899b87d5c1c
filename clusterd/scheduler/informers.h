#pragma once

#include "clusterd/scheduler/events.h"
#include "core/base/gate.h"
#include "core/client/informer.h"

#include <functional>
#include <map>
#include <memory>
#include <typeindex>

namespace coracle::scheduler {

/// The informers of further kinds that plug-ins read (volumes, claims, classes, device slices), one per kind for all
/// plug-ins and profiles. Changes of the kinds that EventResource lists become cluster events. Pods,
/// nodes and namespaces are the cache's own. On the gate's executor.
class Informers {
public:
    using OnChange = std::function<void(const ClusterChange &)>;

    Informers(client::Client &client, Clock &clock, OnChange onChange)
        : m_client(client), m_clock(clock), m_onChange(std::move(onChange)) {}

    /// Made at first use; plug-ins ask for theirs while they are made, add indexes and handlers, and read it later.
    client::Informer &get(const client::ResourceInfo &resource);
    template<class T>
    client::Informer &get() {
        return get(T::resource());
    }

    /// What plug-ins of all profiles keep in common, made of these informers at first use.
    template<class T, class... Args>
    T &shared(Args &&...args) {
        auto &kept = m_shared[typeid(T)];
        if (!kept)
            kept = std::make_shared<T>(*this, std::forward<Args>(args)...);
        return *static_cast<T *>(kept.get());
    }

    void start(Gate &gate);
    bool synced() const;
    Task<> waitSynced();

private:
    client::Client &m_client;
    Clock &m_clock;
    OnChange m_onChange;
    std::map<const client::ResourceInfo *, std::unique_ptr<client::Informer>> m_informers;
    std::map<std::type_index, std::shared_ptr<void>> m_shared;
};

} // namespace coracle::scheduler
