#include "clusterd/appliance/notice_rules.h"

#include "tests/support/manual_clock.h"

#include <QTest>
#include <boost/json/serialize.hpp>

using namespace coracle;
using namespace coracle::appliance;
using namespace std::chrono_literals;

namespace {

api::ObjectPtr object(const std::string &kind, const std::string &metadata, const std::string &rest) {
    auto made = api::Object::parse("{\"apiVersion\":\"v1\",\"kind\":\"" + kind + "\",\"metadata\":{" + metadata + "}" +
                                   (rest.empty() ? "" : ",") + rest + "}");
    if (!made)
        qFatal("%s", made.error().message.c_str());
    return *made;
}

/// "reason subject severity" of each.
QStringList told(const std::vector<Notice> &notices) {
    QStringList all;
    for (const Notice &notice : notices)
        all.append(QString("%1 %2 %3")
                       .arg(QString::fromStdString(notice.reason), QString::fromStdString(notice.subject),
                            QString("cwi").at(static_cast<int>(notice.severity))));
    return all;
}

} // namespace

class NoticeRulesTest : public QObject {
    Q_OBJECT

    test::ManualClock m_clock; // 2026-01-01T00:00:00Z

private slots:
    void certificates() {
        const CertificateAccess access{.renewBefore = 120 * 24h};
        const WallTime now = m_clock.now();
        std::vector<Notice> notices;
        noticeCertificates({{.file = "good", .notAfter = now + 200 * 24h},
                            {.file = "renewed at the next start", .notAfter = now + 60 * 24h},
                            {.file = "soon", .notAfter = now + 20 * 24h},
                            {.file = "over", .notAfter = now - 1h},
                            {.file = "ca", .notAfter = now + 20 * 24h, .isCa = true}},
                           access, now, notices);
        QCOMPARE(told(notices),
                 (QStringList{"CertificateExpiring soon w", "CertificateExpired over c", "CertificateExpiring ca w"}));
        QCOMPARE(notices[0].message, std::string("the certificate soon expires on 2026-01-21"));
        QCOMPARE(notices[0].action->path, std::string("/appliance/v1/certificates/rotate"));
        QVERIFY(!notices[2].action);
    }

    void machine_data() {
        QTest::addColumn<int>("diskFree"); // in a hundred
        QTest::addColumn<int>("memoryFree");
        QTest::addColumn<QStringList>("expected");
        QTest::newRow("good") << 50 << 50 << QStringList{};
        QTest::newRow("disk") << 14 << 50 << QStringList{"DiskSpaceLow /data w"};
        QTest::newRow("full") << 4 << 50 << QStringList{"DiskSpaceLow /data c"};
        QTest::newRow("memory") << 50 << 4 << QStringList{"MemoryLow machine w"};
    }
    void machine() {
        QFETCH(int, diskFree);
        QFETCH(int, memoryFree);
        QFETCH(QStringList, expected);
        std::vector<Notice> notices;
        noticeMachine({.diskBytes = 100U << 20,
                       .diskAvailableBytes = uint64_t(diskFree) << 20,
                       .memoryBytes = 100U << 20,
                       .memoryAvailableBytes = uint64_t(memoryFree) << 20,
                       .dataFolder = "/data"},
                      notices);
        QCOMPARE(told(notices), expected);
    }

    void nodes_data() {
        QTest::addColumn<QString>("rest");
        QTest::addColumn<QStringList>("expected");
        const QString ready = "{\"type\":\"Ready\",\"status\":\"True\"}";
        const QString list = "\"status\":{\"conditions\":[%1]}";
        QTest::newRow("good") << list.arg(ready) << QStringList{};
        QTest::newRow("not ready") << list.arg("{\"type\":\"Ready\",\"status\":\"Unknown\"}")
                                   << QStringList{"NodeNotReady box c"};
        QTest::newRow("never was") << "" << QStringList{"NodeNotReady box c"};
        QTest::newRow("full disk") << list.arg(ready + ",{\"type\":\"DiskPressure\",\"status\":\"True\"}")
                                   << QStringList{"NodePressure box/DiskPressure c"};
        QTest::newRow("cordoned") << list.arg(ready) + ",\"spec\":{\"unschedulable\":true}"
                                  << QStringList{"NodeUnschedulable box i"};
    }
    void nodes() {
        QFETCH(QString, rest);
        QFETCH(QStringList, expected);
        std::vector<Notice> notices;
        noticeNodes({object("Node", "\"name\":\"box\"", rest.toStdString())}, notices);
        QCOMPARE(told(notices), expected);
    }

