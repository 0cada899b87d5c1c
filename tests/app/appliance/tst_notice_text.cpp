#include "app/appliance/notice_text.h"
#include "app/navigation/page_registry.h"

#include <QTest>

using namespace coracle::app;

class NoticeTextTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QLocale::setDefault(QLocale::C); }

    void isMadeOfReasonAndParameters_data() {
        QTest::addColumn<QString>("reason");
        QTest::addColumn<QJsonObject>("parameters");
        QTest::addColumn<QString>("message");
        const auto row = [](const char *reason, const QJsonObject &parameters, const char *message) {
            QTest::addRow("%s %d", reason, parameters["count"].toString().toInt())
                << QString(reason) << parameters << QString(message);
        };
        row("PodFailing", {{"pod", "a/b"}, {"count", "1"}, {"reason", "Error"}, {"detail", ""}}, "Pod a/b: Error");
        row("PodFailing", {{"pod", "a/b"}, {"count", "3"}, {"reason", "Error"}, {"detail", ""}},
            "Pod a/b and 2 more: Error");
        row("PodPending", {{"pod", "a/b"}, {"count", "1"}, {"reason", "Unschedulable"}, {"detail", "0/1 nodes fit"}},
            "Pod a/b does not start: 0/1 nodes fit");
        row("DiskSpaceLow", {{"path", "/data"}, {"availableBytes", "1048576"}, {"sizeBytes", "2097152"}},
            "1.0 MiB are free on the disk of /data");
        row("MemoryLow", {{"availableBytes", "1048576"}, {"sizeBytes", "2097152"}}, "1.0 MiB of memory are free");
        row("NodeNotReady", {{"node", "n"}, {"detail", "no answer"}}, "Node n is not ready: no answer");
        row("NodePressure", {{"node", "n"}, {"condition", "DiskPressure"}},
            "Node n has DiskPressure: pods are evicted");
        row("NodeUnschedulable", {{"node", "n"}}, "Node n takes no new pods");
        row("VolumePending", {{"claim", "a/c"}}, "Claim a/c has no volume");
        row("ComponentFailed", {{"component", "dns"}, {"detail", "port 53 is taken"}},
            "dns does not work: port 53 is taken");
        row("ConfigurationPending", {}, "The configuration was changed; the daemon runs with the old one");
        row("UpgradeRolledBack", {{"kind", "upgrade"}, {"detail", "it was not ready in time"}},
            "The last upgrade went wrong and was taken back: it was not ready in time");
        row("RegistriesInvalid", {{"file", "/etc/r.yaml"}, {"field", "mirrors"}, {"detail", "no map"}},
            "/etc/r.yaml is not valid: mirrors: no map");
    }
    void isMadeOfReasonAndParameters() {
        QFETCH(QString, reason);
        QFETCH(QJsonObject, parameters);
        QFETCH(QString, message);
        const NoticeText text = noticeText({{"reason", reason}, {"parameters", parameters}});
        QCOMPARE(text.message, message);
        QVERIFY(!text.mend.isEmpty());
        QVERIFY(text.page.isEmpty() || PageRegistry::find(text.page));
        QVERIFY2(!text.message.contains('{') && !text.mend.contains('{'), qPrintable(text.message));
    }

    void certificatesHaveADate() {
        QJsonObject notice{{"reason", "CertificateExpired"},
                           {"message", "the CA expired"},
                           {"mend", "rotate-ca"},
                           {"parameters", QJsonObject{{"file", "server.crt"}, {"notAfter", "2026-11-21T12:00:00Z"}}}};
        QCOMPARE(noticeText(notice).message, QString("the CA expired")); // no request mends it
        notice["action"] = QJsonObject{{"method", "POST"}};
        QCOMPARE(noticeText(notice).message, "The certificate server.crt expired on " +
                                                 QLocale().toString(QDate(2026, 11, 21), QLocale::ShortFormat));
    }

    void whatIsNotKnownKeepsItsWords() {
        const NoticeText text = noticeText({{"reason", "Newer"}, {"message", "something"}, {"mend", "do it"}});
        QCOMPARE(text.message, QString("something"));
        QCOMPARE(text.mend, QString("do it"));
    }
};

QTEST_GUILESS_MAIN(NoticeTextTest)
#include "tst_notice_text.moc"
