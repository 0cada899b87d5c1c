#include "core/api/table.h"

#include <QTest>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

using namespace coracle;
using namespace coracle::api;
namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

/// JSON with ' for ".
json::object read(QByteArray text) {
    return json::parse(text.replace('\'', '"').toStdString()).as_object();
}

const Stamp::Point kNow = *Time::parse("2026-11-21T10:00:00Z").value();

QByteArray cellsOf(const char *apiVersion, const char *kind, const json::object &object) {
    const ResourceInfo *resource = findKind(apiVersion, kind);
    if (!resource)
        return "no such kind";
    QByteArrayList cells;
    for (const auto &cell : tableCells(*resource, object, kNow))
        cells << QByteArray::fromStdString(cell.is_string() ? std::string(cell.as_string()) : json::serialize(cell));
    return cells.join(" | ");
}

} // namespace

class TableTest : public QObject {
    Q_OBJECT

private slots:
    void everyTableFillsItsColumns() {
        const json::object nonsense =
            read("{'metadata':5,'spec':[1],'status':{'conditions':{'a':1}},'subjects':'x','type':7,'data':[]}");
        int tables = 0;
        for (const auto resources : {builtinResources(), optionalResources()})
            for (const ResourceInfo &resource : resources) {
                const auto columns = tableColumns(resource);
                const QByteArray name = QByteArray(resource.kind.data(), int(resource.kind.size()));
                QVERIFY2(resource.columns.empty() || columns.data() == resource.columns.data(),
                         name + " has no printer");
                for (const json::object &object : {json::object(), nonsense}) {
                    const auto cells = tableCells(resource, object, kNow);
                    QVERIFY2(cells.size() == columns.size(), name);
                    for (size_t i = 0; i < cells.size(); ++i)
                        QVERIFY2(columns[i].type != "integer" || cells[i].is_int64(), name);
                }
                tables += !resource.columns.empty();
            }
        QVERIFY(tables > 40);
    }

    void printsDurations_data() {
        QTest::addColumn<qint64>("seconds");
        const std::pair<qint64, const char *> cases[] = {
            {-2, "<invalid>"},     {-1, "0s"},        {0, "0s"},
            {119, "119s"},         {120, "2m"},       {121, "2m1s"},
            {599, "9m59s"},        {600, "10m"},      {10799, "179m"},
            {10800, "3h"},         {10860, "3h1m"},   {28799, "7h59m"},
            {28800, "8h"},         {172799, "47h"},   {172800, "2d"},
            {176400, "2d1h"},      {691199, "7d23h"}, {691200, "8d"},
            {63071999, "729d"},    {63072000, "2y"},  {63158400, "2y1d"},
            {252287999, "7y364d"}, {252288000, "8y"}, {9000000000, "285y"},
        };
        for (const auto &[seconds, text] : cases)
            QTest::addRow("%s", text) << seconds;
    }
    void printsDurations() {
        QFETCH(qint64, seconds);
        QCOMPARE(humanDuration(std::chrono::seconds(seconds)), std::string(QTest::currentDataTag()));
    }

