#pragma once

#include "clusterd/kubelet/kubelet.h"
#include "core/api/types/core_v1.h"
#include "tests/support/fake_cri.h"
#include "tests/support/manual_clock.h"
#include "tests/support/memory_client.h"

#include <QTemporaryDir>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <set>

namespace coracle::test {

/// Mounts that are only written down.
class FakeMounter final : public kubelet::Mounter {
public:
    Result<> mountTmpfs(const std::filesystem::path &target, uint64_t) override {
        mounted.insert(target);
        return {};
    }
    Result<> bind(const std::filesystem::path &, const std::filesystem::path &target) override {
        mounted.insert(target);
        return {};
    }
    Result<> mountDevice(const kubelet::DeviceMount &mount, const std::filesystem::path &target) override {
        mounted.insert(target);
        devices.push_back(mount);
        return {};
    }
    Result<> unmount(const std::filesystem::path &target) override {
        mounted.erase(target);
        return {};
    }
    Result<std::vector<std::filesystem::path>> mountsBelow(const std::filesystem::path &folder) const override {
        std::vector<std::filesystem::path> found;
        for (const auto &mount : mounted)
            if (mount == folder || mount.string().starts_with(folder.string() + "/"))
                found.insert(found.begin(), mount);
        return found;
    }
    std::set<std::filesystem::path> mounted;
    std::vector<kubelet::DeviceMount> devices;
};

class FakeProbes final : public kubelet::ProbeTransport {
public:
    Task<Result<kubelet::HttpOutcome>> http(kubelet::HttpCheck check, std::chrono::seconds) override {
        ++httpCalls;
        last = check;
        if (httpStatus == 0)
            co_return errors::other("connection refused");
        co_return kubelet::HttpOutcome{httpStatus, ""};
    }
    Task<Result<>> tcp(std::string, uint16_t, std::chrono::seconds) override {
        if (!tcpOpen)
            co_return errors::other("connection refused");
        co_return Result<>{};
    }
    Task<Result<>> grpc(std::string, uint16_t, std::string, std::chrono::seconds) override {
        if (!tcpOpen)
            co_return errors::other("connection refused");
        co_return Result<>{};
    }
    int httpStatus = 200;
    bool tcpOpen = true;
    int httpCalls = 0;
    kubelet::HttpCheck last;
};

/// A kubelet with an API in memory, a fake runtime and virtual time, in one thread.
class NodeFixture {
public:
    NodeFixture();
    ~NodeFixture();

    void startKubelet();
    /// As when the process ends: containers go on.
    void stopKubelet();
    /// Runs everything that can run now.
    void settle();
    /// Time goes by, in steps that wake sleepers one after the other.
    void pass(Duration duration);

    /// A pod with one container "app" on this node; the extra JSON goes into spec and container.
    void putPod(const std::string &name, const std::string &specExtra = "", const std::string &containerExtra = "");
    corev1::Pod pod(const std::string &name) { return api.read<corev1::Pod>("default/" + name); }
    std::string condition(const std::string &name, std::string_view type);
    /// "Reason: message" of all events, oldest first.
    std::vector<std::string> events();
    bool hasEvent(std::string_view prefix);

    QTemporaryDir folder;
    boost::asio::io_context context;
    ManualClock clock;
    MemoryClient api{context.get_executor()};
    FakeCri runtime{clock};
    FakeMounter mounter;
    FakeProbes probes;
    kubelet::KubeletOptions options;
    std::unique_ptr<kubelet::Kubelet> kubelet;
};

} // namespace coracle::test
