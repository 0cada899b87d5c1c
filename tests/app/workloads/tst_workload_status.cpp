#include "app/workloads/detail_rows.h"
#include "app/workloads/text_diff.h"
#include "app/workloads/workload_status.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>

using namespace coracle::app;

class WorkloadStatusTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void saysHowItFares_data() {
        QTest::addColumn<QString>("kindKey");
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("tone");
        QTest::addColumn<QString>("progress");
        const auto row = [](const char *name, const char *kind, const char *json, const char *text, const char *tone,
                            const char *progress) {
            QTest::newRow(name) << QString::fromLatin1(kind) << QByteArray(json).replace('\'', '"')
                                << QString::fromLatin1(text) << QString::fromLatin1(tone)
                                << QString::fromLatin1(progress);
        };
        const char *deployment = "deployments.apps";
        row("ready", deployment,
            "{'metadata':{'generation':2},'spec':{'replicas':3},'status':{'observedGeneration':2,'replicas':3,"
            "'updatedReplicas':3,'readyReplicas':3,'availableReplicas':3}}",
            "Ready", "ok", "");
        row("unseen", deployment,
            "{'metadata':{'generation':3},'spec':{'replicas':3},'status':{'observedGeneration':2,'replicas':3,"
            "'updatedReplicas':3,'readyReplicas':3}}",
            "Rolling out", "info", "The change has not been taken up yet.");
        row("updating", deployment,
            "{'spec':{'replicas':3},'status':{'replicas':4,'updatedReplicas':1,'readyReplicas':3}}", "Rolling out",
            "info", "1 of 3 pods are updated.");
        row("old ones end", deployment,
            "{'spec':{'replicas':3},'status':{'replicas':4,'updatedReplicas':3,'readyReplicas':3}}", "Rolling out",
            "info", "1 old pod(s) still end.");
        row("coming up", deployment,
            "{'spec':{'replicas':3},'status':{'replicas':3,'updatedReplicas':3,'readyReplicas':1,"
            "'availableReplicas':1}}",
            "Rolling out", "info", "1 of 3 updated pods are available.");
        row("lost pods later", deployment,
            "{'spec':{'replicas':3},'status':{'replicas':3,'updatedReplicas':3,'readyReplicas':1,"
            "'availableReplicas':1,'conditions':[{'type':'Progressing','status':'True',"
            "'reason':'NewReplicaSetAvailable'}]}}",
            "Not ready", "warning", "1 of 3 pods are ready.");
        row("stuck", deployment,
            "{'spec':{'replicas':2},'status':{'replicas':2,'updatedReplicas':1,'conditions':[{'type':'Progressing',"
            "'status':'False','reason':'ProgressDeadlineExceeded','message':'timed out'}]}}",
            "Stuck", "error", "timed out");
        row("paused", deployment, "{'spec':{'replicas':1,'paused':true},'status':{'readyReplicas':1}}", "Paused",
            "warning", "The rollout is paused: changes wait until it goes on.");
        row("zero", deployment, "{'spec':{'replicas':0},'status':{}}", "Scaled to zero", "neutral", "");
        row("stateful update", "statefulsets.apps",
            "{'spec':{'replicas':3},'status':{'readyReplicas':3,'updatedReplicas':1,'currentRevision':'a',"
            "'updateRevision':'b'}}",
            "Rolling out", "info", "1 of 3 pods are updated.");
        row("stateful partition", "statefulsets.apps",
            "{'spec':{'replicas':3,'updateStrategy':{'type':'RollingUpdate','rollingUpdate':{'partition':2}}},"
            "'status':{'readyReplicas':3,'updatedReplicas':1,'currentRevision':'a','updateRevision':'b'}}",
            "Ready", "ok", "1 of 3 pods are updated; the others wait for the partition.");
        row("daemon set", "daemonsets.apps",
            "{'spec':{},'status':{'desiredNumberScheduled':2,'numberReady':0,'updatedNumberScheduled':2}}", "Not ready",
            "error", "0 of 2 pods are ready.");
        row("daemon set nowhere", "daemonsets.apps", "{'spec':{},'status':{'desiredNumberScheduled':0}}",
            "No fitting node", "neutral", "");
        row("job runs", "jobs.batch", "{'spec':{'completions':4},'status':{'active':1,'succeeded':2,'failed':1}}",
            "Running", "warning", "2 of 4 completed. 1 attempt(s) failed.");
        row("job failed", "jobs.batch",
            "{'spec':{},'status':{'conditions':[{'type':'Failed','status':'True','message':'too often'}]}}", "Failed",
            "error", "too often");
        row("job complete", "jobs.batch",
            "{'spec':{},'status':{'succeeded':1,'conditions':[{'type':'Complete','status':'True'}]}}", "Complete", "ok",
            "");
        row("cron job", "cronjobs.batch", "{'spec':{'suspend':true},'status':{}}", "Suspended", "neutral", "");
        row("unknown", "widgets.example.com", "{'spec':{}}", "", "", "");
    }
    void saysHowItFares() {
        QFETCH(QString, kindKey);
        QFETCH(QByteArray, json);
        const WorkloadStatus status = workloadStatus(kindKey, QJsonDocument::fromJson(json).object());
        QTEST(status.text, "text");
        QTEST(status.tone, "tone");
        QTEST(status.progressText, "progress");
    }

    void writesSelectors() {
        const QJsonObject selector{
            {"matchLabels", QJsonObject{{"app", "web"}}},
            {"matchExpressions",
             QJsonArray{QJsonObject{{"key", "tier"}, {"operator", "In"}, {"values", QJsonArray{"a", "b"}}},
                        QJsonObject{{"key", "old"}, {"operator", "DoesNotExist"}},
                        QJsonObject{{"key", "zone"}, {"operator", "Exists"}}}}};
        QCOMPARE(selectorText(selector), QStringLiteral("app=web,tier in (a,b),!old,zone"));
        QVERIFY(selectorText({}).isEmpty());
    }

    void tellsGoodFromBadConditions() {
        const auto condition = [](const char *type, const char *status) {
            return QJsonObject{{"type", type}, {"status", status}, {"reason", "R"}, {"message", "m"}};
        };
        const QJsonObject object{
            {"status", QJsonObject{{"conditions",
                                    QJsonArray{condition("Available", "True"), condition("Ready", "False"),
                                               condition("ReplicaFailure", "True"),
                                               condition("MemoryPressure", "False"), condition("Ready", "Unknown")}}}}};
        QStringList tones;
        for (const ConditionRow &row : conditionRows(object))
            tones.append(row.tone);
        QCOMPARE(tones, (QStringList{"ok", "warning", "error", "ok", "warning"}));
        QCOMPARE(conditionRows(object).first().text, QStringLiteral("R: m"));
    }

    void showsWhatChanges() {
        QVERIFY(lineDiff("a\nb", "a\nb").isEmpty());
        QCOMPARE(lineDiff("a\nb\nc", "a\nx\nc"), QStringLiteral("  a\n- b\n+ x\n  c\n"));
        QCOMPARE(lineDiff("1\n2\n3\n4\n5\n6", "1\n2\n3\n4\n5\n6\n7"), QStringLiteral("…\n  4\n  5\n  6\n+ 7\n"));
        // What is too long to be compared is shown as a whole.
        const QString many = QString("x\n").repeated(5000), others = QString("y\n").repeated(5000);
        QCOMPARE(lineDiff(many, others).count("- x"), 5000);
    }
};

QTEST_GUILESS_MAIN(WorkloadStatusTest)
#include "tst_workload_status.moc"
