#include "core/api/types/core_v1.h"
#include "core/client/typed_client.h"
#include "tests/clusterd/appliance/appliance_fixture.h"

#include <QTest>

using namespace coracle;
using namespace coracle::appliance;
using test::ApplianceFixture;

/// Cordon, drain and reboot on a real API server. The test is the kubelet: it lets evicted pods go.
class NodeRoutesTest : public QObject {
    Q_OBJECT

    std::unique_ptr<ApplianceFixture> m_fixture;

    static std::string text(const boost::json::value &value) {
        return value.is_string() ? std::string(value.get_string()) : boost::json::serialize(value);
    }
    void makePod(const std::string &name, const std::string &owner, const std::string &more = {}) {
        m_fixture->create("{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"" + name +
                          "\",\"namespace\":\"default\",\"labels\":{\"app\":\"web\"}" +
                          (owner.empty() ? ""
                                         : ",\"ownerReferences\":[{\"apiVersion\":\"apps/v1\",\"kind\":\"" + owner +
                                               "\",\"name\":\"web\",\"uid\":\"u\",\"controller\":true}]") +
                          "},\"spec\":{\"nodeName\":\"node-1\",\"containers\":[{\"name\":\"c\",\"image\":\"i\"}]" +
                          more + "}}");
        client::WriteOptions status;
        status.subresource = "status";
        const auto runs = m_fixture->api.run(m_fixture->api.client().patch(
            corev1::Pod::resource(), "default", name, client::PatchType::Merge,
            "{\"status\":{\"phase\":\"Running\",\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\"}]}}", status));
        QVERIFY(runs.has_value());
    }
    corev1::Pod pod(const std::string &name) {
        auto read = m_fixture->api.run(client::get<corev1::Pod>(m_fixture->api.client(), "default", name));
        return read ? *read : corev1::Pod();
    }
    bool evicted(const std::string &name) { return bool(pod(name).metadata.deletionTimestamp); }
    /// What a kubelet does when the containers have ended.
    void letGo(const std::string &name) {
        client::DeleteOptions now;
        now.gracePeriodSeconds = 0;
        QVERIFY(m_fixture->api.run(m_fixture->api.client().remove(corev1::Pod::resource(), "default", name, now)));
    }
    boost::json::object operation(const std::string &id) { return m_fixture->call("GET", "/operations/" + id).json(); }
    template<class Condition>
    void until(Condition condition) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
        while (!condition() && std::chrono::steady_clock::now() < end) {
        }
        QVERIFY(condition());
    }

