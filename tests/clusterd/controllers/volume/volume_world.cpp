#include "tests/clusterd/controllers/volume/volume_world.h"

#include "clusterd/controllers/volume/expand_controller.h"
#include "clusterd/controllers/volume/local_path_package.h"
#include "clusterd/controllers/volume/local_path_provisioner.h"
#include "clusterd/controllers/volume/persistent_volume_controller.h"
#include "clusterd/controllers/volume/pv_protection_controller.h"
#include "clusterd/controllers/volume/pvc_protection_controller.h"
#include "clusterd/volume/annotations.h"
#include "clusterd/volume/local_path.h"
#include "clusterd/volume/matching.h"
#include "clusterd/volume/storage_class.h"

#include <boost/asio/detached.hpp>
#include <fmt/format.h>
#include <fstream>

namespace coracle::test {

namespace fs = std::filesystem;
namespace annotations = volume::annotations;

namespace {

constexpr int kClaims = 6, kVolumes = 5;

class NoQuota final : public kubelet::DirectoryQuota {
public:
    Result<bool> limit(const fs::path &, uint64_t) override { return false; }
    Result<> lift(const fs::path &) override { return {}; }
};

bool has(const metav1::ObjectMeta &metadata, std::string_view annotation) {
    return metadata.annotations.contains(annotation);
}

} // namespace

/// What a restart of the daemon loses: the controllers and the node's agent.
struct VolumeWorld::Life {
    Life(TestApi &api, client::Client &client, Clock &clock, const std::string &path)
        : gate(api.context().get_executor()),
          informers(client, clock),
          context{client, clock, systemRandom(), gate, informers},
          manager(context),
          agent({.client = client, .clock = clock, .gate = gate, .quota = quota, .nodeName = "n1"}) {
        using namespace controllers;
        manager.add(std::make_unique<PersistentVolumeController>(context));
        manager.add(std::make_unique<PvProtectionController>(context));
        manager.add(std::make_unique<PvcProtectionController>(context));
        manager.add(std::make_unique<ExpandController>(context));
        manager.add(std::make_unique<LocalPathProvisioner>(context));
        manager.add(std::make_unique<LocalPathPackage>(context, LocalStorageOptions{.enabled = true, .path = path}));
        manager.start();
        agent.start();
    }
    Gate gate;
    controllers::InformerFactory informers;
    controllers::ControllerContext context;
    controllers::ControllerManager manager;
    NoQuota quota;
    kubelet::LocalPathAgent agent;
};

VolumeWorld::VolumeWorld(uint64_t seed)
    : m_storage(fs::path(m_folder.path().toStdString()) / "storage"),
      m_random(seed),
      m_api(TestApi::Options{.clock = m_clock, .admission = true}),
      m_client(m_api.client(), [this](const api::ResourceInfo &) {
          using Fault = FaultyClient::Fault;
          const size_t fate = m_faults ? below(15) : 14;
          return fate == 0 ? Fault::Before : fate == 1 ? Fault::After : Fault::None;
      }) {
    renewAdministration();
    begin();
}

VolumeWorld::~VolumeWorld() {
    end();
}

void VolumeWorld::begin() {
    m_life = std::make_unique<Life>(m_api, m_client, m_clock, m_storage.string());
}

void VolumeWorld::end() {
    bool closed = false;
    auto close = [](Gate *gate, bool *closed) -> Task<> {
        co_await gate->close();
        *closed = true;
    };
    boost::asio::co_spawn(m_api.context(), close(&m_life->gate, &closed), boost::asio::detached);
    m_api.runUntil([&] { return closed; });
    m_life.reset();
}

void VolumeWorld::create(const api::ResourceInfo &resource, const std::string &json) {
    (void)m_api.run(m_api.client().create(resource, resource.namespaced ? "default" : "", json));
}

void VolumeWorld::merge(const api::ResourceInfo &resource, const std::string &name, const std::string &patch) {
    (void)m_api.run(
        m_api.client().patch(resource, resource.namespaced ? "default" : "", name, client::PatchType::Merge, patch));
}

/// The namespace, the node and the classes beside the packaged one.
void VolumeWorld::renewAdministration() {
    for (const char *name : {"default", "kube-system"})
        create(corev1::Namespace::resource(), fmt::format(R"({{"metadata":{{"name":"{}"}}}})", name));
    create(corev1::Node::resource(), R"({"metadata":{"name":"n1","labels":{"kubernetes.io/hostname":"n1"}}})");
    create(storagev1::StorageClass::resource(),
           R"({"metadata":{"name":"keep"},"provisioner":"rancher.io/local-path","reclaimPolicy":"Retain",)"
           R"("volumeBindingMode":"WaitForFirstConsumer","allowVolumeExpansion":true})");
    create(storagev1::StorageClass::resource(),
           R"({"metadata":{"name":"static"},"provisioner":"kubernetes.io/no-provisioner"})");
}

void VolumeWorld::live(int steps) {
    m_faults = true;
    while (steps-- > 0)
        step();
}

void VolumeWorld::step() {
    switch (below(14)) {
    case 0:
    case 1:
    case 2:
        makeClaim();
        break;
    case 3:
    case 4:
        makeVolume();
        break;
    case 5:
    case 6:
        schedule(false);
        break;
    case 7:
    case 8:
        removeClaim();
        break;
    case 9:
        removeVolume();
        break;
    case 10:
        writeData();
        break;
    case 11:
        changePolicy();
        break;
    case 12:
        end();
        begin();
        break;
    default:
        break;
    }
    run(below(60));
    if (chance(3))
        m_clock.advance(std::chrono::milliseconds(below(3000)));
    watch();
}

/// At most so many handlers, so that everything can end between any two.
void VolumeWorld::run(size_t handlers) {
    m_api.context().restart();
    for (; handlers > 0; --handlers)
        m_api.context().poll_one();
}

void VolumeWorld::turn() {
    for (size_t ran = 1; ran > 0;) {
        m_api.context().restart();
        ran = m_api.context().poll();
    }
    m_api.context().run_for(std::chrono::microseconds(200));
    m_clock.advance(std::chrono::seconds(1));
}

void VolumeWorld::makeClaim() {
    static constexpr const char *kClasses[] = {R"(,"storageClassName":"static")", R"(,"storageClassName":"keep")",
                                               R"(,"storageClassName":"")", ""};
    std::string rest = kClasses[below(std::size(kClasses))];
    if (chance(6))
        rest += fmt::format(R"(,"volumeName":"v{}")", below(kVolumes));
    if (chance(6))
        rest += R"(,"selector":{"matchLabels":{"disk":"ssd"}})";
    create(Claim::resource(), fmt::format(R"({{"metadata":{{"name":"c{}"}},"spec":{{"accessModes":["ReadWriteOnce"],
        "resources":{{"requests":{{"storage":"{}Gi"}}}}{}}}}})",
                                          below(kClaims), below(3) + 1, rest));
}

