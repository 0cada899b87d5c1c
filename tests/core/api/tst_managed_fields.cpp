#include "core/api/managed_fields.h"
#include "core/api/schema.h"
#include "tests/core/api/support/json_text.h"

#include <QTest>

using namespace coracle;
using namespace coracle::api;
using namespace coracle::test;
namespace json = boost::json;

namespace {

json::object read(const QByteArray &text) {
    return readObject(text);
}

QByteArray text(const json::value &value) {
    return jsonText(value);
}

Stamp::Point second(int n) {
    return Stamp::Point(std::chrono::seconds(1'000'000'000 + n));
}

FieldWriter writer(const char *manager, int at = 0, const char *subresource = "") {
    return {findType("apps/v1", "Deployment"), manager, "apps/v1", subresource, second(at)};
}

FieldWriter configMapWriter(const char *manager, int at = 0) {
    return {findType("core/v1", "ConfigMap"), manager, "v1", "", second(at)};
}

/// One line per manager: name operation [subresource] fields.
QByteArrayList owners(const json::object &object) {
    QByteArrayList lines;
    const auto &metadata = object.at("metadata").as_object();
    if (!metadata.contains("managedFields"))
        return lines;
    for (const auto &entry : metadata.at("managedFields").as_array()) {
        const auto field = [&](const char *name) {
            const auto *value = entry.as_object().if_contains(name);
            return value ? QByteArray(value->as_string().c_str()) : QByteArray();
        };
        QByteArray line = field("manager") + ' ' + field("operation") + ' ';
        if (!field("subresource").isEmpty())
            line += field("subresource") + ' ';
        lines << line + text(entry.at("fieldsV1"));
    }
    return lines;
}

void compareLines(const QByteArrayList &actual, const QByteArrayList &expected) {
    if (actual != expected) // Qt cuts long texts
        qWarning().noquote() << "\n" << actual.join('\n') << "\n is not\n" << expected.join('\n');
    QCOMPARE(actual, expected);
}

const char *const kConfigMap =
    "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'c','uid':'u'},'data':{'a':'1'}}";

/// Creates by apply, or applies onto the object.
Result<json::object> apply(const FieldWriter &by, const json::object &live, const char *configuration,
                           Conflicts conflicts = Conflicts::Refuse) {
    return applyConfiguration(by, live, read(configuration), conflicts);
}

json::object created(const FieldWriter &by, const char *object) {
    json::object fresh = read(object);
    trackUpdate(by, nullptr, fresh);
    return fresh;
}

json::object updated(const FieldWriter &by, const json::object &old, const char *object) {
    json::object fresh = read(object);
    trackUpdate(by, &old, fresh);
    return fresh;
}

} // namespace

class ManagedFieldsTest : public QObject {
    Q_OBJECT

private slots:
    void createsAsKubectlExpects() {
        const auto deployment = created(writer("kubectl-create"), R"({'apiVersion':'apps/v1','kind':'Deployment',
            'metadata':{'name':'web','namespace':'d','uid':'u','generation':1,
            'creationTimestamp':'2020-01-01T00:00:00Z',
            'labels':{'app':'web'}},
            'spec':{'replicas':1,'selector':{'matchLabels':{'app':'web'}},
              'strategy':{'type':'RollingUpdate','rollingUpdate':{'maxSurge':'25%','maxUnavailable':'25%'}},
              'template':{'metadata':{'creationTimestamp':null,'labels':{'app':'web'}},
                'spec':{'containers':[{'name':'nginx','image':'nginx','resources':{},
                  'ports':[{'containerPort':80,'protocol':'TCP'}]}],'securityContext':{},'dnsPolicy':'ClusterFirst'}}},
            'status':{}})");
        compareLines(
            owners(deployment),
            {"kubectl-create Update {'f:metadata':{'f:labels':{'.':{},'f:app':{}}},'f:spec':{'f:replicas':{},"
             "'f:selector':{},'f:strategy':{'f:rollingUpdate':{'.':{},'f:maxSurge':{},'f:maxUnavailable':{}},"
             "'f:type':{}},'f:template':{'f:metadata':{'f:labels':{'.':{},'f:app':{}}},"
             "'f:spec':{'f:containers':{'k:{~name~:~nginx~}':{'.':{},'f:image':{},'f:name':{},'f:ports':{'.':{},"
             "'k:{~containerPort~:80,~protocol~:~TCP~}':{'.':{},'f:containerPort':{},'f:protocol':{}}},"
             "'f:resources':{}}},'f:dnsPolicy':{},'f:securityContext':{}}}}}"});
        const auto &entry = deployment.at("metadata").at("managedFields").at(0).as_object();
        QCOMPARE(entry.at("apiVersion"), json::value("apps/v1"));
        QCOMPARE(entry.at("fieldsType"), json::value("FieldsV1"));
        QCOMPARE(entry.at("time"), json::value("2001-09-09T01:46:40Z"));
        QVERIFY(!entry.contains("subresource"));
    }

    void movesOwnershipOnUpdate() {
        auto map = created(configMapWriter("first"), "{'metadata':{'name':'c'},'data':{'a':'1','b':'1'}}");
        compareLines(owners(map), {"first Update {'f:data':{'.':{},'f:a':{},'f:b':{}}}"});
        map =
            updated(configMapWriter("second", 5), map, "{'metadata':{'name':'c','uid':'u'},'data':{'a':'2','c':'3'}}");
        compareLines(owners(map), {"first Update {'f:data':{}}", "second Update {'f:data':{'f:a':{},'f:c':{}}}"});
        QCOMPARE(map.at("metadata").at("managedFields").at(1).at("time"), json::value("2001-09-09T01:46:45Z"));
        const auto same =
            updated(configMapWriter("third", 9), map, "{'metadata':{'name':'c','uid':'u'},'data':{'a':'2','c':'3'}}");
        QCOMPARE(text(same), text(map));
        map = updated(configMapWriter("third", 9), map, "{'metadata':{'name':'c','uid':'u'}}");
        compareLines(owners(map), {});
        QVERIFY(!map.at("metadata").as_object().contains("managedFields"));
    }

    void separatesSubresources() {
        auto deployment = created(writer("m"), "{'metadata':{'name':'d'},'spec':{'replicas':1}}");
        deployment = updated(writer("m", 1, "status"), deployment,
                             "{'metadata':{'name':'d','uid':'u'},'spec':{'replicas':1},'status':{'replicas':1}}");
        compareLines(owners(deployment),
                     {"m Update {'f:spec':{'f:replicas':{}}}", "m Update status {'f:status':{'f:replicas':{}}}"});
    }

    void honoursWhatClientsSend() {
        const auto map = created(configMapWriter("m"), kConfigMap);
        QVERIFY(!owners(map).isEmpty());
        const auto with = [&](const char *managed) {
            auto fresh = read(kConfigMap);
            fresh["metadata"].as_object()["managedFields"] =
                json::parse(QByteArray(managed).replace('\'', '"').toStdString());
            trackUpdate(configMapWriter("other", 3), &map, fresh);
            return owners(fresh);
        };
        compareLines(with("[{}]"), {});
        compareLines(with("[]"), {});
        compareLines(with("null"), owners(map));
        compareLines(with("[{'manager':'x'}]"), owners(map));
        compareLines(with("[{'manager':'x','operation':'Update','fieldsType':'FieldsV1','fieldsV1':{'q:':{}}}]"),
                     owners(map));
        compareLines(with("'nonsense'"), owners(map));
        compareLines(with("[{'manager':'x','operation':'Apply','apiVersion':'v1','fieldsType':'FieldsV1',"
                          "'fieldsV1':{'f:data':{'f:a':{}}}}]"),
                     {"x Apply {'f:data':{'f:a':{}}}"});
        // Through a subresource the list cannot be changed.
        auto fresh = read(kConfigMap);
        fresh["metadata"].as_object()["managedFields"] = json::array{json::object()};
        auto by = configMapWriter("other", 3);
        by.subresource = "status";
        trackUpdate(by, &map, fresh);
        compareLines(owners(fresh), owners(map));
    }

    void leavesObjectsWithoutOwnersAlone() {
        const auto map =
            updated(configMapWriter("m"), read(kConfigMap), "{'metadata':{'name':'c','uid':'u'},'data':{'a':'2'}}");
        compareLines(owners(map), {});
    }

    void limitsUpdaters() {
        auto map = created(configMapWriter("m0"), "{'metadata':{'name':'c'},'data':{'k0':'x'}}");
        QByteArray data = "'k0':'x'";
        for (int i = 1; i <= 14; ++i) {
            const QByteArray n = QByteArray::number(i);
            data += ",'k" + n + "':'x'";
            map = updated(configMapWriter(("m" + n).constData(), i), map,
                          ("{'metadata':{'name':'c','uid':'u'},'data':{" + data + "}}").constData());
        }
        const auto lines = owners(map);
        QCOMPARE(lines.size(), 10);
        QCOMPARE(lines[0],
                 QByteArray("ancient-changes Update {'f:data':{'.':{},'f:k0':{},'f:k1':{},'f:k2':{},'f:k3':{},"
                            "'f:k4':{},'f:k5':{}}}"));
        QCOMPARE(lines[9], QByteArray("m14 Update {'f:data':{'f:k14':{}}}"));
    }

    void appliesAndPrunes() {
        auto map = apply(configMapWriter("a"), {},
                         "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'c','labels':{'x':'1'}},"
                         "'data':{'k':'1','l':'1'}}")
                       .value();
        compareLines(owners(map), {"a Apply {'f:data':{'f:k':{},'f:l':{}},'f:metadata':{'f:labels':{'f:x':{}}}}"});
        map["metadata"].as_object()["uid"] = "u";
        map = apply(configMapWriter("a", 1), map,
                    "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'c'},'data':{'k':'2'}}")
                  .value();
        compareLines(owners(map), {"a Apply {'f:data':{'f:k':{}}}"});
        QCOMPARE(text(map.at("data")), QByteArray("{'k':'2'}"));
        QVERIFY(!map.at("metadata").as_object().contains("labels"));
        // The same again changes nothing, not even the time.
        const auto again = apply(configMapWriter("a", 9), map,
                                 "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'c'},'data':{'k':'2'}}");
        QCOMPARE(text(again.value()), text(map));
        // Applying nothing releases and removes everything.
        map = apply(configMapWriter("a", 10), map, "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'c'}}")
                  .value();
        compareLines(owners(map), {});
        QVERIFY(!map.contains("data"));
    }

    void keepsWhatOthersOwn() {
        auto map =
            apply(configMapWriter("a"), {}, "{'apiVersion':'v1','metadata':{'name':'c'},'data':{'k':'1','l':'1'}}")
                .value();
        map =
            apply(configMapWriter("b", 1), map, "{'apiVersion':'v1','metadata':{'name':'c'},'data':{'l':'1','m':'1'}}")
                .value();
        map = apply(configMapWriter("a", 2), map, "{'apiVersion':'v1','metadata':{'name':'c'}}").value();
        QCOMPARE(text(map.at("data")), QByteArray("{'l':'1','m':'1'}"));
        compareLines(owners(map), {"b Apply {'f:data':{'f:l':{},'f:m':{}}}"});
    }

    void refusesConflicts() {
        auto deployment = created(writer("kubectl-client-side-apply"),
                                  "{'metadata':{'name':'d','uid':'u'},'spec':{'replicas':1,'paused':true}}");
        const char *const scaled =
            "{'apiVersion':'apps/v1','kind':'Deployment','metadata':{'name':'d'},'spec':{'replicas':3}}";
        const auto refused = apply(writer("me"), deployment, scaled);
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, 409);
        QCOMPARE(refused.error().reason, std::string("Conflict"));
        QCOMPARE(refused.error().message, std::string("Apply failed with 1 conflict: conflict with "
                                                      "\"kubectl-client-side-apply\" using apps/v1: .spec.replicas"));
        QCOMPARE(refused.error().causes.size(), size_t(1));
        QCOMPARE(refused.error().causes[0].reason, std::string("FieldManagerConflict"));
        QCOMPARE(refused.error().causes[0].field, std::string(".spec.replicas"));
        QCOMPARE(refused.error().causes[0].message,
                 std::string("conflict with \"kubectl-client-side-apply\" using apps/v1"));
        const auto forced = apply(writer("me", 1), deployment, scaled, Conflicts::Force).value();
        compareLines(owners(forced), {"me Apply {'f:spec':{'f:replicas':{}}}",
                                      "kubectl-client-side-apply Update {'f:spec':{'f:paused':{}}}"});
        QCOMPARE(forced.at("spec").at("replicas"), json::value(3));
        const auto second =
            apply(writer("other"), forced,
                  "{'apiVersion':'apps/v1','metadata':{'name':'d'},'spec':{'replicas':4,'paused':false}}");
        QCOMPARE(
            second.error().message,
            std::string("Apply failed with 2 conflicts: conflicts with \"kubectl-client-side-apply\" using apps/v1:"
                        "\n- .spec.paused\nconflicts with \"me\":\n- .spec.replicas"));
        // The same value is shared, not fought over.
        const auto shared =
            apply(writer("other"), forced, "{'apiVersion':'apps/v1','metadata':{'name':'d'},'spec':{'replicas':3}}");
        QVERIFY(shared.has_value());
        QCOMPARE(owners(*shared).size(), 3);
    }

