#include "clusterd/apiserver/conversion/convert.h"
#include "tests/clusterd/apiserver/support/test_api.h"

#include <QTest>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

using namespace coracle;
using namespace coracle::apiserver;
using namespace coracle::test;

namespace json = boost::json;

namespace {

const std::string kOne = "/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers";
const std::string kTwo = "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers";
const std::string kCore = "/api/v1/namespaces/default/events";
const std::string kEvents = "/apis/events.k8s.io/v1/namespaces/default/events";

/// JSON written with single quotes.
json::value text(QByteArray quoted) {
    return json::parse(quoted.replace('\'', '"').toStdString());
}

json::value parsed(const Answer &answer) {
    return json::parse(answer.body);
}

/// What stands at a path like "/spec/metrics", as text; empty when there is nothing.
QByteArray at(const json::value &value, const char *pointer) {
    boost::system::error_code error;
    const json::value *found = value.find_pointer(pointer, error);
    return found ? QByteArray::fromStdString(json::serialize(*found)).replace('"', '\'') : QByteArray();
}

QByteArray autoscaler(const char *version, const char *name, const char *spec) {
    return QByteArray("{'apiVersion':'autoscaling/") + version +
           "','kind':'HorizontalPodAutoscaler','metadata':{'name':'" + name +
           "'},'spec':{'maxReplicas':5,'scaleTargetRef':{'apiVersion':'apps/v1','kind':'Deployment','name':'d'}" +
           spec + "}}";
}

const api::ResourceInfo &optional(std::string_view version, std::string_view name) {
    for (const api::ResourceInfo &resource : api::optionalResources())
        if (resource.version == version && resource.resource == name)
            return resource;
    qFatal("no such resource");
}

} // namespace

/// One object in each version that is served.
class VersionsTest : public QObject {
    Q_OBJECT

private slots:
    void init() { m_api = std::make_unique<TestApi>(); }

    void autoscalerOfV1() {
        QCOMPARE(send("POST", kOne, autoscaler("v1", "h", ",'targetCPUUtilizationPercentage':70")).code, 201);
        const json::value two = read(kTwo + "/h");
        QCOMPARE(at(two, "/apiVersion"), QByteArray("'autoscaling/v2'"));
        QCOMPARE(at(two, "/spec/metrics"),
                 QByteArray("[{'type':'Resource','resource':{'name':'cpu','target':{'type':'Utilization',"
                            "'averageUtilization':70}}}]"));
        QCOMPARE(at(two, "/spec/targetCPUUtilizationPercentage"), QByteArray());
        QCOMPARE(at(read(kOne + "/h"), "/spec/targetCPUUtilizationPercentage"), QByteArray("70"));
    }

    void utilizationHasADefault() {
        QCOMPARE(send("POST", kOne, autoscaler("v1", "h", "")).code, 201);
        QCOMPARE(at(read(kOne + "/h"), "/spec/targetCPUUtilizationPercentage"), QByteArray("80"));
    }

