#include "app/qr/qr_code.h"

#include <QTest>

using namespace coracle::app;

class QrCodeTest : public QObject {
    Q_OBJECT

    /// The square in three corners that readers look for (ISO/IEC 18004, 6.3.3).
    static bool isFinder(const QrCode &code, int top, int left) {
        for (int row = 0; row < 7; ++row)
            for (int column = 0; column < 7; ++column) {
                const int ring = std::min({row, column, 6 - row, 6 - column});
                if (code.dark(top + row, left + column) != (ring != 1))
                    return false;
            }
        return true;
    }

private Q_SLOTS:
    void isACode() {
        const QrCode code =
            makeQrCode("clusterd-join:https://192.168.1.5:6443#K10" + QString(64, '0') + "::abcdef.0123456789abcdef");
        QVERIFY(code.size >= 21);
        QCOMPARE((code.size - 21) % 4, 0);
        QCOMPARE(code.modules.size(), code.size * code.size);
        QVERIFY(isFinder(code, 0, 0));
        QVERIFY(isFinder(code, 0, code.size - 7));
        QVERIFY(isFinder(code, code.size - 7, 0));
        for (int i = 8; i < code.size - 8; ++i) // the timing pattern
            QCOMPARE(code.dark(6, i), i % 2 == 0);
    }

    void growsWithTheText() {
        QCOMPARE(makeQrCode("short").size, 21);
        QVERIFY(makeQrCode(QString(200, 'x')).size > 21);
        QVERIFY(makeQrCode(QString(2'331, 'x')).size > 0);
    }

    void refusesWhatDoesNotFit() {
        QCOMPARE(makeQrCode("").size, 0);
        QCOMPARE(makeQrCode(QString(2'332, 'x')).size, 0);
        QCOMPARE(makeQrCode(QString(QChar(0))).size, 0);
    }
};

QTEST_GUILESS_MAIN(QrCodeTest)
#include "tst_qr_code.moc"
