#include "tests/clusterd/apiserver/support/test_api.h"
#include "tests/support/manual_clock.h"

#include <QTemporaryDir>
#include <QTest>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <fmt/format.h>

using namespace coracle;
using namespace coracle::test;

/// What WATCH promises (k8s.io/apiserver storage/cacher), seen through HTTP.
namespace {

constexpr const char *kMaps = "/api/v1/namespaces/default/configmaps";
constexpr const char *kPods = "/api/v1/namespaces/default/pods";

std::string configMap(std::string_view name, std::string_view label = "a") {
    return fmt::format(
        R"({{"apiVersion":"v1","kind":"ConfigMap","metadata":{{"name":"{}","labels":{{"l":"{}"}}}},"data":{{}}}})",
        name, label);
}

/// A watch's stream as text: "ADDED a@5", "BOOKMARK @7 end", "ERROR 410".
std::vector<std::string> events(const Answer &answer) {
    std::vector<std::string> result;
    for (size_t at = 0; at < answer.body.size();) {
        const size_t end = answer.body.find('\n', at);
        const auto event = boost::json::parse(answer.body.substr(at, end - at)).as_object();
        const auto &object = event.at("object").as_object();
        std::string text(event.at("type").as_string());
        if (text == "ERROR") {
            text += fmt::format(" {}", object.at("code").as_int64());
        } else {
            const auto &metadata = object.at("metadata").as_object();
            const auto *name = metadata.if_contains("name");
            text += fmt::format(" {}@{}", name ? std::string_view(name->as_string()) : "",
                                std::string_view(metadata.at("resourceVersion").as_string()));
            if (metadata.contains("annotations"))
                text += metadata.at("annotations").at("k8s.io/initial-events-end") == "true" ? " end" : " ?";
        }
        result.push_back(std::move(text));
        at = end + 1;
    }
    return result;
}

using Events = std::vector<std::string>;

} // namespace

class WatchHttpTest : public QObject {
    Q_OBJECT

    ManualClock m_clock;
    std::unique_ptr<TestApi> m_api;

    int64_t now() { return m_api->store().revision(); }
    void create(std::string_view name, std::string_view label = "a") {
        QCOMPARE(m_api->request("POST", kMaps, configMap(name, label)).code, 201);
    }
    void relabel(std::string_view name, std::string_view label) {
        Answer answer = m_api->request("PATCH", fmt::format("{}/{}", kMaps, name),
                                       fmt::format(R"({{"metadata":{{"labels":{{"l":"{}"}}}}}})", label),
                                       {{"Content-Type", "application/merge-patch+json"}});
        QCOMPARE(answer.code, 200);
    }
    void remove(std::string_view name) {
        QCOMPARE(m_api->request("DELETE", fmt::format("{}/{}", kMaps, name)).code, 200);
    }
    std::shared_ptr<const TestApi::Pending> watch(const std::string &query, const char *path = kMaps) {
        auto pending = m_api->begin("GET", fmt::format("{}?watch=true{}{}", path, query.empty() ? "" : "&", query));
        settle();
        return pending;
    }
    void settle() {
        m_api->context().restart();
        while (m_api->context().poll() > 0)
            m_api->context().restart();
    }
    /// What the watch has seen so far.
    Events seen(const std::shared_ptr<const TestApi::Pending> &pending) {
        settle();
        return events(pending->answer);
    }
    void pass(Duration duration) {
        for (; duration > Duration::zero(); duration -= std::chrono::seconds(1)) {
            m_clock.advance(std::chrono::seconds(1));
            settle();
        }
    }
    /// Ends what still watches.
    void restartApi(TestApi::Options options) {
        m_api.reset();
        m_api = std::make_unique<TestApi>(options);
    }

private slots:
    void init() { m_api = std::make_unique<TestApi>(m_clock); }
    void cleanup() { m_api.reset(); }

