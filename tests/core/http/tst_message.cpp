#include "core/http/message.h"

#include <QTest>

using namespace coracle::http;

namespace {

std::string join(const std::vector<std::string> &parts) {
    std::string text;
    for (const std::string &part : parts)
        text += "[" + part + "]";
    return text;
}

} // namespace

class MessageTest : public QObject {
    Q_OBJECT

private slots:
    void parsesTargets_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("path");
        QTest::addColumn<QString>("segments");
        QTest::newRow("root") << "/" << "/" << "";
        QTest::newRow("plain") << "/api/v1/pods" << "/api/v1/pods" << "[api][v1][pods]";
        QTest::newRow("slash at the end") << "/apis/" << "/apis/" << "[apis]";
        QTest::newRow("empty in the middle") << "/a//b" << "/a//b" << "[a][][b]";
        QTest::newRow("empty at the front") << "//a" << "//a" << "[a]";
        QTest::newRow("escaped slash") << "/a/x%2Fy/b" << "/a/x/y/b" << "[a][x/y][b]";
        QTest::newRow("lower-case escape") << "/%7e%c3%a4" << QString::fromUtf8("/~ä") << QString::fromUtf8("[~ä]");
        QTest::newRow("plus stays") << "/a+b" << "/a+b" << "[a+b]";
        QTest::newRow("query") << "/a?b=/c/d" << "/a" << "[a]";
    }
    void parsesTargets() {
        QFETCH(QString, text);
        QFETCH(QString, path);
        QFETCH(QString, segments);
        const auto target = Target::parse(text.toStdString());
        QVERIFY(target);
        QCOMPARE(QString::fromStdString(target->path), path);
        QCOMPARE(QString::fromStdString(join(target->segments)), segments);
    }

    void refusesTargets_data() {
        QTest::addColumn<QByteArray>("text");
        for (const char *text : {"", "a", "*", "http://host/a", "/a b", "/a\tb", "/%", "/%4", "/%zz", "/%00", "/a?b=%0",
                                 "/a?%=1", "/a#b", "/a?b#c", "/a\x7f", "/a\nb"})
            QTest::newRow(text) << QByteArray(text);
        QTest::newRow("NUL") << QByteArray("/a\0b", 4);
    }
    void refusesTargets() {
        QFETCH(QByteArray, text);
        QVERIFY(!Target::parse(text.toStdString()));
    }

    void decodesQueries() {
        const auto target = Target::parse("/exec?command=ls&command=-l+%2B&empty=&flag&x=a=b&&=v");
        QVERIFY(target);
        QCOMPARE(target->param("command"), std::string_view("ls"));
        const std::vector<std::string_view> commands{"ls", "-l +"};
        QCOMPARE(target->params("command"), commands);
        QVERIFY(target->hasParam("empty") && target->hasParam("flag") && !target->hasParam("Flag"));
        QCOMPARE(target->param("x"), std::string_view("a=b"));
        QCOMPARE(target->param(""), std::string_view("v"));
        QCOMPARE(target->param("missing"), std::string_view());
    }

    void readsFlagsAsKubernetesDoes() {
        const auto target = Target::parse("/x?a=true&b=True&c=1&d=&e&f=yes&g=false&h=FALSE&i=0&j=falsehood");
        for (const char *name : {"a", "b", "c", "d", "e", "f", "j"})
            QVERIFY2(target->flag(name), name);
        for (const char *name : {"g", "h", "i", "missing"})
            QVERIFY2(!target->flag(name), name);
    }

    void encodesForOneSegment() {
        QCOMPARE(percentEncode("aZ09-._~"), std::string("aZ09-._~"));
        QCOMPARE(percentEncode("a/b c?\xc3\xa4"), std::string("a%2Fb%20c%3F%C3%A4"));
        std::string all;
        for (int i = 1; i < 256; ++i)
            all += static_cast<char>(i);
        const auto target = Target::parse("/x?v=" + percentEncode(all));
        QVERIFY(target);
        QCOMPARE(target->param("v"), std::string_view(all));
    }

    void headersCompareWithoutCase() {
        Headers headers;
        headers.add("Accept", "a");
        headers.add("accept", "b");
        headers.add("X", "1");
        QCOMPARE(headers.get("ACCEPT"), std::string_view("a"));
        const std::vector<std::string_view> both{"a", "b"};
        QCOMPARE(headers.all("Accept"), both);
        headers.set("x", "2");
        QCOMPARE(headers.get("X"), std::string_view("2"));
        headers.remove("aCCept");
        QVERIFY(!headers.has("Accept"));
        QCOMPARE(std::distance(headers.begin(), headers.end()), 1);
    }

    void findsTokensInLists() {
        Headers headers;
        headers.add("Connection", "keep-alive , Upgrade");
        headers.add("Connection", "X-Other");
        QVERIFY(headers.hasToken("connection", "upgrade"));
        QVERIFY(headers.hasToken("connection", "x-other"));
        QVERIFY(!headers.hasToken("connection", "up"));
        QVERIFY(!headers.hasToken("connection", ""));
    }

    void chunkKeepsItsTextAlive() {
        Chunk copy;
        {
            const Chunk chunk = Chunk::own(std::string(100, 'x'));
            copy = chunk;
        }
        QCOMPARE(copy.bytes, std::string_view(std::string(100, 'x')));
    }

    void knowsPhrases() {
        QCOMPARE(reasonPhrase(404), std::string_view("Not Found"));
        QVERIFY(!reasonPhrase(299).empty());
    }
};

QTEST_GUILESS_MAIN(MessageTest)
#include "tst_message.moc"
