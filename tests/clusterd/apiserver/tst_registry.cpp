#include "core/api/selector.h"
#include "tests/clusterd/apiserver/support/test_api.h"

#include <QTest>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

using namespace coracle;
using namespace coracle::test;
using client::ListOptions;
using client::ObjectPtr;
using client::PatchType;

namespace {

const api::ResourceInfo &resource(std::string_view group, std::string_view name) {
    return *api::findResource(group, name);
}

std::string configMap(std::string_view name, std::string_view value = "1") {
    return fmt::format(R"({{"apiVersion":"v1","kind":"ConfigMap","metadata":{{"name":"{}"}},"data":{{"k":"{}"}}}})",
                       name, value);
}

std::string pod(std::string_view name, std::string_view node = {}) {
    std::string place = node.empty() ? std::string() : fmt::format(R"("nodeName":"{}",)", node);
    return fmt::format(
        R"({{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"{}","labels":{{"app":"x"}}}},"spec":{{{})"
        R"("containers":[{{"name":"c","image":"i"}}]}}}})",
        name, place);
}

boost::json::object parsed(const ObjectPtr &object) {
    return boost::json::parse(object->json()).as_object();
}

} // namespace

class RegistryTest : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<TestApi> m_api;
    const api::ResourceInfo &m_configMaps = resource("", "configmaps");
    const api::ResourceInfo &m_pods = resource("", "pods");

    Result<ObjectPtr> create(const api::ResourceInfo &kind, std::string json, client::WriteOptions options = {}) {
        return m_api->run(m_api->client().create(kind, "default", std::move(json), options));
    }
    Result<ObjectPtr> get(const api::ResourceInfo &kind, std::string name) {
        return m_api->run(m_api->client().get(kind, "default", std::move(name)));
    }
    Result<ObjectPtr> update(const api::ResourceInfo &kind, std::string name, std::string json) {
        return m_api->run(m_api->client().update(kind, "default", std::move(name), std::move(json)));
    }
    Result<ObjectPtr> patch(const api::ResourceInfo &kind, std::string name, PatchType type, std::string body,
                            client::WriteOptions options = {}) {
        return m_api->run(m_api->client().patch(kind, "default", std::move(name), type, std::move(body), options));
    }
    Result<> remove(const api::ResourceInfo &kind, std::string name, client::DeleteOptions options = {}) {
        return m_api->run(m_api->client().remove(kind, "default", std::move(name), options));
    }

