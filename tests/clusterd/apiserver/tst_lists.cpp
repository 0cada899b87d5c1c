#include "clusterd/apiserver/registry/continue_token.h"
#include "tests/clusterd/apiserver/support/test_api.h"
#include "tests/support/manual_clock.h"

#include <QTest>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <fmt/format.h>
#include <set>

using namespace coracle;
using namespace coracle::test;

/// What LIST promises (k8s.io/apiserver storage), seen through HTTP.
namespace {

constexpr const char *kMaps = "/api/v1/namespaces/default/configmaps";

std::string configMap(std::string_view name, std::string_view value = "v") {
    return fmt::format(
        R"({{"apiVersion":"v1","kind":"ConfigMap","metadata":{{"name":"{}","labels":{{"l":"{}"}}}},"data":{{"k":"{}"}}}})",
        name, value, value);
}

boost::json::object json(const Answer &answer) {
    return boost::json::parse(answer.body).as_object();
}

struct List {
    int code = 0;
    std::vector<std::string> names;
    std::string resourceVersion, next;
    int64_t remaining = -1; ///< -1: absent

    static List of(const Answer &answer) {
        List list{.code = answer.code};
        if (answer.code != 200)
            return list;
        boost::json::object body = json(answer);
        const boost::json::object &metadata = body["metadata"].as_object();
        list.resourceVersion = metadata.at("resourceVersion").as_string();
        if (const auto *next = metadata.if_contains("continue"))
            list.next = next->as_string();
        if (const auto *remaining = metadata.if_contains("remainingItemCount"))
            list.remaining = remaining->as_int64();
        for (const boost::json::value &item : body["items"].as_array())
            list.names.emplace_back(item.at("metadata").at("name").as_string());
        return list;
    }
};

} // namespace

class ListsTest : public QObject {
    Q_OBJECT

    ManualClock m_clock;
    std::unique_ptr<TestApi> m_api;

    Answer get(std::string query) { return m_api->request("GET", std::string(kMaps) + query); }
    List list(std::string query = {}) { return List::of(get(std::move(query))); }
    void create(std::string_view name, std::string_view value = "v") {
        QCOMPARE(m_api->request("POST", kMaps, configMap(name, value)).code, 201);
    }
    void remove(std::string_view name) {
        QCOMPARE(m_api->request("DELETE", fmt::format("{}/{}", kMaps, name)).code, 200);
    }
    void createTen() {
        for (int i = 0; i < 10; ++i)
            create(fmt::format("c{}", i));
    }
    /// Lets the server's own tasks see that time has passed.
    void pass(Duration duration) {
        for (Duration step = std::chrono::seconds(30); duration > Duration::zero(); duration -= step) {
            m_clock.advance(step);
            for (int i = 0; i < 5; ++i)
                m_api->context().poll();
            m_api->context().restart();
        }
    }

private slots:
    void init() { m_api = std::make_unique<TestApi>(m_clock); }
    void cleanup() { m_api.reset(); }

    void pagesAreOfOneSnapshotWhileOthersWrite() {
        createTen();
        const std::string at = list().resourceVersion;
        std::vector<std::string> names;
        std::string next;
        for (int page = 0;; ++page) {
            List part = list("?limit=3" + (next.empty() ? "" : "&continue=" + next));
            QCOMPARE(part.code, 200);
            QCOMPARE(part.resourceVersion, at);
            QCOMPARE(part.remaining, page == 3 ? -1 : 7 - 3 * page);
            names.insert(names.end(), part.names.begin(), part.names.end());
            next = part.next;
            if (next.empty())
                break;
            create(fmt::format("c{}-new", page)); // behind and before the pages to come
            remove(fmt::format("c{}", 9 - page));
        }
        QCOMPARE(names, (std::vector<std::string>{"c0", "c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8", "c9"}));
        QCOMPARE(list().names.size(), 10u);
    }

    void pagesWithSelectorsHaveNoCount() {
        createTen();
        create("odd", "odd");
        List page = list("?limit=2&labelSelector=l%3Dv");
        QCOMPARE(page.names.size(), 2u);
        QCOMPARE(page.remaining, -1);
        QVERIFY(!page.next.empty());
        List rest = list("?limit=100&labelSelector=l%3Dv&continue=" + page.next);
        QCOMPARE(rest.names.size(), 8u);
        QVERIFY(rest.next.empty());
        page = list("?limit=2&fieldSelector=metadata.name!%3Dodd");
        QCOMPARE(page.remaining, -1);
    }

