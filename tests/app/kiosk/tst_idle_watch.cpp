#include "app/kiosk/idle_watch.h"

#include <QDir>
#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QWindow>

using namespace coracle::app;

namespace {

/// Counts the presses and releases that reach it.
class Window : public QWindow {
public:
    int pressed = 0, released = 0;

protected:
    void mousePressEvent(QMouseEvent *) override { ++pressed; }
    void mouseReleaseEvent(QMouseEvent *) override { ++released; }
};

QByteArray contentOf(const QString &path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

class IdleWatchTest : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;
    QString display(const char *file) const { return m_folder->filePath("panel/") + file; }
    void write(const char *name, const QByteArray &text) const {
        QFile file(display(name));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(text);
    }

private Q_SLOTS:
    void init() {
        m_folder = std::make_unique<QTemporaryDir>();
        QDir(m_folder->path()).mkdir("panel");
    }

    void theBacklightGoesOffAndOn() {
        write("bl_power", "0");
        write("brightness", "180");
        Backlight backlight(m_folder->path());
        QVERIFY(backlight.available());
        QVERIFY(backlight.setOn(false));
        QCOMPARE(contentOf(display("bl_power")), QByteArray("4"));
        QVERIFY(backlight.setOn(true));
        QCOMPARE(contentOf(display("bl_power")), QByteArray("0"));
        QCOMPARE(contentOf(display("brightness")), QByteArray("180"));
    }

    void aBacklightWithoutPower() {
        write("brightness", "180");
        Backlight backlight(m_folder->path());
        QVERIFY(backlight.setOn(false));
        QCOMPARE(contentOf(display("brightness")), QByteArray("0"));
        QVERIFY(backlight.setOn(true));
        QCOMPARE(contentOf(display("brightness")), QByteArray("180"));
    }

    void noBacklight() {
        Backlight backlight(m_folder->filePath("nothing"));
        QVERIFY(!backlight.available());
        QVERIFY(!backlight.setOn(false));
    }

    void theScreenGoesDarkByItself() {
        write("bl_power", "0");
        IdleWatch watch{Backlight(m_folder->path())};
        QSignalSpy lockDue(&watch, &IdleWatch::lockDue);
        watch.setLimits(20, 0);
        QTRY_VERIFY(watch.blanked());
        QCOMPARE(lockDue.count(), 1);
        QCOMPARE(contentOf(display("bl_power")), QByteArray("4"));
    }

    void theLockIsDueOnce() {
        IdleWatch watch{Backlight(m_folder->filePath("nothing"))};
        QSignalSpy lockDue(&watch, &IdleWatch::lockDue);
        watch.setLimits(0, 20);
        QTRY_COMPARE(lockDue.count(), 1);
        QVERIFY(!watch.blanked());
    }

    void theFirstTouchOnlyWakes() {
        Window window;
        window.resize(100, 100);
        window.show();
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        IdleWatch watch{Backlight(m_folder->filePath("nothing"))};
        watch.blank();
        QTest::mousePress(&window, Qt::LeftButton);
        QVERIFY(!watch.blanked());
        QTest::mouseRelease(&window, Qt::LeftButton);
        QCOMPARE(window.pressed, 0);
        QCOMPARE(window.released, 0);
        QTest::mouseClick(&window, Qt::LeftButton);
        QCOMPARE(window.pressed, 1);
        QCOMPARE(window.released, 1);
    }
};

QTEST_MAIN(IdleWatchTest)
#include "tst_idle_watch.moc"
