#include "core/api/openapi.h"
#include "core/api/protobuf_wire.h"
#include "core/api/schema.h"

#include <QTest>
#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <set>

using namespace coracle;
using namespace coracle::api;
namespace json = boost::json;

namespace {

/// What is on by default.
const std::vector<ResourcePtr> &served() {
    static const std::vector<ResourcePtr> all = [] {
        std::vector<ResourcePtr> rows;
        for (const ResourceInfo &resource : builtinResources())
            rows.emplace_back(std::shared_ptr<const void>(), &resource);
        return rows;
    }();
    return all;
}

/// Every reference of the document, without the place before the name.
void collectReferences(const json::value &value, std::set<std::string> &references) {
    if (const auto *object = value.if_object()) {
        for (const auto &[key, item] : *object) {
            if (key == "$ref" && item.is_string()) // also the name of a field
                references.emplace(item.as_string());
            collectReferences(item, references);
        }
    } else if (const auto *list = value.if_array()) {
        for (const auto &item : *list)
            collectReferences(item, references);
    }
}

json::object parsed(const std::string &text) {
    boost::system::error_code error;
    const auto value = json::parse(text, error, {}, {.max_depth = 100});
    return error || !value.is_object() ? json::object() : value.as_object();
}

/// The length-delimited fields of this number in a protobuf message.
std::vector<std::string_view> fieldsOf(std::string_view message, uint32_t number) {
    std::vector<std::string_view> found;
    wire::Reader reader(message);
    for (wire::Field field; reader.next(field);)
        if (field.number == number && field.type == wire::Bytes)
            found.push_back(field.bytes);
    return reader.valid() ? found : std::vector<std::string_view>{"invalid"};
}

std::string_view fieldOf(std::string_view message, uint32_t number) {
    const auto found = fieldsOf(message, number);
    return found.size() == 1 ? found[0] : "not one";
}

/// The value of the entry with this name, in a list of {name = 1, value = 2}.
std::string_view entryOf(std::string_view map, uint32_t number, std::string_view name) {
    for (std::string_view entry : fieldsOf(map, number))
        if (fieldOf(entry, 1) == name)
            return fieldOf(entry, 2);
    return "no entry";
}

} // namespace

class OpenApiTest : public QObject {
    Q_OBJECT

private slots:
    void documentsAreWhole() {
        const auto paths = openApiV3Paths(served());
        QVERIFY(paths.size() > 20);
        for (const std::string &path : paths) {
            const size_t slash = path.rfind('/');
            const std::string version = path.substr(slash + 1);
            const std::string group = path.starts_with("apis/") ? path.substr(5, slash - 5) : "";
            const auto document = parsed(openApiV3(group, version, served()));
            QVERIFY2(!document.empty(), path.c_str());
            const auto &schemas = document.at("components").at("schemas").as_object();
            std::set<std::string> references;
            collectReferences(document, references);
            QVERIFY(!references.empty());
            for (const std::string &reference : references) {
                QVERIFY2(reference.starts_with("#/components/schemas/"), reference.c_str());
                QVERIFY2(schemas.contains(reference.substr(21)), reference.c_str());
            }
        }
        QVERIFY(openApiV3("none", "v1", served()).empty());
    }

    void everyKindIsFoundByItsPaths() {
        for (const ResourceInfo &resource : builtinResources()) {
            if (std::ranges::find(resource.verbs, "get") == resource.verbs.end())
                continue;
            const auto document = parsed(openApiV3(resource.group, resource.version, served()));
            const std::string root = resource.group.empty() ? "/api/" : "/apis/" + std::string(resource.group) + "/";
            const std::string path = root + std::string(resource.version) +
                                     (resource.namespaced ? "/namespaces/{namespace}/" : "/") +
                                     std::string(resource.resource) + "/{name}";
            const auto *item = document.at("paths").as_object().if_contains(path);
            QVERIFY2(item, path.c_str());
            const auto &kind = item->at("get").at("x-kubernetes-group-version-kind");
            QCOMPARE(kind.at("kind"), json::value(resource.kind));
            QCOMPARE(item->at("get").at("x-kubernetes-action"), json::value("get"));
            const auto &schema = document.at("components").at("schemas").at(resource.type->schemaName).as_object();
            QVERIFY2(schema.at("x-kubernetes-group-version-kind").as_array()[0] == kind, path.c_str());
        }
    }

    void schemasSayHowToMerge() {
        const auto document = parsed(openApiV3("apps", "v1", served()));
        const auto &schemas = document.at("components").at("schemas").as_object();
        const auto &containers = schemas.at("io.k8s.api.core.v1.PodSpec").at("properties").at("containers");
        QCOMPARE(containers.at("x-kubernetes-patch-merge-key"), json::value("name"));
        QCOMPARE(containers.at("x-kubernetes-patch-strategy"), json::value("merge"));
        QCOMPARE(containers.at("x-kubernetes-list-type"), json::value("map"));
        QCOMPARE(containers.at("x-kubernetes-list-map-keys").at(0), json::value("name"));
        QCOMPARE(containers.at("items").at("allOf").at(0).at("$ref"),
                 json::value("#/components/schemas/io.k8s.api.core.v1.Container"));
        const auto &spec = schemas.at("io.k8s.api.apps.v1.DeploymentSpec");
        QCOMPARE(spec.at("properties").at("replicas").at("format"), json::value("int32"));
        QVERIFY(std::ranges::find(spec.at("required").as_array(), json::value("selector")) !=
                spec.at("required").as_array().end());
        QCOMPARE(schemas.at("io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector").at("x-kubernetes-map-type"),
                 json::value("atomic"));
        // kubectl asks whether a patch may be validated and tried out.
        std::set<std::string> names;
        const auto &item = document.at("paths").at("/apis/apps/v1/namespaces/{namespace}/deployments/{name}");
        for (const auto &parameter : item.at("patch").at("parameters").as_array())
            names.emplace(parameter.at("name").as_string());
        QVERIFY(names.contains("dryRun") && names.contains("fieldValidation") && names.contains("force"));
        QVERIFY(item.at("patch").at("requestBody").at("content").as_object().contains("application/apply-patch+yaml"));
    }

