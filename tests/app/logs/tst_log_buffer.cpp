#include "app/logs/log_buffer.h"
#include "app/logs/log_layout.h"
#include "app/logs/log_sources.h"

#include <QJsonDocument>
#include <QTest>

using namespace coracle::app;

class LogBufferTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsLines_data() {
        QTest::addColumn<QByteArray>("raw");
        QTest::addColumn<QString>("text");
        QTest::addColumn<qint64>("timeMs");
        const auto row = [](const char *name, const QByteArray &raw, const QString &text, qint64 timeMs) {
            QTest::newRow(name) << raw << text << timeMs;
        };
        row("nanoseconds", "2026-01-02T03:04:05.678901234Z hello world", "hello world", 1767323045678);
        row("whole seconds", "2026-01-02T03:04:05Z hello", "hello", 1767323045000);
        row("no time", "plain text", "plain text", 0);
        row("empty line", "2026-01-02T03:04:05.5Z ", "", 1767323045500);
        row("colours", "2026-01-02T03:04:05Z \x1b[1;31mred\x1b[0m end", "red end", 1767323045000);
        row("tab and control", "a\tb\x07\rc", "a       bc", 0);
        row("no UTF-8", "caf\xe9", QString("caf") + QChar(0xfffd), 0);
        row("cut escape", "a\x1b[", "a", 0);
    }
    void readsLines() {
        QFETCH(QByteArray, raw);
        const LogLine line = parseLogLine(raw, 3);
        QTEST(line.text, "text");
        QTEST(line.timeMs, "timeMs");
        QCOMPARE(line.source, 3);
    }

    void cutsLongLines() {
        const LogLine line = parseLogLine(QByteArray(1 << 20, 'x'), 0);
        QCOMPARE(line.text.size(), LogBuffer::kTextMax);
        QVERIFY(line.text.endsWith(u'…'));
    }

    void keepsTheLastLines() {
        LogBuffer buffer;
        LogSearch search;
        for (int i = 0; i < LogBuffer::kLinesMax + 100; ++i)
            buffer.append({.text = i % 1000 == 50 ? QStringLiteral("Hit %1").arg(i) : QString::number(i)});
        QCOMPARE(buffer.size(), LogBuffer::kLinesMax);
        QCOMPARE(buffer.first(), 100);
        QCOMPARE(buffer.at(100).text, QStringLiteral("100"));
        search.setText(QStringLiteral("hit"), buffer);
        QCOMPARE(search.count(), 20); // that of line 50 is gone
        QCOMPARE(search.lineAt(0), 1050);
        QVERIFY(search.isHit(1050) && !search.isHit(1051));
        QCOMPARE(search.indexFrom(1051), 1);
        for (int i = 0; i < 1000; ++i)
            buffer.append({.text = QStringLiteral("hit again")});
        search.follow(buffer);
        QCOMPARE(search.lineAt(0), 2050);
        QCOMPARE(search.count(), 1019);
        buffer.clear();
        search.setText(search.text(), buffer);
        QCOMPARE(search.count(), 0);
    }

    void laysOutWrappedLines() {
        QList<int> widths{10, 0, 25, 10, 11};
        const auto columns = [&](qint64 line) { return widths[line]; };
        LogLayout layout;
        layout.reset(0, 4, 10, columns);
        QCOMPARE(layout.rowCount(), 1 + 1 + 3 + 1);
        QCOMPARE(layout.rowOf(2), 2);
        QCOMPARE(layout.rowOf(3), 5);
        QCOMPARE(layout.placeOf(4).line, 2);
        QCOMPARE(layout.placeOf(4).row, 2);
        // Two lines go at the top, one comes at the end.
        QCOMPARE(layout.follow(2, 5, columns), 2);
        QCOMPARE(layout.rowCount(), 3 + 1 + 2);
        QCOMPARE(layout.rowOf(2), 0);
        QCOMPARE(layout.placeOf(0).line, 2);
        QCOMPARE(layout.placeOf(5).line, 4);
        QCOMPARE(layout.placeOf(5).row, 1);
        layout.reset(2, 5, 0, columns);
        QCOMPARE(layout.rowCount(), 3);
        QCOMPARE(layout.columnsMax(), 25);
        // All that was kept goes at once.
        layout.follow(5, 5, columns);
        QCOMPARE(layout.rowCount(), 0);
    }

    void choosesContainers() {
        const auto pod = [](const char *name, const char *state) {
            const QString json =
                QStringLiteral("{'metadata':{'name':'%1'},'spec':{'initContainers':[{'name':'init'}],"
                               "'containers':[{'name':'web'},{'name':'proxy'}]},'status':{'containerStatuses':["
                               "{'name':'web','containerID':'id-%1','state':{%2}},"
                               "{'name':'proxy','containerID':'p','state':{'running':{}}}],'initContainerStatuses':["
                               "{'name':'init','state':{'terminated':{'exitCode':0}}}]}}")
                    .arg(QString::fromLatin1(name), QString::fromLatin1(state));
            return QJsonDocument::fromJson(json.toLatin1().replace('\'', '"')).object();
        };
        const QList<QJsonObject> pods{pod("b", "'running':{}"), pod("a", "'waiting':{}")};
        const auto names = [&](const LogQuery &query) {
            QStringList all;
            for (const LogTarget &target : logTargets(pods, query))
                all.append(target.pod + u'/' + target.container);
            return all;
        };
        QCOMPARE(names({.podSelector = "app=x"}), (QStringList{"a/proxy", "b/web", "b/proxy"}));
        QCOMPARE(names({.podName = "b"}), (QStringList{"b/web"}));
        QCOMPARE(names({.podSelector = "app=x", .container = "init"}), (QStringList{"a/init", "b/init"}));
        QCOMPARE(logContainers(pods[0]), (QStringList{"web", "proxy", "init"}));
        QCOMPARE(logTargets(pods, {.podSelector = "app=x"})[1].instance, QStringLiteral("id-b"));
    }
};

QTEST_GUILESS_MAIN(LogBufferTest)
#include "tst_log_buffer.moc"
