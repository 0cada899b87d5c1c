#include "clusterd/apiserver/bootstrap/bootstrap.h"
#include "tests/clusterd/apiserver/support/fake_reader.h"
#include "tests/clusterd/apiserver/support/test_api.h"

#include <QTest>

using namespace coracle;
using namespace coracle::apiserver;
using coracle::test::json;
using coracle::test::TestApi;

namespace {

BootstrapOptions options() {
    return {.serverAddresses = {"10.0.0.2", "10.0.0.1"},
            .serverPort = 6443,
            .serviceIps = {"10.43.0.1"},
            .clientCaPem = "CA",
            .requestHeaderCaPem = "PROXY"};
}

JsonObject read(TestApi &api, std::string_view group, std::string_view resource, std::string_view space,
                std::string_view name) {
    const api::ObjectPtr object = api.store().get(*api::findResource(group, resource), space, name);
    return object ? json(object->json()) : JsonObject();
}

} // namespace

class BootstrapTest : public QObject {
    Q_OBJECT

private slots:
    void makesEverythingOnce() {
        TestApi api;
        const auto first = api.run(bootstrapCluster(api.client(), options()));
        QVERIFY2(first.has_value(), first ? "" : first.error().message.c_str());
        for (const char *name : {"default", "kube-system", "kube-public", "kube-node-lease"})
            QVERIFY(hasAt(read(api, "", "namespaces", "", name), "metadata"));
        QCOMPARE(api.store().list(*api::findResource("rbac.authorization.k8s.io", "clusterroles"), "").size(),
                 size_t(69));
        QVERIFY(arrayAt(read(api, "rbac.authorization.k8s.io", "clusterroles", "", "admin"), "rules").size() > 10);
        QCOMPARE(intAt(read(api, "scheduling.k8s.io", "priorityclasses", "", "system-node-critical"), "value"),
                 int64_t(2000001000));
        const JsonObject slice = read(api, "discovery.k8s.io", "endpointslices", "default", "kubernetes");
        QCOMPARE(std::string(asText(arrayAt(asObject(arrayAt(slice, "endpoints")[0]), "addresses")[0])),
                 std::string("10.0.0.1"));
        QCOMPARE(std::string(textAt(read(api, "", "services", "default", "kubernetes"), "spec", "clusterIP")),
                 std::string("10.43.0.1"));
        QCOMPARE(std::string(textAt(read(api, "", "configmaps", "kube-system", "extension-apiserver-authentication"),
                                    "data", "requestheader-allowed-names")),
                 std::string("[\"system:auth-proxy\"]"));

        const auto revision = api.store().revision();
        QVERIFY(api.run(bootstrapCluster(api.client(), options())).has_value());
        QCOMPARE(api.store().revision(), revision); // nothing was missing, so nothing was written
    }

    void followsChanges() {
        TestApi api;
        QVERIFY(api.run(bootstrapCluster(api.client(), options())).has_value());
        QVERIFY(api.run(api.client().remove(*api::findResource("rbac.authorization.k8s.io", "clusterroles"), "",
                                            "system:discovery"))
                    .has_value());
        BootstrapOptions moved = options();
        moved.serverAddresses = {"10.0.0.9"};
        QVERIFY(api.run(bootstrapCluster(api.client(), moved)).has_value());
        QVERIFY(hasAt(read(api, "rbac.authorization.k8s.io", "clusterroles", "", "system:discovery"), "rules"));
        const JsonObject endpoints = read(api, "", "endpoints", "default", "kubernetes");
        QCOMPARE(
            std::string(textAt(asObject(arrayAt(asObject(arrayAt(endpoints, "subsets")[0]), "addresses")[0]), "ip")),
            std::string("10.0.0.9"));
    }
};

QTEST_GUILESS_MAIN(BootstrapTest)
#include "tst_bootstrap.moc"