    /// What v1 cannot express stands in its annotations, survives a write in v1 and is no annotation of v2.
    void autoscalerOfV2InV1() {
        const char *spec =
            ",'metrics':[{'type':'Pods','pods':{'metric':{'name':'m'},'target':{'type':'AverageValue','averageValue':'"
            "3'}}},"
            "{'type':'External','external':{'metric':{'name':'e'},'target':{'type':'Value','value':'9'}}}],"
            "'behavior':{'scaleDown':{'stabilizationWindowSeconds':7}}";
        QCOMPARE(send("POST", kTwo, autoscaler("v2", "h", spec)).code, 201);
        const json::value one = read(kOne + "/h");
        const json::object &notes = one.at("metadata").at("annotations").as_object();
        QCOMPARE(std::string(notes.at("autoscaling.alpha.kubernetes.io/metrics").as_string()),
                 std::string(R"([{"type":"Pods","pods":{"metricName":"m","targetAverageValue":"3"}},)"
                             R"({"type":"External","external":{"metricName":"e","targetValue":"9"}}])"));
        const std::string behavior(notes.at("autoscaling.alpha.kubernetes.io/behavior").as_string());
        QVERIFY2(behavior.find(R"("ScaleDown":{"StabilizationWindowSeconds":7,"SelectPolicy":"Max",)") != behavior.npos,
                 behavior.c_str());
        const json::value before = read(kTwo + "/h");
        QCOMPARE(at(before, "/metadata/annotations"), QByteArray());
        QCOMPARE(patch(kOne + "/h", "{'spec':{'maxReplicas':6}}").code, 200);
        const json::value after = read(kTwo + "/h");
        QCOMPARE(at(after, "/spec/maxReplicas"), QByteArray("6"));
        for (const char *part : {"/spec/metrics", "/spec/behavior", "/metadata/annotations"})
            QCOMPARE(at(after, part), at(before, part));
        QCOMPARE(patch(kTwo + "/h", "{'spec':{'behavior':null}}").code, 200);
        QVERIFY(!at(read(kOne + "/h"), "/metadata/annotations").contains("behavior"));
    }

    void autoscalerStatus() {
        QCOMPARE(send("POST", kTwo, autoscaler("v2", "h", "")).code, 201);
        const QByteArray status =
            "{'status':{'currentReplicas':1,'desiredReplicas':2,'currentMetrics':[{'type':'Resource','resource':{'name'"
            ":"
            "'cpu','current':{'averageUtilization':55,'averageValue':'5m'}}}],'conditions':[{'type':'AbleToScale',"
            "'status':'True','lastTransitionTime':null}]}}";
        QCOMPARE(patch(kTwo + "/h/status", status).code, 200);
        const json::value one = read(kOne + "/h");
        QCOMPARE(at(one, "/status/currentCPUUtilizationPercentage"), QByteArray("55"));
        QCOMPARE(at(one, "/status/conditions"), QByteArray());
        const json::value before = read(kTwo + "/h");
        QCOMPARE(patch(kOne + "/h", "{'spec':{'maxReplicas':7}}").code, 200);
        QCOMPARE(at(read(kTwo + "/h"), "/status"), at(before, "/status"));
    }

    void listsAndWatches() {
        QCOMPARE(send("POST", kTwo, autoscaler("v2", "h", "")).code, 201);
        const json::value list = read(kOne);
        QCOMPARE(at(list, "/apiVersion"), QByteArray("'autoscaling/v1'"));
        QCOMPARE(at(list, "/items/0/spec/targetCPUUtilizationPercentage"), QByteArray("80"));
        const Answer watched = m_api->request("GET", kOne + "?watch=true&resourceVersion=0", {}, {}, 1);
        const json::value event = json::parse(watched.body.substr(0, watched.body.find('\n')));
        QCOMPARE(at(event, "/type"), QByteArray("'ADDED'"));
        QCOMPARE(at(event, "/object/apiVersion"), QByteArray("'autoscaling/v1'"));
        QCOMPARE(at(event, "/object/spec/targetCPUUtilizationPercentage"), QByteArray("80"));
    }

    void refusedInTheWordsOfTheStoredVersion() {
        const Answer answer = send("POST", kOne, autoscaler("v1", "h", ",'targetCPUUtilizationPercentage':-1"));
        QCOMPARE(answer.code, 422);
        QCOMPARE(at(parsed(answer), "/details/causes/0/field"),
                 QByteArray("'spec.metrics[0].resource.target.averageUtilization'"));
    }

