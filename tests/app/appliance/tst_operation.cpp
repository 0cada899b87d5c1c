#include "app/appliance/backup_list.h"
#include "app/appliance/operation_model.h"
#include "appliance_test.h"

#include <QSignalSpy>

using namespace coracle::app;

class OperationTest : public ApplianceTest {
    Q_OBJECT

private Q_SLOTS:
    void backsUpAndFollowsIt() {
        BackupList backups;
        backups.setSession(m_session.get());
        QTRY_COMPARE(backups.state(), ViewState::Ready);
        QVERIFY(!backups.operation()->active());
        QSignalSpy finished(backups.operation(), &Operation::finished);
        backups.create("before the test");
        QTRY_COMPARE(finished.size(), 1);
        QVERIFY2(finished[0][0].toBool(), qPrintable(backups.operation()->message()));
        QCOMPARE(backups.operation()->tone(), QString("ok"));
        QVERIFY(!backups.operation()->running());
        QTRY_COMPARE(backups.rows()->count(), 1); // asked for again by itself
        QVERIFY(roleOf(*backups.rows(), 0, "title").toString().contains("before the test"));
        QTRY_VERIFY(backups.datastoreOk());
        backups.operation()->dismiss();
        QVERIFY(!backups.operation()->active());

        backups.remove(roleOf(*backups.rows(), 0, "key").toString());
        QTRY_COMPARE(backups.rows()->count(), 0);
    }

    /// The connection is lost while it runs; it is followed again afterwards, or known to be lost.
    void survivesARestartOfTheDaemon() {
        BackupList backups;
        backups.setSession(m_session.get());
        QTRY_COMPARE(backups.state(), ViewState::Ready);
        backups.create("");
        QTRY_VERIFY(backups.operation()->active());
        QSignalSpy finished(backups.operation(), &Operation::finished);
        m_clusterd.kill();
        QVERIFY(m_clusterd.start());
        QTRY_VERIFY_WITH_TIMEOUT(!backups.operation()->running(), 8000);
        QVERIFY(finished.size() <= 1);
        QVERIFY(!backups.operation()->message().isEmpty());
    }

    void unknownOnesAreToldAsLost() {
        Operation operation;
        operation.setSession(m_session.get());
        QSignalSpy finished(&operation, &Operation::finished);
        operation.setOperationId("nosuch");
        QVERIFY(operation.running());
        QTRY_COMPARE(finished.size(), 1);
        QVERIFY(!finished[0][0].toBool());
        QCOMPARE(operation.tone(), QString("warning"));
    }

    void listsOnlyWhatRuns() {
        OperationModel running;
        running.setSession(m_session.get());
        QCOMPARE(running.rows()->count(), 0);
    }
};

QTEST_GUILESS_MAIN(OperationTest)
#include "tst_operation.moc"
