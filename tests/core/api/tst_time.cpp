#include "core/api/time.h"

#include <QTest>
#include <limits>

using namespace coracle;
using namespace coracle::api;
using namespace std::chrono_literals;

class TimeTest : public QObject {
    Q_OBJECT

private slots:
    void readsRfc3339_data() {
        QTest::addColumn<QByteArray>("seconds");
        QTest::addColumn<QByteArray>("micros");
        const auto row = [](const char *text, const char *seconds, const char *micros) {
            QTest::newRow(text) << QByteArray(seconds) << QByteArray(micros);
        };
        row("2026-11-21T07:28:00Z", "2026-11-21T07:28:00Z", "2026-11-21T07:28:00.000000Z");
        row("2026-11-21T07:28:00+00:00", "2026-11-21T07:28:00Z", "2026-11-21T07:28:00.000000Z");
        row("2026-11-21T01:00:00+05:30", "2026-11-20T19:30:00Z", "2026-11-20T19:30:00.000000Z");
        row("2026-12-31T23:30:00-01:00", "2027-01-01T00:30:00Z", "2027-01-01T00:30:00.000000Z");
        row("2026-11-21T07:28:00.5Z", "2026-11-21T07:28:00Z", "2026-11-21T07:28:00.500000Z");
        row("2026-11-21T07:28:00.123456789Z", "2026-11-21T07:28:00Z", "2026-11-21T07:28:00.123456Z");
        row("1969-12-31T23:59:59.25Z", "1969-12-31T23:59:59Z", "1969-12-31T23:59:59.250000Z");
        row("2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000000Z");
        row("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59.000000Z");
        row("0001-01-01T00:00:00Z", "", "");
    }
    void readsRfc3339() {
        QFETCH(QByteArray, seconds);
        QFETCH(QByteArray, micros);
        const auto time = Time::parse(QTest::currentDataTag());
        QVERIFY(time.has_value());
        QCOMPARE(QByteArray::fromStdString(time->text()), seconds);
        const auto micro = MicroTime::parse(QTest::currentDataTag());
        QVERIFY(micro.has_value());
        QCOMPARE(QByteArray::fromStdString(micro->text()), micros);
        QCOMPARE(time->isZero(), seconds.isEmpty());
    }

    void saysWhatIsWrong_data() {
        QTest::addColumn<QByteArray>("why");
        const auto row = [](const char *text, const char *why) { QTest::newRow(text) << QByteArray(why); };
        row("yesterday", "cannot parse \"yesterday\" as \"2006\"");
        row("2026-11-21", "cannot parse \"\" as \"T\"");
        row("2026-11-21 07:28:00Z", "cannot parse \" 07:28:00Z\" as \"T\"");
        row("2026-11-21T07:28:00", "cannot parse \"\" as \"Z07:00\"");
        row("2026-11-21T07:28:00+0100", "cannot parse \"00\" as \":\"");
        row("2026-11-21T07:28:00ZZ", ": extra text: \"Z\"");
        row("2026-13-21T07:28:00Z", ": month out of range");
        row("2026-02-29T07:28:00Z", ": day out of range");
        row("2026-11-21T24:00:00Z", ": hour out of range");
        row("2026-11-21T07:60:00Z", ": minute out of range");
        row("2026-11-21T07:28:60Z", ": second out of range");
        row("2026-11-21T07:28:00+99:00", ": time zone offset hour out of range");
        row("2026-11-21T07:28:00.Z", "cannot parse \".Z\" as \"Z07:00\"");
        row("-026-11-21T07:28:00Z", "as \"2006\"");
    }
    void saysWhatIsWrong() {
        QFETCH(QByteArray, why);
        const auto time = Time::parse(QTest::currentDataTag());
        QVERIFY(!time);
        QVERIFY2(QByteArray::fromStdString(time.error().message).contains(why), time.error().message.c_str());
        QVERIFY(!Time::parse(""));
        QVERIFY(!Time::parse(std::string(100'000, '1')));
    }

    void comparesAndTruncates() {
        const auto early = Time::parse("2026-11-21T07:28:00Z").value();
        const auto late = Time::parse("2026-11-21T07:28:01Z").value();
        QVERIFY(early < late);
        QVERIFY(Time() < early);
        QVERIFY(!Time());
        QVERIFY(Time(*early + 999ms) == early);
        QVERIFY(MicroTime(*early + 1us) != MicroTime(*early));
        QCOMPARE((*late - *early), std::chrono::microseconds(1'000'000));
        QVERIFY(Time().valueOr(*early) == *early);
    }

    void readsGoDurations_data() {
        QTest::addColumn<qint64>("nanos");
        QTest::addColumn<QByteArray>("text");
        const auto row = [](const char *text, std::chrono::nanoseconds value, const char *canonical) {
            QTest::newRow(text) << qint64(value.count()) << QByteArray(canonical);
        };
        row("0", 0ns, "0s");
        row("0s", 0ns, "0s");
        row("5s", 5s, "5s");
        row("1h2m3s", 1h + 2min + 3s, "1h2m3s");
        row("90m", 90min, "1h30m0s");
        row("1.5h", 90min, "1h30m0s");
        row("100ms", 100ms, "100ms");
        row("1.5s", 1500ms, "1.5s");
        row("-1.5s", -1500ms, "-1.5s");
        row("+5s", 5s, "5s");
        row("3us", 3us, "3\u00b5s");
        row("3\u00b5s", 3us, "3\u00b5s");
        row("3\u03bcs", 3us, "3\u00b5s");
        row("1.25us", 1250ns, "1.25\u00b5s");
        row("7ns", 7ns, "7ns");
        row("1m0.000000001s", 1min + 1ns, "1m0.000000001s");
        row("24h", 24h, "24h0m0s");
        row("9223372036854775807ns", std::chrono::nanoseconds::max(), "2562047h47m16.854775807s");
        row("-9223372036854775808ns", std::chrono::nanoseconds::min(), "-2562047h47m16.854775808s");
    }
    void readsGoDurations() {
        QFETCH(qint64, nanos);
        QFETCH(QByteArray, text);
        const auto duration = DurationText::parse(QTest::currentDataTag());
        QVERIFY(duration.has_value());
        QCOMPARE(qint64(duration->value.count()), nanos);
        QCOMPARE(QByteArray::fromStdString(duration->text()), text);
        QVERIFY(DurationText::parse(duration->text()).value() == *duration);
    }

    void refusesOtherDurations() {
        for (const char *text : {"", "-", "5", "s", ".s", "5 s", "5x", "1h-5m", "9223372036854775808ns", "3000000h",
                                 "99999999999999999999h", "1d", "9223372036854775808ns9223372036854775808ns"})
            QVERIFY2(!DurationText::parse(text), text);
        QCOMPARE(DurationText::parse("5").error().message, std::string("time: missing unit in duration \"5\""));
        QCOMPARE(DurationText::parse("1d").error().message, std::string("time: unknown unit \"d\" in duration \"1d\""));
        QVERIFY(DurationText::parse("0." + std::string(100'000, '9') + "s").has_value());
    }
};

QTEST_GUILESS_MAIN(TimeTest)
#include "tst_time.moc"