void VolumeWorld::makeVolume() {
    static constexpr const char *kPolicies[] = {"Retain", "Retain", "Delete", "Recycle"};
    const std::string storageClass = chance(2) ? R"(,"storageClassName":"static")" : "";
    const std::string reserved =
        chance(4) ? fmt::format(R"(,"claimRef":{{"namespace":"default","name":"c{}"}})", below(kClaims)) : "";
    create(Volume::resource(), fmt::format(R"({{"metadata":{{"name":"v{}","labels":{{"disk":"{}"}}}},"spec":{{
        "accessModes":["ReadWriteOnce"],"capacity":{{"storage":"{}Gi"}},"hostPath":{{"path":"/tmp/x"}},
        "persistentVolumeReclaimPolicy":"{}"{}{}}}}})",
                                           below(kVolumes), chance(2) ? "ssd" : "hdd", below(3) + 1,
                                           kPolicies[below(std::size(kPolicies))], storageClass, reserved));
}

/// A pod came, and its node is chosen; or a node that is not there.
void VolumeWorld::schedule(bool all) {
    for (const Claim &claim : list<Claim>())
        if (claim.spec.volumeName.empty() && (all || chance(2)))
            merge(Claim::resource(), claim.metadata.name,
                  fmt::format(R"({{"metadata":{{"annotations":{{"{}":"{}"}}}}}})", annotations::kSelectedNode,
                              all || !chance(6) ? "n1" : "n2"));
}