    void events() {
        QCOMPARE(
            send("POST", kEvents,
                 "{'apiVersion':'events.k8s.io/v1','kind':'Event','metadata':{'name':'e'},'regarding':{'kind':'Pod',"
                 "'name':'p','namespace':'default'},'note':'hello','reason':'R','action':'A','type':'Normal',"
                 "'eventTime':'2026-01-01T00:00:00.000000Z','reportingController':'c','reportingInstance':'i'}")
                .code,
            201);
        const json::value core = read(kCore + "/e");
        QCOMPARE(at(core, "/involvedObject/name"), QByteArray("'p'"));
        QCOMPARE(at(core, "/message"), QByteArray("'hello'"));
        QCOMPARE(at(core, "/reportingComponent"), QByteArray("'c'"));
        QCOMPARE(at(core, "/regarding"), QByteArray());
        QCOMPARE(at(read(kEvents + "?fieldSelector=regarding.name%3Dp"), "/items/0/note"), QByteArray("'hello'"));
        QCOMPARE(at(read(kCore + "?fieldSelector=involvedObject.name%3Dq"), "/items"), QByteArray("[]"));
        QCOMPARE(patch(kCore + "/e", "{'count':3}").code, 200);
        QCOMPARE(at(read(kEvents + "/e"), "/deprecatedCount"), QByteArray("3"));
    }

    /// What events.k8s.io counts in a series, and what core counts in the event.
    void seriesOfEvents() {
        QCOMPARE(
            send("POST", kEvents,
                 "{'apiVersion':'events.k8s.io/v1','kind':'Event','metadata':{'name':'e'},'regarding':{'kind':'Pod',"
                 "'name':'p','namespace':'default'},'note':'hello','reason':'R','action':'A','type':'Normal',"
                 "'eventTime':'2026-01-01T00:00:00.000000Z','reportingController':'c','reportingInstance':'i'}")
                .code,
            201);
        QCOMPARE(patch(kEvents + "/e", "{'series':{'count':1,'lastObservedTime':'2026-01-01T00:01:00.000000Z'}}").code,
                 422);
        const QByteArray series = "{'count':4,'lastObservedTime':'2026-01-01T00:01:00.000000Z'}";
        QCOMPARE(patch(kEvents + "/e", "{'series':" + series + "}").code, 200);
        QCOMPARE(at(read(kCore + "/e"), "/series"), series);
        QCOMPARE(at(read(kCore + "/e"), "/count"), QByteArray());
        QCOMPARE(patch(kCore + "/e", "{'series':{'count':5}}").code, 200);
        QCOMPARE(at(read(kEvents + "/e"), "/series/count"), QByteArray("5"));
        // What client-go's older recorder writes is read in the newer group.
        QCOMPARE(send("POST", kCore,
                      "{'apiVersion':'v1','kind':'Event','metadata':{'name':'f'},'involvedObject':{'kind':'Pod','name':"
                      "'p','namespace':'default'},'reason':'R','message':'m','type':'Warning','count':7,"
                      "'firstTimestamp':'2026-01-01T00:00:00Z','lastTimestamp':'2026-01-01T00:09:00Z','source':{"
                      "'component':'kubelet','host':'n'}}")
                     .code,
                 201);
        const json::value newer = read(kEvents + "/f");
        QCOMPARE(at(newer, "/deprecatedCount"), QByteArray("7"));
        QCOMPARE(at(newer, "/deprecatedLastTimestamp"), QByteArray("'2026-01-01T00:09:00Z'"));
        QCOMPARE(at(newer, "/deprecatedSource/host"), QByteArray("'n'"));
        QCOMPARE(at(newer, "/series"), QByteArray());
    }

