#include "clusterd/controllers/garbagecollector/garbage_collector.h"
#include "clusterd/controllers/namespace_controller.h"
#include "core/api/types/core_v1.h"
#include "tests/clusterd/controllers/controllers_fixture.h"

#include <QTest>
#include <fmt/format.h>

using namespace coracle;
using namespace coracle::controllers;

namespace {

struct Fixture : test::ControllersFixture {
    Fixture() {
        add<GarbageCollector>();
        add<NamespaceController>();
        start();
    }
    /// A ConfigMap, owned by the ConfigMaps of these names; blocking when its name ends in "-blocks".
    void configMap(const std::string &name, const std::vector<std::string> &owners = {}) {
        std::string references;
        for (const std::string &owner : owners) {
            auto object = read<corev1::ConfigMap>("default", owner);
            references += fmt::format(
                R"({}{{"apiVersion":"v1","kind":"ConfigMap","name":"{}","uid":"{}","blockOwnerDeletion":{}}})",
                references.empty() ? "" : ",", owner, object ? object->metadata.uid : "no-such-uid",
                name.ends_with("-blocks"));
        }
        create(fmt::format(
            R"({{"apiVersion":"v1","kind":"ConfigMap","metadata":{{"name":"{}","namespace":"default","ownerReferences":[{}]}}}})",
            name, references));
    }
    void remove(const std::string &name, const char *policy) {
        client::DeleteOptions options;
        options.propagationPolicy = policy;
        auto removed = api.run(api.client().remove(corev1::ConfigMap::resource(), "default", name, options));
        QVERIFY2(removed, removed ? "" : removed.error().message.c_str());
    }
    bool has(const std::string &name) { return read<corev1::ConfigMap>("default", name).has_value(); }
};

} // namespace

class GarbageCollectorTest : public QObject {
    Q_OBJECT

private slots:
    void dependentsFollowTheirOwner() {
        Fixture f;
        f.configMap("owner");
        f.configMap("child", {"owner"});
        f.configMap("grandchild", {"child"});
        f.configMap("stranger");
        f.settle();
        f.remove("owner", "Background");
        f.until([&] { return !f.has("child") && !f.has("grandchild"); });
        QVERIFY(f.has("stranger"));
    }

    void anOwnerThatNeverWasCountsAsGone() {
        Fixture f;
        f.configMap("child", {"never"});
        f.until([&] { return !f.has("child"); });
    }

