#include "clusterd/apiserver/json_access.h"
#include "tests/clusterd/apiserver/support/fake_reader.h"
#include "tests/clusterd/apiserver/support/test_api.h"

#include <QTest>

using namespace coracle;
using namespace coracle::apiserver;
using coracle::test::Answer;
using coracle::test::json;
using coracle::test::TestApi;

namespace {

const std::string kPods = "/api/v1/namespaces/shop/pods";
const std::string kBudgets = "/apis/policy/v1/namespaces/shop/poddisruptionbudgets";

struct Fixture : TestApi {
    void pod(const std::string &status) {
        request("POST", kPods, R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","labels":{"app":"x"}},
            "spec":{"nodeName":"n","containers":[{"name":"c","image":"i"}]}})");
        patch(kPods + "/p/status", R"({"status":)" + status + "}");
    }
    void budget(const std::string &name, const std::string &spec, const std::string &status) {
        JsonObject object = json(R"({"apiVersion":"policy/v1","kind":"PodDisruptionBudget"})");
        object["metadata"] = JsonObject{{"name", name}};
        object["spec"] = json(spec);
        request("POST", kBudgets, boost::json::serialize(object));
        patch(kBudgets + "/" + name + "/status", R"({"status":)" + status + "}");
    }
    void patch(const std::string &path, const std::string &body) {
        const Answer answer = request("PATCH", path, body, {{"Content-Type", "application/merge-patch+json"}});
        if (answer.code != 200)
            qFatal("%s", answer.body.c_str());
    }
    Answer evict(const std::string &query = {}) {
        return request("POST", kPods + "/p/eviction" + query,
                       R"({"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"p"}})");
    }
    bool there() {
        const Answer answer = request("GET", kPods + "/p");
        return answer.code == 200 && !hasAt(json(answer.body), "metadata", "deletionTimestamp");
    }
    JsonObject status(const std::string &budget) {
        return objectAt(json(request("GET", kBudgets + "/" + budget).body), "status");
    }
};

const char *kReadyPod = R"({"phase":"Running","conditions":[{"type":"Ready","status":"True"}]})";
const char *kUnreadyPod = R"({"phase":"Running","conditions":[{"type":"Ready","status":"False"}]})";

} // namespace

class PodActionsTest : public QObject {
    Q_OBJECT

private slots:
    void evictions_data() {
        QTest::addColumn<QString>("pod");
        QTest::addColumn<QString>("policy");
        QTest::addColumn<QString>("status");
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("words"); // the cause's
        QTest::addColumn<int>("left");      // disruptions
        auto row = [](const char *name, const char *pod, const char *policy, const char *status, int code,
                      const char *words,
                      int left) { QTest::newRow(name) << pod << policy << status << code << words << left; };
        row("allowed", kReadyPod, "", R"({"observedGeneration":1,"disruptionsAllowed":2})", 201, "", 1);
        row("none left", kReadyPod, "", R"({"observedGeneration":1,"desiredHealthy":2,"currentHealthy":2})", 429,
            "The disruption budget b needs 2 healthy pods and has 2 currently", 0);
        row("not seen yet", kReadyPod, "", R"({"observedGeneration":0,"disruptionsAllowed":1})", 429,
            "The disruption budget b is still being processed by the server.", 1);
        row("pending", R"({"phase":"Pending"})", "", R"({"observedGeneration":1})", 201, "", 0);
        row("not ready, healthy enough", kUnreadyPod, "IfHealthyBudget",
            R"({"observedGeneration":1,"desiredHealthy":2,"currentHealthy":2})", 201, "", 0);
        row("not ready, not healthy", kUnreadyPod, "IfHealthyBudget",
            R"({"observedGeneration":1,"desiredHealthy":2,"currentHealthy":1})", 429,
            "The disruption budget b needs 2 healthy pods and has 1 currently", 0);
        row("not ready, always allowed", kUnreadyPod, "AlwaysAllow",
            R"({"observedGeneration":1,"desiredHealthy":2,"currentHealthy":1})", 201, "", 0);
        row("ready, always allowed", kReadyPod, "AlwaysAllow",
            R"({"observedGeneration":1,"desiredHealthy":2,"currentHealthy":1})", 429,
            "The disruption budget b needs 2 healthy pods and has 1 currently", 0);
    }
    void evictions() {
        QFETCH(QString, pod);
        QFETCH(QString, policy);
        QFETCH(QString, status);
        QFETCH(int, code);
        QFETCH(QString, words);
        QFETCH(int, left);
        Fixture f;
        f.pod(pod.toStdString());
        JsonObject spec = json(R"({"minAvailable":2,"selector":{"matchLabels":{"app":"x"}}})");
        if (!policy.isEmpty())
            spec["unhealthyPodEvictionPolicy"] = policy.toStdString();
        f.budget("b", boost::json::serialize(spec), status.toStdString());
        const Answer answer = f.evict();
        QCOMPARE(answer.code, code);
        QCOMPARE(f.there(), code != 201);
        QCOMPARE(intAt(f.status("b"), "disruptionsAllowed"), int64_t(left));
        if (code == 201)
            return;
        const JsonObject told = json(answer.body);
        QCOMPARE(std::string(textAt(told, "message")),
                 std::string("Cannot evict pod as it would violate the pod's disruption budget."));
        QCOMPARE(std::string(textAt(told, "reason")), std::string("TooManyRequests"));
        const JsonObject &cause = asObject(arrayAt(told, "details", "causes")[0]);
        QCOMPARE(std::string(textAt(cause, "reason")), std::string("DisruptionBudget"));
        QCOMPARE(std::string(textAt(cause, "message")), words.toStdString());
    }

