#include "core/api/int_or_string.h"

#include <QTest>
#include <limits>

using namespace coracle;
using api::IntOrString;
using Rounding = IntOrString::Rounding;

class IntOrStringTest : public QObject {
    Q_OBJECT

private slots:
    void knowsItsForm() {
        QVERIFY(IntOrString().isInt());
        QCOMPARE(IntOrString(5).intValue(), 5);
        QCOMPARE(IntOrString(5).text(), std::string("5"));
        QVERIFY(IntOrString("http").isString());
        QCOMPARE(IntOrString("http").intValue(), 0);
        QCOMPARE(IntOrString("80").intValue(), 80);
        QCOMPARE(IntOrString("http").text(), std::string("http"));
        QVERIFY(IntOrString::parse("80") == IntOrString(80));
        QVERIFY(IntOrString::parse("-80") == IntOrString(-80));
        QVERIFY(IntOrString::parse("80%") == IntOrString("80%"));
        QVERIFY(IntOrString::parse("99999999999") == IntOrString("99999999999"));
        QVERIFY(!(IntOrString(80) == IntOrString("80")));
    }

    void scalesPercentages_data() {
        QTest::addColumn<int>("total");
        QTest::addColumn<int>("down");
        QTest::addColumn<int>("up");
        QTest::newRow("25%") << 3 << 0 << 1;
        QTest::newRow("50%") << 4 << 2 << 2;
        QTest::newRow("30%") << 10 << 3 << 3;
        QTest::newRow("34%") << 10 << 3 << 4;
        QTest::newRow("0%") << 10 << 0 << 0;
        QTest::newRow("100%") << 7 << 7 << 7;
        QTest::newRow("150%") << 3 << 4 << 5;
        QTest::newRow("-25%") << 3 << -1 << 0;
        QTest::newRow("2147483647%") << std::numeric_limits<int>::max() << std::numeric_limits<int>::max()
                                     << std::numeric_limits<int>::max();
    }
    void scalesPercentages() {
        QFETCH(int, total);
        QFETCH(int, down);
        QFETCH(int, up);
        const IntOrString value(QTest::currentDataTag());
        QCOMPARE(value.scaled(total, Rounding::Down).value(), down);
        QCOMPARE(value.scaled(total, Rounding::Up).value(), up);
    }

    void refusesOtherText() {
        QCOMPARE(IntOrString(7).scaled(100, Rounding::Up).value(), 7);
        for (const char *text : {"", "5", "%", "five%", "5%%", "++5%", "5 %", "99999999999%"})
            QVERIFY2(!IntOrString(text).scaled(10, Rounding::Up), text);
        QCOMPARE(IntOrString("5").scaled(10, Rounding::Up).error().message,
                 std::string("invalid value for IntOrString: invalid type: string is not a percentage"));
    }
};

QTEST_GUILESS_MAIN(IntOrStringTest)
#include "tst_int_or_string.moc"
