#include "tests/clusterd/appliance/appliance_fixture.h"
#include "tests/clusterd/appliance/schema_check.h"

#include <QTest>
#include <set>

using namespace coracle;
using namespace coracle::appliance;
using test::ApplianceFixture;

/// The routes, over a unix socket, as a client sees them.
class ApplianceApiTest : public QObject {
    Q_OBJECT

    std::unique_ptr<ApplianceFixture> m_fixture;
    ApplianceFixture::Answered call(std::string method, std::string target, std::string body = {}) {
        return m_fixture->call(std::move(method), std::move(target), std::move(body));
    }
    static std::string text(const boost::json::value &value) {
        return value.is_string() ? std::string(value.get_string()) : boost::json::serialize(value);
    }

private slots:
    void init() { m_fixture = std::make_unique<ApplianceFixture>("node-1"); }
    void cleanup() { m_fixture.reset(); }

    void everyRouteIsInTheContractAndTheOtherWayRound() {
        const auto document = boost::json::parse(openApiDocument()).as_object();
        std::set<std::string> promised, served;
        for (const auto &[path, methods] : document.at("paths").as_object())
            for (const auto &[method, operation] : methods.as_object())
                if (method != "parameters")
                    promised.insert(QString::fromStdString(method).toUpper().toStdString() + " " + std::string(path));
        for (const std::string &route : m_fixture->appliance().routes())
            served.insert(route);
        for (const std::string &route : served)
            QVERIFY2(promised.contains(route), route.c_str());
        for (const std::string &route : promised)
            QVERIFY2(served.contains(route), route.c_str());
        QCOMPARE(call("GET", "/openapi.json").text, std::string(openApiDocument()));
    }

    void answersAreAsTheContractSays() {
        const auto document = boost::json::parse(openApiDocument()).as_object();
        call("POST", "/tokens");
        call("PUT", "/registries", "{\"yaml\":\"configs: {a: {auth: {username: b, password: c}}}\"}");
        call("PUT", "/oidc",
             "{\"mode\":\"custom\",\"restart\":false,\"settings\":{\"issuerUrl\":\"https://i\",\"clientId\":\"b\"}}");
        m_fixture->create("{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"node-1\"}}");
        call("POST", "/nodes/node-1/cordon");
        const auto check = [&](std::string method, const std::string &path, const std::string &target,
                               std::string_view code, const std::string &body = {}) {
            const auto answer = call(QString::fromStdString(method).toUpper().toStdString(), target, body);
            QCOMPARE(std::to_string(answer.code), std::string(code));
            for (const std::string &problem :
                 test::checkSchema(document, *test::answerSchema(document, path, method, code), answer.json()))
                QFAIL((path + " " + problem).c_str());
        };
        for (const auto &[path, methods] : document.at("paths").as_object())
            if (path.find('{') == path.npos && methods.as_object().contains("get") &&
                test::answerSchema(document, path, "get", "200") && path != "/openapi.json" && path != "/images")
                check("get", path, path, "200");
        check("get", "/nodes/{name}/metrics", "/nodes/node-1/metrics", "200");
        check("post", "/tokens", "/tokens", "201");
        check("post", "/configuration/validate", "/configuration/validate", "200", "{\"changes\":{\"debug\":true}}");
        check("post", "/configuration/validate", "/configuration/validate", "200", "{\"changes\":{\"debgu\":true}}");
        check("post", "/oidc/validate", "/oidc/validate", "200", "{\"mode\":\"none\"}");
        check("post", "/registries/validate", "/registries/validate", "200", "{\"yaml\":\"mirror: {}\"}");
        check("post", "/nodes/{name}/drain", "/nodes/node-1/drain", "200", "{\"dryRun\":true}");
        check("post", "/nodes/{name}/drain", "/nodes/node-1/drain", "202");
        check("post", "/nodes/{name}/uncordon", "/nodes/node-1/uncordon", "200");
        check("patch", "/configuration", "/configuration", "202", "{\"changes\":{\"debug\":true}}");
        check("get", "/operations", "/operations", "200");
        check("get", "/status", "/status", "200");
        check("get", "/notices", "/notices", "200");
    }

    void onlyOnTheSocket() {
        QCOMPARE(m_fixture->callByTcp("GET", "/status").code, 404);
        QCOMPARE(call("GET", "/status").code, 200);
        QCOMPARE(call("GET", "/").code, 200);
        QCOMPARE(call("GET", "").code, 200);
    }

