#pragma once

#include <memory>
#include <utility>
#include <vector>

namespace coracle::scheduler {

class Plugin;

/// What a plug-in keeps between the extension points of one attempt.
struct PluginState {
    virtual ~PluginState() = default;
};

/// The plug-ins' notes during one attempt to place one pod, one note per plug-in. It lives until the pod is bound.
class CycleState {
public:
    /// Replaces the plug-in's former note.
    void set(const Plugin &plugin, std::unique_ptr<PluginState> state) {
        for (auto &[owner, kept] : m_states)
            if (owner == &plugin) {
                kept = std::move(state);
                return;
            }
        m_states.emplace_back(&plugin, std::move(state));
    }
    /// Null when the plug-in has set none.
    template<class T>
    T *find(const Plugin &plugin) const {
        for (const auto &[owner, kept] : m_states)
            if (owner == &plugin)
                return static_cast<T *>(kept.get());
        return nullptr;
    }
    /// The plug-in has set one.
    template<class T>
    const T &get(const Plugin &plugin) const {
        return *find<const T>(plugin);
    }
    template<class T>
    T &edit(const Plugin &plugin) {
        return *find<T>(plugin);
    }

private:
    std::vector<std::pair<const Plugin *, std::unique_ptr<PluginState>>> m_states;
};

} // namespace coracle::scheduler
