#include "clusterd/apiserver/json_access.h"
#include "tests/clusterd/apiserver/support/fake_reader.h"
#include "tests/clusterd/apiserver/support/test_api.h"

#include <QTest>
#include <boost/asio/strand.hpp>
#include <thread>

using namespace coracle;
using namespace coracle::apiserver;
using coracle::test::Answer;
using coracle::test::json;
using coracle::test::TestApi;

namespace {

constexpr int kCreators = 64;

struct Fixture : TestApi {
    Fixture() : TestApi({.admission = true}) {
        request("POST", "/api/v1/namespaces", R"({"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shop"}})");
        request("POST", "/api/v1/namespaces/shop/serviceaccounts",
                R"({"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"default"}})");
    }
    void quota(const std::string &name, const std::string &spec) {
        const Answer made = request("POST", "/api/v1/namespaces/shop/resourcequotas",
                                    R"({"apiVersion":"v1","kind":"ResourceQuota","metadata":{"name":")" + name +
                                        R"("},"spec":)" + spec + "}");
        if (made.code != 201)
            qFatal("%s", made.body.c_str());
    }
    std::string used(const std::string &name, const std::string &key) {
        const JsonObject quota = json(request("GET", "/api/v1/namespaces/shop/resourcequotas/" + name).body);
        return std::string(textAt(quota, "status", "used", key));
    }
    static std::string pod(const std::string &name, const std::string &more = "") {
        return R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":")" + name +
               R"("},"spec":{"containers":[{"name":"c","image":"i")" + more + "}]}}";
    }
    Answer createPod(const std::string &name, const std::string &more = "", const std::string &query = "") {
        return request("POST", "/api/v1/namespaces/shop/pods" + query, pod(name, more));
    }
};

std::string message(const Answer &answer) {
    return std::string(textAt(json(answer.body), "message"));
}

/// Creates objects through the HTTP handler, as a connection does: on a strand of its own.
Task<> createOne(http::Handler handler, std::string target, std::string body, std::atomic<int> &made,
                 std::atomic<int> &refused) {
    class Writer final : public http::ResponseWriter {
    public:
        Task<Result<>> send(int status, http::Headers, std::vector<http::Chunk>) override {
            code = status;
            co_return Result<>{};
        }
        Task<Result<>> start(int status, http::Headers) override {
            code = status;
            co_return Result<>{};
        }
        Task<Result<>> write(std::vector<http::Chunk>) override { co_return Result<>{}; }
        Task<Result<std::shared_ptr<http::Stream>>> upgrade(http::Headers) override {
            co_return errors::other("not supported");
        }
        bool begun() const override { return code != 0; }
        int code = 0;
    };
    http::Request request;
    request.method = "POST";
    request.rawTarget = target;
    request.target = *http::Target::parse(target);
    request.body = std::move(body);
    request.peer = std::make_shared<http::Peer>();
    Writer writer;
    co_await handler(request, writer);
    (writer.code == 201 ? made : refused).fetch_add(1);
    if (writer.code != 201 && writer.code != 403)
        qWarning("unexpected answer %d", writer.code);
}

} // namespace

class ResourceQuotaTest : public QObject {
    Q_OBJECT

private:
    /// As many creators as connections, on several threads.
    void createAtOnce(Fixture &f, const std::function<std::string(int)> &body, const std::string &target,
                      std::atomic<int> &made, std::atomic<int> &refused) {
        http::Handler handler = f.server().handler();
        for (int i = 0; i < kCreators; ++i) {
            auto strand = boost::asio::make_strand(f.context());
            boost::asio::co_spawn(strand, createOne(handler, target, body(i), made, refused),
                                  [](std::exception_ptr failure) {
                                      if (failure)
                                          qWarning("a creator failed");
                                  });
        }
        f.context().restart();
        auto work = boost::asio::make_work_guard(f.context());
        std::vector<std::jthread> threads;
        for (int i = 0; i < 4; ++i)
            threads.emplace_back([&] { f.context().run(); });
        const bool ended = QTest::qWaitFor([&] { return made + refused == kCreators; }, 60000);
        f.context().stop();
        threads.clear();
        QVERIFY(ended);
    }

private slots:
    void sixtyFourCreatorsNeverTakeMore_data() {
        QTest::addColumn<QString>("hard");
        QTest::addColumn<QString>("more");
        QTest::addColumn<int>("fit");
        QTest::newRow("count") << R"({"pods":"10"})" << "" << 10;
        QTest::newRow("amount") << R"({"requests.memory":"1Gi"})"
                                << R"(,"resources":{"requests":{"memory":"100Mi"}})" << 10;
        QTest::newRow("all fit") << R"({"count/pods":"64"})" << "" << 64;
    }
    void sixtyFourCreatorsNeverTakeMore() {
        QFETCH(QString, hard);
        QFETCH(QString, more);
        QFETCH(int, fit);
        Fixture f;
        f.quota("q", R"({"hard":)" + hard.toStdString() + "}");
        f.quota("other", R"({"hard":{"pods":"100"}})");
        std::atomic<int> made = 0, refused = 0;
        createAtOnce(
            f, [&](int i) { return Fixture::pod("p" + std::to_string(i), more.toStdString()); },
            "/api/v1/namespaces/shop/pods", made, refused);
        QCOMPARE(int(made), fit);
        QCOMPARE(int(refused), kCreators - fit);
        QCOMPARE(f.store().list(*api::findResource("", "pods"), "shop").size(), size_t(fit));
        if (hard.contains("memory"))
            QCOMPARE(f.used("q", "requests.memory"), std::string("1000Mi"));
        else
            QCOMPARE(f.used("q", hard.contains("count") ? "count/pods" : "pods"), std::to_string(fit));
    }