    void badRequests_data() {
        QTest::addColumn<QString>("request");
        QTest::addColumn<QString>("body");
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("fields");
        QTest::newRow("no route") << "GET /nothing" << "" << 404 << "";
        QTest::newRow("version") << "GET /../v2/status" << "" << 404 << "";
        QTest::newRow("method") << "PUT /status" << "" << 405 << "";
        QTest::newRow("no JSON") << "POST /tokens" << "{" << 400 << "";
        QTest::newRow("no object") << "POST /tokens" << "[]" << 400 << "";
        QTest::newRow("deep") << "POST /tokens" << QString(200, '[') << 400 << "";
        QTest::newRow("unknown field") << "POST /tokens" << "{\"ttl\":1}" << 422 << "ttl";
        QTest::newRow("types") << "POST /tokens" << "{\"ttlMs\":\"1\",\"usages\":[1],\"description\":{}}" << 422
                               << "description ttlMs usages";
        QTest::newRow("range") << "POST /tokens" << "{\"ttlMs\":-1}" << 422 << "ttlMs";
        QTest::newRow("fraction") << "POST /tokens" << "{\"ttlMs\":1.5}" << 422 << "ttlMs";
        QTest::newRow("usage") << "POST /tokens" << "{\"usages\":[\"x\"]}" << 422 << "usages";
        QTest::newRow("group") << "POST /tokens" << "{\"groups\":[\"system:masters\"]}" << 422 << "groups";
        QTest::newRow("no such token") << "GET /tokens/nope42" << "" << 404 << "";
        QTest::newRow("nothing to change") << "PATCH /configuration" << "{}" << 422 << "changes";
        QTest::newRow("value") << "PATCH /configuration" << "{\"changes\":{\"debug\":{}}}" << 422 << "changes.debug";
        QTest::newRow("deadline") << "POST /restart" << "{\"deadlineMs\":1}" << 422 << "deadlineMs";
        QTest::newRow("mode") << "PUT /oidc" << "{\"mode\":\"x\"}" << 422 << "mode";
        QTest::newRow("no provider") << "PUT /oidc" << "{\"mode\":\"custom\"}" << 422 << "settings";
        QTest::newRow("provider")
            << "PUT /oidc"
            << "{\"mode\":\"custom\",\"settings\":{\"issuerUrl\":\"http://a\",\"clientId\":\"b\"}}" << 422
            << "settings.issuerUrl";
        QTest::newRow("registries") << "PUT /registries" << "{}" << 422 << "yaml";
        QTest::newRow("registry") << "PUT /registries" << "{\"yaml\":\"mirror: {}\"}" << 422 << "mirror";
        QTest::newRow("service") << "POST /certificates/rotate" << "{\"services\":[\"x\"]}" << 422 << "services";
        QTest::newRow("operation") << "DELETE /operations/op-x" << "" << 404 << "";
        QTest::newRow("node") << "POST /nodes/x/cordon" << "" << 404 << "";
        QTest::newRow("drain") << "POST /nodes/x/drain" << "" << 404 << "";
        QTest::newRow("history") << "GET /nodes/x/metrics" << "" << 404 << "";
        QTest::newRow("range of history") << "GET /metrics?range=year" << "" << 400 << "";
        QTest::newRow("level") << "GET /logs?level=loud" << "" << 400 << "";
        QTest::newRow("lines") << "GET /logs?tailLines=x" << "" << 400 << "";
        QTest::newRow("since") << "GET /logs?sinceTime=today" << "" << 400 << "";
    }
    void badRequests() {
        QFETCH(QString, request);
        QFETCH(QString, body);
        QFETCH(int, code);
        QFETCH(QString, fields);
        const QStringList words = request.split(' ');
        const auto answer = call(words[0].toStdString(), words[1].toStdString(), body.toStdString());
        QCOMPARE(answer.code, code);
        QCOMPARE(text(answer.json().at("kind")), std::string("Status"));
        QVERIFY(!text(answer.json().at("message")).empty());
        if (!fields.isEmpty())
            QCOMPARE(QString::fromStdString(answer.fields()), fields);
        QCOMPARE(m_fixture->restarts, 0);
    }

    void tokens() {
        const auto made = call("POST", "/tokens", "{\"description\":\"for the box\",\"ttlMs\":60000}");
        QCOMPARE(made.code, 201);
        const std::string id = text(made.json().at("id")), secret = text(made.json().at("join").at("token"));
        QCOMPARE(secret.substr(0, 3 + 64 + 2), "K10" + std::string(64, 'a') + "::");
        QCOMPARE(text(made.json().at("join").at("qrText")), "clusterd-join:https://10.0.0.5:7443#" + secret);
        const auto listed = call("GET", "/tokens");
        QVERIFY(listed.text.find(id) != std::string::npos);
        QVERIFY(listed.text.find("join") == std::string::npos);
        QVERIFY(listed.text.find(secret.substr(secret.find('.') + 1)) == std::string::npos);
        QCOMPARE(text(call("GET", "/tokens/" + id).json().at("join").at("token")), secret);
        QVERIFY(!call("GET", "/tokens/" + id).json().at("expired").as_bool());
        QCOMPARE(call("DELETE", "/tokens/" + id).code, 204);
        QCOMPARE(call("GET", "/tokens/" + id).code, 404);
        const auto forEver = call("POST", "/tokens", "{\"ttlMs\":0}").json();
        QVERIFY(!forEver.contains("expiresAt"));
        // Another Secret of that name is not a token.
        m_fixture->create(
            "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{\"name\":\"bootstrap-token-secret\","
            "\"namespace\":\"kube-system\"}}");
        QCOMPARE(call("GET", "/tokens/secret").code, 404);
    }

