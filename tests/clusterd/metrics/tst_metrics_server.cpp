#include "clusterd/apiserver/handlers/resource_table.h"
#include "clusterd/metrics/metrics_server.h"
#include "tests/clusterd/apiserver/support/test_api.h"
#include "tests/support/manual_clock.h"

#include <QTest>
#include <algorithm>
#include <boost/asio/detached.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

using namespace coracle;
using namespace coracle::test;
using namespace std::chrono_literals;
namespace json = boost::json;

namespace {

/// Double quotes for single ones.
std::string quoted(std::string text) {
    std::ranges::replace(text, '\'', '"');
    return text;
}

/// A kubelet whose node and one pod use half a core, and 64 MiB more with every look.
class FakeResponse final : public http::ClientResponse {
public:
    FakeResponse(int status, std::string body) : m_status(status), m_body(std::move(body)) {}
    int status() const override { return m_status; }
    const http::Headers &headers() const override { return m_headers; }
    Task<Result<std::string>> readSome() override { co_return std::exchange(m_body, {}); }
    Task<Result<std::string>> readAll(size_t) override { co_return std::exchange(m_body, {}); }

private:
    int m_status;
    std::string m_body;
    http::Headers m_headers;
};

class FakeKubelet final : public http::Client {
public:
    FakeKubelet(Clock &clock, const bool &up, int &asked) : m_clock(clock), m_up(up), m_asked(asked) {}

    Task<Result<std::unique_ptr<http::ClientResponse>>> send(http::ClientRequest request) override {
        ++m_asked;
        if (!m_up)
            co_return errors::other("connection refused");
        if (request.target != "/metrics/resource")
            co_return std::make_unique<FakeResponse>(404, "");
        const auto now = std::chrono::floor<std::chrono::milliseconds>(m_clock.now());
        const double seconds = static_cast<double>(now.time_since_epoch().count()) / 1000.0;
        std::string text;
        for (const auto &[prefix, labels] :
             {std::pair<std::string, std::string>("node", ""),
              std::pair<std::string, std::string>("container",
                                                  quoted("{container='app',namespace='default',pod='web'}"))})
            text += fmt::format("{0}_cpu_usage_seconds_total{1} {2:.3f} {3}\n{0}_memory_working_set_bytes{1} {4} {3}\n",
                                prefix, labels, seconds / 2, now.time_since_epoch().count(), 64 << 20);
        co_return std::make_unique<FakeResponse>(200, text);
    }
    Task<Result<http::Upgraded>> upgrade(http::ClientRequest) override { co_return errors::other("not here"); }
    void replaceTls(http::ClientTls) override {}

private:
    Clock &m_clock;
    const bool &m_up;
    int &m_asked;
};

class FakeConnector final : public apiserver::NodeConnector {
public:
    explicit FakeConnector(Clock &clock) : m_clock(clock) {}
    Result<std::shared_ptr<http::Client>> kubelet(const api::Object &) override {
        return std::make_shared<FakeKubelet>(m_clock, up, asked);
    }
    std::shared_ptr<http::Client> endpoint(const std::string &, uint16_t, bool) override { return nullptr; }

    bool up = true;
    int asked = 0;

private:
    Clock &m_clock;
};

struct Fixture {
    Fixture() {
        server.serve(api.server().registry(), api.server().resources());
        create("nodes", "{'apiVersion':'v1','kind':'Node','metadata':{'name':'n1','labels':{'disk':'ssd'}}}");
        create("pods", "{'apiVersion':'v1','kind':'Pod','metadata':{'name':'web','namespace':'default',"
                       "'labels':{'app':'web'}},'spec':{'nodeName':'n1','containers':[{'name':'app','image':'i'}]}}");
        create("pods", "{'apiVersion':'v1','kind':'Pod','metadata':{'name':'idle','namespace':'default'},"
                       "'spec':{'containers':[{'name':'app','image':'i'}]}}");
    }
    ~Fixture() {
        bool stopped = false;
        boost::asio::co_spawn(api.context(), server.stop(), [&](std::exception_ptr) { stopped = true; });
        api.runUntil([&] { return stopped; });
    }
    void create(const char *resource, const char *json) {
        std::string text = quoted(json);
        const bool namespaced = text.find("namespace") != text.npos;
        auto made = api.run(
            api.client().create(*api::findResource("", "v1", resource), namespaced ? "default" : "", std::move(text)));
        if (!made)
            qFatal("%s", made.error().message.c_str());
    }
    /// Lets the next look at the kubelets happen.
    void look() {
        const int before = kubelets.asked;
        clock.advance(15s);
        api.runUntil([&] { return kubelets.asked > before; });
        settle();
    }
    void settle() {
        api.context().restart();
        while (api.context().poll() > 0)
            api.context().restart();
    }
    void measure() {
        server.start();
        api.runUntil([&] { return kubelets.asked > 0; });
        settle();
        look();
    }
    json::value get(const std::string &path, int code = 200) {
        const Answer answer = api.request("GET", "/apis/metrics.k8s.io/v1beta1" + path);
        if (answer.code != code)
            qFatal("%s: %d %s", path.c_str(), answer.code, answer.body.c_str());
        return json::parse(answer.body);
    }

