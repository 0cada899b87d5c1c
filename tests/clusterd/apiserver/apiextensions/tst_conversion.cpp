#include "core/http/server.h"
#include "core/pki/certificate.h"
#include "core/pki/encoding.h"
#include "tests/clusterd/apiserver/apiextensions/crd_fixture.h"

#include <QTest>
#include <fmt/format.h>

using namespace coracle;
using namespace coracle::test;

namespace {

/// A conversion webhook on loopback: v1 has spec.host and spec.port, v2 has spec.hostPort. It counts what it is asked.
class Webhook {
public:
    explicit Webhook(boost::asio::io_context &context) {
        const WallTime now = systemClock().now();
        const auto later = now + std::chrono::hours(1);
        auto ca = pki::CertificateAuthority::create("webhook-ca", now - std::chrono::hours(1), later);
        auto key = pki::KeyPair::generateEcdsa();
        auto leaf = pki::issue(*ca,
                               {.commonName = "127.0.0.1",
                                .dnsNames = {"hook.shop.svc"},
                                .ipAddresses = {"127.0.0.1"},
                                .usages = {pki::KeyUsage::ServerAuth, pki::KeyUsage::DigitalSignature},
                                .notBefore = now - std::chrono::hours(1),
                                .notAfter = later},
                               key->publicKey());
        caBundle = pki::base64(ca->certificate.pem());
        m_server =
            http::Server::create(context.get_executor(), [this](http::Request &request, http::ResponseWriter &writer) {
                return answer(request, writer);
            });
        http::TlsOptions options;
        options.identity = {leaf->pem(), key->pem()};
        options.requestClientCertificate = false;
        port = *m_server->listenTls("127.0.0.1", 0, options);
    }

    Task<> stop() { co_await m_server->stop(std::chrono::milliseconds(0)); }

    std::string caBundle;
    uint16_t port = 0;
    int calls = 0;
    std::string lastRequest, lastTarget;
    enum class Fault { None, Refuse, WrongUid, TooFew, Renames } fault = Fault::None;

private:
    json::object convert(json::object object, std::string_view wanted) const {
        json::object &spec = object["spec"].as_object();
        if (wanted.ends_with("/v2")) {
            spec = {{"hostPort", fmt::format("{}:{}", std::string_view(spec["host"].as_string()),
                                             std::string_view(spec["port"].as_string()))}};
        } else {
            const std::string both(spec["hostPort"].as_string());
            spec = {{"host", both.substr(0, both.find(':'))}, {"port", both.substr(both.find(':') + 1)}};
        }
        object["apiVersion"] = wanted;
        if (fault == Fault::Renames)
            object["metadata"].as_object()["name"] = "other";
        return object;
    }

    Task<> answer(http::Request &request, http::ResponseWriter &writer) {
        ++calls;
        lastRequest = request.body;
        lastTarget = request.rawTarget;
        const json::value review = parsed(request.body);
        const json::object &asked = review.at("request").as_object();
        json::array converted;
        for (const json::value &object : asked.at("objects").as_array())
            converted.push_back(convert(object.as_object(), asked.at("desiredAPIVersion").as_string()));
        if (fault == Fault::TooFew)
            converted.pop_back();
        json::object result{{"status", fault == Fault::Refuse ? "Failure" : "Success"}, {"message", "not today"}};
        json::object response{{"uid", fault == Fault::WrongUid ? json::value("x") : asked.at("uid")},
                              {"convertedObjects", std::move(converted)},
                              {"result", std::move(result)}};
        json::object body{
            {"apiVersion", "apiextensions.k8s.io/v1"}, {"kind", "ConversionReview"}, {"response", std::move(response)}};
        http::Headers headers;
        headers.add("Content-Type", "application/json");
        std::vector<http::Chunk> chunks;
        chunks.push_back(http::Chunk::own(json::serialize(body)));
        (void)co_await writer.send(200, std::move(headers), std::move(chunks));
    }