    void aChangeRestarts() {
        const auto preview = call("POST", "/configuration/validate", "{\"changes\":{\"debug\":true}}");
        QCOMPARE(preview.code, 200);
        QVERIFY(preview.json().at("valid").as_bool());
        QVERIFY(!std::filesystem::exists(m_fixture->path("etc/config.yaml.d/90-appliance.yaml")));
        const auto changed = call("PATCH", "/configuration", "{\"changes\":{\"debug\":true,\"tls-san\":[\"two\"]}}");
        QCOMPARE(changed.code, 202);
        const std::string id = text(changed.json().at("operation").at("id"));
        m_fixture->api.runUntil([&] { return m_fixture->restarts == 1; });
        QVERIFY(m_fixture->trial().record()->state == TrialState::Armed);
        QCOMPARE(m_fixture->trial().record()->operationId, id);
        const auto operation = call("GET", "/operations/" + id).json();
        QCOMPARE(text(operation.at("phase")), std::string("stopping"));
        QCOMPARE(call("DELETE", "/operations/" + id).code, 409);
        QCOMPARE(call("PATCH", "/configuration", "{\"changes\":{\"debug\":false}}").code, 409);
        QVERIFY(call("GET", "/configuration").json().at("pendingRestart").as_bool());
        QVERIFY(call("GET", "/notices").text.find("ConfigurationPending") != std::string::npos);
        QCOMPARE(text(call("GET", "/status").json().at("lastChange").at("state")), std::string("pending"));
    }

    void aChangeForLater() {
        const auto changed = call("PATCH", "/configuration", "{\"changes\":{\"debug\":true},\"restart\":false}");
        QCOMPARE(changed.code, 200);
        QVERIFY(!changed.json().contains("operation"));
        QCOMPARE(m_fixture->restarts, 0);
        QVERIFY(m_fixture->trial().record()->state == TrialState::Armed);
        QCOMPARE(call("PATCH", "/configuration", "{\"changes\":{\"debug\":true}}").code, 200); // it is so already
        QCOMPARE(call("POST", "/restart").code, 202);
        m_fixture->api.runUntil([&] { return m_fixture->restarts == 1; });
        QCOMPARE(m_fixture->trial().record()->files.size(), size_t(1)); // that came with the change
    }

    void oidc() {
        QCOMPARE(text(call("GET", "/oidc").json().at("mode")), std::string("custom"));
        QVERIFY(!call("GET", "/oidc").json().at("effective").as_bool());
        const auto set =
            call("PUT", "/oidc",
                 "{\"mode\":\"custom\",\"restart\":false,\"settings\":{\"issuerUrl\":\"https://id.example"
                 ".org\",\"clientId\":\"kubernetes\",\"usernameClaim\":\"email\",\"requiredClaims\":{\"hd\":"
                 "\"example.org\"}}}");
        QCOMPARE(set.code, 200);
        auto now = call("GET", "/oidc").json();
        QVERIFY(now.at("effective").as_bool());
        QCOMPARE(text(now.at("settings").at("usernameClaim")), std::string("email"));
        QCOMPARE(text(now.at("settings").at("requiredClaims").at("hd")), std::string("example.org"));
        QCOMPARE(text(now.at("origin")), std::string("drop-in"));
        const std::string file = *readFile(m_fixture->path("etc/config.yaml.d/90-appliance.yaml"));
        QVERIFY2(file.find("kube-apiserver-arg+:\n  - oidc-issuer-url=https://id.example.org\n") != std::string::npos ||
                     file.find("kube-apiserver-arg+:\n  - \"oidc-issuer-url=https://id.example.org\"\n") !=
                         std::string::npos,
                 file.c_str());
        QCOMPARE(call("PUT", "/oidc", "{\"mode\":\"none\",\"restart\":false}").code, 200);
        QVERIFY(!call("GET", "/oidc").json().at("effective").as_bool());
        m_fixture->put("etc/oidc.yaml", "oidc-issuer-url: https://fleet\noidc-client-id: c\n");
        QCOMPARE(call("PUT", "/oidc", "{\"mode\":\"inherit\",\"restart\":false}").code, 200);
        now = call("GET", "/oidc").json();
        QVERIFY(now.at("effective").as_bool());
        QCOMPARE(text(now.at("inherited").at("issuerUrl")), std::string("https://fleet"));
        m_fixture->put("etc/oidc.yaml", "issuer: https://fleet\n");
        QVERIFY(!call("POST", "/oidc/validate", "{\"mode\":\"inherit\"}").json().at("valid").as_bool());
    }

