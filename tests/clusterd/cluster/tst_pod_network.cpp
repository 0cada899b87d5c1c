#include "clusterd/cluster/pod_network.h"

#include "core/api/types/core_v1.h"
#include "core/base/files.h"
#include "tests/support/stub_client.h"

#include <QTemporaryDir>
#include <QTest>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

using namespace coracle;
using namespace coracle::cluster;
namespace fs = std::filesystem;

namespace {

api::ObjectPtr node(const std::string &name, const std::string &podCidrs) {
    auto object = api::Object::parse(R"({"apiVersion":"v1","kind":"Node","metadata":{"name":")" + name +
                                     R"("},"spec":{"podCIDRs":)" + podCidrs + "}}");
    if (!object)
        qFatal("%s", object.error().message.c_str());
    return *object;
}

/// Holds nodes and remembers patches.
class FakeClient final : public test::StubClient {
public:
    std::vector<api::ObjectPtr> nodes;
    std::string patched;

    Task<Result<api::ObjectPtr>> get(const api::ResourceInfo &, std::string, std::string name, std::string) override {
        for (const api::ObjectPtr &node : nodes)
            if (node->name() == name)
                co_return node;
        co_return errors::notFound("nodes", "", name);
    }
    Task<Result<client::ObjectList>> list(const api::ResourceInfo &, std::string, client::ListOptions) override {
        co_return client::ObjectList{.items = nodes};
    }
    Task<Result<api::ObjectPtr>> patch(const api::ResourceInfo &, std::string, std::string, client::PatchType,
                                       std::string body, client::WriteOptions) override {
        patched = body;
        co_return nodes.front();
    }
};

template<class T>
T run(Task<T> task) {
    boost::asio::io_context context;
    auto future = boost::asio::co_spawn(context, std::move(task), boost::asio::use_future);
    context.run();
    return future.get();
}

using Texts = std::vector<std::string>;

} // namespace

class PodNetworkTest : public QObject {
    Q_OBJECT

private slots:
    void readsTheNodesNetworks() {
        FakeClient client;
        QCOMPARE(*run(podCidrsOf(client, "a")), Texts());
        client.nodes = {node("a", R"(["10.42.7.0/24","fd00:42:0:7::/64"])")};
        QCOMPARE(*run(podCidrsOf(client, "a")), (Texts{"10.42.7.0/24", "fd00:42:0:7::/64"}));
        QCOMPARE(*run(awaitPodCidrs(client, systemClock(), "a")), (Texts{"10.42.7.0/24", "fd00:42:0:7::/64"}));
    }

    void labelsTheNode() {
        FakeClient client;
        client.nodes = {node("a", "[]")};
        QVERIFY(run(labelServerNode(client, systemClock(), "a")).has_value());
        QVERIFY(client.patched.find("node-role.kubernetes.io/control-plane") != std::string::npos);
    }

    void writesTheConfigurationOnlyWhenItChanges() {
        QTemporaryDir folder;
        Paths paths;
        paths.data = folder.path().toStdString();
        QVERIFY(writeCniConfig(paths, {"10.42.0.0/24"}, "").has_value());
        const fs::path file = paths.cniConfigFolder() / "10-clusterd.conflist";
        const auto first = fs::last_write_time(file);
        QVERIFY(writeCniConfig(paths, {"10.42.0.0/24"}, "").has_value());
        QVERIFY(fs::last_write_time(file) == first); // containerd need not read it again
        const fs::path own = paths.data / "own.conflist";
        QVERIFY(writeFileAtomic(own, "{}", 0644).has_value());
        QVERIFY(writeCniConfig(paths, {"10.42.0.0/24"}, own).has_value());
        QCOMPARE(*readFile(file), std::string("{}"));
        QVERIFY(!writeCniConfig(paths, {"10.42.0.0/24"}, "/nonexistent"));
    }
};

QTEST_GUILESS_MAIN(PodNetworkTest)
#include "tst_pod_network.moc"