    void beginnings() {
        create("a"); // 2 objects at revisions r1 < r2, then a change
        const int64_t r1 = now();
        create("b");
        const int64_t r2 = now();
        relabel("a", "c");
        const int64_t r3 = now();
        const std::string all1 = fmt::format("ADDED a@{}", r3), all2 = fmt::format("ADDED b@{}", r2);
        const std::string end = fmt::format("BOOKMARK @{} end", r3);
        struct Row {
            std::string query;
            Events expected;
        };
        const std::string match = "&resourceVersionMatch=NotOlderThan";
        const Row rows[] = {
            {"", {all1, all2}},
            {"resourceVersion=0", {all1, all2}},
            {"allowWatchBookmarks=true", {all1, all2, end}}, // since the streaming list is the rule
            {"resourceVersion=0&allowWatchBookmarks=true", {all1, all2, end}},
            {"sendInitialEvents=true" + match, {all1, all2}},
            {"sendInitialEvents=true&allowWatchBookmarks=true" + match, {all1, all2, end}},
            {fmt::format("sendInitialEvents=true&allowWatchBookmarks=true&resourceVersion={}{}", r1, match),
             {all1, all2, end}},
            {"sendInitialEvents=true&allowWatchBookmarks=true&labelSelector=l%3Dc" + match, {all1, end}},
            {"sendInitialEvents=true&allowWatchBookmarks=true&labelSelector=none" + match, {end}},
            {"sendInitialEvents=false&allowWatchBookmarks=true" + match, {}},
            {"sendInitialEvents=false&resourceVersion=0" + match, {}},
            {fmt::format("sendInitialEvents=false&resourceVersion={}{}", r2, match),
             {fmt::format("MODIFIED a@{}", r3)}},
            {fmt::format("resourceVersion={}", r1), {all2, fmt::format("MODIFIED a@{}", r3)}},
            {fmt::format("resourceVersion={}", r3), {}},
        };
        std::vector<std::shared_ptr<const TestApi::Pending>> watches;
        for (const Row &row : rows) {
            watches.push_back(watch(row.query));
            const Events got = seen(watches.back());
            QVERIFY2(got == row.expected, fmt::format("{}: {}", row.query, fmt::join(got, ", ")).c_str());
        }
        create("z", "c"); // all of them see what comes then
        for (size_t i = 0; i < watches.size(); ++i) {
            const bool matches = !std::string_view(rows[i].query).contains("none");
            Events expected = rows[i].expected;
            if (matches)
                expected.push_back(fmt::format("ADDED z@{}", now()));
            QVERIFY2(seen(watches[i]) == expected, rows[i].query.c_str());
        }
    }