    void registries() {
        QVERIFY(!call("GET", "/registries").json().at("exists").as_bool());
        const char *form =
            "{\"settings\":{\"mirrors\":[{\"registry\":\"docker.io\",\"endpoints\":[\"https://m:5000\"]}],"
            "\"access\":[{\"registry\":\"m:5000\",\"username\":\"me\",\"password\":\"secret\"}]}}";
        QCOMPARE(call("PUT", "/registries", form).code, 200);
        const auto stored = call("GET", "/registries");
        QVERIFY(stored.text.find("secret") == std::string::npos);
        QVERIFY(stored.json().at("settings").at("access").at(0).at("hasPassword").as_bool());
        QVERIFY(stored.json().at("restartNeeded").as_bool());
        // What was told comes back, as text and as a form: the password stays.
        boost::json::object back{{"yaml", stored.json().at("yaml")}};
        QCOMPARE(call("PUT", "/registries", boost::json::serialize(back)).code, 200);
        boost::json::object again{{"settings", stored.json().at("settings")}};
        QCOMPARE(call("PUT", "/registries", boost::json::serialize(again)).code, 200);
        const std::string file = *readFile(m_fixture->path("etc/registries.yaml"));
        QVERIFY2(file.find("password: \"secret\"") != std::string::npos, file.c_str());
        const auto bad = call("POST", "/registries/validate", "{\"yaml\":\"mirrors:\\n  a: {endpoints: []}\"}").json();
        QVERIFY(!bad.at("valid").as_bool());
        QCOMPARE(bad.at("errors").at(0).at("line").as_int64(), 2);
        m_fixture->put("etc/registries.yaml", "mirrors: [");
        QVERIFY(call("GET", "/registries").json().contains("error"));
        QVERIFY(call("GET", "/notices").text.find("RegistriesInvalid") != std::string::npos);
    }

    void certificates() {
        const auto list = call("GET", "/certificates").json();
        QCOMPARE(list.at("items").as_array().size(), size_t(1));
        QVERIFY(call("GET", "/notices").text.find("CertificateExpiring") != std::string::npos);
        const auto begun = call("POST", "/certificates/rotate", "{\"services\":[\"admin\"]}");
        QCOMPARE(begun.code, 202);
        QCOMPARE(m_fixture->rotated, std::vector<std::string>{"admin"});
        m_fixture->api.runUntil([&] { return m_fixture->restarts == 1; });
        QCOMPARE(*m_fixture->trial().record()->files.at(0).content, std::string("certificate"));
    }

    void logs() {
        m_fixture->log().record(log::Level::Info, "kubelet", "one");
        m_fixture->log().record(log::Level::Error, "proxy", "two \"quoted\"");
        m_fixture->log().record(log::Level::Info, "kubelet", "three");
        QCOMPARE(m_fixture->lines("/logs", 9).size(), size_t(3));
        QCOMPARE(text(m_fixture->lines("/logs?level=warning", 9).at(0).at("message")), std::string("two \"quoted\""));
        QCOMPARE(m_fixture->lines("/logs?component=kubelet&tailLines=1", 9).size(), size_t(1));
        QCOMPARE(m_fixture->lines("/logs?sinceTime=2100-01-01T00:00:00Z", 9).size(), size_t(0));
        const auto followed = m_fixture->lines("/logs?follow=true&tailLines=1", 1);
        QCOMPARE(text(followed.at(0).at("message")), std::string("three"));
    }

    void watches() {
        QCOMPARE(m_fixture->lines("/status?watch=true", 1).size(), size_t(1));
        QCOMPARE(m_fixture->lines("/notices?watch=true", 1).size(), size_t(1));
        QCOMPARE(text(m_fixture->lines("/metrics?watch=true", 1).at(0).at("range")), std::string("hour"));
        m_fixture->components[0].health = Health::Failed;
        QCOMPARE(text(call("GET", "/status").json().at("health")), std::string("failed"));
        QVERIFY(call("GET", "/notices").text.find("ComponentFailed") != std::string::npos);
    }
};

QTEST_GUILESS_MAIN(ApplianceApiTest)
#include "tst_appliance_api.moc"
