#include "app/ssh/secret_store.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace coracle::app;

/// Where no key store runs, as on a panel or in a service: everything works until the program ends, and the user hears
/// of it.
class SecretStoreTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_nowhere;
    SecretStore m_store;

    std::optional<QString> read(const QString &name) {
        std::optional<QString> found;
        bool answered = false;
        m_store.read(name, this, [&](std::optional<QString> secret) {
            found = std::move(secret);
            answered = true;
        });
        return QTest::qWaitFor([&] { return answered; }, 2 * SecretStore::kAnswerMs) ? found : "no answer";
    }

private Q_SLOTS:
    void initTestCase() {
        for (const char *name : {"DISPLAY", "WAYLAND_DISPLAY", "KDE_FULL_SESSION", "XDG_CURRENT_DESKTOP"})
            qunsetenv(name);
        // No bus to be found, and none to be started.
        qputenv("DBUS_SESSION_BUS_ADDRESS", ("unix:path=" + m_nowhere.filePath("bus")).toUtf8());
        qputenv("XDG_RUNTIME_DIR", m_nowhere.path().toUtf8());
    }

    void knowsNothingAtFirst() { QCOMPARE(read("password"), std::nullopt); }

    void keepsItForNow() {
        QSignalSpy kept(&m_store, &SecretStore::keptForNow);
        m_store.write("password", "open sesame");
        QCOMPARE(read("password"), "open sesame"); // at once, whatever the key store is about
        QTRY_COMPARE_WITH_TIMEOUT(kept.count(), 1, SecretStore::kAnswerMs);
        QCOMPARE(read("password"), "open sesame");
        QCOMPARE(read("other"), std::nullopt);
    }

    void forgets() {
        m_store.remove("password");
        QCOMPARE(read("password"), std::nullopt);
    }

    void doesNotAnswerToWhatIsGone() {
        auto gone = std::make_unique<QObject>();
        bool answered = false;
        m_store.read("password", gone.get(), [&](const std::optional<QString> &) { answered = true; });
        gone.reset();
        QCOMPARE(read("password"), std::nullopt);
        QVERIFY(!answered);
    }
};

QTEST_GUILESS_MAIN(SecretStoreTest)
#include "tst_secret_store.moc"