    void pagesCrossNamespaces() {
        for (const char *space : {"a", "a-b", "b"})
            for (const char *name : {"x", "y"})
                QCOMPARE(m_api->request("POST", fmt::format("/api/v1/namespaces/{}/configmaps", space), configMap(name))
                             .code,
                         201);
        std::set<std::string> seen;
        std::string next;
        do {
            Answer answer =
                m_api->request("GET", "/api/v1/configmaps?limit=1" + (next.empty() ? "" : "&continue=" + next));
            boost::json::object body = json(answer);
            const auto &metadata = body["items"].as_array().at(0).at("metadata").as_object();
            seen.insert(fmt::format("{}/{}", std::string_view(metadata.at("namespace").as_string()),
                                    std::string_view(metadata.at("name").as_string())));
            next = List::of(answer).next;
        } while (!next.empty());
        QCOMPARE(seen.size(), 6u);
    }

    void expiredTokensGoOnInconsistently() {
        createTen();
        List first = list("?limit=4");
        remove("c5");
        create("c4a");
        pass(std::chrono::minutes(4));
        QCOMPARE(list("?limit=4&continue=" + first.next).names.at(1), "c5"); // still the snapshot
        pass(std::chrono::minutes(3));
        Answer expired = get("?limit=4&continue=" + first.next);
        QCOMPARE(expired.code, 410);
        boost::json::object status = json(expired);
        QCOMPARE(status["reason"].as_string(), "Expired");
        QCOMPARE(status["message"].as_string(),
                 "The provided continue parameter is too old to display a consistent list result. You can start a new "
                 "list without the continue parameter, or use the continue token in this response to retrieve the "
                 "remainder of the results. Continuing with the provided token results in an inconsistent list - "
                 "objects that were created, modified, or deleted between the time the first chunk was returned and "
                 "now may show up in the list.");
        const std::string token(status["metadata"].at("continue").as_string());
        List rest = list("?limit=4&continue=" + token);
        QCOMPARE(rest.names, (std::vector<std::string>{"c4", "c4a", "c6", "c7"}));
        QCOMPARE(rest.resourceVersion, std::to_string(m_api->store().revision()));
        QCOMPARE(rest.remaining, 2);
        create("c9a"); // from here on it is consistent again
        QCOMPARE(list("?limit=4&continue=" + rest.next).names, (std::vector<std::string>{"c8", "c9"}));
    }

    void exactListsExpireToo() {
        createTen();
        const std::string at = list().resourceVersion;
        remove("c0");
        const std::string query = "?resourceVersionMatch=Exact&resourceVersion=" + at;
        QCOMPARE(list(query).names.size(), 10u);
        QCOMPARE(list(query).resourceVersion, at);
        pass(std::chrono::minutes(7));
        Answer expired = get(query);
        QCOMPARE(expired.code, 410);
        QCOMPARE(json(expired)["message"].as_string(), "The resourceVersion for the provided list is too old.");
        QVERIFY(!json(expired)["metadata"].as_object().contains("continue"));
    }

    void statesOutOfMemoryComeFromTheDatastore() {
        m_api = std::make_unique<TestApi>(TestApi::Options{.clock = m_clock, .limits = {.eventsMax = 2}});
        createTen();
        const std::string at = list().resourceVersion;
        for (int i = 0; i < 5; ++i)
            remove(fmt::format("c{}", i));
        List first = list("?limit=4&resourceVersion=" + at); // a limit makes it exact
        QCOMPARE(first.names, (std::vector<std::string>{"c0", "c1", "c2", "c3"}));
        QCOMPARE(first.remaining, 6);
        QCOMPARE(first.resourceVersion, at);
        List second = list("?limit=4&continue=" + first.next);
        QCOMPARE(second.names, (std::vector<std::string>{"c4", "c5", "c6", "c7"}));
        QCOMPARE(second.remaining, 2);
        QCOMPARE(list("?labelSelector=l%3Dv&limit=100&continue=" + second.next).names.size(), 2u);
        QVERIFY(m_api->run(m_api->backend().compact(m_api->backend().currentRevision())).has_value());
        QCOMPARE(get("?limit=4&continue=" + first.next).code, 410);
        QCOMPARE(get("?resourceVersionMatch=Exact&resourceVersion=" + at).code, 410);
    }