    /// There and back loses nothing, also for versions that are not served now.
    void devicesOfV1beta1() {
        struct Row {
            const char *resource, *beta, *v1;
        };
        static const Row kRows[] = {
            {"resourceclaims",
             "{'spec':{'devices':{'requests':[{'name':'a','deviceClassName':'x','allocationMode':'ExactCount','count':"
             "2},"
             "{'name':'b','firstAvailable':[{'name':'c','deviceClassName':'y','allocationMode':'All'}]}]}}}",
             "{'spec':{'devices':{'requests':[{'name':'a','exactly':{'deviceClassName':'x','allocationMode':'"
             "ExactCount',"
             "'count':2}},{'name':'b','firstAvailable':[{'name':'c','deviceClassName':'y','allocationMode':'All'}]}]}}"
             "}"},
            {"resourceclaimtemplates",
             "{'spec':{'spec':{'devices':{'requests':[{'name':'a','deviceClassName':'x','allocationMode':'All'}]}}}}",
             "{'spec':{'spec':{'devices':{'requests':[{'name':'a','exactly':{'deviceClassName':'x','allocationMode':'"
             "All'}}"
             "]}}}}"},
            {"resourceslices", "{'spec':{'devices':[{'name':'d','basic':{'attributes':{'a':{'int':1}}}}]}}",
             "{'spec':{'devices':[{'name':'d','attributes':{'a':{'int':1}}}]}}"},
        };
        for (const Row &row : kRows) {
            const api::ResourceInfo &beta = optional("v1beta1", row.resource);
            const api::ResourceInfo &stored = storageResource(beta);
            QCOMPARE(stored.version, std::string_view("v1"));
            json::object object = text(row.beta).as_object();
            convert(object, beta, stored);
            QCOMPARE(at(object, "/apiVersion"), QByteArray("'resource.k8s.io/v1'"));
            QCOMPARE(at(object, "/spec"), at(text(row.v1), "/spec"));
            convert(object, stored, beta);
            QCOMPARE(at(object, "/spec"), at(text(row.beta), "/spec"));
        }
    }

    void sameShapesDifferInTheVersionOnly() {
        const api::ResourceInfo &beta = optional("v1beta1", "ipaddresses");
        json::object object =
            text("{'apiVersion':'networking.k8s.io/v1beta1','spec':{'parentRef':{'name':'a'}}}").as_object();
        convert(object, beta, storageResource(beta));
        QCOMPARE(at(object, "/apiVersion"), QByteArray("'networking.k8s.io/v1'"));
        QCOMPARE(at(object, "/spec/parentRef/name"), QByteArray("'a'"));
    }

    void deprecatedResourcesWarn() {
        const Answer endpoints = m_api->request("GET", "/api/v1/namespaces/default/endpoints");
        QCOMPARE(std::string(endpoints.headers.get("Warning")),
                 std::string("299 - \"v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice\""));
        QVERIFY(!m_api->request("GET", "/api/v1/namespaces/default/pods").headers.has("Warning"));
    }

    void writesWarn() {
        const Answer made = send("POST", "/api/v1/namespaces/default/pods",
                                 "{'apiVersion':'v1','kind':'Pod','metadata':{'name':'a.b'},'spec':{'nodeSelector':{"
                                 "'beta.kubernetes.io/os':'linux'},'containers':[{'name':'c','image':'i'}]}}");
        QCOMPARE(made.code, 201);
        const auto warnings = made.headers.all("Warning");
        QCOMPARE(warnings.size(), size_t(2));
        QVERIFY(warnings[0].starts_with("299 - \"metadata.name: this is used in the Pod's hostname"));
        QCOMPARE(std::string(warnings[1]),
                 std::string("299 - \"spec.nodeSelector[beta.kubernetes.io/os]: deprecated since "
                             "v1.14; use \\\"kubernetes.io/os\\\" instead\""));
    }

private:
    Answer send(const char *method, const std::string &path, QByteArray body) {
        return m_api->request(method, path, body.replace('\'', '"').toStdString(),
                              {{"Content-Type", "application/json"}});
    }
    Answer patch(const std::string &path, QByteArray body) {
        return m_api->request("PATCH", path, body.replace('\'', '"').toStdString(),
                              {{"Content-Type", "application/merge-patch+json"}});
    }
    json::value read(const std::string &path) { return parsed(m_api->request("GET", path)); }

    std::unique_ptr<TestApi> m_api;
};

QTEST_GUILESS_MAIN(VersionsTest)
#include "tst_versions.moc"
