#include "clusterd/controllers/clusterrole_aggregation_controller.h"
#include "clusterd/controllers/resourcequota_controller.h"
#include "clusterd/controllers/served_resources.h"
#include "clusterd/controllers/servicecidrs_controller.h"
#include "core/api/types/core_v1.h"
#include "core/api/types/networking_v1.h"
#include "core/api/types/rbac_v1.h"
#include "tests/clusterd/controllers/controllers_fixture.h"

#include <QTest>
#include <fmt/format.h>

using namespace coracle;
using namespace coracle::controllers;
using coracle::test::ControllersFixture;

namespace {

constexpr std::string_view kThings =
    R"({"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"things.example.com"},)"
    R"("spec":{"group":"example.com","scope":"Namespaced","names":{"plural":"things","kind":"Thing"},"versions":[)"
    R"({"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object",)"
    R"("x-kubernetes-preserve-unknown-fields":true}}}]}})";

} // namespace

class ClusterControllersTest : public QObject {
    Q_OBJECT

private slots:
    void rolesAreAggregated() {
        ControllersFixture f;
        f.add<ClusterRoleAggregationController>();
        f.start();
        f.create(R"({"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole","metadata":{"name":"all"},
            "aggregationRule":{"clusterRoleSelectors":[{"matchLabels":{"to":"all"}}]},"rules":[]})");
        auto rules = [&] { return f.read<rbacv1::ClusterRole>("", "all")->rules; };
        f.create(R"({"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole","metadata":{"name":"part",
            "labels":{"to":"all"}},"rules":[{"apiGroups":[""],"resources":["pods"],"verbs":["get"]}]})");
        f.until([&] { return rules().size() == 1; });
        QCOMPARE(rules()[0].resources, std::vector<std::string>{"pods"});
        f.merge(rbacv1::ClusterRole::resource(), "", "part",
                R"({"rules":[{"apiGroups":[""],"resources":["secrets"],"verbs":["get"]}]})");
        f.until([&] { return rules().size() == 1 && rules()[0].resources[0] == "secrets"; });
        f.merge(rbacv1::ClusterRole::resource(), "", "part", R"({"metadata":{"labels":null}})");
        f.until([&] { return rules().empty(); });
    }

    void serviceCidrsAreProtected() {
        ControllersFixture f;
        f.add<ServiceCidrsController>();
        f.start();
        auto cidr = [&] { return f.read<networkingv1::ServiceCIDR>("", "more"); };
        auto ready = [&]() -> std::string {
            const auto present = cidr();
            return present && present->status.conditions.size() == 1 ? present->status.conditions[0].status : "";
        };
        f.create(R"({"apiVersion":"networking.k8s.io/v1","kind":"ServiceCIDR","metadata":{"name":"more"},
            "spec":{"cidrs":["10.99.0.0/24"]}})");
        f.until([&] { return ready() == "True"; });
        QCOMPARE(cidr()->metadata.finalizers, std::vector<std::string>{"networking.k8s.io/service-cidr-finalizer"});
        f.create(R"({"apiVersion":"networking.k8s.io/v1","kind":"IPAddress","metadata":{"name":"10.99.0.7"},
            "spec":{"parentRef":{"resource":"services","namespace":"default","name":"web"}}})");
        f.settle();
        QVERIFY(f.api.run(f.api.client().remove(networkingv1::ServiceCIDR::resource(), "", "more")).has_value());
        f.until([&] { return ready() == "False"; });
        QCOMPARE(cidr()->status.conditions[0].reason, std::string("Terminating"));
        // Another one that holds the address lets it go.
        f.create(R"({"apiVersion":"networking.k8s.io/v1","kind":"ServiceCIDR","metadata":{"name":"wide"},
            "spec":{"cidrs":["10.99.0.0/16"]}})");
        f.until([&] { return !cidr(); });
    }

    void quotasAreCountedAnew() {
        ControllersFixture f;
        f.add<ResourceQuotaController>();
        f.start();
        f.create(R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","namespace":"shop"}})");
        f.create(R"({"apiVersion":"v1","kind":"ResourceQuota","metadata":{"name":"q","namespace":"shop"},
            "spec":{"hard":{"configmaps":"5","pods":"3","requests.cpu":"2"}}})");
        auto used = [&](const char *name) -> std::string {
            const auto quota = f.read<corev1::ResourceQuota>("shop", "q");
            const auto amount = quota->status.used.find(name);
            return amount == quota->status.used.end() ? "" : amount->second.text();
        };
        f.until([&] { return used("configmaps") == "1"; });
        QCOMPARE(used("pods"), std::string("0"));
        QCOMPARE(f.read<corev1::ResourceQuota>("shop", "q")->status.hard.at("configmaps").text(), std::string("5"));
        // What admission charged for objects that are gone comes back.
        f.merge(corev1::ResourceQuota::resource(), "shop", "q", R"({"status":{"used":{"configmaps":"4"}}})", "status");
        QVERIFY(f.api.run(f.api.client().remove(corev1::ConfigMap::resource(), "shop", "a")).has_value());
        f.until([&] { return used("configmaps") == "0"; });
        // A pod that has ended takes nothing any more.
        f.create(R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","namespace":"shop"},"spec":{"containers":[
            {"name":"c","image":"i","resources":{"requests":{"cpu":"1"}}}]}})");
        f.merge(corev1::ResourceQuota::resource(), "shop", "q",
                R"({"status":{"used":{"pods":"1","requests.cpu":"1"}}})", "status");
        f.merge(corev1::Pod::resource(), "shop", "p", R"({"status":{"phase":"Succeeded"}})", "status");
        f.until([&] { return used("pods") == "0" && used("requests.cpu") == "0"; });
        // A change of what is limited is counted.
        f.merge(corev1::ResourceQuota::resource(), "shop", "q", R"({"spec":{"hard":{"count/pods":"9"}}})");
        f.until([&] { return used("count/pods") == "1"; });
    }

    /// Without waiting for the next count of everything.
    void quotasOfCustomResources() {
        ControllersFixture f;
        f.add<ResourceQuotaController>();
        f.start();
        f.create(R"({"apiVersion":"v1","kind":"ResourceQuota","metadata":{"name":"q","namespace":"shop"},
            "spec":{"hard":{"count/things.example.com":"9","configmaps":"5"}}})");
        auto used = [&]() -> std::string {
            const auto quota = f.read<corev1::ResourceQuota>("shop", "q");
            const auto amount = quota->status.used.find("count/things.example.com");
            return amount == quota->status.used.end() ? "" : amount->second.text();
        };
        f.create(kThings);
        const auto things = [&] { return findServedKind(f.api.client(), "example.com/v1", "Thing"); };
        f.until([&] { return things() && used() == "0"; });
        for (const char *name : {"a", "b", "c"}) {
            std::string body = fmt::format(
                R"({{"apiVersion":"example.com/v1","kind":"Thing","metadata":{{"name":"{}","namespace":"shop"}}}})",
                name);
            QVERIFY(f.api.run(f.api.client().create(*things(), "shop", std::move(body))).has_value());
        }
        // As admission would have charged them.
        f.merge(corev1::ResourceQuota::resource(), "shop", "q",
                R"({"status":{"used":{"count/things.example.com":"3"}}})", "status");
        f.settle();
        QVERIFY(f.api.run(f.api.client().remove(*things(), "shop", "b")).has_value());
        f.until([&] { return used() == "2"; });
        // Without the definition there is nothing to be charged.
        const auto *definitions = api::findResource("apiextensions.k8s.io", "customresourcedefinitions");
        QVERIFY(f.api.run(f.api.client().remove(*definitions, "", "things.example.com")).has_value());
        f.until([&] { return used().empty() || used() == "0"; });
        QCOMPARE(f.read<corev1::ResourceQuota>("shop", "q")->status.used.at("configmaps").text(), std::string("0"));
    }
};

QTEST_GUILESS_MAIN(ClusterControllersTest)
#include "tst_cluster_controllers.moc"
