#include "app/items/plot_scale.h"

#include <QDateTime>
#include <QTest>

#include <limits>

using namespace coracle::app;
using plot::Unit;

namespace {
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr qint64 kMinute = 60'000;
constexpr qint64 kHour = 60 * kMinute;
} // namespace

class PlotScaleTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { qputenv("TZ", "UTC"); }

    void valueAxis_data() {
        QTest::addColumn<double>("low");
        QTest::addColumn<double>("high");
        QTest::addColumn<int>("steps");
        QTest::addColumn<int>("unit");
        QTest::addColumn<double>("from");
        QTest::addColumn<double>("to");
        QTest::addColumn<double>("step");
        const int number = static_cast<int>(Unit::Number);
        const int bytes = static_cast<int>(Unit::Bytes);
        QTest::newRow("round") << 0.0 << 1.0 << 5 << number << 0.0 << 1.0 << 0.2;
        QTest::newRow("up to the next") << 0.0 << 87.0 << 5 << number << 0.0 << 100.0 << 20.0;
        QTest::newRow("small") << 0.0 << 0.003 << 3 << number << 0.0 << 0.003 << 0.001;
        QTest::newRow("one step") << 0.0 << 7.0 << 1 << number << 0.0 << 10.0 << 10.0;
        QTest::newRow("negative") << -3.0 << 12.0 << 4 << number << -5.0 << 15.0 << 5.0;
        QTest::newRow("flat at nothing") << 0.0 << 0.0 << 2 << number << 0.0 << 1.0 << 0.5;
        QTest::newRow("flat") << 50.0 << 50.0 << 5 << number << 50.0 << 55.0 << 1.0;
        QTest::newRow("unknown") << kNan << kNan << 2 << number << 0.0 << 1.0 << 0.5;
        QTest::newRow("infinite") << 0.0 << std::numeric_limits<double>::infinity() << 2 << number << 0.0 << 1.0 << 0.5;
        QTest::newRow("bytes in powers of two") << 0.0 << 3000.0 << 4 << bytes << 0.0 << 3072.0 << 1024.0;
        QTest::newRow("GiB") << 0.0 << 1.7e9 << 2 << bytes << 0.0 << 2147483648.0 << 1073741824.0;
        QTest::newRow("no steps") << 0.0 << 1.0 << 0 << number << 0.0 << 1.0 << 1.0;
    }

    void valueAxis() {
        QFETCH(double, low);
        QFETCH(double, high);
        QFETCH(int, steps);
        QFETCH(int, unit);
        const plot::Axis axis = plot::valueAxis(low, high, steps, static_cast<Unit>(unit));
        QTEST(axis.from, "from");
        QTEST(axis.to, "to");
        QTEST(axis.step, "step");
    }

    void timeTicks_data() {
        QTest::addColumn<qint64>("length");
        QTest::addColumn<int>("countMax");
        QTest::addColumn<qint64>("step");
        QTest::newRow("half a minute") << qint64{30'000} << 3 << qint64{10'000};
        QTest::newRow("hour") << kHour << 6 << 10 * kMinute;
        QTest::newRow("hour, little room") << kHour << 2 << 30 * kMinute;
        QTest::newRow("day") << 24 * kHour << 8 << 3 * kHour;
        QTest::newRow("week") << 7 * 24 * kHour << 7 << 24 * kHour;
        QTest::newRow("years") << 3650 * 24 * kHour << 5 << 731 * 24 * kHour;
    }

    void timeTicks() {
        QFETCH(qint64, length);
        QFETCH(int, countMax);
        QFETCH(qint64, step);
        const qint64 from = 1'767'273'001'234;
        const plot::TimeTicks ticks = plot::timeTicks(from, from + length, countMax);
        QCOMPARE(ticks.stepMs, step);
        QVERIFY(!ticks.atMs.isEmpty());
        QVERIFY(ticks.atMs.size() <= countMax);
        for (const qint64 at : ticks.atMs) {
            QVERIFY(at >= from && at <= from + length);
            QCOMPARE(at % step, 0);
        }
    }

    void timeTicksOfNothing() {
        QVERIFY(plot::timeTicks(5, 5, 3).atMs.isEmpty());
        QVERIFY(plot::timeTicks(5, 4, 3).atMs.isEmpty());
        QVERIFY(plot::timeTicks(0, 1000, 0).atMs.isEmpty());
    }

    void valueText_data() {
        QTest::addColumn<double>("value");
        QTest::addColumn<int>("unit");
        QTest::addColumn<QString>("english");
        QTest::addColumn<QString>("german");
        const auto row = [](const char *name, double value, Unit unit, const char *english, const char *german) {
            QTest::newRow(name) << value << static_cast<int>(unit) << QString::fromUtf8(english)
                                << QString::fromUtf8(german);
        };
        row("number", 1.25, Unit::Number, "1.25", "1,25");
        row("percent", 0.5, Unit::Percent, "50 %", "50 %");
        row("small percent", 0.025, Unit::Percent, "2.5 %", "2,5 %");
        row("large percent", 0.4567, Unit::Percent, "46 %", "46 %");
        row("nothing", 0, Unit::Bytes, "0 B", "0 B");
        row("bytes", 1536, Unit::Bytes, "1.5 KiB", "1,5 KiB");
        row("whole", 1048576, Unit::Bytes, "1 MiB", "1 MiB");
        row("per second", 2048, Unit::BytesPerSecond, "2 KiB/s", "2 KiB/s");
        row("unknown", kNan, Unit::Bytes, "–", "–");
    }

    void valueText() {
        QFETCH(double, value);
        QFETCH(int, unit);
        QTEST(plot::valueText(value, static_cast<Unit>(unit), QLocale(QLocale::English)), "english");
        QTEST(plot::valueText(value, static_cast<Unit>(unit), QLocale(QLocale::German)), "german");
    }

    void timeText() {
        const QLocale german(QLocale::German);
        const qint64 at = QDateTime(QDate(2026, 3, 5), QTime(14, 2, 3)).toMSecsSinceEpoch();
        QCOMPARE(plot::timeText(at, kHour, german), QStringLiteral("14:02"));
        QCOMPARE(plot::timeText(at, 1000, german), QStringLiteral("14:02:03"));
        QCOMPARE(plot::timeText(at, kHour, QLocale::c()), QStringLiteral("14:02"));
        QCOMPARE(plot::timeText(at, 24 * kHour, QLocale::c()), QStringLiteral("5 Mar"));
    }

    void piecesEndWhereNothingIsKnown() {
        const QList<QPointF> points{{0, 1}, {10, 2}, {20, kNan}, {30, 3}, {100, 4}, {110, 5}};
        QCOMPARE(plot::pieces(points, 0, 0).size(), 2);
        const auto cut = plot::pieces(points, 20, 0);
        QCOMPARE(cut.size(), 3);
        QCOMPARE(cut[0], (QList<QPointF>{{0, 1}, {10, 2}}));
        QCOMPARE(cut[1], (QList<QPointF>{{30, 3}}));
        QCOMPARE(cut[2], (QList<QPointF>{{100, 4}, {110, 5}}));
        QVERIFY(plot::pieces({}, 1, 1).isEmpty());
        QVERIFY(plot::pieces({{0, kNan}}, 1, 1).isEmpty());
    }

    void piecesKeepPeaks() {
        QList<QPointF> points;
        for (int i = 0; i < 100'000; ++i) {
            points.append({static_cast<double>(i), i == 54'321 ? 100.0 : i == 54'330 ? -100.0 : 1.0});
        }
        const auto cut = plot::pieces(points, 5, 1000);
        QCOMPARE(cut.size(), 1);
        QVERIFY(cut[0].size() <= 4 * 100);
        QVERIFY(cut[0].contains(QPointF(54'321, 100)));
        QVERIFY(cut[0].contains(QPointF(54'330, -100)));
        for (qsizetype i = 1; i < cut[0].size(); ++i) {
            QVERIFY(cut[0][i].x() >= cut[0][i - 1].x());
        }
    }
};

QTEST_GUILESS_MAIN(PlotScaleTest)
#include "tst_plot_scale.moc"
