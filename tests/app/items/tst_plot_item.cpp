#include "app/items/plot_item.h"

#include <QGuiApplication>
#include <QImage>
#include <QPainter>
#include <QSignalSpy>
#include <QTest>

#include <limits>

using coracle::app::PlotItem;
using coracle::app::PlotSeries;

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

QImage paint(PlotItem &item) {
    QImage image(item.size().toSize(), QImage::Format_RGB32);
    image.fill(Qt::white);
    QPainter painter(&image);
    item.paint(&painter);
    return image;
}

/// Whether the column x holds a pixel of about this colour.
bool columnHas(const QImage &image, int x, QColor color) {
    for (int y = 0; y < image.height(); ++y) {
        const QColor found = image.pixelColor(x, y);
        if (std::abs(found.red() - color.red()) + std::abs(found.green() - color.green()) +
                std::abs(found.blue() - color.blue()) <
            60) {
            return true;
        }
    }
    return false;
}

} // namespace

class PlotItemTest : public QObject {
    Q_OBJECT

    static void setUp(PlotItem &item, PlotSeries &series, const QList<QPointF> &points) {
        item.setSize({200, 100});
        item.setProperty("bare", true);
        series.setProperty("color", QColor(Qt::red));
        series.setProperty("name", QStringLiteral("edge"));
        series.setProperty("points", QVariant::fromValue(points));
        item.addSeries(&series);
    }

private slots:
    void initTestCase() { QLocale::setDefault(QLocale::c()); }

    void drawsLinesAndLeavesGaps() {
        PlotItem item;
        PlotSeries series;
        setUp(item, series, {{0, 1}, {50, 2}, {51, kNan}, {150, 1}, {200, 2}});
        const QImage image = paint(item);
        QVERIFY(columnHas(image, 25, Qt::red));
        QVERIFY(!columnHas(image, 100, Qt::red));
        QVERIFY(columnHas(image, 175, Qt::red));
    }

    void fillsBelow() {
        PlotItem item;
        PlotSeries series;
        setUp(item, series, {{0, 1}, {200, 1}});
        series.setProperty("filled", true);
        const QColor below = paint(item).pixelColor(100, 80);
        QVERIFY(below.red() == 255 && below.green() < 255 && below.green() > 150);
    }

    void drawsAxesInTheirColours() {
        PlotItem item;
        PlotSeries series;
        setUp(item, series, {{0, 1}, {200, 2}});
        item.setProperty("bare", false);
        item.setProperty("gridColor", QColor(Qt::blue));
        item.setProperty("textColor", QColor(Qt::green));
        const QImage image = paint(item);
        QVERIFY(columnHas(image, 150, Qt::blue));
    }

    void survivesWhateverComes_data() {
        QTest::addColumn<QList<QPointF>>("points");
        QTest::addColumn<QSizeF>("size");
        const double infinity = std::numeric_limits<double>::infinity();
        QTest::newRow("nothing") << QList<QPointF>{} << QSizeF(200, 100);
        QTest::newRow("one point") << QList<QPointF>{{5, 5}} << QSizeF(200, 100);
        QTest::newRow("no numbers") << QList<QPointF>{{kNan, kNan}, {1, infinity}, {infinity, 1}} << QSizeF(200, 100);
        QTest::newRow("backwards") << QList<QPointF>{{5, 5}, {1, 1}} << QSizeF(200, 100);
        QTest::newRow("huge") << QList<QPointF>{{0, 1e300}, {1, -1e300}} << QSizeF(200, 100);
        QTest::newRow("no room") << QList<QPointF>{{0, 1}, {1, 2}} << QSizeF(3, 3);
        QTest::newRow("no size") << QList<QPointF>{{0, 1}, {1, 2}} << QSizeF(1, 1);
    }

    void survivesWhateverComes() {
        QFETCH(QList<QPointF>, points);
        QFETCH(QSizeF, size);
        for (const bool bare : {true, false}) {
            PlotItem item;
            PlotSeries series;
            setUp(item, series, points);
            item.setSize(size);
            item.setProperty("bare", bare);
            paint(item);
            QVERIFY(!item.summary().isEmpty());
            item.setProperty("cursorX", size.width() / 2);
            QVERIFY(item.cursorText().size() < 200);
        }
    }

    void saysWhatItShows() {
        PlotItem item;
        PlotSeries series;
        setUp(item, series, {{1000, 0.1}, {2000, 0.5}, {3000, 0.3}});
        item.setProperty("unit", PlotItem::Percent);
        QCOMPARE(item.summary(), QStringLiteral("edge: now 30 %, lowest 10 %, highest 50 %"));
        QVERIFY(!item.isEmpty());
        item.setProperty("from", 10'000.0);
        item.setProperty("to", 20'000.0);
        QCOMPARE(item.summary(), QStringLiteral("edge: no data"));
        QVERIFY(item.isEmpty());
    }

    void cursorReadsTheValues() {
        PlotItem item;
        PlotSeries series;
        setUp(item, series, {{0, 0.1}, {100, 0.5}, {200, 0.3}});
        item.setProperty("unit", PlotItem::Percent);
        QVERIFY(item.cursorText().isEmpty());
        item.setProperty("cursorX", 120.0);
        QVERIFY2(item.cursorText().endsWith(QStringLiteral("edge: 50 %")), qPrintable(item.cursorText()));
        item.setProperty("gapMs", 10.0);
        QVERIFY2(item.cursorText().endsWith(QStringLiteral("edge: –")), qPrintable(item.cursorText()));
    }

    void changesAreTold() {
        PlotItem item;
        QSignalSpy changed(&item, &PlotItem::changed);
        {
            PlotSeries series;
            setUp(item, series, {{0, 1}});
            changed.clear();
            series.setProperty("points", QVariant::fromValue(QList<QPointF>{{0, 2}, {1, 3}}));
            QCOMPARE(changed.count(), 1);
            item.addSeries(&series); // a second time is nothing new
            QQmlListProperty<PlotSeries> list = item.series();
            QCOMPARE(list.count(&list), 1);
        }
        QVERIFY(item.summary().isEmpty());
        paint(item);
    }
};

QTEST_MAIN(PlotItemTest)
#include "tst_plot_item.moc"
