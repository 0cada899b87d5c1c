#include "clusterd/apiserver/registry/stored_object.h"
#include "core/api/protobuf.h"
#include "tests/clusterd/apiserver/support/test_api.h"

#include <QTemporaryDir>
#include <QTest>
#include <fmt/format.h>
#include <sqlite3.h>

using namespace coracle;
using namespace coracle::test;

namespace {

std::string protobuf(const std::string &json, const char *apiVersion, const char *kind) {
    auto encoded = api::jsonToProtobuf(json, *api::findKindType(apiVersion, kind));
    if (!encoded)
        qFatal("%s", encoded.error().message.c_str());
    return *encoded;
}

std::string pod(const std::string &name, const std::string &image = "busybox") {
    return fmt::format(
        R"({{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"{}","namespace":"default","uid":"u-{}",)"
        R"("creationTimestamp":"2024-05-01T10:00:00Z","labels":{{"app":"web"}}}},"spec":{{"containers":[)"
        R"({{"name":"c","image":"{}","resources":{{}},"imagePullPolicy":"Always","terminationMessagePath":)"
        R"("/dev/termination-log","terminationMessagePolicy":"File"}}],"restartPolicy":"Always",)"
        R"("terminationGracePeriodSeconds":30,"dnsPolicy":"ClusterFirst","securityContext":{{}},)"
        R"("schedulerName":"default-scheduler","enableServiceLinks":true}},)"
        R"("status":{{"phase":"Running"}}}})",
        name, name, image);
}

std::string scaler(const char *version) {
    const std::string head = fmt::format(
        R"({{"apiVersion":"autoscaling/{}","kind":"HorizontalPodAutoscaler","metadata":{{"name":"web","namespace":"default")"
        R"(}},"spec":{{"scaleTargetRef":{{"kind":"Deployment","name":"web","apiVersion":"apps/v1"}},"minReplicas":2,)"
        R"("maxReplicas":9,)",
        version);
    return head + (version == std::string("v1")
                       ? R"("targetCPUUtilizationPercentage":70},"status":{"currentReplicas":2,"desiredReplicas":3}})"
                       : R"("metrics":[{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization",)"
                         R"("averageUtilization":70}}}]},"status":{"currentReplicas":2,"desiredReplicas":3}})");
}

Result<api::ObjectPtr> readAt(std::string key, std::string value) {
    return apiserver::readStored({.key = std::move(key), .value = std::move(value), .modRevision = 7});
}

/// A datastore as an early kine made it: the name column's odd type, indexes that are ours no more, copies of old
/// values, rows that fill gaps, the compaction's row in the middle.
class KineFile {
public:
    explicit KineFile(const std::string &path) {
        if (sqlite3_open(path.c_str(), &m_handle) != SQLITE_OK)
            qFatal("no database");
        run("PRAGMA journal_mode = WAL;"
            "CREATE TABLE kine (id INTEGER PRIMARY KEY AUTOINCREMENT, name INTEGER, created INTEGER, deleted INTEGER, "
            "create_revision INTEGER, prev_revision INTEGER, lease INTEGER, value BLOB, old_value BLOB);"
            "CREATE INDEX kine_name_index ON kine (name);"
            "CREATE INDEX kine_name_id_index ON kine (name, id);"
            "CREATE INDEX kine_id_deleted_index ON kine (id, deleted);"
            "CREATE INDEX kine_prev_revision_index ON kine (prev_revision);"
            "CREATE UNIQUE INDEX kine_name_prev_revision_uindex ON kine (name, prev_revision);");
    }
    ~KineFile() { sqlite3_close(m_handle); }

    void run(const std::string &sql) {
        char *error = nullptr;
        if (sqlite3_exec(m_handle, sql.c_str(), nullptr, nullptr, &error) != SQLITE_OK)
            qFatal("%s", error);
    }
    void row(int64_t id, const std::string &name, int64_t created, int64_t previous, const std::string &value,
             const std::string &oldValue = {}, bool deleted = false) {
        sqlite3_stmt *statement = nullptr;
        sqlite3_prepare_v2(m_handle, "INSERT INTO kine VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?)", -1, &statement, nullptr);
        sqlite3_bind_int64(statement, 1, id);
        sqlite3_bind_text(statement, 2, name.data(), static_cast<int>(name.size()), SQLITE_TRANSIENT);
        sqlite3_bind_int64(statement, 3, created == 0);
        sqlite3_bind_int64(statement, 4, deleted);
        sqlite3_bind_int64(statement, 5, created);
        sqlite3_bind_int64(statement, 6, previous);
        sqlite3_bind_blob(statement, 7, value.data(), static_cast<int>(value.size()), SQLITE_TRANSIENT);
        if (!oldValue.empty())
            sqlite3_bind_blob(statement, 8, oldValue.data(), static_cast<int>(oldValue.size()), SQLITE_TRANSIENT);
        if (sqlite3_step(statement) != SQLITE_DONE)
            qFatal("%s", sqlite3_errmsg(m_handle));
        sqlite3_finalize(statement);
    }

private:
    sqlite3 *m_handle = nullptr;
};

