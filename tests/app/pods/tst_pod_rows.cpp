#include "app/pods/pod_rows.h"

#include <QJsonDocument>
#include <QTest>

using namespace coracle::app;

namespace {

QJsonObject object(const char *json) {
    return QJsonDocument::fromJson(QByteArray(json).replace('\'', '"')).object();
}

const char *const kPod =
    "{'spec':{'initContainers':[{'name':'fetch','image':'busybox'},"
    "{'name':'proxy','image':'envoy','restartPolicy':'Always'}],"
    "'containers':[{'name':'web','image':'nginx:1','command':['nginx'],'args':['-g','off'],"
    "'ports':[{'containerPort':80,'protocol':'TCP','name':'http'}],"
    "'resources':{'requests':{'cpu':'100m','memory':'64Mi'},'limits':{'memory':'128Mi'}},"
    "'livenessProbe':{'httpGet':{'path':'/live','port':'http'},'periodSeconds':5},"
    "'env':[{'name':'A','value':'1'},{'name':'B','valueFrom':{'secretKeyRef':{'name':'db','key':'password'}}},"
    "{'name':'C','valueFrom':{'configMapKeyRef':{'name':'web','key':'c'}}}],"
    "'envFrom':[{'prefix':'P_','secretRef':{'name':'all'}}],"
    "'volumeMounts':[{'name':'data','mountPath':'/data','readOnly':true}]}],"
    "'volumes':[{'name':'data','persistentVolumeClaim':{'claimName':'disk'}},{'name':'tmp','emptyDir':{}}]},"
    "'status':{'phase':'Running','initContainerStatuses':[{'name':'fetch','state':{'terminated':{'exitCode':0,"
    "'reason':'Completed'}}},{'name':'proxy','started':true,'ready':true,'state':{'running':{}}}],"
    "'containerStatuses':[{'name':'web','ready':false,'restartCount':4,"
    "'state':{'waiting':{'reason':'CrashLoopBackOff','message':'back-off 1m'}},"
    "'lastState':{'terminated':{'exitCode':137,'reason':'OOMKilled'}}}]}}";

} // namespace

class PodRowsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void describesContainers() {
        const QList<ContainerRow> rows = containerRows(object(kPod));
        QCOMPARE(rows.size(), 3);
        QCOMPARE(rows[0].role, QStringLiteral("Init"));
        QCOMPARE(rows[0].status, QStringLiteral("Completed"));
        QCOMPARE(rows[1].role, QStringLiteral("Sidecar"));
        QVERIFY(rows[1].running);
        const ContainerRow &web = rows[2];
        QCOMPARE(web.status, QStringLiteral("CrashLoopBackOff"));
        QCOMPARE(web.tone, QStringLiteral("error"));
        QCOMPARE(web.detail, QStringLiteral("back-off 1m\nEnded before: OOMKilled, exit code 137"));
        QCOMPARE(web.restarts, 4);
        QVERIFY(web.hadPrevious);
        QCOMPARE(web.ports, QStringLiteral("80/TCP http"));
        QCOMPARE(web.resources, QStringLiteral("cpu at least 100m, memory from 64Mi to 128Mi"));
        QCOMPARE(web.probes, QStringLiteral("Liveness: HTTP :http/live, every 5 s, gives up after 3"));
        QCOMPARE(web.command, QStringLiteral("nginx -g off"));
    }

    void masksSecrets() {
        const QList<EnvironmentRow> rows = environmentRows(object(kPod));
        QCOMPARE(rows.size(), 4);
        QCOMPARE(rows[0].name, QStringLiteral("P_*"));
        QCOMPARE(rows[0].source, QStringLiteral("every key of Secret all"));
        QCOMPARE(rows[1].value, QStringLiteral("1"));
        QCOMPARE(rows[2].value, QStringLiteral("••••••••"));
        QCOMPARE(rows[2].source, QStringLiteral("Secret db, key password"));
        QCOMPARE(rows[3].source, QStringLiteral("ConfigMap web, key c"));
        QVERIFY(rows[3].value.isEmpty());
    }

    void describesVolumes() {
        const QList<VolumeRow> rows = volumeRows(object(kPod));
        QCOMPARE(rows.size(), 2);
        QCOMPARE(rows[0].source, QStringLiteral("PersistentVolumeClaim disk"));
        QCOMPARE(rows[0].mounts, QStringLiteral("web: /data (read only)"));
        QCOMPARE(rows[1].source, QStringLiteral("Disk, for the life of the pod"));
    }

    void saysTheStatus_data() {
        QTest::addColumn<QString>("json");
        QTest::addColumn<QString>("status");
        const auto row = [](const char *json, const char *status) {
            QTest::newRow(status) << QString::fromLatin1(json) << QString::fromLatin1(status);
        };
        row(kPod, "CrashLoopBackOff");
        row("{'status':{'phase':'Pending'}}", "Pending");
        row("{'status':{'phase':'Failed','reason':'Evicted'}}", "Evicted");
        row("{'metadata':{'deletionTimestamp':'2026-01-01T00:00:00Z'},'status':{'phase':'Running'}}", "Terminating");
        row("{'spec':{'initContainers':[{'name':'a'},{'name':'b'}]},'status':{'phase':'Pending',"
            "'initContainerStatuses':[{'name':'a','state':{'terminated':{'exitCode':0}}},{'name':'b',"
            "'state':{'waiting':{'reason':'PodInitializing'}}}]}}",
            "Init:1/2");
        row("{'spec':{'initContainers':[{'name':'a'}]},'status':{'phase':'Pending','initContainerStatuses':["
            "{'name':'a','state':{'waiting':{'reason':'ImagePullBackOff'}}}]}}",
            "Init:ImagePullBackOff");
        row("{'status':{'phase':'Running','containerStatuses':[{'name':'a','ready':true,'state':{'running':{}}},"
            "{'name':'b','state':{'terminated':{'exitCode':0,'reason':'Completed'}}}]}}",
            "Running");
    }
    void saysTheStatus() {
        QFETCH(QString, json);
        QTEST(podStatusText(object(json.toLatin1().constData())), "status");
    }
};

QTEST_GUILESS_MAIN(PodRowsTest)
#include "tst_pod_rows.moc"