void VolumeWorld::removeClaim() {
    if (const auto claim = any<Claim>())
        (void)m_api.run(client::remove(m_api.client(), *claim));
}

void VolumeWorld::removeVolume() {
    if (const auto volume = any<Volume>())
        (void)m_api.run(client::remove(m_api.client(), *volume));
}

/// A pod writes a file into its volume.
void VolumeWorld::writeData() {
    const auto claim = any<Claim>();
    const auto volume = claim && volume::isFullyBound(*claim) ? find<Volume>(claim->spec.volumeName) : std::nullopt;
    if (!volume || !volume::localpath::isLocalPath(*volume) || !has(volume->metadata, volume::localpath::kPrepared))
        return;
    const fs::path file = fs::path(volume::localpath::pathOf(*volume)) / claim->metadata.uid;
    if (std::ofstream(file) << "data")
        m_data[claim->metadata.uid] = file.string();
}

void VolumeWorld::changePolicy() {
    const auto volume = any<Volume>();
    if (!volume || volume->status.phase != "Bound")
        return;
    const char *policy = chance(2) ? "Retain" : "Delete";
    merge(Volume::resource(), volume->metadata.name,
          fmt::format(R"({{"spec":{{"persistentVolumeReclaimPolicy":"{}"}}}})", policy));
    notePolicy(*volume, policy);
}

void VolumeWorld::notePolicy(const Volume &volume, std::string_view policy) {
    m_keeps[volume.metadata.name] = policy == "Retain";
}

/// Asked last, because everything goes on while the test reads.
bool VolumeWorld::lives(const std::string &claimUid) {
    const auto claims = list<Claim>();
    return std::ranges::any_of(claims, [&](const Claim &claim) { return claim.metadata.uid == claimUid; });
}

/// A binding that was complete is for life.
void VolumeWorld::watch() {
    std::map<std::string, std::string> users;
    for (const Claim &claim : list<Claim>()) {
        if (!volume::isFullyBound(claim))
            continue;
        const auto [known, isNew] = m_boundTo.emplace(claim.metadata.uid, claim.spec.volumeName);
        if (known->second != claim.spec.volumeName)
            m_wrong = fmt::format("{} went from {} to {}", claim.metadata.name, known->second, claim.spec.volumeName);
        if (const auto [other, first] = users.emplace(claim.spec.volumeName, claim.metadata.name); !first)
            m_wrong = fmt::format("{} and {} have {}", other->second, claim.metadata.name, claim.spec.volumeName);
        const auto volume = find<Volume>(claim.spec.volumeName);
        if ((!volume || !volume->spec.claimRef || volume->spec.claimRef->uid != claim.metadata.uid) &&
            lives(claim.metadata.uid))
            m_wrong = fmt::format("{} does not belong to {} any more", claim.spec.volumeName, claim.metadata.name);
    }
    for (const Volume &volume : list<Volume>())
        notePolicy(volume, volume.spec.persistentVolumeReclaimPolicy);
    for (const auto &[uid, file] : m_data)
        if (!fs::exists(file) && (m_keeps[m_boundTo[uid]] || lives(uid)))
            m_wrong = fmt::format("the data of claim {} is gone", uid);
}

std::string VolumeWorld::converge() {
    m_faults = false;
    std::string wrong;
    for (int round = 0; round < 3000; ++round) {
        schedule(true);
        turn();
        watch();
        if (!m_wrong.empty())
            return m_wrong;
        wrong = complaint();
        if (wrong.empty() && m_life->manager.running() && m_life->manager.idle())
            return wrong;
    }
    return wrong.empty() ? "the controllers never rest" : wrong;
}

