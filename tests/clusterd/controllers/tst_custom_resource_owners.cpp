#include "clusterd/controllers/garbagecollector/garbage_collector.h"
#include "clusterd/controllers/namespace_controller.h"
#include "clusterd/controllers/served_resources.h"
#include "core/api/types/core_v1.h"
#include "tests/clusterd/controllers/controllers_fixture.h"

#include <QTest>
#include <fmt/format.h>

using namespace coracle;
using namespace coracle::controllers;

namespace {

constexpr std::string_view kDefinition =
    R"({"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"things.example.com"},)"
    R"("spec":{"group":"example.com","scope":"Namespaced","names":{"plural":"things","kind":"Thing"},"versions":[)"
    R"({"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object",)"
    R"("x-kubernetes-preserve-unknown-fields":true}}}]}})";

struct Fixture : test::ControllersFixture {
    Fixture() {
        add<GarbageCollector>();
        add<NamespaceController>();
        start();
    }
    api::ResourcePtr things() { return findServedKind(api.client(), "example.com/v1", "Thing"); }
    void define() {
        create(kDefinition);
        until([&] { return things() != nullptr; });
    }
    client::ObjectPtr thing(const std::string &name, std::string owner = "") {
        const api::ResourcePtr resource = things();
        if (!owner.empty())
            owner = R"(,"ownerReferences":[)" + owner + "]";
        auto made = api.run(api.client().create(
            *resource, "work",
            fmt::format(
                R"({{"apiVersion":"example.com/v1","kind":"Thing","metadata":{{"name":"{}","namespace":"work"{}}}}})",
                name, owner)));
        if (!made)
            qFatal("%s", made.error().message.c_str());
        return *made;
    }
    bool has(const std::string &name) {
        const api::ResourcePtr resource = things();
        return resource && api.run(api.client().get(*resource, "work", name)).has_value();
    }
};

std::string reference(const client::ObjectPtr &owner) {
    return fmt::format(R"({{"apiVersion":"{}","kind":"{}","name":"{}","uid":"{}"}})", owner->apiVersion(),
                       owner->kind(), owner->name(), owner->uid());
}

} // namespace

class CustomResourceOwnersTest : public QObject {
    Q_OBJECT

private slots:
    void customResourcesFollowTheirOwner() {
        Fixture f;
        f.create(R"({"apiVersion":"v1","kind":"Namespace","metadata":{"name":"work"}})");
        f.define();
        const auto owner =
            f.create(R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"owner","namespace":"work"}})");
        const auto child = f.thing("child", reference(owner));
        f.thing("grandchild", reference(child));
        f.thing("stranger");
        f.settle();
        QVERIFY(f.has("grandchild"));
        QVERIFY(f.api.run(f.api.client().remove(corev1::ConfigMap::resource(), "work", "owner")).has_value());
        f.until([&] { return !f.has("child") && !f.has("grandchild"); });
        QVERIFY(f.has("stranger"));
    }

    void aNamespaceTakesThemAlong() {
        Fixture f;
        f.define();
        f.create(
            R"({"apiVersion":"v1","kind":"Namespace","metadata":{"name":"work"},"spec":{"finalizers":["kubernetes"]}})");
        f.thing("a");
        QVERIFY(f.api.run(f.api.client().remove(corev1::Namespace::resource(), "", "work")).has_value());
        f.until([&] { return !f.has("a") && !f.read<corev1::Namespace>("", "work"); });
    }

    void definitionsComeAndGo() {
        Fixture f;
        f.create(R"({"apiVersion":"v1","kind":"Namespace","metadata":{"name":"work"}})");
        for (int i = 0; i < 2; ++i) {
            f.define();
            const auto owner = f.thing("owner");
            f.create(fmt::format(
                R"({{"apiVersion":"v1","kind":"ConfigMap","metadata":{{"name":"c{}","namespace":"work","ownerReferences":[{}]}}}})",
                i, reference(owner)));
            f.settle();
            const auto *definitions = api::findResource("apiextensions.k8s.io", "customresourcedefinitions");
            QVERIFY(f.api.run(f.api.client().remove(*definitions, "", "things.example.com")).has_value());
            f.until([&] { return f.things() == nullptr; });
            // Its owner went with the definition.
            f.until([&] { return !f.read<corev1::ConfigMap>("work", fmt::format("c{}", i)); });
        }
    }
};

QTEST_GUILESS_MAIN(CustomResourceOwnersTest)
#include "tst_custom_resource_owners.moc"