    void printsPods_data() {
        QTest::addColumn<QByteArray>("pod");
        QTest::addColumn<QByteArray>("cells"); // Ready | Status | Restarts
        const auto row = [](const char *name, const char *pod, const char *cells) {
            QTest::newRow(name) << QByteArray(pod) << QByteArray(cells);
        };
        row("pending", "{'spec':{'containers':[{}]},'status':{'phase':'Pending'}}", "0/1 | Pending | 0");
        row("gated",
            "{'spec':{'containers':[{}]},'status':{'phase':'Pending','conditions':[{'type':'PodScheduled','status':"
            "'False','reason':'SchedulingGated'}]}}",
            "0/1 | SchedulingGated | 0");
        row("creating",
            "{'spec':{'containers':[{}]},'status':{'phase':'Pending','containerStatuses':[{'state':{'waiting':{'reason'"
            ":"
            "'ContainerCreating'}}}]}}",
            "0/1 | ContainerCreating | 0");
        row("running",
            "{'spec':{'containers':[{},{}]},'status':{'phase':'Running','containerStatuses':[{'ready':true,'state':{"
            "'running':{}}},{'ready':false,'state':{'running':{}}}]}}",
            "1/2 | Running | 0");
        row("crash loop",
            "{'spec':{'containers':[{}]},'status':{'phase':'Running','containerStatuses':[{'restartCount':3,'state':{"
            "'waiting':{'reason':'CrashLoopBackOff'}},'lastState':{'terminated':{'exitCode':1,'finishedAt':"
            "'2026-11-21T09:59:30Z'}}}]}}",
            "0/1 | CrashLoopBackOff | 3 (30s ago)");
        row("restarts of unknown age",
            "{'spec':{'containers':[{}]},'status':{'phase':'Running','containerStatuses':[{'restartCount':2,'ready':"
            "true,"
            "'state':{'running':{}}}]}}",
            "1/1 | Running | 2");
        row("completed",
            "{'spec':{'containers':[{}]},'status':{'phase':'Succeeded','containerStatuses':[{'state':{'terminated':{"
            "'exitCode':0,'reason':'Completed'}}}]}}",
            "0/1 | Completed | 0");
        row("one completed, one runs, ready",
            "{'spec':{'containers':[{},{}]},'status':{'phase':'Running','conditions':[{'type':'Ready','status':'True'}]"
            ","
            "'containerStatuses':[{'state':{'terminated':{'reason':'Completed'}}},{'ready':true,'state':{'running':{}}}"
            "]}}",
            "1/2 | Running | 0");
        row("one completed, one runs, not ready",
            "{'spec':{'containers':[{},{}]},'status':{'phase':'Running','containerStatuses':[{'state':{'terminated':{"
            "'reason':'Completed'}}},{'ready':true,'state':{'running':{}}}]}}",
            "1/2 | NotReady | 0");
        row("exit code",
            "{'spec':{'containers':[{}]},'status':{'phase':'Failed','containerStatuses':[{'state':{'terminated':{"
            "'exitCode':137}}}]}}",
            "0/1 | ExitCode:137 | 0");
        row("signal",
            "{'spec':{'containers':[{}]},'status':{'phase':'Failed','containerStatuses':[{'state':{'terminated':{"
            "'exitCode':137,'signal':9}}}]}}",
            "0/1 | Signal:9 | 0");
        row("evicted", "{'spec':{'containers':[{}]},'status':{'phase':'Failed','reason':'Evicted'}}",
            "0/1 | Evicted | 0");
        row("terminating",
            "{'metadata':{'deletionTimestamp':'x'},'spec':{'containers':[{}]},'status':{'phase':'Running'}}",
            "0/1 | Terminating | 0");
        row("deleted after its end",
            "{'metadata':{'deletionTimestamp':'x'},'spec':{'containers':[{}]},'status':{'phase':'Succeeded'}}",
            "0/1 | Succeeded | 0");
        row("node lost",
            "{'metadata':{'deletionTimestamp':'x'},'spec':{'containers':[{}]},'status':{'phase':'Running','reason':"
            "'NodeLost'}}",
            "0/1 | Unknown | 0");
        row("init 0 of 2",
            "{'spec':{'initContainers':[{'name':'a'},{'name':'b'}],'containers':[{}]},'status':{'phase':'Pending',"
            "'initContainerStatuses':[{'name':'a','state':{'running':{}}},{'name':'b','state':{'waiting':{'reason':"
            "'PodInitializing'}}}],'containerStatuses':[{'state':{'waiting':{'reason':'PodInitializing'}}}]}}",
            "0/1 | Init:0/2 | 0");
        row("init 1 of 2",
            "{'spec':{'initContainers':[{'name':'a'},{'name':'b'}],'containers':[{}]},'status':{'phase':'Pending',"
            "'initContainerStatuses':[{'name':'a','state':{'terminated':{'exitCode':0}}},{'name':'b','restartCount':4,"
            "'state':{'running':{}}}]}}",
            "0/1 | Init:1/2 | 4");
        row("init error",
            "{'spec':{'initContainers':[{'name':'a'}],'containers':[{}]},'status':{'phase':'Pending',"
            "'initContainerStatuses':[{'name':'a','state':{'terminated':{'exitCode':1,'reason':'Error'}}}]}}",
            "0/1 | Init:Error | 0");
        row("init exit code",
            "{'spec':{'initContainers':[{'name':'a'}],'containers':[{}]},'status':{'phase':'Pending',"
            "'initContainerStatuses':[{'name':'a','state':{'terminated':{'exitCode':2}}}]}}",
            "0/1 | Init:ExitCode:2 | 0");
        row("init crash loop",
            "{'spec':{'initContainers':[{'name':'a'}],'containers':[{}]},'status':{'phase':'Pending',"
            "'initContainerStatuses':[{'name':'a','state':{'waiting':{'reason':'CrashLoopBackOff'}}}]}}",
            "0/1 | Init:CrashLoopBackOff | 0");
        row("initialised",
            "{'spec':{'initContainers':[{'name':'a'}],'containers':[{}]},'status':{'phase':'Pending',"
            "'initContainerStatuses':[{'name':'a','restartCount':5,'state':{'terminated':{'exitCode':0}}}],"
            "'containerStatuses':[{'state':{'waiting':{'reason':'PodInitializing'}}}]}}",
            "0/1 | PodInitializing | 0");
        row("sidecar",
            "{'spec':{'initContainers':[{'name':'s','restartPolicy':'Always'}],'containers':[{}]},'status':{'phase':"
            "'Running','initContainerStatuses':[{'name':'s','restartCount':2,'started':true,'ready':true,'state':{"
            "'running':{}}}],'containerStatuses':[{'ready':true,'restartCount':1,'state':{'running':{}}}]}}",
            "2/2 | Running | 3");
        row("nothing", "{}", "0/0 |  | 0");
    }
    void printsPods() {
        QFETCH(QByteArray, pod);
        QFETCH(QByteArray, cells);
        QCOMPARE(cellsOf("v1", "Pod", read(pod)), " | " + cells + " | <unknown> | <none> | <none> | <none> | <none>");
    }