    void indexNamesEachDocument() {
        const auto index = parsed(openApiV3Index(served()));
        const auto &paths = index.at("paths").as_object();
        QCOMPARE(paths.size(), openApiV3Paths(served()).size());
        const std::string url(paths.at("apis/apps/v1").at("serverRelativeURL").as_string());
        QCOMPARE(url, "/openapi/v3/apis/apps/v1?hash=" + openApiHash(openApiV3("apps", "v1", served())));
        QVERIFY(openApiHash("a") != openApiHash("b"));
        QCOMPARE(openApiHash("a"), openApiHash("a"));
    }

    void versionTwoIsWhole() {
        const auto document = parsed(openApiV2(served()));
        const auto &definitions = document.at("definitions").as_object();
        std::set<std::string> references;
        collectReferences(document, references);
        for (const std::string &reference : references)
            QVERIFY2(reference.starts_with("#/definitions/") && definitions.contains(reference.substr(14)),
                     reference.c_str());
        QCOMPARE(document.at("swagger"), json::value("2.0"));
        QVERIFY(definitions.size() > 500);
        const auto &pods = document.at("paths").at("/api/v1/namespaces/{namespace}/pods");
        QCOMPARE(pods.at("post").at("x-kubernetes-action"), json::value("post"));
        // The ids are unique: generators of clients make functions of them.
        std::set<std::string> ids;
        for (const auto &[path, item] : document.at("paths").as_object())
            for (const auto &[method, operation] : item.as_object())
                if (operation.is_object())
                    QVERIFY2(ids.emplace(operation.at("operationId").as_string()).second,
                             operation.at("operationId").as_string().c_str());
    }

    /// The numbers are those of gnostic's openapi.v2.
    void protobufSaysTheSame() {
        const auto json = parsed(openApiV2(served()));
        const std::string document = openApiV2Protobuf(served());
        QCOMPARE(fieldOf(document, 1), std::string_view("2.0"));
        const std::string_view paths = fieldOf(document, 8), definitions = fieldOf(document, 9);
        QCOMPARE(fieldsOf(paths, 2).size(), json.at("paths").as_object().size());
        QCOMPARE(fieldsOf(definitions, 1).size(), json.at("definitions").as_object().size());

        const std::string_view item = entryOf(paths, 2, "/apis/apps/v1/namespaces/{namespace}/deployments/{name}");
        const std::string_view patch = fieldOf(item, 8);
        QCOMPARE(fieldOf(patch, 5), std::string_view("patchAppsV1NamespacedDeployment"));
        QCOMPARE(fieldsOf(patch, 7).size(), size_t(4));
        // A parameter is {parameter = 1: {body = 1 | non body = 2: {query = 3 | path = 4}}}.
        std::set<std::string_view> query, body;
        for (std::string_view parameter : fieldsOf(patch, 8)) {
            const std::string_view inner = fieldOf(parameter, 1);
            for (std::string_view found : fieldsOf(inner, 1))
                body.insert(fieldOf(found, 2));
            for (std::string_view found : fieldsOf(inner, 2))
                query.insert(fieldOf(fieldOf(found, 3), 4));
        }
        QCOMPARE(body, std::set<std::string_view>{"body"});
        QVERIFY(query.contains("fieldManager") && query.contains("force") && query.contains("dryRun"));
        const auto shared = fieldsOf(item, 9);
        QCOMPARE(shared.size(), size_t(2));
        QCOMPARE(fieldOf(fieldOf(fieldOf(fieldOf(shared[0], 1), 2), 4), 4), std::string_view("name"));
        // Responses: {name = 1, value = 2: {response = 1: {schema = 2: {schema = 1}}}}.
        const std::string_view ok = fieldOf(entryOf(fieldOf(patch, 9), 1, "200"), 1);
        QCOMPARE(fieldOf(fieldOf(fieldOf(ok, 2), 1), 1),
                 std::string_view("#/definitions/io.k8s.api.apps.v1.Deployment"));
        QCOMPARE(fieldOf(entryOf(patch, 13, "x-kubernetes-action"), 2), std::string_view("\"patch\""));

        const std::string_view spec = entryOf(definitions, 1, "io.k8s.api.core.v1.PodSpec");
        QCOMPARE(fieldOf(fieldOf(spec, 22), 1), std::string_view("object"));
        QCOMPARE(fieldOf(spec, 19), std::string_view("containers"));
        const std::string_view containers = entryOf(fieldOf(spec, 25), 1, "containers");
        QCOMPARE(fieldOf(fieldOf(fieldOf(containers, 23), 1), 1),
                 std::string_view("#/definitions/io.k8s.api.core.v1.Container"));
        QCOMPARE(fieldOf(entryOf(containers, 31, "x-kubernetes-list-map-keys"), 2), std::string_view("[\"name\"]"));
        const std::string_view labels = entryOf(
            fieldOf(entryOf(definitions, 1, "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"), 25), 1, "labels");
        QCOMPARE(fieldOf(fieldOf(fieldOf(fieldOf(labels, 21), 1), 22), 1), std::string_view("string"));
    }
};

QTEST_GUILESS_MAIN(OpenApiTest)
#include "tst_openapi.moc"
