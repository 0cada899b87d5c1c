#include "clusterd/controllers/controller_ref_manager.h"
#include "core/api/types/apps_v1.h"
#include "core/api/types/core_v1.h"
#include "tests/clusterd/controllers/controllers_fixture.h"

#include <QTest>
#include <fmt/format.h>
#include <set>

using namespace coracle;
using namespace coracle::controllers;

namespace {

/// A ReplicaSet that nobody works on, and pods with the label app.
struct Fixture : test::ControllersFixture {
    Fixture() {
        addControllerIndex(pods);
        start();
        create(R"({"apiVersion":"apps/v1","kind":"ReplicaSet","metadata":{"name":"web","namespace":"shop"},"spec":{
            "selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}},"spec":{
            "containers":[{"name":"c","image":"i"}]}}}})");
        owner = read<appsv1::ReplicaSet>("shop", "web")->metadata;
        rules.matches = [](const api::Object &pod) { return pod.label("app") == "web"; };
    }
    void pod(const char *name, const char *app, std::string more = "") {
        create(fmt::format(R"({{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"{}","namespace":"shop","labels":{{)"
                           R"("app":"{}"}}{}}},"spec":{{"containers":[{{"name":"c","image":"i"}}]}}}})",
                           name, app, more));
    }
    std::string ownerReference(const std::string &uid) const {
        return fmt::format(
            R"(,"ownerReferences":[{{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"web","uid":"{}",)"
            R"("controller":true}}])",
            uid);
    }
    /// The names of what is claimed, or the error.
    std::string claim() {
        settle();
        ControllerRefManager manager(api.client(), appsv1::ReplicaSet::resource(), owner);
        auto claimed = api.run(manager.claim(pods, corev1::Pod::resource(), rules));
        if (!claimed)
            return claimed.error().message;
        std::set<std::string_view> names;
        for (const ObjectPtr &object : *claimed)
            names.insert(object->name());
        return fmt::format("{}", fmt::join(names, " "));
    }
    std::string controllerOfPod(const char *name) {
        const auto pod = api.run(api.client().get(corev1::Pod::resource(), "shop", name));
        const api::Object::Owner *found = (*pod)->controller();
        return found ? std::string(found->uid) : "";
    }

    client::Informer &pods = informers.get<corev1::Pod>();
    metav1::ObjectMeta owner;
    ClaimRules rules;
};

} // namespace

class ControllerRefManagerTest : public QObject {
    Q_OBJECT

private slots:
    void adoptsAndReleases() {
        Fixture f;
        f.pod("mine", "web", f.ownerReference(f.owner.uid));
        f.pod("strayed", "other", f.ownerReference(f.owner.uid));
        f.pod("orphan", "web");
        f.pod("stranger", "other");
        f.pod("foreign", "web", f.ownerReference("another"));
        QCOMPARE(f.claim(), std::string("mine orphan"));
        QCOMPARE(f.controllerOfPod("orphan"), f.owner.uid);
        QCOMPARE(f.controllerOfPod("strayed"), std::string());
        QCOMPARE(f.controllerOfPod("foreign"), std::string("another"));
        const int64_t revision = f.api.store().revision();
        QCOMPARE(f.claim(), std::string("mine orphan"));
        QCOMPARE(f.api.store().revision(), revision);
    }

    void finalizersComeAndGo() {
        Fixture f;
        f.rules.finalizer = "example.com/count";
        f.pod("strayed", "other",
              f.ownerReference(f.owner.uid) + R"(,"finalizers":["example.com/count","example.com/keep"])");
        f.pod("orphan", "web", R"(,"finalizers":["example.com/keep"])");
        QCOMPARE(f.claim(), std::string("orphan"));
        const auto finalizers = [&](const char *name) {
            return f.read<corev1::Pod>("shop", name)->metadata.finalizers;
        };
        QCOMPARE(finalizers("strayed"), std::vector<std::string>{"example.com/keep"});
        QCOMPARE(finalizers("orphan").size(), size_t(2));
    }

    /// The informer shows an owner that is there; the API knows better.
    void anOwnerThatIsGoneAdoptsNothing() {
        Fixture f;
        f.pod("mine", "web", f.ownerReference(f.owner.uid));
        f.pod("orphan", "web");
        QVERIFY(f.api.run(f.api.client().remove(appsv1::ReplicaSet::resource(), "shop", "web")).has_value());
        QVERIFY(f.claim().find("not found") != std::string::npos);
        QCOMPARE(f.controllerOfPod("orphan"), std::string());
    }

    void anOwnerThatIsBeingDeletedLeavesAllAsItIs() {
        Fixture f;
        f.owner.deletionTimestamp = api::Time(f.clock.now());
        f.pod("mine", "web", f.ownerReference(f.owner.uid));
        f.pod("strayed", "other", f.ownerReference(f.owner.uid));
        f.pod("orphan", "web");
        QCOMPARE(f.claim(), std::string("mine"));
        QCOMPARE(f.controllerOfPod("orphan"), std::string());
        QCOMPARE(f.controllerOfPod("strayed"), f.owner.uid);
    }

    void someAreIgnored() {
        Fixture f;
        f.rules.ignores = [](const api::Object &pod) { return pod.name() == "orphan"; };
        f.pod("orphan", "web");
        f.pod("other", "web");
        QCOMPARE(f.claim(), std::string("other"));
        QCOMPARE(f.controllerOfPod("orphan"), std::string());
    }
};

QTEST_GUILESS_MAIN(ControllerRefManagerTest)
#include "tst_controller_ref_manager.moc"
