#include "../appliance/appliance_test.h"
#include "app/setup/cluster_setup.h"

using namespace coracle::app;

class ClusterSetupTest : public ApplianceTest {
    Q_OBJECT

private Q_SLOTS:
    void writesWhatWasChosen() {
        ClusterSetup setup;
        setup.setSession(m_session.get());
        QTRY_COMPARE(setup.state(), ViewState::Ready);
        QTRY_VERIFY(!setup.dataFolder().isEmpty());
        QCOMPARE(setup.defaults().value("cluster-cidr").toString(), QString("10.42.0.0/16"));
        QVERIFY(setup.components()->rowCount() >= 3);
        QVERIFY(!setup.edited());

        setup.set("cluster-cidr", "10.43.0.0/16"); // the default of the services
        QVERIFY(!setup.servicesError().isEmpty());
        setup.set("cluster-cidr", "10.77.0.0/16");
        QVERIFY2(setup.servicesError().isEmpty() && setup.podsError().isEmpty(), qPrintable(setup.podsError()));
        setup.setComponent("metrics-server", false);
        QTRY_VERIFY2(setup.canApply(), qPrintable(setup.errorsText()));
        QVERIFY2(setup.diffText().contains("metrics-server"), qPrintable(setup.diffText()));
        QVERIFY(setup.diffText().contains("10.77.0.0/16"));

        setup.apply(false);
        QTRY_VERIFY(setup.pendingRestart());
        QVERIFY(!setup.edited());
        QTRY_COMPARE(setup.fields().value("cluster-cidr").toString(), QString("10.77.0.0/16"));
        const int row = rowOfKey(*setup.components(), "metrics-server");
        QVERIFY(!roleOf(*setup.components(), row, "on").toBool());
        setup.setComponent("metrics-server", true);
        QVERIFY(roleOf(*setup.components(), row, "on").toBool());
    }
};

QTEST_GUILESS_MAIN(ClusterSetupTest)
#include "tst_cluster_setup.moc"