    void refusals_data() {
        QTest::addColumn<QString>("query");
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("message");
        const QString invalid = "ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: ";
        auto row = [](const char *name, QString query, int code, QString message) {
            QTest::newRow(name) << query << code << message;
        };
        row("no match", "sendInitialEvents=true", 422,
            invalid + "Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
        row("match alone", "resourceVersionMatch=NotOlderThan&resourceVersion=1", 422,
            invalid + "Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided");
        row("continue", "resourceVersionMatch=NotOlderThan&sendInitialEvents=true&continue=x", 422,
            invalid + "Forbidden: resourceVersionMatch is forbidden when continue is provided");
        row("exact", "resourceVersionMatch=Exact&sendInitialEvents=true", 422,
            "ListOptions.meta.k8s.io \"\" is invalid: [resourceVersionMatch: Forbidden: sendInitialEvents requires "
            "setting resourceVersionMatch to NotOlderThan, resourceVersionMatch: Unsupported value: \"Exact\": "
            "supported values: \"NotOlderThan\"]");
        row("version", "resourceVersion=x", 400, "invalid resource version: resourceVersion: Invalid value: \"x\"");
        row("timeout", "timeoutSeconds=soon", 400, "strconv.ParseInt: parsing \"soon\": invalid syntax");
        row("field selector", "fieldSelector=data.k%3D1", 400, "\"data.k\" is not a known field selector");
    }

    void refusals() {
        QFETCH(QString, query);
        QFETCH(int, code);
        QFETCH(QString, message);
        Answer answer = m_api->request("GET", fmt::format("{}?watch=true&{}", kMaps, query.toStdString()));
        QCOMPARE(answer.code, code);
        const auto status = boost::json::parse(answer.body).as_object();
        const auto got = QString::fromStdString(std::string(status.at("message").as_string()));
        QVERIFY2(got.startsWith(message), qPrintable(got));
    }

    void selectionsAreEnteredAndLeft() {
        create("a", "in");
        auto stream = watch(fmt::format("labelSelector=l%3Din&resourceVersion={}", now()));
        relabel("a", "out");
        const int64_t left = now();
        relabel("a", "other"); // nobody's business
        relabel("a", "in");
        const int64_t entered = now();
        remove("a");
        const int64_t gone = now();
        QCOMPARE(seen(stream), (Events{fmt::format("DELETED a@{}", left), fmt::format("ADDED a@{}", entered),
                                       fmt::format("DELETED a@{}", gone)}));
        // The state from before it left, at the revision of the change.
        QVERIFY(stream->answer.body.substr(0, stream->answer.body.find('\n')).contains(R"("labels":{"l":"in"})"));
    }

    void fieldsSelectToo() {
        auto pod = [](std::string_view name) {
            return fmt::format(R"({{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"{}"}},)"
                               R"("spec":{{"containers":[{{"name":"c","image":"i"}}]}}}})",
                               name);
        };
        auto unassigned = watch("fieldSelector=spec.nodeName%3D", kPods);
        auto node = watch("fieldSelector=spec.nodeName%3Dn1,status.phase!%3DFailed", kPods);
        auto byName = watch("fieldSelector=metadata.name%3Db", kPods);
        for (const char *name : {"a", "b"})
            QCOMPARE(m_api->request("POST", kPods, pod(name)).code, 201);
        const int64_t created = now();
        QCOMPARE(m_api
                     ->request("POST", std::string(kPods) + "/a/binding",
                               R"({"apiVersion":"v1","kind":"Binding","metadata":{"name":"a"},"target":{"name":"n1"}})")
                     .code,
                 201);
        QCOMPARE(seen(unassigned), (Events{fmt::format("ADDED a@{}", created - 1), fmt::format("ADDED b@{}", created),
                                           fmt::format("DELETED a@{}", now())}));
        QCOMPARE(seen(node), (Events{fmt::format("ADDED a@{}", now())}));
        QCOMPARE(seen(byName), (Events{fmt::format("ADDED b@{}", created)}));
    }

    void pathsWithANameSelectIt() {
        create("a");
        create("b");
        const std::string one = std::string(kMaps) + "/b";
        QCOMPARE(seen(watch("", one.c_str())).size(), 1u);
        QCOMPARE(seen(watch("fieldSelector=metadata.name%3Db", one.c_str())).size(), 1u);
        Answer other = m_api->request("GET", one + "?watch=true&fieldSelector=metadata.name%3Da");
        QCOMPARE(other.code, 400);
        QVERIFY(other.body.contains("fieldSelector metadata.name doesn't match requested name"));
    }

    void bookmarksComeEachMinute() {
        create("a");
        auto with = watch(fmt::format("allowWatchBookmarks=true&resourceVersion={}&labelSelector=no", now()));
        auto without = watch(fmt::format("resourceVersion={}&labelSelector=no", now()));
        create("b");
        const int64_t first = now();
        pass(std::chrono::seconds(58));
        QCOMPARE(seen(with), Events{});
        pass(std::chrono::seconds(5));
        QCOMPARE(seen(with), (Events{fmt::format("BOOKMARK @{}", first)}));
        create("c");
        pass(std::chrono::seconds(63));
        QCOMPARE(seen(with), (Events{fmt::format("BOOKMARK @{}", first), fmt::format("BOOKMARK @{}", now())}));
        QCOMPARE(seen(without), Events{});
        const auto body = boost::json::parse(with->answer.body.substr(0, with->answer.body.find('\n'))).at("object");
        QCOMPARE(body.at("kind").as_string(), "ConfigMap");
        QCOMPARE(body.at("apiVersion").as_string(), "v1");
    }

    void watchesEndRegularly() {
        auto shortOne = watch("timeoutSeconds=30&sendInitialEvents=false&resourceVersionMatch=NotOlderThan");
        auto standard = watch("sendInitialEvents=false&resourceVersionMatch=NotOlderThan");
        pass(std::chrono::seconds(29));
        QVERIFY(!shortOne->done);
        pass(std::chrono::seconds(2));
        QVERIFY(shortOne->done);
        QCOMPARE(shortOne->answer.code, 200);
        QVERIFY(shortOne->answer.body.empty());
        pass(std::chrono::seconds(1800 - 32));
        QVERIFY(!standard->done); // between half an hour and an hour, by chance
        pass(std::chrono::seconds(1803));
        QVERIFY(standard->done);
    }

    void tooOldAndTooNewBeginnings() {
        restartApi({.clock = m_clock, .limits = {.eventsMax = 3}});
        create("a");
        const int64_t early = now();
        for (int i = 0; i < 5; ++i)
            create(fmt::format("b{}", i));
        auto old = watch(fmt::format("resourceVersion={}", early));
        QCOMPARE(old->answer.code, 200); // authorized and understood: from here on errors are events
        QCOMPARE(seen(old), (Events{"ERROR 410"}));
        QVERIFY(old->done);
        const auto status = boost::json::parse(old->answer.body).at("object");
        QCOMPARE(status.at("reason").as_string(), "Expired");
        QCOMPARE(std::string(status.at("message").as_string()),
                 fmt::format("too old resource version: {} ({})", early, now() - 3));
        auto newer = watch(
            fmt::format("sendInitialEvents=true&resourceVersionMatch=NotOlderThan&resourceVersion={}", now() + 100));
        QCOMPARE(seen(newer), Events{});
        pass(std::chrono::seconds(5));
        QCOMPARE(seen(newer), (Events{"ERROR 504"}));
        // An ordinary watch from a revision that is yet to come waits for what is after it.
        auto future = watch(fmt::format("resourceVersion={}", now() + 1));
        create("x");
        create("y");
        QCOMPARE(seen(future), (Events{fmt::format("ADDED y@{}", now())}));
    }

    void waitingWatchersDoNotFallBehind() {
        restartApi({.clock = m_clock, .limits = {.eventsMax = 5}});
        create("a", "in");
        auto stream = watch(fmt::format("labelSelector=l%3Din&resourceVersion={}", now()));
        for (int i = 0; i < 20; ++i) // more than are kept, and none of them concerns the watcher
            create(fmt::format("b{}", i), "out");
        relabel("a", "out");
        QCOMPARE(seen(stream), (Events{fmt::format("DELETED a@{}", now())}));
    }

    void resumptionAfterARestart() {
        QTemporaryDir folder;
        const std::string path = folder.filePath("state.db").toStdString();
        restartApi({.clock = m_clock, .databasePath = path});
        create("a");
        const int64_t first = now();
        create("b");
        relabel("a", "x");
        remove("b");
        const int64_t last = now();
        const Events expected = {fmt::format("ADDED b@{}", first + 1), fmt::format("MODIFIED a@{}", first + 2),
                                 fmt::format("DELETED b@{}", last)};
        QCOMPARE(seen(watch(fmt::format("resourceVersion={}", first))), expected);
        restartApi({.clock = m_clock, .databasePath = path});
        QCOMPARE(now(), last);
        QCOMPARE(seen(watch(fmt::format("resourceVersion={}", first))), expected);
        QCOMPARE(seen(watch(fmt::format("resourceVersion={}&labelSelector=l%3Da", first))),
                 (Events{expected[0], fmt::format("DELETED a@{}", first + 2), expected[2]}));
        // Lists of the past are there again as well.
        Answer past =
            m_api->request("GET", fmt::format("{}?resourceVersionMatch=Exact&resourceVersion={}", kMaps, first + 1));
        QVERIFY(past.body.contains(R"("name":"b")"));
        // What was compacted in between is not.
        QVERIFY(m_api->run(m_api->backend().compact(last - 1)).has_value());
        restartApi({.clock = m_clock, .databasePath = path});
        QCOMPARE(seen(watch(fmt::format("resourceVersion={}", first))), (Events{"ERROR 410"}));
        QCOMPARE(seen(watch(fmt::format("resourceVersion={}", last - 1))), (Events{expected[2]}));
        Answer gone =
            m_api->request("GET", fmt::format("{}?resourceVersionMatch=Exact&resourceVersion={}", kMaps, first + 1));
        QCOMPARE(gone.code, 410);
    }
};

QTEST_GUILESS_MAIN(WatchHttpTest)
#include "tst_watch_http.moc"