    void anExchangedOwnerIsLookedAt() {
        Fixture f;
        f.configMap("owner");
        f.configMap("child", {"owner"});
        f.settle();
        f.merge(corev1::ConfigMap::resource(), "default", "child",
                R"({"metadata":{"ownerReferences":[{"apiVersion":"v1","kind":"ConfigMap","name":"never",
                    "uid":"no-such-uid"}]}})");
        f.until([&] { return !f.has("child"); });
    }

    void oneOwnerThatIsLeftKeepsTheObject() {
        Fixture f;
        f.configMap("a");
        f.configMap("b");
        f.configMap("child", {"a", "b"});
        f.settle();
        f.remove("a", "Background");
        f.until([&] { return f.read<corev1::ConfigMap>("default", "child")->metadata.ownerReferences.size() == 1; });
        QCOMPARE(f.read<corev1::ConfigMap>("default", "child")->metadata.ownerReferences[0].name, std::string("b"));
    }

    void orphansLoseTheReferenceAndStay() {
        Fixture f;
        f.configMap("owner");
        f.configMap("child", {"owner"});
        f.settle();
        f.remove("owner", "Orphan");
        f.until([&] { return !f.has("owner"); });
        QVERIFY(f.has("child"));
        QVERIFY(f.read<corev1::ConfigMap>("default", "child")->metadata.ownerReferences.empty());
    }

    void inForegroundTheOwnerGoesLast() {
        Fixture f;
        f.configMap("owner");
        f.configMap("child-blocks", {"owner"});
        f.configMap("grandchild-blocks", {"child-blocks"});
        std::vector<std::string> gone;
        f.informers.get<corev1::ConfigMap>().addHandler([&](const api::ObjectPtr &before, const api::ObjectPtr &after) {
            if (!after)
                gone.emplace_back(before->name());
        });
        f.settle();
        f.remove("owner", "Foreground");
        f.until([&] { return gone.size() == 3; });
        QCOMPARE(gone, (std::vector<std::string>{"grandchild-blocks", "child-blocks", "owner"}));
    }

    void inForegroundADependentOfTwoIsGivenUp() {
        Fixture f;
        f.configMap("owner");
        f.configMap("other");
        f.configMap("child-blocks", {"owner", "other"});
        f.settle();
        f.remove("owner", "Foreground");
        f.until([&] { return !f.has("owner"); });
        QVERIFY(f.has("child-blocks"));
        QCOMPARE(f.read<corev1::ConfigMap>("default", "child-blocks")->metadata.ownerReferences.size(), size_t(1));
    }

    void inForegroundACircleEnds() {
        Fixture f;
        f.configMap("first-blocks");
        f.configMap("second-blocks", {"first-blocks"});
        auto reference = [&](const char *name) {
            return fmt::format(
                R"({{"apiVersion":"v1","kind":"ConfigMap","name":"{}","uid":"{}","blockOwnerDeletion":true}})", name,
                f.read<corev1::ConfigMap>("default", name)->metadata.uid);
        };
        f.merge(corev1::ConfigMap::resource(), "default", "first-blocks",
                fmt::format(R"({{"metadata":{{"ownerReferences":[{},{}]}}}})", reference("first-blocks"),
                            reference("second-blocks")));
        f.settle();
        f.remove("second-blocks", "Foreground");
        f.remove("first-blocks", "Foreground");
        f.until([&] { return !f.has("first-blocks") && !f.has("second-blocks"); });
    }

    void inForegroundADependentWithAFinalizerHoldsTheOwner() {
        Fixture f;
        f.configMap("owner");
        f.configMap("child-blocks", {"owner"});
        f.merge(corev1::ConfigMap::resource(), "default", "child-blocks",
                R"({"metadata":{"finalizers":["example.com/f"]}})");
        f.settle();
        f.remove("owner", "Foreground");
        f.settle();
        QVERIFY(f.has("owner"));
        f.merge(corev1::ConfigMap::resource(), "default", "child-blocks", R"({"metadata":{"finalizers":null}})");
        f.until([&] { return !f.has("owner") && !f.has("child-blocks"); });
    }

    void aDeletedNamespaceIsEmptiedFirst() {
        Fixture f;
        f.create(
            R"({"apiVersion":"v1","kind":"Namespace","metadata":{"name":"doomed"},"spec":{"finalizers":["kubernetes"]}})");
        f.create(R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","namespace":"doomed"}})");
        f.create(R"({"apiVersion":"v1","kind":"Secret","metadata":{"name":"b","namespace":"doomed"}})");
        f.create(
            R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"held","namespace":"doomed","finalizers":["example.com/f"]}})");
        f.settle();
        auto removed = f.api.run(f.api.client().remove(corev1::Namespace::resource(), {}, "doomed"));
        QVERIFY2(removed, removed ? "" : removed.error().message.c_str());
        f.until([&] {
            return f.list<corev1::ConfigMap>("doomed").size() == 1 && f.list<corev1::Secret>("doomed").empty();
        });
        f.until([&] {
            const auto doomed = f.read<corev1::Namespace>({}, "doomed");
            for (const auto &condition : doomed->status.conditions)
                if (condition.type == "NamespaceFinalizersRemaining" && condition.status == "True")
                    return condition.message.find("example.com/f in 1 resource instances") != std::string::npos;
            return false;
        });
        f.merge(corev1::ConfigMap::resource(), "doomed", "held", R"({"metadata":{"finalizers":null}})");
        f.until([&] { return !f.read<corev1::Namespace>({}, "doomed"); });
    }
};

QTEST_GUILESS_MAIN(GarbageCollectorTest)
#include "tst_garbage_collector.moc"
