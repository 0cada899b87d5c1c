#include "clusterd/apiserver/registry/json_scan.h"

#include <QTest>

using namespace coracle::apiserver;

/// Members are found in JSON text without parsing it.
class JsonScanTest : public QObject {
    Q_OBJECT

private slots:
    void members_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("key");
        QTest::addColumn<QString>("expected");
        QTest::newRow("first") << R"({"a":1,"b":2})" << "a" << "1";
        QTest::newRow("last") << R"({"a":1,"b":2})" << "b" << "2";
        QTest::newRow("absent") << R"({"a":1})" << "b" << "-";
        QTest::newRow("empty") << "{}" << "a" << "-";
        QTest::newRow("spaces") << R"({ "a" : [ 1 ] , "b" : true })" << "b" << "true";
        QTest::newRow("an object") << R"({"a":{"b":{"c":"}"}},"b":0})" << "a" << R"({"b":{"c":"}"}})";
        QTest::newRow("not inside of another") << R"({"a":{"b":1},"b":2})" << "b" << "2";
        QTest::newRow("an escaped quote") << R"({"a":"x\"y","b":2})" << "a" << R"("x\"y")";
        QTest::newRow("behind an escaped quote") << R"({"a":"\"b\":1","b":2})" << "b" << "2";
        QTest::newRow("an escaped backslash ends") << R"({"a":"\\","b":2})" << "b" << "2";
        QTest::newRow("many escapes") << R"({"a":"\\\"\\\\\"","b":2})" << "b" << "2";
        QTest::newRow("cut in a string") << R"({"a":"x)" << "a" << "-";
        QTest::newRow("cut behind a backslash") << R"({"a":"x\)" << "a" << "-";
        QTest::newRow("cut in an object") << R"({"a":{"b":1)" << "a" << "-";
        QTest::newRow("no object") << "[1]" << "a" << "-";
        QTest::newRow("nothing") << "" << "a" << "-";
    }
    void members() {
        QFETCH(QString, text);
        QFETCH(QString, key);
        QFETCH(QString, expected);
        const std::string json = text.toStdString();
        QCOMPARE(QString::fromStdString(std::string(jsonMember(json, key.toStdString()).value_or("-"))), expected);
    }
};

QTEST_GUILESS_MAIN(JsonScanTest)
#include "tst_json_scan.moc"
