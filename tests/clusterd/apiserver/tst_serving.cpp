#include "clusterd/apiserver/registry/create_action.h"
#include "tests/clusterd/apiserver/support/test_api.h"
#include "tests/support/manual_clock.h"

#include <QTest>
#include <boost/json/parse.hpp>

using namespace coracle;
using namespace coracle::test;
using namespace std::chrono_literals;

namespace {

constexpr const char *kMaps = "/api/v1/namespaces/default/configmaps";
constexpr const char *kReviews = "/apis/authentication.k8s.io/v1/tokenreviews";
constexpr const char *kReview =
    R"({"apiVersion":"authentication.k8s.io/v1","kind":"TokenReview","spec":{"token":"x"}})";
const std::vector<std::pair<std::string, std::string>> kGuest = {{"Authorization", "Bearer guest"}};

/// Answers after ten minutes.
class SlowAction final : public apiserver::CreateAction {
public:
    explicit SlowAction(Clock &clock) : m_clock(clock) {}
    Task<Result<boost::json::object>> create(apiserver::RequestScope &, boost::json::object body) override {
        CO_CHECK(co_await m_clock.sleep(10min));
        ++ended;
        co_return body;
    }
    int ended = 0;

private:
    Clock &m_clock;
};

struct Fixture {
    explicit Fixture(apiserver::RequestLimits limits = {})
        : api(TestApi::Options{.clock = clock, .requests = limits}), slow(clock) {
        api.server().registry().addAction("authentication.k8s.io", "tokenreviews", "", slow);
    }
    ~Fixture() { clock.advance(20min); }
    /// Until what runs waits for the clock.
    void settle() {
        while (api.context().poll() > 0)
            api.context().restart();
        api.context().restart();
    }
    std::string metrics() { return api.request("GET", "/metrics").body; }

    ManualClock clock;
    TestApi api;
    SlowAction slow;
};

bool has(const std::string &text, const char *line) {
    return text.find(std::string("\n") + line) != std::string::npos;
}

} // namespace