    std::unique_ptr<http::Server> m_server;
};

std::string version(std::string_view name, bool storage, std::string_view properties) {
    return fmt::format(R"({{"name":"{}","served":true,"storage":{},"schema":{{"openAPIV3Schema":{{"type":"object",)"
                       R"("properties":{{"spec":{{"type":"object","properties":{{{}}}}}}}}}}}}})",
                       name, storage, properties);
}

std::string definition(std::string_view stored, std::string_view conversion) {
    return fmt::format(
        R"({{"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition",)"
        R"("metadata":{{"name":"crontabs.stable.example.com"}},"spec":{{"group":"stable.example.com",)"
        R"("scope":"Namespaced","names":{{"plural":"crontabs","kind":"CronTab"}},"conversion":{},"versions":[{},{}]}}}})",
        conversion, version("v1", stored == "v1", R"("host":{"type":"string"},"port":{"type":"string"})"),
        version("v2", stored == "v2", R"("hostPort":{"type":"string"},"extra":{"type":"string","default":"set"})"));
}

std::string webhookConversion(const Webhook &webhook) {
    return fmt::format(R"({{"strategy":"Webhook","webhook":{{"conversionReviewVersions":["v1"],"clientConfig":{{)"
                       R"("url":"https://127.0.0.1:{}/convert","caBundle":"{}"}}}}}})",
                       webhook.port, webhook.caBundle);
}

std::string serviceConversion(const Webhook &webhook, std::string_view service) {
    return fmt::format(
        R"({{"strategy":"Webhook","webhook":{{"conversionReviewVersions":["v1"],"clientConfig":{{)"
        R"("service":{{"namespace":"shop","name":"{}","path":"/convert","port":8443}},"caBundle":"{}"}}}}}})",
        service, webhook.caBundle);
}

/// A service whose endpoint is the webhook. Written past the API, which takes no loopback addresses.
void publish(CrdApi &crd, const Webhook &webhook, std::string_view service) {
    crd.post("/api/v1/namespaces/shop/services",
             fmt::format(R"({{"apiVersion":"v1","kind":"Service","metadata":{{"name":"{}"}},"spec":{{"ports":[)"
                         R"({{"name":"tls","port":8443}}]}}}})",
                         service));
    const std::string slice = fmt::format(
        R"({{"apiVersion":"discovery.k8s.io/v1","kind":"EndpointSlice","metadata":{{"name":"{0}","namespace":"shop",)"
        R"("uid":"u","labels":{{"kubernetes.io/service-name":"{0}"}}}},"addressType":"IPv4","ports":[{{"name":"tls",)"
        R"("port":{1},"protocol":"TCP"}}],"endpoints":[{{"addresses":["127.0.0.9"],"conditions":{{"ready":false}}}},)"
        R"({{"addresses":["127.0.0.1"],"conditions":{{"ready":true}}}}]}})",
        service, webhook.port);
    auto written =
        crd.api.run(crd.api.backend().create(fmt::format("/registry/endpointslices/shop/{}", service), slice));
    QVERIFY2(written.has_value(), written ? "" : written.error().message.c_str());
    const std::string target = fmt::format("/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices/{}", service);
    crd.api.runUntil([&] { return crd.get(target).code == 200; });
}

constexpr std::string_view kV2 = "/apis/stable.example.com/v2/namespaces/default/crontabs";

} // namespace

class TestConversion : public QObject {
    Q_OBJECT

private slots:
    void withoutAWebhookOnlyTheVersionChanges() {
        CrdApi crd;
        QCOMPARE(crd.define(definition("v1", R"({"strategy":"None"})")).code, 201);
        crd.makeNamespace("default");
        crd.post(CrdApi::kCrons, cron("a", R"({"host":"h","port":"1"})"));
        const Answer other = crd.get(std::string(kV2) + "/a");
        QCOMPARE(at(other, "/apiVersion"), "stable.example.com/v2");
        QCOMPARE(at(other, "/spec"), R"({"extra":"set"})"); // pruned and defaulted by its own schema
        QCOMPARE(at(crd.get(std::string(CrdApi::kCrons) + "/a"), "/spec"), R"({"host":"h","port":"1"})");
        QCOMPARE(at(crd.get("/apis/stable.example.com"), "/preferredVersion/version"), "v2");
    }

