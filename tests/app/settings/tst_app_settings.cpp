#include "app/settings/settings.h"

#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace coracle::app;

class SettingsTest : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;
    QString file() const { return m_folder->filePath("sub/settings.ini"); }

private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void valuesAreKept() {
        {
            Settings settings(file());
            settings.setTheme(Settings::Dark);
            settings.setTextPercent(150);
            settings.setReduceMotion(true);
            settings.setLanguage("de");
            settings.setWindowGeometry({10, 20, 900, 600});
        }
        const Settings again(file());
        QCOMPARE(again.theme(), int(Settings::Dark));
        QCOMPARE(again.scheme(), 1);
        QCOMPARE(again.textPercent(), 150);
        QVERIFY(again.reduceMotion());
        QCOMPARE(again.language(), QString("de"));
        QCOMPARE(again.windowGeometry(), QRect(10, 20, 900, 600));
    }

    void whatIsOutOfBoundsIsStandard_data() {
        QTest::addColumn<QString>("text");
        QTest::newRow("too small") << "10";
        QTest::newRow("too large") << "100000";
        QTest::newRow("no number") << "large";
        QTest::newRow("empty") << "";
    }
    void whatIsOutOfBoundsIsStandard() {
        QFETCH(QString, text);
        QSettings(file(), QSettings::IniFormat).setValue("look/textPercent", text);
        QCOMPARE(Settings(file()).textPercent(), 100);
    }

    void settersBound() {
        Settings settings{QString()};
        settings.setTextPercent(500);
        QCOMPARE(settings.textPercent(), 200);
        settings.setTextPercent(-1);
        QCOMPARE(settings.textPercent(), 100);
        settings.setTheme(99);
        QCOMPARE(settings.theme(), int(Settings::HighContrast));
    }

    void overridesAreNotKept() {
        {
            Settings settings(file());
            settings.overrideValue(Settings::ThemeOption, Settings::HighContrast);
            QCOMPARE(settings.scheme(), 2);
        }
        QCOMPARE(Settings(file()).theme(), int(Settings::FollowSystem));
    }

    void changesAreTold() {
        Settings settings{QString()};
        QSignalSpy changed(&settings, &Settings::changed);
        settings.setKiosk(true);
        settings.setKiosk(true);
        QCOMPARE(changed.count(), 1);
    }

    void schemes_data() {
        QTest::addColumn<int>("choice");
        QTest::addColumn<QTime>("time");
        QTest::addColumn<bool>("dark");
        QTest::addColumn<int>("scheme");
        QTest::addColumn<int>("msToNext");
        QTest::newRow("system, light") << 0 << QTime(3, 0) << false << 0 << -1;
        QTest::newRow("system, dark") << 0 << QTime(12, 0) << true << 1 << -1;
        QTest::newRow("night") << 1 << QTime(6, 59) << false << 1 << 60'000;
        QTest::newRow("day begins") << 1 << QTime(7, 0) << true << 0 << 12 * 3'600'000;
        QTest::newRow("day") << 1 << QTime(18, 0) << true << 0 << 3'600'000;
        QTest::newRow("evening") << 1 << QTime(19, 0) << false << 1 << 12 * 3'600'000;
        QTest::newRow("before midnight") << 1 << QTime(23, 0) << false << 1 << 8 * 3'600'000;
        QTest::newRow("light") << 2 << QTime(0, 0) << true << 0 << -1;
        QTest::newRow("dark") << 3 << QTime(12, 0) << false << 1 << -1;
        QTest::newRow("contrast") << 4 << QTime(12, 0) << false << 2 << -1;
    }
    void schemes() {
        QFETCH(int, choice);
        QFETCH(QTime, time);
        QFETCH(bool, dark);
        QTEST(int(schemeFor(ThemeChoice(choice), time, dark)), "scheme");
        QTEST(msToNextScheme(ThemeChoice(choice), time), "msToNext");
    }

    void themesHaveNames() {
        QCOMPARE(Settings::themeByName("high-contrast"), int(Settings::HighContrast));
        QCOMPARE(Settings::themeByName("system"), int(Settings::FollowSystem));
        QCOMPARE(Settings::themeByName("pink"), -1);
    }
};

QTEST_MAIN(SettingsTest)
#include "tst_app_settings.moc"