private slots:
    void init() {
        m_fixture = std::make_unique<ApplianceFixture>("node-1");
        m_fixture->create("{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"node-1\"}}");
        m_fixture->create("{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"node-2\"}}");
    }
    void cleanup() { m_fixture.reset(); }

    void cordon() {
        const auto unschedulable = [&] {
            return m_fixture->api.run(client::get<corev1::Node>(m_fixture->api.client(), "", "node-1"))
                ->spec.unschedulable;
        };
        QCOMPARE(m_fixture->call("POST", "/nodes/node-1/cordon").code, 200);
        QCOMPARE(m_fixture->call("POST", "/nodes/node-1/cordon").code, 200);
        QVERIFY(unschedulable());
        QVERIFY(m_fixture->call("GET", "/notices").text.find("NodeUnschedulable") != std::string::npos);
        QCOMPARE(m_fixture->call("POST", "/nodes/node-1/uncordon").code, 200);
        QVERIFY(!unschedulable());
    }

    void whatIsInTheWayIsTold() {
        makePod("alone", "");
        makePod("web", "ReplicaSet", ",\"volumes\":[{\"name\":\"v\",\"emptyDir\":{}}]");
        const auto refused = m_fixture->call("POST", "/nodes/node-1/drain");
        QCOMPARE(refused.code, 422);
        QCOMPARE(refused.fields(), std::string("pods[default/alone] pods[default/web]"));
        const auto preview = m_fixture->call("POST", "/nodes/node-1/drain", "{\"dryRun\":true,\"force\":true}").json();
        QVERIFY(!preview.at("allowed").as_bool());
        QCOMPARE(text(preview.at("pods").at(0).at("action")), std::string("evict"));
        QCOMPARE(text(preview.at("pods").at(1).at("action")), std::string("refuse"));
        QCOMPARE(text(preview.at("pods").at(1).at("controller").at("kind")), std::string("ReplicaSet"));
        QVERIFY(!evicted("alone"));
    }

    void drain() {
        makePod("web-1", "ReplicaSet");
        makePod("web-2", "ReplicaSet");
        makePod("log", "DaemonSet");
        m_fixture->create(
            "{\"apiVersion\":\"apps/v1\",\"kind\":\"DaemonSet\",\"metadata\":{\"name\":\"web\",\"namespace\":"
            "\"default\"},\"spec\":{\"selector\":{\"matchLabels\":{\"a\":\"b\"}},\"template\":{\"metadata\":{"
            "\"labels\":{\"a\":\"b\"}},\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"i\"}]}}}}");
        const auto begun = m_fixture->call("POST", "/nodes/node-1/drain", "{\"gracePeriodMs\":1500}");
        QCOMPARE(begun.code, 202);
        const std::string id = text(begun.json().at("id"));
        until([&] { return evicted("web-1") && evicted("web-2"); });
        QCOMPARE(*pod("web-1").metadata.deletionGracePeriodSeconds, int64_t(2));
        letGo("web-1");
        until([&] { return operation(id).at("progress").to_number<double>() > 0.5; });
        QCOMPARE(text(operation(id).at("state")), std::string("running"));
        letGo("web-2");
        until([&] { return text(operation(id).at("state")) == "succeeded"; });
        QVERIFY(!evicted("log"));
        QCOMPARE(text(operation(id).at("result").at("pods").at(0).at("action")), std::string("skip"));
        QCOMPARE(text(operation(id).at("result").at("pods").at(1).at("state")), std::string("gone"));
        QVERIFY(
            m_fixture->api.run(client::get<corev1::Node>(m_fixture->api.client(), "", "node-1"))->spec.unschedulable);
    }

    void aBudgetHoldsPodsBack() {
        makePod("web-1", "ReplicaSet");
        m_fixture->create(
            "{\"apiVersion\":\"policy/v1\",\"kind\":\"PodDisruptionBudget\",\"metadata\":{\"name\":\"b\","
            "\"namespace\":\"default\"},\"spec\":{\"minAvailable\":1,\"selector\":{\"matchLabels\":{\"app\":"
            "\"web\"}}}}");
        const auto begun = m_fixture->call("POST", "/nodes/node-1/drain").json();
        const std::string id = text(begun.at("id"));
        until([&] {
            const auto now = operation(id);
            return now.contains("result") && text(now.at("result").at("pods").at(0).at("state")) == "blocked";
        });
        QVERIFY(text(operation(id).at("message")).find("disruption budget") != std::string::npos);
        QVERIFY(!evicted("web-1"));
        QCOMPARE(m_fixture->call("POST", "/nodes/node-1/drain").code, 409);
        QCOMPARE(m_fixture->call("DELETE", "/operations/" + id).code, 202);
        until([&] { return text(operation(id).at("state")) == "cancelled"; });
        QVERIFY(m_fixture->lines("/operations/" + id + "?watch=true", 9).back().contains("finishedAt"));
        const auto limited = m_fixture->call("POST", "/nodes/node-1/drain", "{\"timeoutMs\":1}").json();
        until([&] { return text(operation(text(limited.at("id"))).at("state")) == "failed"; });
    }

    void rebootsOnlyItsOwnMachineAndOnlyAsItsService() {
        QCOMPARE(m_fixture->call("POST", "/nodes/node-9/reboot").code, 404);
        const auto other = m_fixture->call("POST", "/nodes/node-2/reboot");
        QCOMPARE(other.code, 409);
        QVERIFY(other.text.find("another machine") != std::string::npos);
        const auto own = m_fixture->call("POST", "/nodes/node-1/reboot", "{\"drain\":false}");
        QCOMPARE(own.code, 409);
        QVERIFY(own.text.find("does not run as the machine's service") != std::string::npos);
        QCOMPARE(m_fixture->call("POST", "/nodes/node-1/reboot", "{\"drainOptions\":{\"x\":1}}").fields(),
                 std::string("drainOptions.x"));
    }
};

QTEST_GUILESS_MAIN(NodeRoutesTest)
#include "tst_node_routes.moc"