constexpr const char *kPods = "/registry/pods/default/";

} // namespace

class StoredObjectTest : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    std::string m_path;

    /// What K3s left behind when it ended.
    void makeKineFile(const QString &name) {
        m_path = m_folder.filePath(name).toStdString();
        KineFile file(m_path);
        const std::string web = protobuf(pod("web"), "v1", "Pod"), newer = protobuf(pod("web", "nginx"), "v1", "Pod");
        file.row(1, "compact_rev_key", 0, 3, "");
        file.row(2, "/registry/health", 0, 0, R"({"health":"true"})");
        file.row(4, std::string(kPods) + "web", 0, 0, web);
        file.row(5, "gap-5", 0, 0, "", "", true);
        file.row(6, std::string(kPods) + "gone", 0, 0, protobuf(pod("gone"), "v1", "Pod"));
        file.row(7, std::string(kPods) + "web", 4, 4, newer, web);
        file.row(8, std::string(kPods) + "gone", 6, 6, protobuf(pod("gone"), "v1", "Pod"),
                 protobuf(pod("gone"), "v1", "Pod"), true);
        file.row(9, "/registry/horizontalpodautoscalers/default/web", 0, 0,
                 protobuf(scaler("v1"), "autoscaling/v1", "HorizontalPodAutoscaler"));
        file.row(10, std::string(kPods) + "broken", 0, 0, std::string("k8s\0\x0a\xff\xff\xff", 8));
        file.row(11, std::string(kPods) + "cut", 0, 0, pod("cut").substr(0, 250));
        file.row(12, "/registry/masterleases/10.0.0.1", 0, 0, "k8s");
        file.row(13, std::string(kPods) + "zz", 0, 0, pod("zz") + "\n");
        file.row(14, "compact_rev_key_apiserver", 0, 0, "3|9");
    }

