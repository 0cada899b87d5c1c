#include "tests/clusterd/kubelet/node_fixture.h"

#include "tests/support/virtual_time.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <fmt/format.h>

namespace coracle::test {

namespace asio = boost::asio;

namespace {

class FixedRandom final : public Random {
public:
    uint64_t next() override { return ++m_value * 0x9e3779b97f4a7c15u; }

private:
    uint64_t m_value = 0;
};

Task<> runStart(kubelet::Kubelet *kubelet, Result<> *result, bool *done) {
    *result = co_await kubelet->start();
    *done = true;
}

Task<> runStop(kubelet::Kubelet *kubelet, bool *done) {
    co_await kubelet->stop();
    *done = true;
}

FixedRandom fixedRandom;

} // namespace

NodeFixture::NodeFixture() {
    std::filesystem::path root = folder.path().toStdString();
    options.nodeName = "node1";
    options.nodeIps = {"192.0.2.10"};
    options.paths = {root / "kubelet", root / "logs"};
    options.clusterDns = {"10.43.0.10"};
    options.resolvConf = root / "resolv.conf";
    options.serve = false;
    runtime.addImage("app:1");
    api.put(R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"kubernetes","namespace":"default"},)"
            R"("spec":{"clusterIP":"10.43.0.1","ports":[{"name":"https","port":443,"protocol":"TCP"}]}})");
}

NodeFixture::~NodeFixture() {
    if (kubelet)
        stopKubelet();
}

void NodeFixture::startKubelet() {
    kubelet = std::make_unique<kubelet::Kubelet>(
        options, kubelet::KubeletDependencies{api, clock, fixedRandom, runtime, runtime, mounter, probes, nullptr},
        context.get_executor());
    Result<> result;
    bool done = false;
    asio::co_spawn(context, runStart(kubelet.get(), &result, &done), asio::detached);
    settle();
}

void NodeFixture::stopKubelet() {
    bool done = false;
    asio::co_spawn(context, runStop(kubelet.get(), &done), asio::detached);
    settle();
    kubelet.reset();
}

void NodeFixture::settle() {
    runReady(context);
}

void NodeFixture::pass(Duration duration) {
    passTime(clock, duration, [this] { settle(); });
}

void NodeFixture::putPod(const std::string &name, const std::string &specExtra, const std::string &containerExtra) {
    api.put(fmt::format(
        R"({{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"{0}","namespace":"default","uid":"uid-{0}"}},)"
        R"("spec":{{{1}"nodeName":"node1","containers":[{{"name":"app","image":"app:1",{2}"terminationMessagePath":)"
        R"("/dev/termination-log","terminationMessagePolicy":"File","imagePullPolicy":"IfNotPresent"}}]}},)"
        R"("status":{{"phase":"Pending"}}}})",
        name, specExtra, containerExtra));
    settle();
}

std::string NodeFixture::condition(const std::string &name, std::string_view type) {
    for (const auto &entry : pod(name).status.conditions)
        if (entry.type == type)
            return entry.status;
    return "missing";
}

std::vector<std::string> NodeFixture::events() {
    std::vector<std::string> list;
    for (const auto &object : api.all(corev1::Event::resource()))
        if (auto event = api::decode<corev1::Event>(*object))
            list.push_back(event->reason + ": " + event->message);
    return list;
}

bool NodeFixture::hasEvent(std::string_view prefix) {
    for (const auto &event : events())
        if (event.starts_with(prefix))
            return true;
    return false;
}

} // namespace coracle::test
