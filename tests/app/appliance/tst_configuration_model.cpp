#include "app/appliance/configuration_model.h"
#include "appliance_test.h"

#include <QSignalSpy>

using namespace coracle::app;

class ConfigurationModelTest : public ApplianceTest {
    Q_OBJECT

    static QVariant of(ConfigurationModel &options, const QString &option, const QByteArray &role) {
        const int row = rowOfKey(*options.rows(), option);
        return row < 0 ? QVariant() : roleOf(*options.rows(), row, role);
    }
    void load(ConfigurationModel &options) {
        options.setSession(m_session.get());
        QTRY_COMPARE(options.state(), ViewState::Ready);
    }

private Q_SLOTS:
    void showsOptions() {
        ConfigurationModel options;
        load(options);
        QCOMPARE(of(options, "cluster-cidr", "control").toString(), QString("list"));
        QCOMPARE(of(options, "cluster-cidr", "fallback").toString(), QString("10.42.0.0/16"));
        QCOMPARE(of(options, "debug", "control").toString(), QString("switch"));
        QCOMPARE(of(options, "token", "control").toString(), QString("secret"));
        QVERIFY(!of(options, "data-dir", "editable").toBool());
        QVERIFY(of(options, "data-dir", "originText").toString().contains("--data-dir"));
    }

    void filters() {
        ConfigurationModel options;
        load(options);
        const int usual = options.rows()->count();
        options.setEverything(true);
        QVERIFY(options.rows()->count() > usual);
        options.setEverything(false);
        options.setSearch("CLUSTER-CIDR");
        QCOMPARE(options.rows()->count(), 1);
        options.setSearch("");
        options.setOnlySet(true);
        QVERIFY(options.rows()->count() < usual);
        QVERIFY(rowOfKey(*options.rows(), "data-dir") >= 0);
        // What is being changed stays in sight.
        options.set("node-label", "a=b");
        QVERIFY(rowOfKey(*options.rows(), "node-label") >= 0);
    }

    void checksWhileTyping() {
        ConfigurationModel options;
        load(options);
        QVERIFY(!options.edited());
        options.set("cluster-cidr", "nonsense");
        QVERIFY(options.edited());
        QVERIFY(!options.canApply());
        QTRY_VERIFY(!of(options, "cluster-cidr", "error").toString().isEmpty());
        QVERIFY(!options.canApply());
        options.set("cluster-cidr", "10.99.0.0/16");
        QVERIFY(of(options, "cluster-cidr", "error").toString().isEmpty());
        QTRY_VERIFY(options.canApply());
        QVERIFY2(options.diffText().contains("+ cluster-cidr: 10.99.0.0/16"), qPrintable(options.diffText()));
        // Typing the default again takes the edit back.
        options.set("cluster-cidr", "10.42.0.0/16");
        QVERIFY(!options.edited());
    }

    void keepsWhatWasTypedInOrder() {
        ConfigurationModel options;
        load(options);
        options.set("node-label", "a=b\n c=d \n");
        QCOMPARE(of(options, "node-label", "value").toString(), QString("a=b\nc=d"));
        options.undo("node-label");
        QCOMPARE(of(options, "node-label", "value").toString(), QString());
    }

    void writesForTheNextStart() {
        ConfigurationModel options;
        load(options);
        options.set("v", "2");
        QTRY_VERIFY(options.canApply());
        options.apply(false);
        QTRY_VERIFY(options.pendingRestart());
        QVERIFY(!options.edited());
        QCOMPARE(of(options, "v", "value").toString(), QString("2"));
        QVERIFY(of(options, "v", "note").toString().contains("2"));
        options.reset("v");
        QTRY_VERIFY(options.canApply());
        options.apply(false);
        QTRY_VERIFY(!options.pendingRestart());
    }

    /// The daemon restarts; the operation is followed over it, and the new value holds afterwards.
    void restartsTheDaemon() {
        ConfigurationModel options;
        load(options);
        options.set("v", "3");
        QTRY_VERIFY(options.canApply());
        QSignalSpy finished(options.operation(), &Operation::finished);
        options.apply(true);
        QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, 9000);
        QVERIFY2(finished[0][0].toBool(), qPrintable(options.operation()->message()));
        QTRY_COMPARE(of(options, "v", "value").toString(), QString("3"));
        QTRY_VERIFY(!options.pendingRestart());
        QVERIFY(!options.operation()->running());
    }
};

QTEST_GUILESS_MAIN(ConfigurationModelTest)
#include "tst_configuration_model.moc"