private slots:
    void init() { m_api = std::make_unique<TestApi>(); }
    void cleanup() { m_api.reset(); }

    void createFillsSystemFields() {
        auto made = create(m_configMaps, configMap("a"));
        QVERIFY(made.has_value());
        QCOMPARE((*made)->name(), "a");
        QCOMPARE((*made)->namespaceName(), "default");
        QCOMPARE((*made)->uid().size(), 36u);
        QVERIFY((*made)->resourceVersion() > 0);
        auto object = parsed(*made);
        QVERIFY(object["metadata"].as_object().contains("creationTimestamp"));
        QVERIFY(object["metadata"].as_object().contains("managedFields"));
        auto again = create(m_configMaps, configMap("a"));
        QCOMPARE(again.error().reason, "AlreadyExists");
        QCOMPARE(again.error().message, "configmaps \"a\" already exists");
        auto read = get(m_configMaps, "a");
        QCOMPARE(read->get(), made->get()); // the very same bytes
    }

    void generateNameAppends() {
        auto made = create(m_configMaps, R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"generateName":"x-"}})");
        QVERIFY(made.has_value());
        QVERIFY((*made)->name().starts_with("x-"));
        QCOMPARE((*made)->name().size(), 7u);
    }

    void metadataIsChecked() {
        auto bad = create(m_configMaps, configMap("Not_valid"));
        QCOMPARE(bad.error().code, 422);
        QCOMPARE(bad.error().causes.front().field, "metadata.name");
        auto missing = create(m_configMaps, R"({"apiVersion":"v1","kind":"ConfigMap"})");
        QCOMPARE(missing.error().causes.front().message, "Required value: name or generateName is required");
        auto stale = create(m_configMaps,
                            R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"b","resourceVersion":"7"}})");
        QCOMPARE(stale.error().message, "resourceVersion should not be set on objects to be created");
    }

    void updateLocksOptimistically() {
        auto made = create(m_configMaps, configMap("a"));
        auto body = parsed(*made);
        body["data"].as_object()["k"] = "2";
        std::string text = boost::json::serialize(body);
        auto first = update(m_configMaps, "a", text);
        QVERIFY(first.has_value());
        QVERIFY((*first)->resourceVersion() > (*made)->resourceVersion());
        QCOMPARE((*first)->uid(), (*made)->uid());
        auto second = update(m_configMaps, "a", text);
        QCOMPARE(second.error().reason, "Conflict");
        auto unconditional = update(m_configMaps, "a", configMap("a", "3"));
        QVERIFY(unconditional.has_value());
        auto other = update(m_configMaps, "a", configMap("b"));
        QCOMPARE(other.error().code, 400);
    }

    void updateThatChangesNothingWritesNothing() {
        auto made = create(m_configMaps, configMap("a"));
        auto same = update(m_configMaps, "a", (*made)->json());
        QCOMPARE((*same)->resourceVersion(), (*made)->resourceVersion());
        auto patched = patch(m_configMaps, "a", PatchType::Merge, R"({"data":{"k":"1"}})");
        QCOMPARE((*patched)->resourceVersion(), (*made)->resourceVersion());
    }

    void patchesOfAllTypes() {
        (void)create(m_configMaps, configMap("a"));
        auto merged = patch(m_configMaps, "a", PatchType::Merge, R"({"data":{"m":"1"}})");
        QVERIFY(merged.has_value());
        auto jsonPatched = patch(m_configMaps, "a", PatchType::Json, R"([{"op":"add","path":"/data/j","value":"1"}])");
        QVERIFY(jsonPatched.has_value());
        auto strategic = patch(m_configMaps, "a", PatchType::StrategicMerge, R"({"data":{"s":"1","k":null}})");
        QVERIFY(strategic.has_value());
        auto object = parsed(*strategic);
        QCOMPARE(boost::json::serialize(object["data"]), R"({"j":"1","m":"1","s":"1"})");
        auto missing = patch(m_configMaps, "none", PatchType::Merge, "{}");
        QCOMPARE(missing.error().reason, "NotFound");
        auto stale = patch(m_configMaps, "a", PatchType::Merge, R"({"metadata":{"resourceVersion":"1"}})");
        QCOMPARE(stale.error().reason, "Conflict");
    }

    void applyCreatesAndTracksOwnership() {
        client::WriteOptions apply{.fieldManager = "one"};
        auto made = patch(m_configMaps, "a", PatchType::Apply, configMap("a", "1"), apply);
        QVERIFY2(made.has_value(), made ? "" : made.error().message.c_str());
        auto same = patch(m_configMaps, "a", PatchType::Apply, configMap("a", "1"), apply);
        QCOMPARE((*same)->resourceVersion(), (*made)->resourceVersion());
        apply.fieldManager = "two";
        auto conflict = patch(m_configMaps, "a", PatchType::Apply, configMap("a", "2"), apply);
        QCOMPARE(conflict.error().reason, "Conflict");
        QCOMPARE(conflict.error().causes.front().reason, "FieldManagerConflict");
        apply.force = true;
        auto forced = patch(m_configMaps, "a", PatchType::Apply, configMap("a", "2"), apply);
        QVERIFY(forced.has_value());
    }

    void dryRunWritesNothing() {
        auto before = m_api->store().revision();
        auto made = create(m_configMaps, configMap("a"), {.dryRun = true});
        QVERIFY(made.has_value());
        QCOMPARE((*made)->resourceVersion(), 0);
        QCOMPARE(m_api->store().revision(), before);
        QCOMPARE(get(m_configMaps, "a").error().reason, "NotFound");
    }

    void finalizersHoldADeletedObject() {
        auto made = create(m_configMaps, R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a",)"
                                         R"("finalizers":["example.com/x"]}})");
        QVERIFY(made.has_value());
        QVERIFY(remove(m_configMaps, "a").has_value());
        auto held = get(m_configMaps, "a");
        QVERIFY((*held)->deleting());
        auto more = patch(m_configMaps, "a", PatchType::Merge,
                          R"({"metadata":{"finalizers":["example.com/x","example.com/y"]}})");
        QCOMPARE(more.error().code, 422);
        QVERIFY(patch(m_configMaps, "a", PatchType::Merge, R"({"metadata":{"finalizers":null}})").has_value());
        QCOMPARE(get(m_configMaps, "a").error().reason, "NotFound");
    }

    void propagationBecomesFinalizers() {
        const auto &deployments = resource("apps", "deployments");
        auto made =
            create(deployments, R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"},"spec":{)"
                                R"("selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},)"
                                R"("spec":{"containers":[{"name":"c","image":"i"}]}}}})");
        QVERIFY2(made.has_value(), made ? "" : made.error().message.c_str());
        QVERIFY(remove(deployments, "d", {.propagationPolicy = "Foreground"}).has_value());
        auto held = get(deployments, "d");
        QVERIFY((*held)->json().contains("foregroundDeletion"));
        QVERIFY(remove(deployments, "d", {.propagationPolicy = "Orphan"}).has_value());
        held = get(deployments, "d");
        QVERIFY(!(*held)->json().contains("foregroundDeletion"));
        QVERIFY((*held)->json().contains("orphan"));
    }

    void generationCountsSpecChanges() {
        const auto &deployments = resource("apps", "deployments");
        auto made =
            create(deployments, R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"},"spec":{)"
                                R"("selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},)"
                                R"("spec":{"containers":[{"name":"c","image":"i"}]}}}})");
        QCOMPARE((*made)->generation(), 1);
        auto labelled = patch(deployments, "d", PatchType::Merge, R"({"metadata":{"labels":{"x":"y"}}})");
        QCOMPARE((*labelled)->generation(), 1);
        auto scaled = patch(deployments, "d", PatchType::Merge, R"({"spec":{"replicas":4}})", {.subresource = "scale"});
        QVERIFY2(scaled.has_value(), scaled ? "" : scaled.error().message.c_str());
        QCOMPARE((*scaled)->kind(), "Scale");
        QCOMPARE((*get(deployments, "d"))->generation(), 2);
        auto scale = m_api->run(m_api->client().get(deployments, "default", "d", "scale"));
        QCOMPARE((*scale)->kind(), "Scale");
        QVERIFY((*scale)->json().contains(R"("selector":"a=b")"));
        QVERIFY((*scale)->json().contains(R"("replicas":4)"));
        auto status = patch(deployments, "d", PatchType::Merge, R"({"status":{"replicas":3},"spec":{"replicas":9}})",
                            {.subresource = "status"});
        QCOMPARE((*status)->generation(), 2);
        auto object = parsed(*status);
        QCOMPARE(object["spec"].as_object()["replicas"].as_int64(), 4);
        QCOMPARE(object["status"].as_object()["replicas"].as_int64(), 3);
    }

    void podsAreDeletedGracefully() {
        (void)create(m_pods, pod("p", "node"));
        QVERIFY(remove(m_pods, "p").has_value());
        auto dying = get(m_pods, "p");
        QVERIFY((*dying)->deleting());
        QVERIFY((*dying)->json().contains(R"("deletionGracePeriodSeconds":30)"));
        QVERIFY(remove(m_pods, "p", {.gracePeriodSeconds = 60}).has_value()); // longer: no change
        QCOMPARE((*get(m_pods, "p"))->resourceVersion(), (*dying)->resourceVersion());
        QVERIFY(remove(m_pods, "p", {.gracePeriodSeconds = 5}).has_value());
        QVERIFY((*get(m_pods, "p"))->json().contains(R"("deletionGracePeriodSeconds":5)"));
        QVERIFY(remove(m_pods, "p", {.gracePeriodSeconds = 0}).has_value());
        QCOMPARE(get(m_pods, "p").error().reason, "NotFound");
        (void)create(m_pods, pod("q"));
        QVERIFY(remove(m_pods, "q").has_value()); // on no node: at once
        QCOMPARE(get(m_pods, "q").error().reason, "NotFound");
    }

    void deletePreconditions() {
        auto made = create(m_configMaps, configMap("a"));
        auto wrong = remove(m_configMaps, "a", {.preconditionUid = "other"});
        QCOMPARE(wrong.error().reason, "Conflict");
        auto stale = remove(m_configMaps, "a", {.preconditionResourceVersion = "1"});
        QCOMPARE(stale.error().reason, "Conflict");
        QVERIFY(remove(m_configMaps, "a", {.preconditionUid = std::string((*made)->uid())}).has_value());
    }

    void bindingAssignsOnce() {
        (void)create(m_pods, pod("p"));
        auto bind = [&](std::string node) {
            return m_api->run(
                m_api->client().create(m_pods, "default",
                                       fmt::format(R"({{"apiVersion":"v1","kind":"Binding","metadata":{{"name":"p"}},)"
                                                   R"("target":{{"kind":"Node","name":"{}"}}}})",
                                                   node),
                                       {.subresource = "binding"}, "p"));
        };
        auto bound = bind("n1");
        QVERIFY2(bound.has_value(), bound ? "" : bound.error().message.c_str());
        auto object = parsed(*get(m_pods, "p"));
        QCOMPARE(std::string(object["spec"].as_object()["nodeName"].as_string()), "n1");
        auto again = bind("n2");
        QCOMPARE(again.error().reason, "Conflict");
        QVERIFY(again.error().message.contains("already assigned to node \"n1\""));
    }

    void evictionRespectsBudgets() {
        (void)create(m_pods, pod("p", "node"));
        auto running =
            patch(m_pods, "p", PatchType::Merge, R"({"status":{"phase":"Running"}})", {.subresource = "status"});
        QVERIFY(running.has_value());
        const auto &budgets = resource("policy", "poddisruptionbudgets");
        auto budget =
            create(budgets, R"({"apiVersion":"policy/v1","kind":"PodDisruptionBudget","metadata":{"name":"b"},)"
                            R"("spec":{"minAvailable":1,"selector":{"matchLabels":{"app":"x"}}}})");
        QVERIFY2(budget.has_value(), budget ? "" : budget.error().message.c_str());
        auto evict = [&] {
            return m_api->run(m_api->client().create(
                m_pods, "default", R"({"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"p"}})",
                {.subresource = "eviction"}, "p"));
        };
        QCOMPARE(evict().error().code, 429); // not observed yet
        (void)patch(budgets, "b", PatchType::Merge, R"({"status":{"observedGeneration":1,"disruptionsAllowed":1}})",
                    {.subresource = "status"});
        QVERIFY(evict().has_value());
        QVERIFY((*get(m_pods, "p"))->deleting());
        QVERIFY((*get(budgets, "b"))->json().contains(R"("disruptionsAllowed":0)"));
    }

    void namespacesWaitForTheirFinalizer() {
        const auto &namespaces = resource("", "namespaces");
        auto &client = m_api->client();
        auto made = m_api->run(client.create(namespaces, "",
                                             R"({"apiVersion":"v1","kind":"Namespace","metadata":{"name":"n"},)"
                                             R"("spec":{"finalizers":["kubernetes"]}})"));
        QVERIFY(made.has_value());
        QVERIFY(m_api->run(client.remove(namespaces, "", "n")).has_value());
        auto dying = m_api->run(client.get(namespaces, "", "n"));
        QVERIFY((*dying)->deleting());
        QVERIFY((*dying)->json().contains(R"("phase":"Terminating")"));
        auto body = parsed(*dying);
        body["spec"].as_object()["finalizers"] = boost::json::array();
        auto done =
            m_api->run(client.update(namespaces, "", "n", boost::json::serialize(body), {.subresource = "finalize"}));
        QVERIFY2(done.has_value(), done ? "" : done.error().message.c_str());
        QCOMPARE(m_api->run(client.get(namespaces, "", "n")).error().reason, "NotFound");
    }

    void listsInPagesOfOneSnapshot() {
        for (int i = 0; i < 10; ++i)
            QVERIFY(create(m_configMaps, configMap(fmt::format("c{}", i))).has_value());
        auto &client = m_api->client();
        auto first = m_api->run(client.list(m_configMaps, "default", {.limit = 4}));
        QCOMPARE(first->items.size(), 4u);
        QCOMPARE(first->remainingItemCount, 6);
        QVERIFY(!first->continueToken.empty());
        (void)create(m_configMaps, configMap("c4a")); // after the snapshot: must not show up
        QVERIFY(remove(m_configMaps, "c9").has_value());
        auto second =
            m_api->run(client.list(m_configMaps, "default", {.limit = 4, .continueToken = first->continueToken}));
        QVERIFY2(second.has_value(), second ? "" : second.error().message.c_str());
        QCOMPARE(second->resourceVersion, first->resourceVersion);
        QCOMPARE(second->items.front()->name(), "c4");
        QCOMPARE(second->items[1]->name(), "c5");
        auto third =
            m_api->run(client.list(m_configMaps, "default", {.limit = 4, .continueToken = second->continueToken}));
        QCOMPARE(third->items.size(), 2u);
        QCOMPARE(third->items.back()->name(), "c9");
        QVERIFY(third->continueToken.empty());
        auto bad = m_api->run(client.list(m_configMaps, "default", {.continueToken = "nonsense!"}));
        QCOMPARE(bad.error().code, 400);
    }

    void selectorsChoose() {
        (void)create(m_pods, pod("a", "n1"));
        (void)create(m_pods, pod("b", "n2"));
        auto &client = m_api->client();
        auto onNode = m_api->run(client.list(m_pods, "", {.fieldSelector = "spec.nodeName=n2"}));
        QCOMPARE(onNode->items.size(), 1u);
        QCOMPARE(onNode->items.front()->name(), "b");
        auto labelled = m_api->run(client.list(m_pods, "", {.labelSelector = "app in (x),!y"}));
        QCOMPARE(labelled->items.size(), 2u);
        auto unknown = m_api->run(client.list(m_pods, "", {.fieldSelector = "spec.nonsense=1"}));
        QCOMPARE(unknown.error().code, 400);
    }

    void eventsAreServedInBothShapes() {
        auto made = create(
            resource("", "events"),
            R"({"apiVersion":"v1","kind":"Event","metadata":{"name":"e"},"involvedObject":{"kind":"Pod","name":"p",)"
            R"("namespace":"default"},"reason":"R","message":"text","type":"Normal"})");
        QVERIFY2(made.has_value(), made ? "" : made.error().message.c_str());
        auto other = get(resource("events.k8s.io", "events"), "e");
        QVERIFY(other.has_value());
        QVERIFY((*other)->json().contains(R"("note":"text")"));
        QVERIFY((*other)->json().contains(R"("regarding":{"kind":"Pod")"));
        QCOMPARE((*other)->apiVersion(), "events.k8s.io/v1");
        auto selected = m_api->run(m_api->client().list(resource("events.k8s.io", "events"), "default",
                                                        {.fieldSelector = "regarding.name=p"}));
        QCOMPARE(selected->items.size(), 1u);
    }
};

QTEST_GUILESS_MAIN(RegistryTest)
#include "tst_registry.moc"