    void aSpentBudgetRemembersThePod() {
        Fixture f;
        f.pod(kReadyPod);
        f.budget("b", R"({"minAvailable":1,"selector":{"matchLabels":{"app":"x"}}})",
                 R"({"observedGeneration":1,"disruptionsAllowed":1})");
        QCOMPARE(f.evict("?dryRun=All").code, 201);
        QVERIFY(f.there());
        QCOMPARE(intAt(f.status("b"), "disruptionsAllowed"), int64_t(1));
        QCOMPARE(f.evict().code, 201);
        const JsonObject status = f.status("b");
        QVERIFY(objectAt(status, "disruptedPods").contains("p"));
        const JsonObject &condition = asObject(arrayAt(status, "conditions")[0]);
        QCOMPARE(std::string(textAt(condition, "reason")), std::string("InsufficientPods"));
    }

    void severalBudgetsAreTooMany() {
        Fixture f;
        f.pod(kReadyPod);
        for (const char *name : {"a", "b"})
            f.budget(name, R"({"minAvailable":1,"selector":{}})", R"({"observedGeneration":1,"disruptionsAllowed":1})");
        const Answer answer = f.evict();
        QCOMPARE(answer.code, 500);
        QCOMPARE(std::string(textAt(json(answer.body), "message")),
                 std::string("This pod has more than one PodDisruptionBudget, which the eviction subresource does not "
                             "support."));
    }

    void boundPodsLearnTheirTopology() {
        TestApi api({.admission = true});
        auto make = [&](const std::string &path, const std::string &body) {
            const Answer answer = api.request("POST", path, body);
            if (answer.code != 201)
                qFatal("%s", answer.body.c_str());
        };
        make("/api/v1/namespaces", R"({"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shop"}})");
        make("/api/v1/namespaces/shop/serviceaccounts",
             R"({"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"default"}})");
        make("/api/v1/nodes", R"({"apiVersion":"v1","kind":"Node","metadata":{"name":"n","labels":
            {"topology.kubernetes.io/zone":"z1","other":"x"}}})");
        make(kPods, R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"containers":[
            {"name":"c","image":"i"}]}})");
        make(kPods + "/p/binding", R"({"apiVersion":"v1","kind":"Binding","metadata":{"name":"p"},"target":
            {"kind":"Node","name":"n"}})");
        const JsonObject pod = json(api.request("GET", kPods + "/p").body);
        QCOMPARE(JsonValue(objectAt(pod, "metadata", "labels")),
                 boost::json::parse(R"({"topology.kubernetes.io/zone":"z1"})"));
    }

    void admissionSeesConnections() {
        class NoNodes final : public NodeConnector {
        public:
            Result<std::shared_ptr<http::Client>> kubelet(const api::Object &) override {
                return errors::other("no nodes here");
            }
            std::shared_ptr<http::Client> endpoint(const std::string &, uint16_t, bool) override { return nullptr; }
        };
        NoNodes nodes;
        TestApi api(TestApi::Options{.nodes = &nodes, .admission = true, .plugins = {"AlwaysDeny"}});
        for (const char *subresource : {"exec?command=ls", "attach", "portforward", "proxy"}) {
            const Answer answer = api.request("GET", kPods + "/p/" + subresource);
            QCOMPARE(answer.code, 403);
            QVERIFY(textAt(json(answer.body), "message").ends_with("admission control is denying all modifications"));
        }
        QCOMPARE(api.request("GET", kPods + "/p/log").code, 404); // reads only: the pod is not there
    }

    /// Events end some time after their last write, through the API as in the datastore.
    void eventsEnd() {
        TestApi api(TestApi::Options{.eventTtl = std::chrono::seconds(1)});
        const std::string events = "/api/v1/namespaces/default/events";
        const Answer made = api.request("POST", events, R"({"apiVersion":"v1","kind":"Event","metadata":{"name":"e"},
            "involvedObject":{"kind":"Pod","namespace":"default","name":"p"},"reason":"Started","message":"m",
            "source":{"component":"kubelet"},"firstTimestamp":"2026-01-01T00:00:00Z",
            "lastTimestamp":"2026-01-01T00:00:00Z","count":1,"type":"Normal"})");
        QCOMPARE(made.code, 201);
        QCOMPARE(api.request("GET", events + "/e").code, 200);
        const Answer again =
            api.request("PATCH", events + "/e", R"({"count":2,"lastTimestamp":"2026-01-01T00:00:05Z"})",
                        {{"Content-Type", "application/strategic-merge-patch+json"}});
        QCOMPARE(intAt(json(again.body), "count"), int64_t(2));
        const Answer newer = api.request("GET", "/apis/events.k8s.io/v1/namespaces/default/events/e");
        QCOMPARE(intAt(json(newer.body), "deprecatedCount"), int64_t(2));
        api.runUntil([&] { return api.request("GET", events + "/e").code == 404; });
    }
};

QTEST_GUILESS_MAIN(PodActionsTest)
#include "tst_pod_actions.moc"