    void printsKinds_data() {
        QTest::addColumn<QByteArray>("apiVersion");
        QTest::addColumn<QByteArray>("kind");
        QTest::addColumn<QByteArray>("object");
        QTest::addColumn<QByteArray>("cells");
        const auto row = [](const char *apiVersion, const char *kind, const char *object, const char *cells) {
            QTest::addRow("%s %s", kind, cells)
                << QByteArray(apiVersion) << QByteArray(kind) << QByteArray(object) << QByteArray(cells);
        };
        row("v1", "Pod",
            "{'metadata':{'name':'p','creationTimestamp':'2026-11-21T09:00:00Z'},'spec':{'nodeName':'n','"
            "readinessGates':"
            "[{'conditionType':'a'},{'conditionType':'b'}]},'status':{'phase':'Running','podIPs':[{'ip':'10.0.0.1'}],"
            "'nominatedNodeName':'m','conditions':[{'type':'b','status':'True'}]}}",
            "p | 0/0 | Running | 0 | 60m | 10.0.0.1 | n | m | 1/2");
        row("apps/v1", "Deployment",
            "{'metadata':{'name':'d'},'spec':{'replicas':3,'selector':{'matchLabels':{'a':'b'}},'template':{'spec':{"
            "'containers':[{'name':'x','image':'i'},{'name':'y','image':'j'}]}}},'status':{'readyReplicas':1,"
            "'updatedReplicas':2,'availableReplicas':1}}",
            "d | 1/3 | 2 | 1 | <unknown> | x,y | i,j | a=b");
        row("apps/v1", "Deployment", "{'spec':{'selector':{'matchExpressions':[{'key':'a','operator':'X'}]}}}",
            " | 0/0 | 0 | 0 | <unknown> |  |  | <invalid>");
        row("apps/v1", "DaemonSet",
            "{'metadata':{'name':'d'},'spec':{'selector':{},'template':{'spec':{'nodeSelector':{'b':'2','a':'1'}}}},"
            "'status':{'desiredNumberScheduled':1,'currentNumberScheduled':2,'numberReady':3,'updatedNumberScheduled':"
            "4,"
            "'numberAvailable':5}}",
            "d | 1 | 2 | 3 | 4 | 5 | a=1,b=2 | <unknown> |  |  | <none>");
        row("apps/v1", "ControllerRevision",
            "{'metadata':{'name':'r','ownerReferences':[{'apiVersion':'apps/v1','kind':'StatefulSet','name':'s',"
            "'controller':true}]},'revision':7}",
            "r | statefulset.apps/s | 7 | <unknown>");
        row("batch/v1", "Job",
            "{'metadata':{'name':'j'},'spec':{'completions':3,'selector':{}},'status':{'succeeded':1,'startTime':"
            "'2026-11-21T09:50:00Z','conditions':[]}}",
            "j | Running | 1/3 | 10m | <unknown> |  |  | <none>");
        row("batch/v1", "Job",
            "{'metadata':{'name':'j'},'spec':{'parallelism':2},'status':{'succeeded':1,'startTime':"
            "'2026-11-21T09:50:00Z','completionTime':'2026-11-21T09:50:07Z','conditions':[{'type':'Complete','status':"
            "'True'}]}}",
            "j | Complete | 1/1 of 2 | 7s | <unknown> |  |  | <none>");
        row("batch/v1", "CronJob",
            "{'metadata':{'name':'c'},'spec':{'schedule':'* * * * *','suspend':false},'status':{'active':[{}],"
            "'lastScheduleTime':'2026-11-21T09:59:00Z'}}",
            "c | * * * * * | <none> | False | 1 | 60s | <unknown> |  |  | <none>");
        row("v1", "Service",
            "{'metadata':{'name':'s'},'spec':{'type':'NodePort','clusterIPs':['10.1.1.1','fd::1'],'externalIPs':['1.1."
            "1.1'"
            "],'ports':[{'port':80,'nodePort':30080,'protocol':'TCP'},{'port':53,'protocol':'UDP'}],'selector':{'a':'b'"
            "}}}",
            "s | NodePort | 10.1.1.1 | 1.1.1.1 | 80:30080/TCP,53/UDP | <unknown> | a=b");
        row("v1", "Service", "{'metadata':{'name':'s'},'spec':{'type':'LoadBalancer','clusterIP':'None'}}",
            "s | LoadBalancer | None | <pending> | <none> | <unknown> | <none>");
        row("v1", "Service",
            "{'metadata':{'name':'s'},'spec':{'type':'LoadBalancer','externalIPs':['9.9.9.9']},'status':{'loadBalancer'"
            ":{"
            "'ingress':[{'ip':'2.2.2.2'},{'hostname':'1.example'}]}}}",
            "s | LoadBalancer | <none> | 1.example,2.2.2.2,9.9.9.9 | <none> | <unknown> | <none>");
        row("v1", "Service", "{'metadata':{'name':'s'},'spec':{'type':'ExternalName','externalName':'e.example'}}",
            "s | ExternalName | <none> | e.example | <none> | <unknown> | <none>");
        row("v1", "Node",
            "{'metadata':{'name':'n','labels':{'node-role.kubernetes.io/master':'','node-role.kubernetes.io/"
            "control-plane'"
            ":'','kubernetes.io/role':'x'}},'spec':{'unschedulable':true},'status':{'conditions':[{'type':'Ready',"
            "'status':'True'}],'addresses':[{'type':'InternalIP','address':'10.0.0.1'}],'nodeInfo':{'kubeletVersion':"
            "'v1','osImage':'Debian','kernelVersion':'6','architecture':'amd64','containerRuntimeVersion':'c://1'}}}",
            "n | Ready,SchedulingDisabled | control-plane,master,x | <unknown> | v1 | 10.0.0.1 | <none> | Debian | 6 "
            "(amd64) | c://1");
        row("v1", "Node", "{'status':{'conditions':[{'type':'Ready','status':'Unknown'}]}}",
            " | NotReady | <none> | <unknown> |  | <none> | <none> | <unknown> | <unknown> | <unknown>");
        row("v1", "ConfigMap", "{'metadata':{'name':'c'},'data':{'a':'1'},'binaryData':{'b':'','c':''}}",
            "c | 3 | <unknown>");
        row("v1", "Secret", "{'metadata':{'name':'c'},'type':'Opaque','data':{'a':'MQ=='}}",
            "c | Opaque | 1 | <unknown>");
        row("v1", "Endpoints",
            "{'metadata':{'name':'e'},'subsets':[{'addresses':[{'ip':'1.1.1.1'},{'ip':'fd::1'}],'ports':[{'port':80},{"
            "'port':81}]},{'addresses':[{'ip':'2.2.2.2'}]}]}",
            "e | 1.1.1.1:80,[fd::1]:80,1.1.1.1:81 + 2 more... | <unknown>");
        row("discovery.k8s.io/v1", "EndpointSlice",
            "{'metadata':{'name':'e'},'addressType':'IPv4','ports':[{'port':80},{'name':'x'},{}],'endpoints':[{'"
            "addresses'"
            ":['1.1.1.1']}]}",
            "e | IPv4 | 80,x,* | 1.1.1.1 | <unknown>");
        row("v1", "Event",
            "{'metadata':{'name':'e'},'involvedObject':{'kind':'Pod','name':'p','fieldPath':'spec.containers{c}'},'"
            "reason'"
            ":'Pulled','type':'Normal','message':' done\\n','source':{'component':'kubelet','host':'n'},'count':3,"
            "'firstTimestamp':'2026-11-21T09:50:00Z','lastTimestamp':'2026-11-21T09:59:50Z'}",
            "10s | Normal | Pulled | pod/p | spec.containers{c} | kubelet, n | done | 10m | 3 | e");
        row("events.k8s.io/v1", "Event",
            "{'metadata':{'name':'e'},'regarding':{'kind':'Pod'},'reason':'R','type':'Normal','note':'m',"
            "'reportingController':'c','reportingInstance':'i','eventTime':'2026-11-21T09:50:00.000000Z','series':{'"
            "count'"
            ":9,'lastObservedTime':'2026-11-21T09:59:59.000000Z'}}",
            "1s | Normal | R | pod |  | c, i | m | 10m | 9 | e");
        row("v1", "PersistentVolume",
            "{'metadata':{'name':'v'},'spec':{'capacity':{'storage':'1Gi'},'accessModes':['ReadWriteMany','"
            "ReadWriteOnce'"
            "],'persistentVolumeReclaimPolicy':'Retain','claimRef':{'namespace':'d','name':'c'},'storageClassName':'s'}"
            ","
            "'status':{'phase':'Bound'}}",
            "v | 1Gi | RWO,RWX | Retain | Bound | d/c | s | <unset> |  | <unknown> | <unset>");
        row("v1", "PersistentVolumeClaim",
            "{'metadata':{'name':'c','deletionTimestamp':'x'},'spec':{'volumeMode':'Block'},'status':{'phase':'Pending'"
            "}}",
            "c | Terminating |  |  |  |  | <unset> | <unknown> | Block");
        row("v1", "ResourceQuota",
            "{'metadata':{'name':'q'},'status':{'hard':{'pods':'5','cpu':'1','limits.cpu':'2'},'used':{'pods':'1'}}}",
            "q | cpu: 0/1, pods: 1/5 | limits.cpu: 0/2 | <unknown>");
        row("rbac.authorization.k8s.io/v1", "RoleBinding",
            "{'metadata':{'name':'b'},'roleRef':{'kind':'Role','name':'r'},'subjects':[{'kind':'User','name':'u'},{'"
            "kind':"
            "'User','name':'w'},{'kind':'Group','name':'g'},{'kind':'ServiceAccount','name':'s','namespace':'n'}]}",
            "b | Role/r | <unknown> | u, w | g | n/s");
        row("rbac.authorization.k8s.io/v1", "Role",
            "{'metadata':{'name':'r','creationTimestamp':'2026-11-21T09:00:00Z'}}", "r | 2026-11-21T09:00:00Z");
        row("certificates.k8s.io/v1", "CertificateSigningRequest",
            "{'metadata':{'name':'c'},'spec':{'signerName':'s','username':'u','expirationSeconds':3600},'status':{"
            "'conditions':[{'type':'Approved'}],'certificate':'eA=='}}",
            "c | <unknown> | s | u | 60m | Approved,Issued");
        row("networking.k8s.io/v1", "Ingress",
            "{'metadata':{'name':'i'},'spec':{'rules':[{'host':'a'},{'host':'b'},{'host':'c'},{'host':'d'}],'tls':[{}]}"
            ","
            "'status':{'loadBalancer':{'ingress':[{'ip':'1.1.1.1'}]}}}",
            "i | <none> | a,b,c + 1 more... | 1.1.1.1 | 80, 443 | <unknown>");
        row("networking.k8s.io/v1", "NetworkPolicy", "{'metadata':{'name':'n'},'spec':{'podSelector':{}}}",
            "n | <none> | <unknown>");
        row("policy/v1", "PodDisruptionBudget",
            "{'metadata':{'name':'p'},'spec':{'minAvailable':'50%'},'status':{'disruptionsAllowed':1}}",
            "p | 50% | N/A | 1 | <unknown>");
        row("autoscaling/v2", "HorizontalPodAutoscaler",
            "{'metadata':{'name':'h'},'spec':{'scaleTargetRef':{'kind':'Deployment','name':'d'},'maxReplicas':5,'"
            "metrics':"
            "[{'type':'Resource','resource':{'name':'cpu','target':{'averageUtilization':80}}},{'type':'Pods','pods':{"
            "'target':{'averageValue':'10'}}},{'type':'External','external':{'target':{'value':'1'}}}]},'status':{"
            "'currentReplicas':2,'currentMetrics':[{'type':'Resource','resource':{'current':{'averageUtilization':7}}}]"
            "}}",
            "h | Deployment/d | cpu: 7%/80%, <unknown>/10 + 1 more... | <unset> | 5 | 2 | <unknown>");
        row("storage.k8s.io/v1", "StorageClass",
            "{'metadata':{'name':'s','annotations':{'storageclass.kubernetes.io/"
            "is-default-class':'true'}},'provisioner':"
            "'p'}",
            "s (default) | p | Delete | Immediate | false | <unknown>");
        row("scheduling.k8s.io/v1", "PriorityClass", "{'metadata':{'name':'p'},'value':100,'globalDefault':true}",
            "p | 100 | true | <unknown> | ");
        row("coordination.k8s.io/v1", "Lease", "{'metadata':{'name':'l'},'spec':{'holderIdentity':'h'}}",
            "l | h | <unknown>");
        row("apiregistration.k8s.io/v1", "APIService",
            "{'metadata':{'name':'a'},'spec':{'service':{'namespace':'n','name':'s'}},'status':{'conditions':[{'type':"
            "'Available','status':'False','reason':'Missing'}]}}",
            "a | n/s | False (Missing) | <unknown>");
    }
    void printsKinds() {
        QFETCH(QByteArray, apiVersion);
        QFETCH(QByteArray, kind);
        QFETCH(QByteArray, object);
        QFETCH(QByteArray, cells);
        QCOMPARE(cellsOf(apiVersion, kind, read(object)), cells);
    }