    void matchesOfResourceVersions() {
        createTen();
        const std::string at = list().resourceVersion;
        create("later");
        const std::string now = list().resourceVersion;
        struct Row {
            std::string query;
            size_t count;
            std::string version;
        };
        const Row rows[] = {
            {"", 11, now},
            {"?resourceVersion=0", 11, now},
            {"?resourceVersion=0&limit=2", 11, now}, // any state will do: answered whole
            {"?resourceVersion=0&resourceVersionMatch=NotOlderThan", 11, now},
            {"?resourceVersion=0&resourceVersionMatch=NotOlderThan&limit=2", 11, now},
            {"?resourceVersion=" + at, 11, now},
            {"?resourceVersion=" + at + "&limit=100", 10, at},
            {"?resourceVersion=" + at + "&resourceVersionMatch=NotOlderThan", 11, now},
            {"?resourceVersion=" + at + "&resourceVersionMatch=NotOlderThan&limit=4", 4, now},
            {"?resourceVersion=" + at + "&resourceVersionMatch=Exact", 10, at},
            {"?resourceVersion=" + at + "&resourceVersionMatch=Exact&limit=4", 4, at},
            {"?resourceVersion=" + now + "&resourceVersionMatch=Exact", 11, now},
            {"?limit=-1", 11, now},
        };
        for (const Row &row : rows) {
            List got = list(row.query);
            QVERIFY2(got.names.size() == row.count && got.resourceVersion == row.version,
                     fmt::format("{}: {} items at {}", row.query, got.names.size(), got.resourceVersion).c_str());
        }
    }