    void takesOverFromClientSideApply() {
        auto map = created(configMapWriter("kubectl-client-side-apply"), R"({'metadata':{'name':'c','uid':'u',
            'annotations':{'kubectl.kubernetes.io/last-applied-configuration':'LAST'}},'data':{'k':'1','o':'1'}})");
        map["metadata"].as_object()["annotations"].as_object()["kubectl.kubernetes.io/last-applied-configuration"] =
            json::serialize(read("{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'c'},'data':{'k':'1'}}"));
        const char *const changed = "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'c'},'data':{'k':'2'}}";
        QVERIFY(!apply(configMapWriter("other"), map, changed));
        const auto taken = apply(configMapWriter("kubectl", 1), map, changed);
        QVERIFY2(taken.has_value(), taken ? "" : taken.error().message.c_str());
        QCOMPARE(taken->at("data").at("k"), json::value("2"));
        // The annotation says now what was applied.
        QCOMPARE(json::parse(std::string(taken->at("metadata")
                                             .at("annotations")
                                             .at("kubectl.kubernetes.io/last-applied-configuration")
                                             .as_string())),
                 json::value(read(changed)));
        // A field that client-side apply did not set is still a conflict.
        QVERIFY(!apply(configMapWriter("kubectl"), map,
                       "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'c'},'data':{'o':'2'}}"));
    }

    void rememberedOwnersBeforeTheFirstApply() {
        const auto map = apply(configMapWriter("a", 1), read(kConfigMap),
                               "{'apiVersion':'v1','metadata':{'name':'c'},'data':{'b':'1'}}")
                             .value();
        compareLines(owners(map),
                     {"a Apply {'f:data':{'f:b':{}}}", "before-first-apply Update {'f:data':{'.':{},'f:a':{}}}"});
        QVERIFY(!apply(configMapWriter("a", 1), read(kConfigMap),
                       "{'apiVersion':'v1','metadata':{'name':'c'},'data':{'a':'2'}}"));
    }

    void mergesAssociativeLists() {
        auto deployment =
            apply(writer("a"), {},
                  "{'apiVersion':'apps/v1','metadata':{'name':'d'},'spec':{'template':{'spec':{'containers':["
                  "{'name':'x','image':'1','ports':[{'containerPort':80}],'args':['p','q']},{'name':'y','image':'1'}]}}"
                  "}}")
                .value();
        deployment = apply(writer("b", 1), deployment,
                           "{'apiVersion':'apps/v1','metadata':{'name':'d'},'spec':{'template':{'spec':{'containers':["
                           "{'name':'z','image':'1'},{'name':'x','env':[{'name':'E','value':'1'}]}]}}}}")
                         .value();
        QCOMPARE(text(deployment.at("spec").at("template").at("spec").at("containers")),
                 QByteArray("[{'image':'1','name':'z'},{'args':['p','q'],'env':[{'name':'E','value':'1'}],'image':'1',"
                            "'name':'x','ports':[{'containerPort':80}]},{'image':'1','name':'y'}]"));
        compareLines(owners(deployment),
                     {"a Apply {'f:spec':{'f:template':{'f:spec':{'f:containers':{'k:{~name~:~x~}':{'.':{},'f:args':{},"
                      "'f:image':{},'f:name':{},'f:ports':{'k:{~containerPort~:80,~protocol~:~TCP~}':{'.':{},"
                      "'f:containerPort':{}}}},'k:{~name~:~y~}':{'.':{},'f:image':{},'f:name':{}}}}}}}",
                      "b Apply {'f:spec':{'f:template':{'f:spec':{'f:containers':{'k:{~name~:~x~}':{'.':{},"
                      "'f:env':{'k:{~name~:~E~}':{'.':{},'f:name':{},'f:value':{}}},'f:name':{}},"
                      "'k:{~name~:~z~}':{'.':{},'f:image':{},'f:name':{}}}}}}}"});
        // a leaves its list: what b shares stays, without a's fields.
        deployment = apply(writer("a", 2), deployment, "{'apiVersion':'apps/v1','metadata':{'name':'d'}}").value();
        QCOMPARE(text(deployment.at("spec").at("template").at("spec").at("containers")),
                 QByteArray("[{'image':'1','name':'z'},{'env':[{'name':'E','value':'1'}],'name':'x'}]"));
    }

    void ownsSetsAndAtomicsAsWholes() {
        auto map = apply(configMapWriter("a"), {},
                         "{'apiVersion':'v1','metadata':{'name':'c','finalizers':['x.io/f','x.io/g'],"
                         "'ownerReferences':[{'apiVersion':'v1','kind':'K','name':'n','uid':'1'}]}}")
                       .value();
        compareLines(owners(map), {"a Apply {'f:metadata':{'f:finalizers':{'v:~x.io/f~':{},'v:~x.io/g~':{}},"
                                   "'f:ownerReferences':{'k:{~uid~:~1~}':{}}}}"});
        map = apply(configMapWriter("a"), map, "{'apiVersion':'v1','metadata':{'name':'c','finalizers':['x.io/g']}}")
                  .value();
        QCOMPARE(text(map.at("metadata").at("finalizers")), QByteArray("['x.io/g']"));
        QVERIFY(!map.at("metadata").as_object().contains("ownerReferences"));
    }

    void refusesBadConfigurations_data() {
        QTest::addColumn<int>("code");
        QTest::addColumn<QByteArray>("message");
        const auto row = [](const char *configuration, int code, const char *message) {
            QTest::newRow(configuration) << code << QByteArray(message);
        };
        row("{'apiVersion':'apps/v2','kind':'Deployment','metadata':{'name':'d'}}", 400,
            "invalid object type: apps/v2, Kind=Deployment");
        row("{'apiVersion':'v1','kind':'Deployment'}", 400, "invalid object type: /v1, Kind=Deployment");
        row("{'apiVersion':'apps/v1/x','kind':'Deployment'}", 400, "invalid object type: /, Kind=");
        row("{'metadata':{'name':'d'}}", 400, "invalid object type: /, Kind=");
        row("{'apiVersion':'apps/v1','metadata':{'name':'d','managedFields':[]}}", 400,
            "metadata.managedFields must be nil");
        row("{'apiVersion':'apps/v1','kind':'Deployment','metadata':{'name':'d','namespace':'n'},'spec':{'x':1}}", 500,
            "failed to create typed patch object (n/d; apps/v1, Kind=Deployment): .spec.x: field not declared in "
            "schema");
        row("{'apiVersion':'apps/v1','kind':'Deployment','metadata':{'name':'d'},'spec':{'replicas':'3'},'y':1}", 500,
            "failed to create typed patch object (/d; apps/v1, Kind=Deployment): errors:\n  .spec.replicas: expected "
            "numeric (int or float), got string\n  .y: field not declared in schema");
        row("{'apiVersion':'apps/v1','kind':'Deployment','metadata':{'name':'d'},'spec':{'template':{'spec':{"
            "'containers':[{'image':'x'}]}}}}",
            500,
            "failed to create typed patch object (/d; apps/v1, Kind=Deployment): .spec.template.spec.containers: "
            "element "
            "0: associative list with keys has an element that omits all key fields "
            "[\"name\"] (and doesn't have default values for any key fields)");
        row("{'apiVersion':'apps/v1','kind':'Deployment','metadata':{'name':'d'},'spec':{'template':{'spec':{"
            "'containers':[{'name':'x'},{'name':'x'}]}}}}",
            500,
            "failed to create typed patch object (/d; apps/v1, Kind=Deployment): .spec.template.spec.containers: "
            "duplicate "
            "entries for key [name=\"x\"]");
        row("{'apiVersion':'apps/v1','kind':'Deployment','metadata':{'name':'d'},'spec':{'template':{'spec':{"
            "'containers':[{'name':'x','env':[{'name':'e','value':1}]}]}}}}",
            500,
            "failed to create typed patch object (/d; apps/v1, Kind=Deployment): "
            ".spec.template.spec.containers[name=\"x\"]"
            ".env[name=\"e\"].value: expected string, got &value.valueUnstructured{Value:1}");
        row("{'apiVersion':'apps/v1','kind':'Deployment','metadata':{'name':'d'},'spec':[]}", 500,
            "failed to create typed patch object (/d; apps/v1, Kind=Deployment): .spec: expected map, got &{[]}");
    }
    void refusesBadConfigurations() {
        QFETCH(int, code);
        QFETCH(QByteArray, message);
        const auto refused = apply(writer("a"), {}, QTest::currentDataTag());
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, code);
        QCOMPARE(QByteArray::fromStdString(refused.error().message), message);
    }

    void survivesHostileLists() {
        QByteArray deep;
        for (int i = 0; i < 25; ++i)
            deep += "{'f:a':";
        deep += "{}" + QByteArray(25, '}');
        const char *const bad[] = {
            "5",
            "[5]",
            "[{'operation':5}]",
            "[{'operation':'Apply','fieldsType':'FieldsV1'}]",
            "[{'operation':'Apply','apiVersion':'v1'}]",
            "[{'operation':'Apply','apiVersion':'v1','fieldsType':'FieldsV2'}]",
            "[{'operation':'Apply','apiVersion':'v1','fieldsType':'FieldsV1','fieldsV1':[]}]",
            "[{'operation':'Apply','apiVersion':'v1','fieldsType':'FieldsV1','time':'yesterday'}]",
            "[{'operation':'Apply','apiVersion':'v1','fieldsType':'FieldsV1','fieldsV1':{'k:[':{}}}]",
            "[{'operation':'Apply','apiVersion':'v1','fieldsType':'FieldsV1','fieldsV1':{'i:x':{}}}]",
            "[{'operation':'Apply','apiVersion':'v1','fieldsType':'FieldsV1','fieldsV1':{'':{}}}]"};
        for (const char *managed : bad) {
            auto live = read(kConfigMap);
            live["metadata"].as_object()["managedFields"] =
                json::parse(QByteArray(managed).replace('\'', '"').toStdString());
            const auto refused = apply(configMapWriter("a"), live, "{'apiVersion':'v1','metadata':{'name':'c'}}");
            QVERIFY2(!refused, managed);
            QVERIFY(refused.error().message.starts_with("failed to decode managed fields: "));
            auto fresh = live;
            trackUpdate(configMapWriter("m"), &live, fresh);
            compareLines(owners(fresh), {});
        }
        auto live = read(kConfigMap);
        live["metadata"].as_object()["managedFields"] = json::array{
            read("{'operation':'Apply','apiVersion':'v1','fieldsType':'FieldsV1','fieldsV1':" + deep + "}")};
        QVERIFY(apply(configMapWriter("a"), live, "{'apiVersion':'v1','metadata':{'name':'c'}}").has_value());
        // An object without a schema, and one that does not fit its schema.
        FieldWriter unknown{nullptr, "m", "x.io/v1", "", second(0)};
        auto odd = read("{'apiVersion':'x.io/v1','spec':{'l':[1,{'a':1}],'m':{'n':1}}}");
        trackUpdate(unknown, nullptr, odd);
        compareLines(owners(odd), {"m Update {'f:spec':{'.':{},'f:l':{},'f:m':{'.':{},'f:n':{}}}}"});
        auto misfit = read("{'metadata':{'name':'c','finalizers':{'a':1},'ownerReferences':[1,{}]},'data':[1,2]}");
        trackUpdate(configMapWriter("m"), nullptr, misfit);
        QVERIFY(!owners(misfit).isEmpty());
    }
};

QTEST_GUILESS_MAIN(ManagedFieldsTest)
#include "tst_managed_fields.moc"