std::string VolumeWorld::complaint() {
    for (const Claim &claim : list<Claim>())
        if (std::string wrong = claimComplaint(claim); !wrong.empty())
            return fmt::format("claim {} (volume \"{}\", {}): {}", claim.metadata.name, claim.spec.volumeName,
                               claim.status.phase, wrong);
    for (const Volume &volume : list<Volume>())
        if (std::string wrong = volumeComplaint(volume); !wrong.empty())
            return fmt::format("volume {} ({}, {}): {}", volume.metadata.name, volume.status.phase,
                               volume.spec.persistentVolumeReclaimPolicy, wrong);
    return diskComplaint();
}

std::string VolumeWorld::claimComplaint(const Claim &claim) {
    if (!claim.metadata.deletionTimestamp.isZero())
        return "it is not gone";
    if (volume::isFullyBound(claim))
        return claim.status.phase == "Bound" ? "" : "it is bound and doesn't show it";
    if (claim.status.phase != "Pending")
        return "it is neither bound nor pending";
    std::vector<Volume> volumes = list<Volume>();
    std::vector<const Volume *> candidates;
    for (const Volume &volume : volumes)
        candidates.push_back(&volume);
    const bool waits = volume::classOf(claim) == "keep" || volume::classOf(claim) == "local-path";
    if (waits && claim.spec.volumeName.empty() && !claim.spec.selector)
        return "it has no volume though a node was chosen";
    if (claim.spec.volumeName.empty() && volume::findMatch(claim, candidates, {.waitForConsumer = waits}))
        return "a volume fits, and is not bound";
    const bool named = !claim.spec.volumeName.empty();
    return named || volume::saysClass(claim) ? "" : "it has no class though there is a default";
}

std::string VolumeWorld::volumeComplaint(const Volume &volume) {
    if (!volume.metadata.deletionTimestamp.isZero() && volume.status.phase != "Bound")
        return "it is not gone";
    const auto &reference = volume.spec.claimRef;
    if (!reference || reference->uid.empty())
        return volume.status.phase == "Available" ? "" : "it is free and not Available";
    const auto claim = find<Claim>(reference->name);
    if (claim && claim->metadata.uid == reference->uid) {
        if (claim->spec.volumeName != volume.metadata.name)
            return fmt::format("its claim has volume {}", claim->spec.volumeName);
        return volume.status.phase == "Bound" ? "" : "it is not shown as Bound";
    }
    if (volume.status.phase == "Failed")
        return volume::localpath::isLocalPath(volume) ? "it could not be reclaimed" : "";
    if (volume.spec.persistentVolumeReclaimPolicy != "Retain")
        return "its claim is gone, and it is still here";
    return volume.status.phase == "Released" ? "" : "it is not Released";
}

std::string VolumeWorld::removeAll() {
    std::string wrong;
    for (int round = 0; round < 3000; ++round) {
        for (const Claim &claim : list<Claim>())
            (void)m_api.run(client::remove(m_api.client(), claim));
        turn();
        watch();
        wrong = !m_wrong.empty() ? m_wrong : list<Claim>().empty() ? complaint() : "claims are left";
        if (wrong.empty())
            break;
    }
    for (int round = 0; wrong.empty() && !list<Volume>().empty(); ++round) {
        for (const Volume &volume : list<Volume>())
            (void)m_api.run(client::remove(m_api.client(), volume));
        turn();
        wrong = round > 1000 ? "volumes are left" : "";
    }
    return wrong.empty() ? diskComplaint() : wrong;
}

/// Every directory belongs to a volume that was made, or was to be kept.
std::string VolumeWorld::diskComplaint() {
    std::set<std::string> wanted;
    for (const Volume &volume : list<Volume>())
        if (volume::localpath::isLocalPath(volume)) {
            const fs::path path(volume::localpath::pathOf(volume));
            if (!fs::is_directory(path))
                return fmt::format("{} is missing", path.string());
            wanted.insert(path.filename().string());
        }
    std::error_code error;
    for (const auto &entry : fs::directory_iterator(m_storage, error)) {
        const std::string name = entry.path().filename().string();
        if (!wanted.contains(name) && !m_keeps[name.substr(0, name.find('_'))])
            return fmt::format("{} belongs to nobody", name);
    }
    return {};
}

} // namespace coracle::test
