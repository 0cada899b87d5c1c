#include "tests/clusterd/apiserver/support/test_api.h"

#include <QTemporaryDir>
#include <QTest>
#include <boost/json/parse.hpp>

using namespace coracle;
using namespace coracle::apiserver;
using namespace coracle::test;

namespace json = boost::json;

namespace {

const std::string kNetworking = "/apis/networking.k8s.io";
const std::string kLeases = "/apis/coordination.k8s.io/v1beta1/namespaces/default/leasecandidates";
const char *const kLeaseCandidate =
    R"({"apiVersion":"coordination.k8s.io/v1beta1","kind":"LeaseCandidate","metadata":{"name":"a"},)"
    R"("spec":{"leaseName":"l","binaryVersion":"1.36.0","emulationVersion":"1.36.0","strategy":"OldestEmulationVersion"}})";
const char *const kServiceCidr =
    R"({"apiVersion":"networking.k8s.io/v1beta1","kind":"ServiceCIDR","metadata":{"name":"more"},)"
    R"("spec":{"cidrs":["10.9.0.0/24"]}})";

config::RuntimeConfig settings(const std::vector<std::string> &texts) {
    auto config = config::RuntimeConfig::parse(texts);
    if (!config)
        qFatal("%s", config.error().message.c_str());
    return *config;
}

std::vector<std::string> names(const json::value &list, const char *member) {
    std::vector<std::string> result;
    for (const json::value &one : list.as_array())
        result.emplace_back(one.at(member).as_string());
    return result;
}

} // namespace

/// What --runtime-config switches, as clients see it.
class RuntimeConfigTest : public QObject {
    Q_OBJECT

private slots:
    void betaIsOffByDefault() {
        start({});
        QCOMPARE(get(kLeases).code, 404);
        QCOMPARE(names(discovered(kNetworking).at("versions"), "version"), std::vector<std::string>{"v1"});
        QVERIFY(get("/openapi/v3").body.find("coordination.k8s.io/v1beta1") == std::string::npos);
    }

    void aResourceOfABetaVersion() {
        start({"coordination.k8s.io/v1beta1"});
        const Answer made = post(kLeases, kLeaseCandidate);
        QVERIFY2(made.code == 201, made.body.c_str());
        QCOMPARE(get(kLeases + "/a").code, 200);
        QCOMPARE(names(discovered(kLeases.substr(0, kLeases.find("/namespaces"))).at("resources"), "name"),
                 std::vector<std::string>{"leasecandidates"});
        QCOMPARE(names(discovered("/apis/coordination.k8s.io").at("versions"), "version"),
                 (std::vector<std::string>{"v1", "v1beta1"}));
        QVERIFY(get("/openapi/v3").body.find("apis/coordination.k8s.io/v1beta1") != std::string::npos);
        QVERIFY(get("/openapi/v3/apis/coordination.k8s.io/v1beta1").body.find("v1beta1.LeaseCandidate") !=
                std::string::npos);
        QVERIFY(get("/openapi/v2").body.find("io.k8s.api.coordination.v1beta1.LeaseCandidate") != std::string::npos);
        QCOMPARE(get("/apis/networking.k8s.io/v1beta1").code, 404);
        const Answer watched = m_api->request("GET", kLeases + "?watch=true&resourceVersion=0", {}, {}, 1);
        QVERIFY(watched.body.find("\"ADDED\"") != std::string::npos);
    }

    /// One object, whatever version says it.
    void aBetaVersionOfAStableResource() {
        start({"api/beta=true"});
        const Answer made = post(kNetworking + "/v1beta1/servicecidrs", kServiceCidr);
        QVERIFY2(made.code == 201, made.body.c_str());
        QCOMPARE(std::string(discovered(kNetworking + "/v1/servicecidrs/more").at("apiVersion").as_string()),
                 std::string("networking.k8s.io/v1"));
        QCOMPARE(std::string(discovered(kNetworking + "/v1beta1/servicecidrs/more").at("apiVersion").as_string()),
                 std::string("networking.k8s.io/v1beta1"));
        QCOMPARE(std::string(discovered(kNetworking).at("preferredVersion").at("version").as_string()),
                 std::string("v1"));
        QCOMPARE(get(kLeases).code, 200);
    }

    void theNearestSettingDecides() {
        start({"api/beta=true", "networking.k8s.io/v1beta1=false", "networking.k8s.io/v1beta1/ipaddresses=true"});
        QCOMPARE(names(discovered(kNetworking + "/v1beta1").at("resources"), "name"),
                 std::vector<std::string>{"ipaddresses"});
    }

    void stableOnesGo() {
        start({"batch/v1=false", "apps/v1/statefulsets=false"});
        QCOMPARE(get("/apis/batch/v1/jobs").code, 404);
        QCOMPARE(get("/apis/batch").code, 404);
        QCOMPARE(get("/apis/apps/v1/statefulsets").code, 404);
        QCOMPARE(get("/apis/apps/v1/deployments").code, 200);
        QCOMPARE(get("/openapi/v3/apis/batch/v1").code, 404);
        QVERIFY(get("/openapi/v2").body.find("/apis/apps/v1/statefulsets") == std::string::npos);
        for (const api::ResourcePtr &resource : *m_api->client().resources())
            QVERIFY(resource->group != "batch");
    }

    /// What was written while a version was on is there again when it comes back.
    void survivesBeingOff() {
        const QTemporaryDir folder;
        const std::string path = folder.filePath("state.db").toStdString();
        start({"api/beta=true"}, path);
        QCOMPARE(post(kLeases, kLeaseCandidate).code, 201);
        start({}, path);
        QCOMPARE(get(kLeases + "/a").code, 404);
        start({"api/beta=true"}, path);
        QCOMPARE(get(kLeases + "/a").code, 200);
    }

private:
    void start(const std::vector<std::string> &texts, std::string path = ":memory:") {
        m_api.reset();
        m_api = std::make_unique<TestApi>(
            TestApi::Options{.databasePath = std::move(path), .runtimeConfig = settings(texts)});
    }
    Answer get(const std::string &target) { return m_api->request("GET", target); }
    Answer post(const std::string &target, const char *body) {
        return m_api->request("POST", target, body, {{"Content-Type", "application/json"}});
    }
    json::value discovered(const std::string &target) { return json::parse(get(target).body); }

    std::unique_ptr<TestApi> m_api;
};

QTEST_GUILESS_MAIN(RuntimeConfigTest)
#include "tst_runtime_config.moc"