private slots:
    void reads_data() {
        QTest::addColumn<QByteArray>("value");
        QTest::addColumn<QString>("error"); // empty: read
        auto bytes = [](const std::string &text) {
            return QByteArray(text.data(), static_cast<qsizetype>(text.size()));
        };
        QTest::newRow("JSON") << bytes(pod("web")) << "";
        QTest::newRow("JSON with a line's end") << bytes(pod("web") + "\n") << "";
        QTest::newRow("protobuf") << bytes(protobuf(pod("web"), "v1", "Pod")) << "";
        QTest::newRow("another object") << bytes(pod("other")) << "it is an object of another name, default/other";
        QTest::newRow("empty") << QByteArray() << "it is not a JSON object with metadata";
        QTest::newRow("a list") << QByteArray("[]") << "it is not a JSON object with metadata";
        QTest::newRow("cut JSON") << bytes(pod("web").substr(0, 250)) << "not an API object";
        QTest::newRow("no metadata") << QByteArray(R"({"kind":"Pod"})") << "it is not a JSON object with metadata";
        QTest::newRow("cut protobuf") << bytes(protobuf(pod("web"), "v1", "Pod").substr(0, 60)) << " ";
        QTest::newRow("only the prefix") << QByteArray("k8s\0", 4) << " ";
        QTest::newRow("unknown kind") << bytes(protobuf(pod("web"), "v1", "Pod").replace(12, 3, "Pud"))
                                      << "is not known here";
        QTest::newRow("encrypted") << QByteArray("k8s:enc:aescbc:v1:key1:xyz") << "it is encrypted";
    }
    void reads() {
        QFETCH(QByteArray, value);
        QFETCH(QString, error);
        const auto object = readAt("/registry/pods/default/web", value.toStdString());
        if (error.isEmpty()) {
            QVERIFY2(object, object ? "" : object.error().message.c_str());
            QCOMPARE((*object)->resourceVersion(), 7);
            QCOMPARE((*object)->name(), std::string_view("web"));
            QVERIFY((*object)->json().contains(R"("image":"busybox")"));
            QVERIFY((*object)->json().contains(R"("phase":"Running")"));
            QVERIFY((*object)->json().ends_with('}'));
        } else {
            QVERIFY(!object);
            QVERIFY2(object.error().message.contains(error.toStdString()), object.error().message.c_str());
            QVERIFY(object.error().message.contains("at /registry/pods/default/web "));
        }
    }

    void convertsToTheStoredVersion() {
        const std::string key = "/registry/horizontalpodautoscalers/default/web";
        const auto expected = readAt(key, scaler("v2"));
        QVERIFY2(expected, expected ? "" : expected.error().message.c_str());
        for (const std::string &value :
             {scaler("v1"), protobuf(scaler("v1"), "autoscaling/v1", "HorizontalPodAutoscaler"),
              protobuf(scaler("v2"), "autoscaling/v2", "HorizontalPodAutoscaler")}) {
            const auto object = readAt(key, value);
            QVERIFY2(object, object ? "" : object.error().message.c_str());
            QCOMPARE((*object)->apiVersion(), (*expected)->apiVersion());
            QVERIFY((*object)->json().contains("70"));
        }
    }

    void servesWhatK3sLeft() {
        makeKineFile("serve.db");
        for (int life = 0; life < 2; ++life) {
            TestApi api(TestApi::Options{.databasePath = m_path});
            const Answer web = api.request("GET", "/api/v1/namespaces/default/pods/web");
            QCOMPARE(web.code, 200);
            QVERIFY(web.body.contains(R"("image":"nginx")"));
            QVERIFY(life > 0 || web.body.contains(R"("resourceVersion":"7")"));
            QCOMPARE(api.request("GET", "/api/v1/namespaces/default/pods/gone").code, 404);
            QCOMPARE(api.request("GET", "/api/v1/namespaces/default/pods/broken").code, 404);
            QCOMPARE(api.request("GET", "/api/v1/namespaces/default/pods/cut").code, 404);
            const Answer list = api.request("GET", "/api/v1/pods");
            QVERIFY(list.body.contains(R"("name":"web")") && list.body.contains(R"("name":"zz")"));
            QVERIFY(!list.body.contains("gone"));
            for (const char *version : {"v1", "v2"}) {
                const Answer hpa = api.request(
                    "GET",
                    fmt::format("/apis/autoscaling/{}/namespaces/default/horizontalpodautoscalers/web", version));
                QCOMPARE(hpa.code, 200);
                QVERIFY(hpa.body.contains("70"));
            }
            QCOMPARE(api.backend().compactRevision(), life > 0 ? api.backend().compactRevision() : 3);
        }
    }

    void writesOverWhatK3sLeft() {
        makeKineFile("write.db");
        TestApi api(TestApi::Options{.databasePath = m_path});
        const std::string patch = R"({"metadata":{"labels":{"new":"yes"}}})";
        const Answer patched = api.request("PATCH", "/api/v1/namespaces/default/pods/web", patch,
                                           {{"Content-Type", "application/merge-patch+json"}});
        QCOMPARE(patched.code, 200);
        QVERIFY(patched.body.contains(R"("new":"yes")") && patched.body.contains(R"("app":"web")"));
        // A name whose last life left a tombstone.
        QCOMPARE(
            api.request("POST", "/api/v1/namespaces/default/pods", pod("gone"), {{"Content-Type", "application/json"}})
                .code,
            201);
        QCOMPARE(api.request("DELETE", "/api/v1/namespaces/default/pods/zz?gracePeriodSeconds=0").code, 200);
        QCOMPARE(api.request("GET", "/api/v1/namespaces/default/pods/zz").code, 404);
    }

    void listsHistory() {
        makeKineFile("history.db");
        TestApi api(TestApi::Options{.databasePath = m_path});
        const Answer then =
            api.request("GET", "/api/v1/namespaces/default/pods?resourceVersion=6&resourceVersionMatch=Exact");
        QCOMPARE(then.code, 200);
        QVERIFY(then.body.contains(R"("name":"gone")") && then.body.contains(R"("image":"busybox")"));
        QVERIFY(!then.body.contains("nginx") && !then.body.contains(R"("name":"zz")"));
    }

    void followsForeignWrites() {
        makeKineFile("follow.db");
        TestApi api(TestApi::Options{.databasePath = m_path});
        datastore::Backend &backend = api.backend();
        auto watch = api.begin("GET", fmt::format("/api/v1/pods?watch=1&resourceVersion={}", backend.currentRevision()),
                               {}, {}, 4);
        const std::string key = std::string(kPods) + "new";
        auto created = api.run(backend.create(key, protobuf(pod("new"), "v1", "Pod")));
        QVERIFY(created.has_value());
        auto updated = api.run(backend.update(key, pod("new", "nginx"), *created));
        QVERIFY(updated && updated->succeeded);
        api.run(api.store().waitFor(updated->revision));
        QCOMPARE(api.request("GET", "/api/v1/namespaces/default/pods/new").code, 200);
        // What becomes unreadable is gone, and comes back when it can be read again.
        auto spoilt = api.run(backend.update(key, "no object", updated->revision));
        api.run(api.store().waitFor(spoilt->revision));
        QCOMPARE(api.request("GET", "/api/v1/namespaces/default/pods/new").code, 404);
        auto mended = api.run(backend.update(key, pod("new"), spoilt->revision));
        api.run(api.store().waitFor(mended->revision));
        QCOMPARE(api.request("GET", "/api/v1/namespaces/default/pods/new").code, 200);
        api.runUntil([&] { return watch->done; });
        std::string types;
        const std::string mark = "\"type\":\"";
        for (size_t at = 0; (at = watch->answer.body.find(mark, at)) != std::string::npos; at += mark.size())
            types += watch->answer.body[at + mark.size()];
        QCOMPARE(types.substr(0, 4), std::string("AMDA"));
    }
};

QTEST_GUILESS_MAIN(StoredObjectTest)
#include "tst_stored_object.moc"
