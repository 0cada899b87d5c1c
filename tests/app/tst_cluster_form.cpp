#include "app/clusters/cluster_form.h"
#include "app/demo/demo_session.h"
#include "app/session/live_session.h"

#include <QTest>

using namespace coracle;
using namespace coracle::app;

class ClusterFormTest : public QObject {
    Q_OBJECT

    NetworkThread m_network;

    std::unique_ptr<ClusterList> list() {
        return std::make_unique<ClusterList>(
            [this](const ClusterProfile &profile) -> std::unique_ptr<Session> {
                if (profile.host == "demo")
                    return std::make_unique<DemoSession>();
                return std::make_unique<LiveSession>(m_network, std::make_unique<LocalLink>("/nowhere"));
            },
            QString());
    }

private Q_SLOTS:
    void saysWhatIsWrong() {
        auto clusters = list();
        ClusterForm form;
        form.setProperty("clusters", QVariant::fromValue(clusters.get()));
        QVERIFY(!form.valid());
        QVERIFY(form.hostError().isEmpty()); // nobody has typed yet
        form.setHost("a b");
        QVERIFY(!form.hostError().isEmpty());
        form.setHost("example.com");
        QVERIFY(form.valid());
        form.setPort("70000");
        QVERIFY(!form.portError().isEmpty());
        form.setPort("2222");
        form.setJumpHost("not a host");
        QVERIFY(!form.jumpHostError().isEmpty());
        form.setJumpHost("me@[fd00::1]:2200");
        QVERIFY(form.valid());
        form.setSsh(false);
        QVERIFY(form.valid());
    }

    void takesAWholeAddress() {
        ClusterForm form;
        form.setHost("pi@panel.example.com:2200");
        QCOMPARE(form.host(), QString("panel.example.com"));
        QCOMPARE(form.user(), QString("pi"));
        QCOMPARE(form.port(), QString("2200"));
    }

    void addsAndChanges() {
        auto clusters = list();
        ClusterForm form;
        form.setProperty("clusters", QVariant::fromValue(clusters.get()));
        form.setHost("demo");
        form.setProduction(true);
        form.save();
        QCOMPARE(clusters->count(), 1);
        QCOMPARE(clusters->current()->name(), QString("demo"));
        QVERIFY(clusters->current()->production());

        ClusterForm edit;
        edit.setProperty("clusters", QVariant::fromValue(clusters.get()));
        edit.setClusterId(clusters->current()->id());
        QCOMPARE(edit.host(), QString("demo"));
        edit.setName("Panel");
        edit.save();
        QCOMPARE(clusters->count(), 1);
        QCOMPARE(clusters->current()->name(), QString("Panel"));
    }

    void triesTheConnection() {
        auto clusters = list();
        ClusterForm form;
        form.setProperty("clusters", QVariant::fromValue(clusters.get()));
        form.setHost("demo");
        form.test();
        QVERIFY(form.testing());
        QTRY_COMPARE(form.testTone(), QString("ok"));
        QVERIFY(!form.testing());
        form.setHost("other"); // the result says nothing of another host
        QVERIFY(form.testText().isEmpty());
        form.test();
        QTRY_COMPARE(form.testTone(), QString("error"));
        form.save();
        QCOMPARE(clusters->count(), 1);
    }
};

QTEST_GUILESS_MAIN(ClusterFormTest)
#include "tst_cluster_form.moc"