    ManualClock clock;
    TestApi api{clock};
    FakeConnector kubelets{clock};
    metrics::MetricsServer server{{.reader = api.server().reader(),
                                   .kubelets = kubelets,
                                   .clock = clock,
                                   .executor = api.context().get_executor()}};
};

std::string str(const json::value &value) {
    return std::string(value.as_string());
}

size_t count(const json::value &list) {
    return list.at("items").as_array().size();
}

} // namespace

class MetricsServerTest : public QObject {
    Q_OBJECT

private slots:
    void servesTheUseOfNodesAndPods() {
        Fixture f;
        QCOMPARE(count(f.get("/nodes")), size_t(0));
        f.measure();
        const json::value node = f.get("/nodes/n1");
        QCOMPARE(str(node.at("kind")), std::string("NodeMetrics"));
        QCOMPARE(str(node.at("apiVersion")), std::string("metrics.k8s.io/v1beta1"));
        QCOMPARE(str(node.at("usage").at("cpu")), std::string("500m"));
        QCOMPARE(str(node.at("usage").at("memory")), std::string("64Mi"));
        QCOMPARE(str(node.at("window")), std::string("15s"));
        QCOMPARE(str(node.at("metadata").at("labels").at("disk")), std::string("ssd"));
        const json::value pod = f.get("/namespaces/default/pods/web");
        QCOMPARE(str(pod.at("containers").at(0).at("name")), std::string("app"));
        QCOMPARE(str(pod.at("containers").at(0).at("usage").at("cpu")), std::string("500m"));
    }

    void selects() {
        Fixture f;
        f.measure();
        QCOMPARE(count(f.get("/nodes")), size_t(1));
        QCOMPARE(count(f.get("/nodes?labelSelector=disk%3Dhdd")), size_t(0));
        QCOMPARE(count(f.get("/pods")), size_t(1)); // nothing of a pod that was not measured
        QCOMPARE(count(f.get("/namespaces/default/pods?labelSelector=app%3Dweb")), size_t(1));
        QCOMPARE(count(f.get("/namespaces/default/pods?labelSelector=app%3Dother")), size_t(0));
        QCOMPARE(count(f.get("/namespaces/other/pods")), size_t(0));
        QCOMPARE(count(f.get("/pods?fieldSelector=metadata.name%3Dweb")), size_t(1));
        QCOMPARE(count(f.get("/pods?fieldSelector=metadata.name%3Dx")), size_t(0));
    }

    void refusesInTheUsualWords() {
        Fixture f;
        f.measure();
        QCOMPARE(str(f.get("/nodes/n2", 404).at("message")), quoted("nodes 'n2' not found"));
        QCOMPARE(str(f.get("/namespaces/default/pods/idle", 404).at("message")),
                 quoted("podmetrics.metrics.k8s.io 'default/idle' not found"));
        QCOMPARE(f.api.request("GET", "/apis/metrics.k8s.io/v1beta1/nodes?watch=true").code, 405);
        QCOMPARE(f.api.request("GET", "/apis/metrics.k8s.io/v1beta1/nodes/n1?watch=true").code, 405);
        QCOMPARE(f.api.request("DELETE", "/apis/metrics.k8s.io/v1beta1/nodes/n1").code, 405);
        QCOMPARE(f.api.request("POST", "/apis/metrics.k8s.io/v1beta1/nodes", "{}").code, 405);
    }

    void isDiscovered() {
        Fixture f;
        const std::string groups = f.api.request("GET", "/apis").body;
        QVERIFY(groups.find("metrics.k8s.io/v1beta1") != groups.npos);
        const json::value list = f.get("");
        QCOMPARE(str(list.at("resources").at(0).at("kind")), std::string("NodeMetrics"));
        QCOMPARE(str(list.at("resources").at(1).at("kind")), std::string("PodMetrics"));
        QCOMPARE(str(list.at("resources").at(1).at("singularName")), std::string());
        const std::string document = f.api.request("GET", "/openapi/v3/apis/metrics.k8s.io/v1beta1").body;
        QVERIFY(document.find("io.k8s.metrics.pkg.apis.metrics.v1beta1.PodMetrics") != document.npos);
    }

    void printsTables() {
        Fixture f;
        f.measure();
        const Answer answer = f.api.request("GET", "/apis/metrics.k8s.io/v1beta1/pods", {},
                                            {{"Accept", "application/json;as=Table;g=meta.k8s.io;v=v1"}});
        const json::value table = json::parse(answer.body);
        QCOMPARE(table.at("columnDefinitions").as_array().size(), size_t(4));
        QCOMPARE(json::serialize(table.at("rows").at(0).at("cells")), quoted("['web','500m','64Mi','15s']"));
    }

    void aSilentKubeletKeepsWhatItTold() {
        Fixture f;
        f.measure();
        f.kubelets.up = false;
        f.look();
        QCOMPARE(count(f.get("/nodes")), size_t(1));
        f.kubelets.up = true;
        f.look();
        QCOMPARE(str(f.get("/nodes/n1").at("window")), std::string("30s"));
    }

    void aNodeThatIsGoneIsForgotten() {
        Fixture f;
        f.measure();
        (void)f.api.run(f.api.client().remove(*api::findResource("", "v1", "nodes"), "", "n1"));
        f.clock.advance(15s);
        f.settle();
        QCOMPARE(count(f.get("/nodes")), size_t(0));
        QCOMPARE(count(f.get("/pods")), size_t(0));
    }
};

QTEST_GUILESS_MAIN(MetricsServerTest)
#include "tst_metrics_server.moc"
