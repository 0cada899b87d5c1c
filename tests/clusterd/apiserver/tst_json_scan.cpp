#include "clusterd/apiserver/registry/json_scan.h"

#include <QTest>

using namespace coracle::apiserver;

/// Members are found in JSON text without parsing it. In the rows ' stands for ".
class JsonScanTest : public QObject {
    Q_OBJECT

private slots:
    void members_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("key");
        QTest::addColumn<QString>("expected");
        QTest::newRow("first") << "{'a':1,'b':2}" << "a" << "1";
        QTest::newRow("last") << "{'a':1,'b':2}" << "b" << "2";
        QTest::newRow("absent") << "{'a':1}" << "b" << "-";
        QTest::newRow("empty") << "{}" << "a" << "-";
        QTest::newRow("spaces") << "{ 'a' : [ 1 ] , 'b' : true }" << "b" << "true";
        QTest::newRow("an object") << "{'a':{'b':{'c':'}'}},'b':0}" << "a" << "{'b':{'c':'}'}}";
        QTest::newRow("not inside of another") << "{'a':{'b':1},'b':2}" << "b" << "2";
        QTest::newRow("an escaped quote") << "{'a':'x\\'y','b':2}" << "a" << "'x\\'y'";
        QTest::newRow("behind an escaped quote") << "{'a':'\\'b\\':1','b':2}" << "b" << "2";
        QTest::newRow("an escaped backslash ends") << "{'a':'\\\\','b':2}" << "b" << "2";
        QTest::newRow("many escapes") << "{'a':'\\\\\\'\\\\\\\\\\'','b':2}" << "b" << "2";
        QTest::newRow("cut in a string") << "{'a':'x" << "a" << "-";
        QTest::newRow("cut behind a backslash") << "{'a':'x\\" << "a" << "-";
        QTest::newRow("cut in an object") << "{'a':{'b':1" << "a" << "-";
        QTest::newRow("no object") << "[1]" << "a" << "-";
        QTest::newRow("nothing") << "" << "a" << "-";
    }
    void members() {
        QFETCH(QString, text);
        QFETCH(QString, key);
        QFETCH(QString, expected);
        const std::string json = text.replace('\'', '"').toStdString();
        QCOMPARE(QString::fromStdString(std::string(jsonMember(json, key.toStdString()).value_or("-"))),
                 expected.replace('\'', '"'));
    }
};

QTEST_GUILESS_MAIN(JsonScanTest)
#include "tst_json_scan.moc"