    void wordsAndStatus() {
        Fixture f;
        f.quota("q", R"({"hard":{"pods":"2","requests.cpu":"1"}})");
        QCOMPARE(message(f.createPod("a")),
                 std::string("pods \"a\" is forbidden: failed quota: q: must specify requests.cpu for: c"));
        const std::string half = R"(,"resources":{"requests":{"cpu":"600m"}})";
        QCOMPARE(f.createPod("a", half).code, 201);
        QCOMPARE(f.used("q", "requests.cpu"), std::string("600m"));
        QCOMPARE(f.used("q", "pods"), std::string("1"));
        const Answer exceeded = f.createPod("b", half);
        QCOMPARE(exceeded.code, 403);
        QCOMPARE(message(exceeded), std::string("pods \"b\" is forbidden: exceeded quota: q, requested: "
                                                "requests.cpu=600m, used: requests.cpu=600m, limited: requests.cpu=1"));
        QCOMPARE(f.createPod("a", half).code, 409); // it is there already, which costs nothing
        QCOMPARE(f.createPod("c", R"(,"resources":{"requests":{"cpu":"1m"}})", "?dryRun=All").code, 201);
        QCOMPARE(f.used("q", "pods"), std::string("1"));
    }

    void servicesAndClaimsAreChargedByTheirChange() {
        Fixture f;
        f.quota("q", R"({"hard":{"services":"5","services.nodeports":"1"}})");
        const std::string services = "/api/v1/namespaces/shop/services";
        auto service = [&](const std::string &name, const std::string &type) {
            JsonObject object = json(R"({"apiVersion":"v1","kind":"Service","spec":{"ports":[{"port":80}]}})");
            object["metadata"] = JsonObject{{"name", name}};
            object.at("spec").as_object()["type"] = type;
            return f.request("POST", services, boost::json::serialize(object));
        };
        QCOMPARE(service("a", "ClusterIP").code, 201);
        QCOMPARE(service("b", "NodePort").code, 201);
        QCOMPARE(f.used("q", "services"), std::string("2"));
        QCOMPARE(f.used("q", "services.nodeports"), std::string("1"));
        auto change = [&](const std::string &name, const std::string &type) {
            const JsonObject patch{{"spec", JsonObject{{"type", type}}}};
            return f.request("PATCH", services + "/" + name, boost::json::serialize(patch),
                             {{"Content-Type", "application/merge-patch+json"}});
        };
        QCOMPARE(message(change("a", "NodePort")),
                 std::string("services \"a\" is forbidden: exceeded quota: q, requested: services.nodeports=1, used: "
                             "services.nodeports=1, limited: services.nodeports=1"));
        QCOMPARE(change("b", "ClusterIP").code, 200);
        QCOMPARE(f.used("q", "services.nodeports"), std::string("0"));
        QCOMPARE(change("a", "NodePort").code, 200);
    }

    void whatWasThereCounts() {
        Fixture f;
        f.request("POST", "/api/v1/namespaces/shop/configmaps",
                  R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}})");
        f.quota("q", R"({"hard":{"configmaps":"1"}})");
        const Answer second = f.request("POST", "/api/v1/namespaces/shop/configmaps",
                                        R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"b"}})");
        QCOMPARE(message(second), std::string("configmaps \"b\" is forbidden: exceeded quota: q, requested: "
                                              "configmaps=1, used: configmaps=1, limited: configmaps=1"));
    }

    /// Also those that were there before the quota.
    void customResourcesAreCounted() {
        Fixture f;
        f.request("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
                  R"({"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition",)"
                  R"("metadata":{"name":"things.example.com"},"spec":{"group":"example.com","scope":"Namespaced",)"
                  R"("names":{"plural":"things","kind":"Thing"},"versions":[{"name":"v1","served":true,"storage":true,)"
                  R"("schema":{"openAPIV3Schema":{"type":"object"}}}]}})");
        const std::string things = "/apis/example.com/v1/namespaces/shop/things";
        f.runUntil([&] { return f.request("GET", things).code == 200; });
        auto create = [&](const std::string &name) {
            return f.request("POST", things,
                             R"({"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":")" + name + R"("}})");
        };
        QCOMPARE(create("before").code, 201);
        f.quota("q", R"({"hard":{"count/things.example.com":"2"}})");
        QCOMPARE(create("a").code, 201);
        QCOMPARE(f.used("q", "count/things.example.com"), std::string("2"));
        QCOMPARE(message(create("b")),
                 std::string("things.example.com \"b\" is forbidden: exceeded quota: q, requested: "
                             "count/things.example.com=1, used: count/things.example.com=2, limited: "
                             "count/things.example.com=2"));
    }

    void scopedQuotasCountTheirOwn() {
        Fixture f;
        f.quota("best", R"({"hard":{"pods":"1"},"scopes":["BestEffort"]})");
        const std::string asks = R"(,"resources":{"requests":{"cpu":"1m"}})";
        QCOMPARE(f.createPod("a").code, 201);
        QCOMPARE(f.createPod("b").code, 403);
        QCOMPARE(f.createPod("b", asks).code, 201);
        QCOMPARE(f.used("best", "pods"), std::string("1"));
    }
};

QTEST_GUILESS_MAIN(ResourceQuotaTest)
#include "tst_resource_quota.moc"