    void theStorageVersionMayChange() {
        CrdApi crd;
        crd.define(definition("v1", R"({"strategy":"None"})"));
        crd.makeNamespace("default");
        crd.post(CrdApi::kCrons, cron("old", R"({"host":"h","port":"1"})"));
        const std::string path = std::string(CrdApi::kDefinitions) + "/crontabs.stable.example.com";
        json::value object = parsed(crd.get(path).body);
        object.at_pointer("/spec/versions/0/storage") = false;
        object.at_pointer("/spec/versions/1/storage") = true;
        const Answer changed = crd.put(path, json::serialize(object));
        QCOMPARE(changed.code, 200);
        QCOMPARE(at(changed, "/status/storedVersions"), R"(["v1","v2"])");
        // While v1 is what is stored, the field is pruned again.
        const std::string old = std::string(kV2) + "/old";
        crd.api.runUntil([&] {
            return crd.patch(old, R"({"spec":{"hostPort":"x:1"}})").code == 200 &&
                   at(crd.get(old), "/spec/hostPort") == "x:1";
        });
        QCOMPARE(at(crd.get(old), "/spec/extra"), "set");
        // A version that may still be stored cannot go.
        object = parsed(crd.get(path).body);
        object.at_pointer("/spec/versions").as_array().erase(object.at_pointer("/spec/versions").as_array().begin());
        const Answer refused = crd.put(path, json::serialize(object));
        QCOMPARE(refused.code, 422);
        QCOMPARE(at(refused, "/details/causes/0/field"), "status.storedVersions[0]");
    }

    void aWebhookConverts() {
        CrdApi crd;
        Webhook webhook(crd.api.context());
        QCOMPARE(crd.define(definition("v1", webhookConversion(webhook))).code, 201);
        crd.makeNamespace("default");
        crd.post(CrdApi::kCrons, cron("a", R"({"host":"h","port":"1"})", R"(,"labels":{"l":"1"})"));
        crd.post(CrdApi::kCrons, cron("b", R"({"host":"h","port":"2"})"));
        QCOMPARE(webhook.calls, 0);
        const Answer other = crd.get(std::string(kV2) + "/a");
        QCOMPARE(at(other, "/spec"), R"({"extra":"set","hostPort":"h:1"})");
        QCOMPARE(at(other, "/metadata/labels/l"), "1");
        QCOMPARE(webhook.calls, 1);
        QCOMPARE(at(parsed(webhook.lastRequest), "/kind"), "ConversionReview");
        QCOMPARE(at(parsed(webhook.lastRequest), "/request/desiredAPIVersion"), "stable.example.com/v2");
        const Answer list = crd.get(kV2);
        QVERIFY2(at(list, "/items/1/spec/hostPort") == "h:2", list.body.c_str());
        QCOMPARE(webhook.calls, 2); // one call for the whole list
        const Answer patched = crd.patch(std::string(kV2) + "/a", R"({"spec":{"hostPort":"k:9"}})");
        QCOMPARE(patched.code, 200);
        QCOMPARE(at(patched, "/spec/hostPort"), "k:9");
        QCOMPARE(at(crd.get(std::string(CrdApi::kCrons) + "/a"), "/spec"), R"({"host":"k","port":"9"})");
        const Answer watched = crd.api.request("GET", std::string(kV2) + "?watch=true", {}, {}, 1);
        QVERIFY(watched.body.find(R"("hostPort":"k:9")") != std::string::npos);
        crd.api.run([](Webhook *hook) -> Task<bool> {
            co_await hook->stop();
            co_return true;
        }(&webhook));
    }

