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

    void resourceVersions_data() {
        QTest::addColumn<QByteArray>("object");
        QTest::addColumn<QByteArray>("result");
        auto row = [](const char *name, const char *object, const char *result) {
            QTest::newRow(name) << QByteArray(object).replace('\'', '"') << QByteArray(result).replace('\'', '"');
        };
        row("first", "{'a':1,'metadata':{'name':'n'},'b':2}",
            "{'a':1,'metadata':{'resourceVersion':'7','name':'n'},'b':2}");
        row("empty", "{'metadata':{}}", "{'metadata':{'resourceVersion':'7'}}");
        row("behind the uid", "{'metadata':{'name':'n','uid':'u','x':{'uid':'v'}}}",
            "{'metadata':{'name':'n','uid':'u','resourceVersion':'7','x':{'uid':'v'}}}");
        row("over the present one", "{'metadata':{'uid':'u','resourceVersion':'1234','x':[1]}}",
            "{'metadata':{'uid':'u','resourceVersion':'7','x':[1]}}");
        row("spaces", "{ 'metadata' : { 'resourceVersion' : '1' } }", "{ 'metadata' : { 'resourceVersion' : '7' } }");
        row("another's metadata", "{'spec':{'metadata':{'uid':'u'}},'metadata':{'name':'n'}}",
            "{'spec':{'metadata':{'uid':'u'}},'metadata':{'resourceVersion':'7','name':'n'}}");
        row("no metadata", "{'spec':{}}", "");
        row("no object", "{'metadata':[]}", "");
        row("cut off", "{'metadata':{'name':'n", "");
    }
    void resourceVersions() {
        QFETCH(QByteArray, object);
        QFETCH(QByteArray, result);
        const auto made = withResourceVersion(std::string_view(object.constData(), size_t(object.size())), 7);
        QCOMPARE(QByteArray::fromStdString(made.value_or("")), result);
    }
};

QTEST_GUILESS_MAIN(JsonScanTest)
#include "tst_json_scan.moc"
