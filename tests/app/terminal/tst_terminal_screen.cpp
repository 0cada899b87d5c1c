#include "app/terminal/terminal_screen.h"

#include <QSignalSpy>
#include <QTest>

using namespace coracle::app;

class TerminalScreenTest : public QObject {
    Q_OBJECT

private:
    static QByteArray taken(QSignalSpy &spy) {
        QByteArray all;
        for (const QList<QVariant> &call : spy)
            all += call[0].toByteArray();
        spy.clear();
        return all;
    }

private Q_SLOTS:
    void showsText() {
        TerminalScreen screen;
        screen.resize({20, 4});
        screen.write("one\r\n\x1b[1;31mtwo\x1b[0m three");
        QCOMPARE(screen.text(screen.screenRow()), QStringLiteral("one"));
        QCOMPARE(screen.text(screen.screenRow() + 1), QStringLiteral("two three"));
        QCOMPARE(screen.text(screen.screenRow() + 1, 4, 6), QStringLiteral("th"));
        const TerminalCell cell = screen.line(screen.screenRow() + 1)[0];
        QVERIFY(cell.bold);
        QCOMPARE(cell.foreground.kind, TerminalColor::Kind::Indexed);
        QCOMPARE(cell.foreground.red, quint8(1));
        QCOMPARE(screen.cursorRow(), screen.screenRow() + 1);
        QCOMPARE(screen.cursorColumn(), 9);
    }

    void showsWideAndDamagedText() {
        TerminalScreen screen;
        screen.write("\xe6\xbc\xa2x\xff\xfe");
        QVERIFY(screen.text(screen.screenRow()).startsWith(QStringLiteral("漢x")));
        QCOMPARE(screen.line(screen.screenRow())[0].width, quint8(2));
        QCOMPARE(screen.line(screen.screenRow())[1].width, quint8(0));
        screen.write(QByteArray("\x1b[999999;999999H\x1b[99999999999m\x1b]0;") + QByteArray(100'000, 'x') + "\x07");
        QVERIFY(screen.title().size() <= 256);
    }

    void keepsWhatGoesBy() {
        TerminalScreen screen;
        screen.resize({20, 4});
        for (int i = 0; i < 5000; ++i)
            screen.write(QByteArray::number(i) + "\r\n");
        QCOMPARE(screen.screenRow() - screen.firstRow(), qint64(TerminalScreen::kScrollbackMax));
        QCOMPARE(screen.text(screen.endRow() - 2), QStringLiteral("4999"));
        QCOMPARE(screen.text(screen.screenRow() - 1), QStringLiteral("4996"));
        QVERIFY(screen.text(screen.firstRow() - 1).isEmpty());
        const qint64 before = screen.endRow();
        screen.reset();
        QCOMPARE(screen.firstRow(), before);
        QVERIFY(screen.text(screen.screenRow()).isEmpty());
    }

    void sendsKeys_data() {
        QTest::addColumn<int>("key");
        QTest::addColumn<int>("modifiers");
        QTest::addColumn<QByteArray>("bytes");
        const auto row = [](const char *name, int key, int modifiers, const char *bytes) {
            QTest::newRow(name) << key << modifiers << QByteArray(bytes);
        };
        row("enter", Qt::Key_Return, 0, "\r");
        row("backspace", Qt::Key_Backspace, 0, "\x7f");
        row("up", Qt::Key_Up, 0, "\x1b[A");
        row("ctrl right", Qt::Key_Right, int(Qt::ControlModifier), "\x1b[1;5C");
        row("escape", Qt::Key_Escape, 0, "\x1b");
        row("F1", Qt::Key_F1, 0, "\x1bOP");
        row("page up", Qt::Key_PageUp, 0, "\x1b[5~");
        row("shift tab", Qt::Key_Backtab, 0, "\x1b[Z");
        row("no key of a terminal", Qt::Key_VolumeUp, 0, "");
    }
    void sendsKeys() {
        QFETCH(int, key);
        QFETCH(int, modifiers);
        QFETCH(QByteArray, bytes);
        TerminalScreen screen;
        QSignalSpy output(&screen, &TerminalScreen::output);
        QCOMPARE(screen.pressKey(key, Qt::KeyboardModifiers(modifiers)), !bytes.isEmpty());
        QCOMPARE(taken(output), bytes);
    }

    void sendsTextAndControl() {
        TerminalScreen screen;
        QSignalSpy output(&screen, &TerminalScreen::output);
        screen.type(QStringLiteral("äb"));
        QCOMPARE(taken(output), QByteArray("äb"));
        screen.type(QStringLiteral("c"), Qt::ControlModifier);
        QCOMPARE(taken(output), QByteArray("\x03"));
        screen.type(QStringLiteral("x"), Qt::AltModifier);
        QCOMPARE(taken(output), QByteArray("\x1bx"));
    }

    void pastesInBrackets() {
        TerminalScreen screen;
        QSignalSpy output(&screen, &TerminalScreen::output);
        screen.paste(QStringLiteral("a\nb\r\nc"));
        QCOMPARE(taken(output), QByteArray("a\rb\rc"));
        screen.write("\x1b[?2004h");
        screen.paste(QStringLiteral("a"));
        QCOMPARE(taken(output), QByteArray("\x1b[200~a\x1b[201~"));
    }

    void answersQuestions() {
        TerminalScreen screen;
        QSignalSpy output(&screen, &TerminalScreen::output);
        screen.write("\x1b[3;5H\x1b[6n");
        QCOMPARE(taken(output), QByteArray("\x1b[3;5R"));
    }
};

QTEST_GUILESS_MAIN(TerminalScreenTest)
#include "tst_terminal_screen.moc"