    /// The certificate must be the service's, under the name that it has in the cluster.
    void aServiceConverts() {
        CrdApi crd;
        Webhook webhook(crd.api.context());
        crd.makeNamespace("default");
        crd.makeNamespace("shop");
        QCOMPARE(crd.define(definition("v1", serviceConversion(webhook, "hook"))).code, 201);
        crd.post(CrdApi::kCrons, cron("a", R"({"host":"h","port":"1"})"));
        const std::string one = std::string(kV2) + "/a";
        Answer answer = crd.get(one);
        QCOMPARE(answer.code, 500);
        QCOMPARE(at(answer, "/message"),
                 "conversion webhook for stable.example.com/v1, Kind=CronTab failed: Post "
                 "\"https://hook.shop.svc:8443/convert?timeout=30s\": services \"hook\" not found");
        publish(crd, webhook, "hook");
        answer = crd.get(one);
        QVERIFY2(at(answer, "/spec") == R"({"extra":"set","hostPort":"h:1"})", answer.body.c_str());
        QCOMPARE(webhook.lastTarget, "/convert?timeout=30s");
        // A service outside of the cluster is called by its name; the certificate is that of the service all the same.
        crd.remove("/api/v1/namespaces/shop/services/hook");
        crd.post("/api/v1/namespaces/shop/services",
                 R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"hook"},"spec":{"type":"ExternalName",)"
                 R"("externalName":"127.0.0.1"}})");
        answer = crd.get(one);
        QVERIFY2(at(answer, "/message").find("Post \"https://hook.shop.svc:8443/convert") != std::string::npos,
                 answer.body.c_str());
        QCOMPARE(webhook.calls, 1); // nobody listens at its port 8443 there
        crd.api.run([](Webhook *hook) -> Task<bool> {
            co_await hook->stop();
            co_return true;
        }(&webhook));
    }

    void anotherServicesCertificateIsNotTrusted() {
        CrdApi crd;
        Webhook webhook(crd.api.context());
        crd.makeNamespace("default");
        crd.makeNamespace("shop");
        publish(crd, webhook, "other");
        crd.define(definition("v1", serviceConversion(webhook, "other")));
        crd.post(CrdApi::kCrons, cron("a", R"({"host":"h","port":"1"})"));
        const Answer failed = crd.get(std::string(kV2) + "/a");
        QCOMPARE(failed.code, 500);
        QVERIFY2(at(failed, "/message").find("Post \"https://other.shop.svc:8443/") != std::string::npos,
                 failed.body.c_str());
        QCOMPARE(webhook.calls, 0);
        crd.api.run([](Webhook *hook) -> Task<bool> {
            co_await hook->stop();
            co_return true;
        }(&webhook));
    }

    void whatAWebhookDoesWrongIsAnError_data() {
        QTest::addColumn<int>("fault");
        QTest::addColumn<QString>("message");
        const QString before = "conversion webhook for stable.example.com/v1, Kind=CronTab failed: ";
        QTest::newRow("refuses") << int(Webhook::Fault::Refuse) << before + "not today";
        QTest::newRow("uid") << int(Webhook::Fault::WrongUid) << before + "expected response.uid=";
        QTest::newRow("too few") << int(Webhook::Fault::TooFew) << before + "webhook returned 0 objects, expected 1";
        QTest::newRow("renames") << int(Webhook::Fault::Renames)
                                 << before + "webhook returned invalid converted object at index 0: must not change "
                                             "metadata.name";
    }
    void whatAWebhookDoesWrongIsAnError() {
        QFETCH(int, fault);
        QFETCH(QString, message);
        CrdApi crd;
        Webhook webhook(crd.api.context());
        crd.define(definition("v1", webhookConversion(webhook)));
        crd.makeNamespace("default");
        crd.post(CrdApi::kCrons, cron("a", R"({"host":"h","port":"1"})"));
        webhook.fault = Webhook::Fault(fault);
        const Answer failed = crd.get(std::string(kV2) + "/a");
        QCOMPARE(failed.code, 500);
        QVERIFY2(QString::fromStdString(at(failed, "/message")).startsWith(message), failed.body.c_str());
        // Deletion asks nobody, so that a lost webhook holds nothing.
        crd.remove(std::string(CrdApi::kDefinitions) + "/crontabs.stable.example.com");
        crd.api.runUntil([&] { return crd.get(CrdApi::kCrons).code == 404; });
        crd.api.run([](Webhook *hook) -> Task<bool> {
            co_await hook->stop();
            co_return true;
        }(&webhook));
    }

    void anotherCaIsNotTrusted() {
        CrdApi crd;
        Webhook webhook(crd.api.context()), stranger(crd.api.context());
        std::swap(webhook.caBundle, stranger.caBundle);
        crd.define(definition("v1", webhookConversion(webhook)));
        crd.makeNamespace("default");
        crd.post(CrdApi::kCrons, cron("a", R"({"host":"h","port":"1"})"));
        const Answer failed = crd.get(std::string(kV2) + "/a");
        QCOMPARE(failed.code, 500);
        QVERIFY(at(failed, "/message").find("Post \"https://127.0.0.1:") != std::string::npos);
        QCOMPARE(webhook.calls, 0);
        for (Webhook *one : {&webhook, &stranger})
            crd.api.run([](Webhook *hook) -> Task<bool> {
                co_await hook->stop();
                co_return true;
            }(one));
    }
};

QTEST_GUILESS_MAIN(TestConversion)
#include "tst_conversion.moc"
