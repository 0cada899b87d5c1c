#include "app/kiosk/screen_check.h"

#include <QDir>
#include <QFile>
#include <QHash>
#include <QTemporaryDir>
#include <QTest>

using namespace coracle;
using namespace coracle::app;

class ScreenCheckTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_empty, m_full;

    static void touch(const QString &file) {
        QFile made(file);
        QVERIFY(made.open(QIODevice::WriteOnly));
    }

private Q_SLOTS:
    void initTestCase() {
        QVERIFY(QDir(m_full.path()).mkpath("dev/dri"));
        touch(m_full.filePath("dev/dri/card0"));
        touch(m_full.filePath("dev/fb0"));
        touch(m_full.filePath("wayland-1"));
    }

    void screens_data() {
        QTest::addColumn<QString>("platform");
        QTest::addColumn<QString>("variables"); // "NAME=value NAME=value"
        QTest::addColumn<bool>("devices");
        QTest::addColumn<QString>("missing"); // in the error; empty: there is a screen
        QTest::newRow("eglfs") << "eglfs" << "" << true << "";
        QTest::newRow("eglfs without") << "eglfs" << "" << false << "/dev/dri/card*";
        QTest::newRow("linuxfb with options") << "linuxfb:fb=/dev/fb0" << "" << true << "";
        QTest::newRow("linuxfb without") << "linuxfb" << "" << false << "QT_QPA_PLATFORM=eglfs";
        QTest::newRow("wayland") << "wayland" << "XDG_RUNTIME_DIR=FULL WAYLAND_DISPLAY=wayland-1" << true << "";
        QTest::newRow("wayland, no name") << "wayland" << "XDG_RUNTIME_DIR=FULL" << true << "wayland-0; start";
        QTest::newRow("xcb") << "xcb" << "DISPLAY=:0" << true << "";
        QTest::newRow("xcb without") << "xcb" << "WAYLAND_DISPLAY=wayland-1" << true << "neither DISPLAY";
        QTest::newRow("by itself, X") << "" << "DISPLAY=:0" << false << "";
        QTest::newRow("by itself, Wayland") << "" << "WAYLAND_DISPLAY=wayland-1" << false << "";
        QTest::newRow("by itself, nothing") << "" << "" << true << "QT_QPA_PLATFORM=eglfs, or linuxfb";
        QTest::newRow("one of two") << "eglfs;xcb" << "DISPLAY=:0" << false << "";
        QTest::newRow("none of two") << "eglfs;xcb" << "" << false << "/dev/dri/card*";
        QTest::newRow("others") << "offscreen" << "" << false << "";
    }
    void screens() {
        QFETCH(QString, platform);
        QFETCH(QString, variables);
        QFETCH(bool, devices);
        QFETCH(QString, missing);
        QHash<QString, QString> values;
        for (const QString &one : variables.split(u' ', Qt::SkipEmptyParts))
            values.insert(one.section(u'=', 0, 0), one.section(u'=', 1).replace("FULL", m_full.path()));
        const auto checked = checkScreen(
            platform, [&](const char *name) { return values.value(QLatin1String(name)); },
            (devices ? m_full : m_empty).path() + u'/');
        const QString error = checked ? QString() : QString::fromStdString(checked.error().message);
        QCOMPARE(error.isEmpty(), missing.isEmpty());
        QVERIFY2(error.contains(missing), qPrintable(error));
    }
};

QTEST_GUILESS_MAIN(ScreenCheckTest)
#include "tst_screen_check.moc"
