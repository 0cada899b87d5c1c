#include "core/api/schema.h"

#include <QTest>
#include <algorithm>
#include <boost/json/parse.hpp>
#include <set>

using namespace coracle::api;

class TestSchema : public QObject {
    Q_OBJECT

private slots:
    void findsResources();
    void findsFields();
    void rowsAreConsistent();
    void typesAreConsistent();
};

void TestSchema::findsResources() {
    const ResourceInfo *pods = findResource("", "v1", "pods");
    QVERIFY(pods);
    QCOMPARE(pods->kind, std::string_view("Pod"));
    QCOMPARE(pods->listKind, std::string_view("PodList"));
    QCOMPARE(pods->storagePrefix, std::string_view("/registry/pods"));
    QCOMPARE(pods->storageVersionHash, std::string_view("xPOwRZ+Yhw8="));
    QVERIFY(pods->namespaced && pods->hasSubresource("log") && !pods->hasSubresource("scale"));
    QVERIFY(std::ranges::find(pods->shortNames, "po") != pods->shortNames.end());
    QVERIFY(std::ranges::find(pods->selectableFields, "spec.nodeName") != pods->selectableFields.end());
    QCOMPARE(pods->columns[0].name, std::string_view("Name"));
    QCOMPARE(findKind("v1", "Pod"), pods);
    QCOMPARE(findResource("autoscaling", "horizontalpodautoscalers")->version, std::string_view("v2"));
    QVERIFY(findResource("autoscaling", "v1", "horizontalpodautoscalers"));
    QCOMPARE(findResource("events.k8s.io", "events")->apiVersion, std::string_view("events.k8s.io/v1"));
    const ResourceInfo *deployments = findKind("apps/v1", "Deployment");
    const auto scale = std::ranges::find(deployments->subresources, "scale", &SubresourceInfo::name);
    QCOMPARE(scale->group, std::string_view("autoscaling"));
    QCOMPARE(scale->kind, std::string_view("Scale"));
    QVERIFY(!findResource("", "v1", "pod"));
    QVERIFY(!findResource("apps", "v1", "zzz"));
    QVERIFY(!findKind("v1", "Deployment"));
    QVERIFY(!findResource("networking.k8s.io", "v1beta1", "ipaddresses"));
}

void TestSchema::findsFields() {
    const TypeInfo *pod = findType("core/v1", "Pod");
    QCOMPARE(pod->schemaName, std::string_view("io.k8s.api.core.v1.Pod"));
    const FieldInfo *containers = pod->field("spec")->type->field("containers");
    QVERIFY(containers->required && !containers->omitEmpty && !containers->pointer);
    QCOMPARE(containers->container, Container::List);
    QCOMPARE(containers->listType, ListType::Map);
    QCOMPARE(containers->listMapKeys[0], std::string_view("name"));
    QCOMPARE(containers->patchStrategy, PatchStrategy::Merge);
    QCOMPARE(containers->patchKey, std::string_view("name"));
    QCOMPARE(containers->protobufNumber, uint16_t(2));
    const TypeInfo *probe = findType("core/v1", "Probe");
    QVERIFY2(probe->field("httpGet"), "inlined members are found");
    QVERIFY(!probe->field("") && !probe->field("ProbeHandler"));
    const FieldInfo *policy = findType("core/v1", "Container")->field("imagePullPolicy");
    QVERIFY(std::ranges::find(policy->enumValues, "IfNotPresent") != policy->enumValues.end());
    QCOMPARE(findType("core/v1", "Volume")->field("name")->kind, ValueKind::String);
    QCOMPARE(pod->field("status")->omitEmpty, false);
    QVERIFY(findType("meta/v1", "ObjectMeta")->field("creationTimestamp")->omitEmpty);
    QVERIFY(findType("core/v1", "ServiceSpec")->field("selector")->atomicMap);
    QVERIFY(!findType("core/v1", "Nothing") && !findType("core/v9", "Pod"));
}

void TestSchema::rowsAreConsistent() {
    std::set<std::tuple<std::string_view, std::string_view, std::string_view>> seen;
    std::set<std::pair<std::string_view, std::string_view>> preferred;
    for (const auto rows : {builtinResources(), optionalResources()}) {
        for (const ResourceInfo &row : rows) {
            QVERIFY2(seen.emplace(row.group, row.version, row.resource).second, row.resource.data());
            QVERIFY(row.type && row.type->name == row.kind && !row.verbs.empty());
            QVERIFY(row.storagePrefix.empty() || row.type->field("metadata"));
            QVERIFY(row.storagePrefix.empty() == row.storageVersionHash.empty());
            for (const SubresourceInfo &sub : row.subresources)
                QVERIFY(!sub.verbs.empty() && !sub.kind.empty() && !sub.version.empty());
        }
    }
    for (const ResourceInfo &row : builtinResources()) {
        QCOMPARE(findResource(row.group, row.version, row.resource), &row);
        if (row.preferredVersion)
            QVERIFY(preferred.emplace(row.group, row.resource).second);
    }
    for (const ResourceInfo &row : builtinResources())
        QVERIFY2(preferred.contains({row.group, row.resource}), row.resource.data());
}

void TestSchema::typesAreConsistent() {
    for (const PackageInfo &package : packages()) {
        for (const TypeInfo &type : package.types) {
            QCOMPARE(findType(package.name, type.name), &type);
            std::set<uint16_t> numbers;
            for (const FieldInfo &field : type.fields) {
                QVERIFY((field.kind == ValueKind::Struct) == (field.type != nullptr));
                QVERIFY(field.inlined == field.name.empty());
                QVERIFY(field.protobufNumber == 0 || numbers.insert(field.protobufNumber).second);
                for (const std::string_view key : field.listMapKeys)
                    QVERIFY2(field.type->field(key), key.data());
                if (!field.patchKey.empty())
                    QVERIFY2(field.type->field(field.patchKey), field.patchKey.data());
                if (!field.defaultJson.empty())
                    boost::json::parse(field.defaultJson);
            }
        }
    }
}

QTEST_GUILESS_MAIN(TestSchema)
#include "tst_schema.moc"