    void refusals_data() {
        QTest::addColumn<QString>("query");
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("message");
        auto row = [](const char *name, QString query, int code, QString message) {
            QTest::newRow(name) << query << code << message;
        };
        const QString invalid = "ListOptions.meta.k8s.io \"\" is invalid: ";
        row("match alone", "resourceVersionMatch=Exact", 422,
            invalid + "resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is "
                      "provided");
        row("match unknown", "resourceVersionMatch=Sometimes&resourceVersion=1", 422,
            invalid + "resourceVersionMatch: Unsupported value: \"Sometimes\": supported values: \"Exact\", "
                      "\"NotOlderThan\", \"\"");
        row("two causes", "resourceVersionMatch=Sometimes", 422,
            invalid + "[resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is "
                      "provided, resourceVersionMatch: Unsupported value: \"Sometimes\": supported values: \"Exact\", "
                      "\"NotOlderThan\", \"\"]");
        row("exactly zero", "resourceVersionMatch=Exact&resourceVersion=0", 422,
            invalid + "resourceVersionMatch: Forbidden: resourceVersionMatch \"exact\" is forbidden for "
                      "resourceVersion \"0\"");
        row("match and continue", "resourceVersionMatch=Exact&resourceVersion=1&continue=x", 422,
            invalid + "resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden when continue is provided");
        row("initial events", "sendInitialEvents=true", 422,
            invalid + "sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list");
        const std::string token = apiserver::ContinueToken{1, "a"}.encode();
        row("version and continue", QString::fromStdString("resourceVersion=1&continue=" + token), 400,
            "specifying resource version is not allowed when using continue");
        row("version", "resourceVersion=x", 400,
            "invalid resource version: resourceVersion: Invalid value: \"x\": strconv.ParseUint: parsing \"x\": "
            "invalid syntax");
        row("negative version", "resourceVersion=-1", 400,
            "invalid resource version: resourceVersion: Invalid value: \"-1\": strconv.ParseUint: parsing \"-1\": "
            "invalid syntax");
        row("huge version", "resourceVersion=99999999999999999999", 400,
            "invalid resource version: resourceVersion: Invalid value: \"99999999999999999999\": strconv.ParseUint: "
            "parsing \"99999999999999999999\": value out of range");
        row("limit", "limit=many", 400, "strconv.ParseInt: parsing \"many\": invalid syntax");
        row("label selector", "labelSelector=a%20b", 400, "unable to parse requirement");
        row("field selector", "fieldSelector=spec.x%3D1", 400,
            "\"spec.x\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"");
        row("not base64", "continue=*", 400, "invalid continue token: continue key is not valid");
    }

    void refusals() {
        QFETCH(QString, query);
        QFETCH(int, code);
        QFETCH(QString, message);
        Answer answer = get("?" + query.toStdString());
        QCOMPARE(answer.code, code);
        const QString got = QString::fromStdString(std::string(json(answer)["message"].as_string()));
        QVERIFY2(got.startsWith(message), qPrintable(got));
        QCOMPARE(json(answer)["reason"].as_string(), code == 422 ? "Invalid" : "BadRequest");
    }

    void forgedTokens() {
        createTen();
        using apiserver::ContinueToken;
        for (const char *start : {"../pods/x", "a/../../b", "./a", "a//b", ""})
            QCOMPARE(get("?continue=" + ContinueToken{1, start}.encode()).code, 400);
        QCOMPARE(get("?continue=" + ContinueToken{0, "a"}.encode()).code, 400);
        QCOMPARE(list("?continue=" + ContinueToken{-1, "c8"}.encode()).names.size(), 2u);
        QCOMPARE(list("?continue=" + ContinueToken{-7, "c8"}.encode()).names.size(), 2u);
        QVERIFY(ContinueToken::decode(ContinueToken{5, std::string("a\0", 2)}.encode())->start ==
                std::string("a\0", 2));
    }

    void versionsYetToCome_data() {
        QTest::addColumn<QString>("query");
        QTest::newRow("list") << "?resourceVersion=1000";
        QTest::newRow("exact list") << "?resourceVersion=1000&resourceVersionMatch=Exact";
        QTest::newRow("page") << QString::fromStdString("?continue=" + apiserver::ContinueToken{1000, "a"}.encode());
        QTest::newRow("object") << "/c0?resourceVersion=1000";
    }

    void versionsYetToCome() {
        QFETCH(QString, query);
        createTen();
        auto pending = m_api->begin("GET", kMaps + query.toStdString());
        m_api->runUntil([&] {
            if (m_api->context().poll() == 0)
                m_clock.advance(std::chrono::seconds(1));
            return pending->done;
        });
        const Answer &answer = pending->answer;
        QCOMPARE(answer.code, 504);
        boost::json::object status = json(answer);
        QCOMPARE(status["reason"].as_string(), "Timeout");
        QCOMPARE(std::string(status["message"].as_string()),
                 fmt::format("Timeout: Too large resource version: 1000, current: {}", m_api->store().revision()));
        const boost::json::object &details = status["details"].as_object();
        QCOMPARE(details.at("retryAfterSeconds").as_int64(), 1);
        const auto &cause = details.at("causes").as_array().at(0);
        QCOMPARE(cause.at("reason").as_string(), "ResourceVersionTooLarge");
        QCOMPARE(cause.at("message").as_string(), "Too large resource version");
        QCOMPARE(answer.headers.get("Retry-After"), "1");
    }

    void versionsThatComeInTimeAreWaitedFor() {
        createTen();
        auto pending = m_api->begin("GET", fmt::format("{}?resourceVersion={}", kMaps, m_api->store().revision() + 1));
        m_api->context().poll();
        QVERIFY(!pending->done);
        create("awaited");
        m_api->runUntil([&] { return pending->done; });
        QCOMPARE(List::of(pending->answer).names.size(), 11u);
    }

    void collectionsAreDeletedAsListed() {
        for (int i = 0; i < 100; ++i)
            create(fmt::format("c{:03}", i), i % 2 ? "odd" : "even");
        Answer dry = m_api->request("DELETE", std::string(kMaps) + "?labelSelector=l%3Dodd&dryRun=All");
        QCOMPARE(List::of(dry).names.size(), 50u);
        QCOMPARE(list().names.size(), 100u);
        Answer answer = m_api->request("DELETE", std::string(kMaps) + "?labelSelector=l%3Dodd");
        List deleted = List::of(answer);
        QCOMPARE(json(answer)["kind"].as_string(), "ConfigMapList");
        QCOMPARE(deleted.names.size(), 50u);
        QCOMPARE(deleted.names.front(), "c001");
        QCOMPARE(list().names.size(), 50u);
        Answer some = m_api->request("DELETE", std::string(kMaps) + "?limit=20");
        QCOMPARE(List::of(some).names.size(), 20u);
        QCOMPARE(list().names.size(), 30u);
        Answer refused = m_api->request("DELETE", kMaps,
                                        R"({"kind":"DeleteOptions","apiVersion":"v1",)"
                                        R"("preconditions":{"uid":"other"}})");
        QCOMPARE(refused.code, 409);
        QCOMPARE(list().names.size(), 30u);
        QCOMPARE(m_api->request("DELETE", "/api/v1/configmaps").code, 405);
        QCOMPARE(m_api->request("DELETE", std::string(kMaps) + "?sendInitialEvents=true").code, 422);
    }

    void finalizersKeepObjectsOfADeletedCollection() {
        create("free");
        QCOMPARE(m_api
                     ->request("POST", kMaps,
                               R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"held",)"
                               R"("finalizers":["example.com/hold"]}})")
                     .code,
                 201);
        QCOMPARE(List::of(m_api->request("DELETE", kMaps)).names.size(), 2u);
        QCOMPARE(list().names, (std::vector<std::string>{"held"}));
        QVERIFY(get("/held").body.contains("deletionTimestamp"));
    }
};

QTEST_GUILESS_MAIN(ListsTest)
#include "tst_lists.moc"
