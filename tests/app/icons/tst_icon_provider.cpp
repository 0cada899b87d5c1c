#include "app/icons/icon_provider.h"

#include <QGuiApplication>
#include <QRegularExpression>
#include <QSvgRenderer>
#include <QTest>

using coracle::app::IconProvider;

class IconProviderTest : public QObject {
    Q_OBJECT

private slots:
    void drawsEveryIcon() {
        IconProvider provider;
        const QStringList names = IconProvider::names();
        QVERIFY(names.size() >= 60);
        for (const QString &name : names) {
            QVERIFY2(QSvgRenderer(QStringLiteral(":/icons/%1.svg").arg(name)).isValid(), qPrintable(name));
            QSize size;
            const QImage image = provider.requestImage(name, &size, {});
            QCOMPARE(size, QSize(24, 24));
            bool drawn = false;
            for (int y = 0; y < image.height(); ++y) {
                for (int x = 0; x < image.width(); ++x) {
                    drawn = drawn || qAlpha(image.pixel(x, y)) > 200;
                }
            }
            QVERIFY2(drawn, qPrintable(name + QStringLiteral(" is empty")));
        }
    }

    void takesColourAndSize() {
        IconProvider provider;
        QSize size;
        const QImage image = provider.requestImage(QStringLiteral("minus?color=%23ff0000"), &size, {48, 48});
        QCOMPARE(image.size(), QSize(48, 48));
        QCOMPARE(image.pixelColor(24, 24), QColor(255, 0, 0));
        QCOMPARE(image.pixelColor(24, 4).alpha(), 0);
        // One side given, and the limit of both.
        QCOMPARE(provider.requestImage(QStringLiteral("minus"), &size, {32, 0}).size(), QSize(32, 32));
        QCOMPARE(provider.requestImage(QStringLiteral("minus"), &size, {100'000, 100'000}).width(),
                 IconProvider::kSidePixelsMax);
        // Names of colours are colours too.
        QCOMPARE(provider.requestImage(QStringLiteral("stop?color=red"), nullptr, {48, 48}).pixelColor(24, 11),
                 QColor(Qt::red));
    }

    void keepsWhatItDrew() {
        IconProvider provider;
        const QImage first = provider.requestImage(QStringLiteral("pod?color=%23123456"), nullptr, {24, 24});
        const QImage second = provider.requestImage(QStringLiteral("pod?color=%23123456"), nullptr, {24, 24});
        QCOMPARE(first.constBits(), second.constBits());
        const QImage other = provider.requestImage(QStringLiteral("pod?color=%23654321"), nullptr, {24, 24});
        QVERIFY(other.constBits() != first.constBits());
    }

    void warnsOfWhatItDoesNotKnow_data() {
        QTest::addColumn<QString>("id");
        QTest::newRow("name") << "unheard-of";
        QTest::newRow("empty") << "";
        QTest::newRow("path") << "../icons/pod";
        QTest::newRow("colour") << "pod?color=nocolour";
    }

    void warnsOfWhatItDoesNotKnow() {
        QFETCH(QString, id);
        IconProvider provider;
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("no icon for ")));
        QVERIFY(provider.requestImage(id, nullptr, {24, 24}).isNull());
    }
};

QTEST_MAIN(IconProviderTest)
#include "tst_icon_provider.moc"
