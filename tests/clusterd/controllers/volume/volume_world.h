#pragma once

#include "clusterd/controllers/runtime.h"
#include "clusterd/kubelet/volumes/local_path_agent.h"
#include "core/api/types/core_v1.h"
#include "core/client/typed_client.h"
#include "tests/clusterd/apiserver/support/test_api.h"
#include "tests/clusterd/controllers/faulty_client.h"
#include "tests/support/manual_clock.h"

#include <QTemporaryDir>
#include <filesystem>
#include <map>
#include <random>
#include <set>

namespace coracle::test {

/// Claims, volumes and a node's directories with a random life: users who make and delete them, a scheduler, writes
/// that fail or whose answers get lost, and a daemon that dies between any two of its steps. Only the API server and
/// the disk outlive it.
class VolumeWorld {
public:
    explicit VolumeWorld(uint64_t seed);
    ~VolumeWorld();

    /// Random events, with faults.
    void live(int steps);
    /// From now on all goes well. What is wrong still, if it does not come to what was declared; empty: nothing.
    std::string converge();
    /// Deletes every claim, then every volume: what is left then, or was lost that was to stay.
    std::string removeAll();

private:
    using Claim = corev1::PersistentVolumeClaim;
    using Volume = corev1::PersistentVolume;
    struct Life;

    void begin();
    void end();
    void step();
    void run(size_t handlers);
    void turn();

    void makeClaim();
    void makeVolume();
    void schedule(bool all);
    void removeClaim();
    void removeVolume();
    void writeData();
    void changePolicy();
    void renewAdministration();

    /// What must hold at any time.
    void watch();
    bool lives(const std::string &claimUid);
    std::string complaint();
    std::string claimComplaint(const Claim &claim);
    std::string volumeComplaint(const Volume &volume);
    std::string diskComplaint();
    void notePolicy(const Volume &volume, std::string_view policy);

    template<class T>
    std::vector<T> list() {
        std::vector<T> objects;
        if (auto listed = m_api.run(m_api.client().list(T::resource(), T::resource().namespaced ? "default" : "")))
            for (const client::ObjectPtr &object : listed->items)
                objects.push_back(*api::decode<T>(*object));
        return objects;
    }
    template<class T>
    std::optional<T> any() {
        auto objects = list<T>();
        return objects.empty() ? std::nullopt : std::optional<T>(std::move(objects[below(objects.size())]));
    }
    template<class T>
    std::optional<T> find(const std::string &name) {
        auto object = m_api.run(client::get<T>(m_api.client(), T::resource().namespaced ? "default" : "", name));
        return object ? std::optional<T>(std::move(*object)) : std::nullopt;
    }
    void create(const api::ResourceInfo &resource, const std::string &json);
    void merge(const api::ResourceInfo &resource, const std::string &name, const std::string &patch);
    size_t below(size_t bound) { return static_cast<size_t>(m_random() % bound); }
    bool chance(size_t oneIn) { return below(oneIn) == 0; }

    QTemporaryDir m_folder;
    std::filesystem::path m_storage;
    std::mt19937_64 m_random;
    ManualClock m_clock;
    TestApi m_api;
    bool m_faults = true;
    /// One write of fifteen is lost, and the answer of another one.
    FaultyClient m_client;
    std::unique_ptr<Life> m_life;

    std::map<std::string, std::string> m_boundTo; ///< claim UID -> the volume it was seen bound to
    std::map<std::string, std::string> m_data;    ///< claim UID -> the file that its pod wrote
    std::map<std::string, bool> m_keeps;          ///< volume -> its policy, as it was seen last, is Retain
    std::string m_wrong;                          ///< what watch() has found
};

} // namespace coracle::test
