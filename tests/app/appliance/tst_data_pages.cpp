#include "app/appliance/backup_list.h"
#include "app/appliance/certificate_list.h"
#include "app/appliance/daemon_log.h"
#include "app/appliance/storage_view.h"
#include "app/appliance/upgrade_list.h"
#include "appliance_test.h"

#include <QSignalSpy>
#include <QStandardPaths>

using namespace coracle::app;

class DataPagesTest : public ApplianceTest {
    Q_OBJECT

private Q_SLOTS:
    void showsCertificates() {
        CertificateList certificates;
        certificates.setSession(m_session.get());
        QTRY_VERIFY(certificates.rows()->count() > 3);
        QCOMPARE(roleOf(*certificates.rows(), 0, "tone").toString(), QString("ok"));
        QVERIFY(!roleOf(*certificates.rows(), 0, "service").toString().isEmpty());
        QVERIFY(!certificates.renewText().isEmpty());
    }

    void showsDisks() {
        StorageView storage;
        storage.setSession(m_session.get());
        QTRY_VERIFY(storage.disks()->count() > 0);
        const double share = roleOf(*storage.disks(), 0, "share").toDouble();
        QVERIFY(share > 0 && share <= 1);
        QVERIFY(storage.parts()->count() > 0);
        QVERIFY(storage.dataFolderText().contains(m_clusterd.dataFolder()));
    }

    void showsVersions() {
        UpgradeList upgrades;
        upgrades.setSession(m_session.get());
        QTRY_VERIFY(!upgrades.currentText().isEmpty());
        QVERIFY(!upgrades.sourceText().isEmpty());
        QCOMPARE(upgrades.lastText(), QString());
        QSignalSpy changed(&upgrades, &UpgradeList::changed);
        upgrades.check();
        QTRY_VERIFY(changed.size() > 0);
    }

    void followsTheDaemonsLog() {
        DaemonLog log;
        log.setSession(m_session.get());
        QTRY_VERIFY(log.count() > 0);
        log.setSearch("no line holds this");
        QCOMPARE(log.count(), 0);
        log.setSearch("");
        QVERIFY(log.count() > 0);
        QVERIFY(!roleOf(log, 0, "message").toString().isEmpty());
    }

    /// A back-up is saved here, and the same file is taken in again.
    void movesFiles() {
        QStandardPaths::setTestModeEnabled(true);
        QTemporaryDir home;
        qputenv("XDG_CONFIG_HOME", home.path().toUtf8());
        BackupList backups;
        backups.setSession(m_session.get());
        QTRY_COMPARE(backups.state(), ViewState::Ready);
        backups.create("");
        QTRY_COMPARE(backups.rows()->count(), 1);
        const QString name = roleOf(*backups.rows(), 0, "key").toString();
        const QString file = QStandardPaths::writableLocation(QStandardPaths::DownloadLocation) + "/" + name;
        backups.download(name);
        QTRY_VERIFY2(QFile::exists(file), qPrintable(file));
        backups.remove(name);
        QTRY_COMPARE(backups.rows()->count(), 0);
        backups.upload(QUrl::fromLocalFile(file));
        QTRY_COMPARE(backups.rows()->count(), 1);
        QVERIFY(!backups.uploading());
        QVERIFY(QFile::remove(file));
    }

    void tellsWhichFileCannotBeRead() {
        BackupList backups;
        backups.setSession(m_session.get());
        backups.upload(QUrl::fromLocalFile("/nosuch/file"));
        QVERIFY2(backups.commandError().contains("/nosuch/file"), qPrintable(backups.commandError()));
        QVERIFY(!backups.uploading());
    }
};

QTEST_GUILESS_MAIN(DataPagesTest)
#include "tst_data_pages.moc"
