#include "core/api/openapi.h"
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

} // namespace

class OpenApiTest : public QObject {
    Q_OBJECT

private slots:
    void documentsAreWhole() {
        const auto paths = openApiV3Paths();
        QVERIFY(paths.size() > 20);
        for (const std::string &path : paths) {
            const size_t slash = path.rfind('/');
            const std::string version = path.substr(slash + 1);
            const std::string group = path.starts_with("apis/") ? path.substr(5, slash - 5) : "";
            const auto document = parsed(openApiV3(group, version));
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
        QVERIFY(openApiV3("none", "v1").empty());
    }

    void everyKindIsFoundByItsPaths() {
        for (const ResourceInfo &resource : builtinResources()) {
            if (std::ranges::find(resource.verbs, "get") == resource.verbs.end())
                continue;
            const auto document = parsed(openApiV3(resource.group, resource.version));
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
        const auto document = parsed(openApiV3("apps", "v1"));
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
        const auto index = parsed(openApiV3Index());
        const auto &paths = index.at("paths").as_object();
        QCOMPARE(paths.size(), openApiV3Paths().size());
        const std::string url(paths.at("apis/apps/v1").at("serverRelativeURL").as_string());
        QCOMPARE(url, "/openapi/v3/apis/apps/v1?hash=" + openApiHash(openApiV3("apps", "v1")));
        QVERIFY(openApiHash("a") != openApiHash("b"));
        QCOMPARE(openApiHash("a"), openApiHash("a"));
    }

    void versionTwoIsWhole() {
        const auto document = parsed(openApiV2());
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
};

QTEST_GUILESS_MAIN(OpenApiTest)
#include "tst_openapi.moc"