    void pods_data() {
        QTest::addColumn<QString>("metadata");
        QTest::addColumn<QString>("status");
        QTest::addColumn<QStringList>("expected");
        const QString old = "\"creationTimestamp\":\"2025-12-31T23:00:00Z\"";
        const QString ofJob = "\"ownerReferences\":[{\"kind\":\"Job\",\"name\":\"j\",\"controller\":true}]";
        const QString waits = "\"phase\":\"%1\",\"containerStatuses\":[{\"state\":{\"waiting\":{\"reason\":\"%2\"}}}]";
        QTest::newRow("runs") << old << "\"phase\":\"Running\"" << QStringList{};
        QTest::newRow("crashes") << old << waits.arg("Running", "CrashLoopBackOff") << QStringList{"PodFailing n/p w"};
        QTest::newRow("no image") << old << waits.arg("Pending", "ImagePullBackOff") << QStringList{"PodFailing n/p w"};
        QTest::newRow("is made") << "\"creationTimestamp\":\"2025-12-31T23:59:00Z\""
                                 << waits.arg("Pending", "ContainerCreating") << QStringList{};
        QTest::newRow("is made for an hour")
            << old << waits.arg("Pending", "ContainerCreating") << QStringList{"PodPending n/p w"};
        QTest::newRow("failed") << old << "\"phase\":\"Failed\",\"reason\":\"Evicted\""
                                << QStringList{"PodFailing n/p w"};
        QTest::newRow("of a Job") << ofJob << "\"phase\":\"Failed\"" << QStringList{};
        QTest::newRow("done") << old << "\"phase\":\"Succeeded\"" << QStringList{};
        QTest::newRow("going") << old + ",\"deletionTimestamp\":\"2026-01-01T00:00:00Z\"" << "\"phase\":\"Failed\""
                               << QStringList{};
    }
    void pods() {
        QFETCH(QString, metadata);
        QFETCH(QString, status);
        QFETCH(QStringList, expected);
        std::vector<Notice> notices;
        noticePods({object("Pod", "\"name\":\"p\",\"namespace\":\"n\"," + metadata.toStdString(),
                           "\"status\":{" + status.toStdString() + "}")},
                   m_clock.now(), notices);
        QCOMPARE(told(notices), expected);
    }

    void ofManyPodsOneIsTold() {
        std::vector<api::ObjectPtr> pods;
        for (int i = 0; i < 300; ++i)
            pods.push_back(object("Pod",
                                  "\"name\":\"web-" + std::to_string(i) +
                                      "\",\"namespace\":\"n\",\"ownerReferences\":[{\"kind\":\"ReplicaSet\",\"name\":"
                                      "\"web\",\"controller\":true}]",
                                  "\"status\":{\"phase\":\"Failed\"}"));
        std::vector<Notice> notices;
        noticePods(pods, m_clock.now(), notices);
        QCOMPARE(told(notices), QStringList{"PodFailing n/ReplicaSet/web w"});
        QVERIFY(notices[0].message.find("and 299 more") != std::string::npos);
    }

    void changes() {
        TrialRecord record{.operationId = "op-1", .state = TrialState::RolledBack, .message = "port taken"};
        record.changedAt = m_clock.now() - 1h;
        std::vector<Notice> notices;
        noticeChange(record, true, m_clock.now(), notices);
        QCOMPARE(told(notices),
                 (QStringList{"ConfigurationPending configuration i", "ConfigurationRolledBack op-1 w"}));
        record.changedAt = m_clock.now() - 8 * 24h;
        notices.clear();
        noticeChange(record, false, m_clock.now(), notices);
        QVERIFY(notices.empty());
        record.state = TrialState::Confirmed;
        noticeChange(record, false, m_clock.now(), notices);
        QVERIFY(notices.empty());
    }

    void sortedAndRemembered() {
        Notices notices(m_clock);
        std::vector<Notice> now;
        notices.add([&](std::vector<Notice> &all) { all.insert(all.end(), now.begin(), now.end()); });
        now = {{.reason = "A", .subject = "1", .severity = Severity::Info}};
        QCOMPARE(notices.current().size(), size_t(1));
        m_clock.advance(1h);
        now.push_back({.reason = "B", .subject = "2", .severity = Severity::Critical});
        const auto all = notices.current();
        QCOMPARE(told(all), (QStringList{"B 2 c", "A 1 i"}));
        QVERIFY(*all[1].since == m_clock.now() - 1h);
        now.clear();
        QVERIFY(notices.current().empty());
        now = {{.reason = "A", .subject = "1", .severity = Severity::Info}};
        QVERIFY(*notices.current()[0].since == m_clock.now()); // it came again
        now.assign(500, {.reason = "A", .subject = "1"});
        QCOMPARE(notices.current().size(), Notices::kMost);
    }
};

QTEST_GUILESS_MAIN(NoticeRulesTest)
#include "tst_notice_rules.moc"