class ServingTest : public QObject {
    Q_OBJECT

private slots:
    void countsUnderTheStandardNames() {
        Fixture f;
        f.api.request("POST", kMaps, R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"counted"}})");
        f.api.request("GET", std::string(kMaps) + "/counted");
        f.api.request("GET", kMaps);
        f.api.request("GET", "/api/v1/inventions");
        f.api.request("GET", "/no/such/path");
        f.api.request("GET", std::string(kMaps) + "?watch=true&timeoutSeconds=1", {}, {}, 1);
        const std::string text = f.metrics();
        for (
            const char *line : {
                R"(apiserver_request_total{code="201",component="apiserver",dry_run="",group="",resource="configmaps",scope="resource",subresource="",verb="POST",version="v1"} )",
                R"(apiserver_request_total{code="200",component="apiserver",dry_run="",group="",resource="configmaps",scope="resource",subresource="",verb="GET",version="v1"} )",
                R"(apiserver_request_total{code="200",component="apiserver",dry_run="",group="",resource="configmaps",scope="namespace",subresource="",verb="LIST",version="v1"} )",
                R"(apiserver_request_total{code="200",component="apiserver",dry_run="",group="",resource="configmaps",scope="namespace",subresource="",verb="WATCH",version="v1"} )",
                R"(apiserver_request_duration_seconds_bucket{component="apiserver",dry_run="",group="",resource="configmaps",scope="namespace",subresource="",verb="LIST",version="v1",le="+Inf"} )",
                R"(apiserver_response_sizes_count{component="apiserver",group="",resource="configmaps",scope="resource",subresource="",verb="GET",version="v1"} )",
                R"(apiserver_resource_objects{group="",resource="configmaps"} 1)",
                R"(apiserver_current_inflight_requests{request_kind="readOnly"} 1)",
                R"(process_resident_memory_bytes )",
                R"(kubernetes_build_info{)",
            })
            QVERIFY2(has(text, line), line);
        QVERIFY(text.find("inventions") == std::string::npos);
        QVERIFY(text.find("/no/such") == std::string::npos);
    }

    void tellsTheContentType() {
        Fixture f;
        const Answer answer = f.api.request("GET", "/metrics");
        QCOMPARE(answer.headers.get("Content-Type"), std::string_view("text/plain; version=0.0.4; charset=utf-8"));
    }

    void boundsWhatIsServedAtOnce() {
        Fixture f({.maxRequestsInFlight = 5, .maxMutatingRequestsInFlight = 2});
        auto first = f.api.begin("POST", kReviews, kReview, kGuest);
        auto second = f.api.begin("POST", kReviews, kReview, kGuest);
        f.settle();
        const Answer refused = f.api.request("POST", kMaps, "{}", kGuest);
        QCOMPARE(refused.code, 429);
        QCOMPARE(refused.headers.get("Retry-After"), std::string_view("1"));
        const auto status = boost::json::parse(refused.body).as_object();
        QCOMPARE(status.at("reason").as_string(), "TooManyRequests");
        QCOMPARE(status.at("details").at("retryAfterSeconds").as_int64(), 1);
        QCOMPARE(f.api.request("GET", kMaps, {}, kGuest).code, 200); // reading has places of its own
        QVERIFY(f.api.request("POST", kMaps, "{}").code != 429);     // and administrators always
        QVERIFY(has(f.metrics(), R"(apiserver_current_inflight_requests{request_kind="mutating"} 2)"));
        f.clock.advance(10min);
        f.settle();
        QVERIFY(first->done && second->done);
        QVERIFY(f.api.request("POST", kMaps, "{}", kGuest).code != 429);
    }

    void answersWhenTheTimeIsOver() {
        Fixture f({.requestTimeout = 60s});
        auto call = f.api.begin("POST", kReviews, kReview);
        f.settle();
        f.clock.advance(59s);
        f.settle();
        QCOMPARE(call->answer.code, 0);
        f.clock.advance(2s);
        f.settle();
        QCOMPARE(call->answer.code, 504);
        const auto status = boost::json::parse(call->answer.body).as_object();
        QCOMPARE(status.at("reason").as_string(), "Timeout");
        QVERIFY(!call->done); // what was begun is brought to its end
        const std::string answered = call->answer.body;
        f.clock.advance(10min);
        f.settle();
        QVERIFY(call->done);
        QCOMPARE(f.slow.ended, 1);
        QCOMPARE(call->answer.body, answered);
    }

    void takesAShorterTimeFromTheClient() {
        Fixture f;
        auto call = f.api.begin("POST", std::string(kReviews) + "?timeout=5s", kReview);
        f.settle();
        f.clock.advance(6s);
        f.settle();
        QCOMPARE(call->answer.code, 504);
        QCOMPARE(f.api.request("GET", std::string(kMaps) + "?timeout=soon").code, 400);
    }

    void drainsBeforeItStops() {
        Fixture f;
        auto call = f.api.begin("POST", kReviews, kReview);
        auto watch = f.api.begin("GET", std::string(kMaps) + "?watch=true");
        f.settle();
        bool drained = false;
        boost::asio::co_spawn(f.api.context(), f.api.server().drain(15min),
                              [&](std::exception_ptr) { drained = true; });
        f.settle();
        const Answer ready = f.api.request("GET", "/readyz?verbose");
        QCOMPARE(ready.code, 500);
        QVERIFY(ready.body.find("[-]shutdown failed: reason withheld") != std::string::npos);
        QCOMPARE(f.api.request("GET", "/livez").code, 200);
        QVERIFY(!drained && !watch->done);
        f.clock.advance(10min);
        f.settle();
        QVERIFY(call->done);
        f.clock.advance(1s);
        f.settle();
        QVERIFY(drained);
        QVERIFY(watch->done);
        QCOMPARE(f.api.request("GET", kMaps).code, 503);
    }
};

QTEST_GUILESS_MAIN(ServingTest)
#include "tst_serving.moc"
