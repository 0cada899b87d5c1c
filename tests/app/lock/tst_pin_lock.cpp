#include "app/lock/pin_hash.h"
#include "app/lock/pin_lock.h"

#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QThreadPool>

using namespace coracle;
using namespace coracle::app;

class PinLockTest : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;
    QDateTime m_now = QDateTime::fromSecsSinceEpoch(1'800'000'000, Qt::UTC);

    std::unique_ptr<PinLock> lock() {
        return std::make_unique<PinLock>(m_folder->filePath("settings.ini"), [this] { return m_now; });
    }
    /// With both PINs set, locked.
    std::unique_ptr<PinLock> lockedOne() {
        auto made = lock();
        set(*made, LockLevel::Configure, "99999");
        set(*made, LockLevel::Operate, "1111");
        made->lock();
        return made;
    }
    static void enter(PinLock &lock, const QString &pin) {
        lock.enter(pin);
        QTRY_VERIFY_WITH_TIMEOUT(!lock.checking(), 20'000);
    }

    /// What is wrong with it; empty: it is set.
    static QString set(PinLock &lock, LockLevel::Value level, const QString &pin) {
        QSignalSpy set(&lock, &PinLock::pinSet);
        lock.setPin(level, pin);
        if (set.isEmpty() && !set.wait(20'000))
            return "nothing happens";
        return set[0][1].toString();
    }

private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void hashes() {
        const auto one = hashPin("1234", 1000), other = hashPin("1234", 1000);
        QVERIFY(one && other);
        QVERIFY(*one != *other); // salted
        QVERIFY(!one->contains("1234:") && one->startsWith("pbkdf2-sha512:1000:"));
        QVERIFY(pinMatches("1234", *one));
        QVERIFY(!pinMatches("1235", *one));
        QVERIFY(!pinMatches("", *one));
    }

    void whatIsNoHashFitsNothing_data() {
        QTest::addColumn<QString>("hash");
        for (const char *hash : {"", "1234", "::::", "pbkdf2-sha512:0:00:00", "pbkdf2-sha512:99999999999:00:00",
                                 "pbkdf2-sha512:1000:00112233445566778899aabbccddeeff:", "md5:1:00:00"})
            QTest::newRow(hash) << hash;
    }
    void whatIsNoHashFitsNothing() {
        QFETCH(QString, hash);
        QVERIFY(!pinMatches("1234", hash));
        QVERIFY(!pinMatches("", hash));
    }

    void withoutPinsEverythingIsAllowed() {
        auto lock = this->lock();
        QCOMPARE(lock->level(), LockLevel::Configure);
        bool answered = false;
        lock->ask(LockLevel::Configure, [&](bool allowed) { answered = allowed; });
        QVERIFY(answered);
        lock->lock();
        QCOMPARE(lock->level(), LockLevel::Configure);
    }

    void onePinLeavesOperating() {
        auto lock = this->lock();
        QCOMPARE(set(*lock, LockLevel::Operate, "1111").isEmpty(), false);
        QCOMPARE(set(*lock, LockLevel::Configure, "9999"), QString());
        QVERIFY(lock->raised());
        lock->lock();
        QCOMPARE(lock->level(), LockLevel::Operate);
        QVERIFY(!lock->mayConfigure());
    }

    void pinsAreChecked_data() {
        QTest::addColumn<QString>("pin");
        QTest::newRow("short") << "123";
        QTest::newRow("long") << "1234567890123";
        QTest::newRow("letters") << "12ab";
        QTest::newRow("other digits") << QString::fromUtf8("١٢٣٤");
    }
    void pinsAreChecked() {
        QFETCH(QString, pin);
        auto lock = this->lock();
        QVERIFY(!set(*lock, LockLevel::Configure, pin).isEmpty());
        QVERIFY(!lock->hasConfigurePin());
    }

    void theTwoPinsDiffer() {
        auto lock = this->lock();
        QCOMPARE(set(*lock, LockLevel::Configure, "9999"), QString());
        QVERIFY(!set(*lock, LockLevel::Operate, "9999").isEmpty());
        QVERIFY(!lock->hasOperatePin());
    }

    /// The caller gets the thread back before the hash is there; what comes meanwhile does not disturb.
    void hashesElsewhere() {
        auto lock = this->lock();
        QSignalSpy set(lock.get(), &PinLock::pinSet);
        lock->setPin(LockLevel::Configure, "9999");
        QVERIFY(lock->checking() && set.isEmpty() && !lock->hasConfigurePin());
        lock->setPin(LockLevel::Configure, "8888");
        QVERIFY(set.wait(20'000));
        QVERIFY(!lock->checking() && lock->hasConfigurePin());
        lock->lock();
        enter(*lock, "9999");
        QVERIFY(lock->mayConfigure());
        lock->setPin(LockLevel::Configure, "7777");
        lock.reset(); // and nothing happens afterwards
        QThreadPool::globalInstance()->waitForDone();
        QCoreApplication::processEvents();
    }

    void levelsByPin() {
        auto lock = lockedOne();
        QCOMPARE(lock->level(), LockLevel::Look);
        enter(*lock, "1111");
        QCOMPARE(lock->level(), LockLevel::Operate);
        enter(*lock, "99999");
        QCOMPARE(lock->level(), LockLevel::Configure);
        QSignalSpy locked(lock.get(), &PinLock::locked);
        lock->lock();
        QCOMPARE(lock->level(), LockLevel::Look);
        QCOMPARE(locked.count(), 1);
    }

    void whatWaitsGoesOn() {
        auto lock = lockedOne();
        QSignalSpy wanted(lock.get(), &PinLock::wanted);
        QList<bool> answers;
        lock->ask(LockLevel::Operate, [&](bool allowed) { answers.append(allowed); });
        QCOMPARE(wanted.count(), 1);
        QVERIFY(answers.isEmpty());
        enter(*lock, "1234");
        QVERIFY(answers.isEmpty());
        QVERIFY(!lock->errorText().isEmpty());
        enter(*lock, "1111");
        QCOMPARE(answers, QList<bool>{true});
        lock->lock();
        lock->ask(LockLevel::Configure, [&](bool allowed) { answers.append(allowed); });
        enter(*lock, "1111"); // right, but not enough
        QCOMPARE(answers.size(), 1);
        QVERIFY(!lock->errorText().isEmpty());
        lock->dismiss();
        QCOMPARE(answers, (QList<bool>{true, false}));
    }

    void waitingIsBounded() {
        auto lock = lockedOne();
        int refused = 0;
        for (size_t i = 0; i < PinLock::kWaitingMax + 3; ++i)
            lock->ask(LockLevel::Operate, [&](bool allowed) { refused += allowed ? 0 : 1; });
        QCOMPARE(refused, 3);
    }

    void pausesGrow() {
        QCOMPARE(PinLock::pauseAfterMs(2), 0);
        QCOMPARE(PinLock::pauseAfterMs(3), 5000);
        QCOMPARE(PinLock::pauseAfterMs(4), 10'000);
        QCOMPARE(PinLock::pauseAfterMs(1000), PinLock::kPauseMaxMs);
    }

    void wrongPinsCostTimeAlsoAfterARestart() {
        auto lock = lockedOne();
        for (int i = 0; i < 3; ++i)
            enter(*lock, "0000");
        QCOMPARE(lock->pauseMs(), 5000);
        lock = this->lock();
        QCOMPARE(lock->pauseMs(), 5000);
        lock->enter("1111"); // not even looked at
        QVERIFY(!lock->checking());
        QCOMPARE(lock->level(), LockLevel::Look);
        m_now = m_now.addSecs(-100'000); // a clock that was set back
        QCOMPARE(lock->pauseMs(), 5000);
        m_now = m_now.addSecs(100'006);
        enter(*lock, "1111");
        QCOMPARE(lock->level(), LockLevel::Operate);
        QCOMPARE(this->lock()->pauseMs(), 0);
    }

    void pinsAreKeptHashed() {
        lockedOne();
        QFile file(m_folder->filePath("settings.ini"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray text = file.readAll();
        QVERIFY(text.contains("pbkdf2-sha512"));
        QVERIFY(!text.contains("=99999") && !text.contains("=1111"));
        QCOMPARE(lock()->level(), LockLevel::Look);
    }

    void removal() {
        auto lock = lockedOne();
        lock->removePin(LockLevel::Configure); // not allowed here
        QVERIFY(lock->hasConfigurePin());
        enter(*lock, "99999");
        lock->removePin(LockLevel::Configure);
        QVERIFY(!lock->hasConfigurePin() && !lock->hasOperatePin());
        QCOMPARE(this->lock()->level(), LockLevel::Configure);
    }

    void requests_data() {
        QTest::addColumn<QByteArray>("method");
        QTest::addColumn<QString>("path");
        QTest::addColumn<int>("level");
        const auto row = [](const char *method, const char *path, int level) {
            QTest::newRow((QByteArray(method) + ' ' + path).constData())
                << QByteArray(method) << QString(path) << level;
        };
        row("GET", "/api/v1/secrets", LockLevel::Look);
        row("GET", "/appliance/v1/tokens", LockLevel::Look);
        row("DELETE", "/api/v1/namespaces/a/pods/b", LockLevel::Operate);
        row("PATCH", "/apis/apps/v1/namespaces/a/deployments/b/scale", LockLevel::Operate);
        row("PATCH", "/apis/apps/v1/namespaces/a/deployments/b?fieldManager=x&dryRun=All", LockLevel::Look);
        row("GET", "/api/v1/namespaces/a/pods/b/exec?command=sh", LockLevel::Operate);
        row("GET", "/api/v1/namespaces/a/pods/b/attach", LockLevel::Operate);
        row("GET", "/api/v1/namespaces/a/pods/b/portforward?ports=80", LockLevel::Operate);
        row("GET", "/api/v1/namespaces/a/pods/b/log", LockLevel::Look);
        row("GET", "/api/v1/namespaces/a/pods/exec", LockLevel::Look);
        row("DELETE", "/api/v1/namespaces/a/pods/dryRun=All", LockLevel::Operate);
        row("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", LockLevel::Look);
        row("POST", "/apis/rbac.authorization.k8s.io/v1/clusterroles", LockLevel::Configure);
        row("POST", "/appliance/v1/tokens", LockLevel::Configure);
        row("POST", "/appliance/v1/configuration/validate", LockLevel::Look);
        row("PATCH", "/appliance/v1/configuration", LockLevel::Configure);
        row("POST", "/appliance/v1/nodes/n1/drain", LockLevel::Operate);
        row("POST", "/appliance/v1/datastore/backups", LockLevel::Configure);
    }
    void requests() {
        QFETCH(QByteArray, method);
        QFETCH(QString, path);
        ApiRequest request;
        request.method = method;
        request.path = path;
        QTEST(int(levelOf(request)), "level");
    }
};

QTEST_GUILESS_MAIN(PinLockTest)
#include "tst_pin_lock.moc"
