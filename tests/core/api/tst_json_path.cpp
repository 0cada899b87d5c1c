#include "core/api/canonical_json.h"
#include "core/api/json_path.h"

#include <QTest>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

using namespace coracle::api;
namespace bj = boost::json;

class JsonPathTest : public QObject {
    Q_OBJECT

private slots:
    void finds_data() {
        QTest::addColumn<QString>("path");
        QTest::addColumn<QString>("expected");
        const auto row = [](const char *path, const char *expected) { QTest::newRow(path) << path << expected; };
        row(".a.b", "[1]");
        row(".a['b']", "[1]");
        row(".a.none", "[]");
        row(".list[0].n", R"(["x"])");
        row(".list[-1].n", R"(["z"])");
        row(".list[9].n", "[]");
        row(".list[*].n", R"(["x","y","z"])");
        row(".list[0:2].n", R"(["x","y"])");
        row(".list[::2].n", R"(["x","z"])");
        row(".list[0,2].n", R"(["x","z"])");
        row(".list[?(@.n=='y')].v", "[2]");
        row(".list[?(@.v>1)].n", R"(["y","z"])");
        row(".list[?(@.v!=2)].n", R"(["x","z"])");
        row(".list[?(@.extra)].n", R"(["z"])");
        row(".a\\.b/c", R"(["dotted"])");
        row(".a.*", "[1]");
        row("..b", "[1]");
    }
    void finds() {
        QFETCH(QString, path);
        QFETCH(QString, expected);
        const bj::value object = bj::parse(
            R"({"a":{"b":1},"a.b/c":"dotted","list":[{"n":"x","v":1},{"n":"y","v":2},{"n":"z","v":3,"extra":true}]})");
        const auto parsed = JsonPath::parse(path.toStdString());
        QVERIFY2(parsed.has_value(), parsed ? "" : parsed.error().message.c_str());
        for (const auto &found : {parsed->find(object), parsed->find(object.get_object())}) {
            bj::array values;
            for (const bj::value *value : found)
                values.push_back(*value);
            QCOMPARE(QString::fromStdString(json::canonicalText(values)), expected);
        }
    }

    void refuses_data() {
        QTest::addColumn<QString>("path");
        for (const char *path :
             {".a[", ".a[x]", ".a['b]", ".a[?(@.b]", ".", ".a..", ".a[99999999999999999999]", ".a\\"})
            QTest::newRow(path) << path;
    }
    void refuses() {
        QFETCH(QString, path);
        const auto parsed = JsonPath::parse(path.toStdString());
        QVERIFY(!parsed || parsed->names().empty());
    }

    void knowsSimplePaths() {
        QVERIFY(JsonPath::parse(".spec.list[0]")->isSimple());
        QVERIFY(!JsonPath::parse(".spec.list[*]")->isSimple());
        QCOMPARE(JsonPath::parse(".spec.replicas")->names(), (std::vector<std::string>{"spec", "replicas"}));
        QVERIFY(JsonPath::parse(".spec[0]")->names().empty());
    }
};

QTEST_GUILESS_MAIN(JsonPathTest)
#include "tst_json_path.moc"
