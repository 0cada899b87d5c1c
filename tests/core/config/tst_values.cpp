#include "core/config/values.h"

#include <QTest>

using namespace coracle::config;
using namespace std::chrono_literals;

class ValuesTest : public QObject {
    Q_OBJECT

private slots:
    void durations_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<qint64>("nanoseconds"); // -1: an error
        QTest::newRow("seconds") << "90s" << qint64(90'000'000'000);
        QTest::newRow("compound") << "1h30m" << qint64(5400'000'000'000);
        QTest::newRow("fraction") << "1.5h" << qint64(5400'000'000'000);
        QTest::newRow("milliseconds") << "250ms" << qint64(250'000'000);
        QTest::newRow("micro") << "3us" << qint64(3000);
        QTest::newRow("micro sign") << "3µs" << qint64(3000);
        QTest::newRow("zero") << "0" << qint64(0);
        QTest::newRow("no unit") << "90" << qint64(-1);
        QTest::newRow("wrong unit") << "90d" << qint64(-1);
        QTest::newRow("empty") << "" << qint64(-1);
        QTest::newRow("only unit") << "s" << qint64(-1);
        QTest::newRow("hidden sign") << "1h-30m" << qint64(-1);
        QTest::newRow("infinite") << "infs" << qint64(-1);
        QTest::newRow("too long") << "9999999999h" << qint64(-1);
    }
    void durations() {
        QFETCH(QString, text);
        QFETCH(qint64, nanoseconds);
        auto duration = parseDuration(text.toStdString());
        QCOMPARE(duration ? qint64(duration->count()) : qint64(-1), nanoseconds);
    }

    void accepts_data() {
        QTest::addColumn<QString>("kind");
        QTest::addColumn<QString>("text");
        QTest::addColumn<bool>("valid");
        struct Row {
            const char *kind, *text;
            bool valid;
        };
        static constexpr Row kRows[] = {
            {"bool", "true", true},
            {"bool", "0", true},
            {"bool", "yes", false},
            {"port", "0", true},
            {"port", "65535", true},
            {"port", "65536", false},
            {"port", "-1", false},
            {"port", "80x", false},
            {"range", "30000-32767", true},
            {"range", "32767-30000", false},
            {"range", "30000", false},
            {"mode", "0600", true},
            {"mode", "644", true},
            {"mode", "0800", false},
            {"mode", "7777", false},
            {"label", "a=b", true},
            {"label", "example.com/zone=", true},
            {"label", "zone", true},
            {"label", "=b", false},
            {"label", "a=b c", false},
            {"label", "a=-b", false},
            {"label", "Example/zone=a", false},
            {"taint", "key=value:NoSchedule", true},
            {"taint", "key:NoExecute", true},
            {"taint", "key=value", false},
            {"taint", "key=value:Never", false},
            {"name", "node-1.example", true},
            {"name", "Node", false},
            {"name", "-node", false},
            {"name", "a..b", false},
            {"url", "https://192.0.2.7:6443", true},
            {"url", "https://server.example/", true},
            {"url", "https://[fd00::1]:6443", true},
            {"url", "http://192.0.2.7:6443", false},
            {"url", "https://", false},
            {"url", "https://host:0", false},
            {"url", "https://host/path", false},
        };
        for (const Row &row : kRows)
            QTest::addRow("%s %s", row.kind, row.text) << row.kind << row.text << row.valid;
    }
    void accepts() {
        QFETCH(QString, kind);
        QFETCH(QString, text);
        QFETCH(bool, valid);
        const std::string value = text.toStdString();
        const bool accepted = kind == "bool"    ? parseBool(value).has_value()
                              : kind == "port"  ? parsePort(value).has_value()
                              : kind == "range" ? parsePortRange(value).has_value()
                              : kind == "mode"  ? parseFileMode(value).has_value()
                              : kind == "label" ? parseLabel(value).has_value()
                              : kind == "taint" ? parseTaint(value).has_value()
                              : kind == "name"  ? parseDnsName(value).has_value()
                                                : parseServerUrl(value).has_value();
        QCOMPARE(accepted, valid);
    }

    void componentArguments() {
        using Mode = ComponentArgument::Mode;
        QCOMPARE(*parseComponentArgument("max-pods=50"), (ComponentArgument{"max-pods", "50", Mode::Replace}));
        QCOMPARE(*parseComponentArgument("--feature-gates+=A=true"),
                 (ComponentArgument{"feature-gates", "A=true", Mode::Append}));
        QCOMPARE(*parseComponentArgument("x-=1"), (ComponentArgument{"x", "1", Mode::Prepend}));
        QCOMPARE(*parseComponentArgument("-v"), (ComponentArgument{"v", "true", Mode::Replace}));
        QVERIFY(!parseComponentArgument("=1"));
        QVERIFY(!parseComponentArgument("a b=1"));
        QVERIFY(!parseComponentArgument(""));
    }

    void commaLists() {
        QCOMPARE(splitCommas(" a,b , ,c"), (std::vector<std::string>{"a", "b", "c"}));
        QVERIFY(splitCommas("").empty());
    }
};

QTEST_GUILESS_MAIN(ValuesTest)
#include "tst_values.moc"