    void buildsTables() {
        const ResourceInfo *pods = findKind("v1", "Pod");
        QVERIFY(pods);
        const std::string text = R"({"kind":"Pod","metadata":{"name":"a\u0022b"},"status":{"phase":"Failed"}})";
        const auto pod = json::parse(text).as_object();
        const auto build = [&](std::string_view included, bool withColumns) {
            TableWriter writer(tableColumns(*pods), "v1");
            if (withColumns)
                writer.begin("12", "token", 7);
            else
                writer.beginEvent("12");
            std::string built = writer.take();
            writer.row(tableCells(*pods, pod, kNow), pod, included);
            writer.row(tableCells(*pods, pod, kNow), pod, included);
            writer.end();
            return json::parse(built + writer.text()).as_object();
        };
        auto table = build(text, true);
        QCOMPARE(table.at("kind"), json::value("Table"));
        QCOMPARE(table.at("apiVersion"), json::value("meta.k8s.io/v1"));
        QCOMPARE(table.at("metadata"),
                 (json::value{{"resourceVersion", "12"}, {"continue", "token"}, {"remainingItemCount", 7}}));
        QCOMPARE(table.at("rows").as_array().size(), size_t(2));
        QCOMPARE(table.at("rows").at(0).at("object"), json::value(pod));
        QCOMPARE(table.at("rows").at(0).at("cells").at(0), json::value("a\"b"));
        QCOMPARE(table.at("rows").at(0).at("conditions").at(0).at("reason"), json::value("Failed"));
        const auto &column = table.at("columnDefinitions").at(0).as_object();
        QCOMPARE(column.at("name"), json::value("Name"));
        QCOMPARE(column.at("format"), json::value("name"));
        QCOMPARE(column.at("priority"), json::value(0));
        QVERIFY(column.contains("description"));
        table = build(partialObjectMetadata(R"({"name":"x"})", "v1beta1"), false);
        QVERIFY(table.at("columnDefinitions").is_null());
        QCOMPARE(table.at("rows").at(1).at("object"), (json::value{{"kind", "PartialObjectMetadata"},
                                                                   {"apiVersion", "meta.k8s.io/v1beta1"},
                                                                   {"metadata", {{"name", "x"}}}}));
        QVERIFY(build("", true).at("rows").at(0).at("object").is_null());
        TableWriter empty(tableColumns(*pods), "v1beta1");
        empty.begin("");
        empty.end();
        const auto none = json::parse(empty.take());
        QCOMPARE(none.at("rows").as_array().size(), size_t(0));
        QCOMPARE(none.at("apiVersion"), json::value("meta.k8s.io/v1beta1"));
        QCOMPARE(none.at("metadata").as_object().size(), size_t(0));
    }
};

QTEST_GUILESS_MAIN(TableTest)
#include "tst_table.moc"
