#include "core/api/quantity.h"

#include <QTest>
#include <limits>

using namespace coracle;
using api::Quantity;
using Format = Quantity::Format;

namespace {

Quantity amount(const char *text) {
    auto parsed = Quantity::parse(text);
    return parsed ? *parsed : Quantity(-77777);
}

} // namespace

class QuantityTest : public QObject {
    Q_OBJECT

private slots:
    void writesTheCanonicalForm_data() {
        QTest::addColumn<QByteArray>("canonical");
        const std::pair<const char *, const char *> cases[] = {
            {"0", "0"},
            {"0Ki", "0"},
            {"-0", "0"},
            {"000", "0"},
            {"1000m", "1"},
            {"0.5", "500m"},
            {".5", "500m"},
            {"1.", "1"},
            {"1500m", "1500m"},
            {"1.5Gi", "1536Mi"},
            {"1000", "1k"},
            {"1024", "1024"},
            {"1024Ki", "1Mi"},
            {"1000Ki", "1000Ki"},
            {"512", "512"},
            {"0.5Ki", "512"},
            {"0.1Gi", "107374182400m"},
            {".001Ki", "1024m"},
            {".000001Ki", "1024u"},
            {".000000001Ki", "1024n"},
            {"1e3", "1e3"},
            {"1E3", "1e3"},
            {"1E", "1E"},
            {"12e6", "12e6"},
            {"1200e6", "1200e6"},
            {"1e-9", "1e-9"},
            {"1e-10", "1e-9"},
            {"0.9n", "1n"},
            {"-0.9n", "-1n"},
            {"100u", "100u"},
            {"-1.5", "-1500m"},
            {"+5", "5"},
            {"10E", "10E"},
            {"1000E", "1e21"},
            {"18446744073709551616", "18446744073709551616"},
            {"8Ei", "9223372036854775807"},
            {"-9Ei", "-9223372036854775807"},
            {"99999999999999999999999Ki", "9223372036854775807"},
            {"1e999999999999", nullptr},
            {"9999999999999999999999999999999999999999", nullptr},
            {" 5 ", "5"},
            {"007", "7"},
        };
        for (const auto &[text, canonical] : cases)
            if (canonical)
                QTest::newRow(text) << QByteArray(canonical);
    }
    void writesTheCanonicalForm() {
        QFETCH(QByteArray, canonical);
        const auto parsed = Quantity::parse(QTest::currentDataTag());
        QVERIFY(parsed.has_value());
        QCOMPARE(QByteArray::fromStdString(parsed->text()), canonical);
        const auto again = Quantity::parse(parsed->text());
        QVERIFY(again.has_value());
        QVERIFY(*again == *parsed);
        QCOMPARE(QByteArray::fromStdString(again->text()), canonical);
    }

    void refusesOtherText_data() {
        QTest::addColumn<bool>("suffix"); // the error is about the suffix, not about the form
        for (const char *text :
             {"", " ", "1.1.M", "1+1.0M", "0.1am", "aoeu", "1KI", "1 Gi", "1,5", "0x10", "1e5x", "\xff"})
            QTest::newRow(*text ? text : "nothing") << false;
        for (const char *text : {"0.1mi", ".5i", "1i", "-3.01i", "-3.01e-", "1e", "--1", "1K", "1Kii", "1m5", "1Mi2"})
            QTest::newRow(text) << true;
    }
    void refusesOtherText() {
        QFETCH(bool, suffix);
        const QByteArray tag = QTest::currentDataTag();
        const auto parsed = Quantity::parse(tag == "nothing" ? "" : tag.constData());
        QVERIFY(!parsed);
        QCOMPARE(parsed.error().message == "unable to parse quantity's suffix", suffix);
    }

    void rejectsOrSaturatesHugeInput() {
        const Quantity largest = amount("1e29");
        QVERIFY(amount("9999999999999999999999999999999999999999") == largest);
        QVERIFY(amount("1e2147483648") == largest);
        QVERIFY(!Quantity::parse("1e99999999999999999999"));
        QVERIFY(amount("1e-2147483648") == amount("1n"));
        QVERIFY(Quantity::parse(std::string(1'000'000, '9')).has_value());
        QVERIFY(Quantity::parse("0." + std::string(1'000'000, '1') + "Gi").has_value());
        QVERIFY(largest + largest == largest);
        QVERIFY(Quantity() - largest - largest == Quantity() - largest);
        QVERIFY(largest * -3 == Quantity() - largest);
    }

    void roundsAwayFromZero() {
        QCOMPARE(amount("1m").value(), 1);
        QCOMPARE(amount("-1m").value(), -1);
        QCOMPARE(amount("1500m").value(), 2);
        QCOMPARE(amount("1u").milliValue(), 1);
        QCOMPARE(amount("250m").milliValue(), 250);
        QCOMPARE(amount("2Gi").value(), int64_t(2) << 30);
        QCOMPARE(amount("8Ei").value(), std::numeric_limits<int64_t>::max());
        QCOMPARE(amount("1000E").value(), std::numeric_limits<int64_t>::max());
        QCOMPARE(amount("1e18").milliValue(), std::numeric_limits<int64_t>::max());
        QCOMPARE(amount("1500m").approximate(), 1.5);
    }

    void comparesByAmount() {
        QVERIFY(amount("1024Mi") == amount("1Gi"));
        QVERIFY(amount("1000m") == amount("1"));
        QVERIFY(amount("999m") < amount("1"));
        QVERIFY(amount("1G") < amount("1Gi"));
        QVERIFY(amount("-1") < Quantity());
        QCOMPARE(amount("-1").sign(), -1);
        QCOMPARE(Quantity().sign(), 0);
        QVERIFY(Quantity().isZero());
    }

    void calculates() {
        QCOMPARE((amount("1Gi") + amount("512Mi")).text(), std::string("1536Mi"));
        QCOMPARE((amount("1") - amount("250m")).text(), std::string("750m"));
        QCOMPARE((amount("250m") * 3).text(), std::string("750m"));
        QCOMPARE((Quantity() + amount("2Mi")).text(), std::string("2Mi"));
        QCOMPARE((amount("1Mi") + amount("1")).text(), std::string("1048577"));
        QCOMPARE((amount("1Ki") * 0).text(), std::string("0"));
        QCOMPARE(Quantity(1048576, Format::BinarySi).text(), std::string("1Mi"));
        QCOMPARE(Quantity::fromMilli(1500).text(), std::string("1500m"));
        QCOMPARE(Quantity(std::numeric_limits<int64_t>::min()).value(), std::numeric_limits<int64_t>::min());
    }
};

QTEST_GUILESS_MAIN(QuantityTest)
#include "tst_quantity.moc"
