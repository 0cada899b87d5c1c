#include "clusterd/controllers/pod_util.h"
#include "clusterd/controllers/volume/ephemeral_volume_controller.h"
#include "clusterd/controllers/volume/pv_protection_controller.h"
#include "clusterd/controllers/volume/pvc_protection_controller.h"
#include "clusterd/controllers/volume/vac_protection_controller.h"
#include "tests/clusterd/controllers/controllers_fixture.h"

#include <QTest>
#include <fmt/format.h>

using namespace coracle;
using namespace coracle::controllers;

namespace {

struct Fixture : test::ControllersFixture {
    Fixture() {
        add<EphemeralVolumeController>();
        add<PvProtectionController>();
        add<PvcProtectionController>();
        add<VacProtectionController>();
        start();
    }
    void createClaim() {
        create(R"({"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"data","namespace":"default"},
            "spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}})");
        until([&] { return isProtected<corev1::PersistentVolumeClaim>("default", "data"); });
    }
    template<class T>
    bool isProtected(std::string namespaceName, std::string name) {
        return !read<T>(std::move(namespaceName), std::move(name))->metadata.finalizers.empty();
    }
    void createPod(const std::string &volume, const std::string &node = "node-1") {
        create(fmt::format(R"({{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"user","namespace":"default"}},
            "spec":{{"nodeName":"{}","containers":[{{"name":"c","image":"i"}}],"volumes":[{{"name":"v",{}}}]}}}})",
                           node, volume));
    }
    template<class T>
    void remove(std::string namespaceName, std::string name, int64_t grace = 0) {
        client::DeleteOptions options;
        options.gracePeriodSeconds = grace;
        auto removed = api.run(api.client().remove(T::resource(), std::move(namespaceName), std::move(name), options));
        if (!removed)
            qFatal("%s", removed.error().message.c_str());
    }
    bool hasClaim(const std::string &name = "data") {
        return read<corev1::PersistentVolumeClaim>("default", name).has_value();
    }
};

const std::string kUsesData = R"("persistentVolumeClaim":{"claimName":"data"})";

} // namespace

/// Claims and volumes are kept while they are used, and go then.
class VolumeProtectionTest : public QObject {
    Q_OBJECT

private slots:
    void anUnusedClaimGoesAtOnce() {
        Fixture f;
        f.createClaim();
        f.remove<corev1::PersistentVolumeClaim>("default", "data");
        f.until([&] { return !f.hasClaim(); });
    }

    void aUsedClaimWaitsForItsPod() {
        Fixture f;
        f.createClaim();
        f.createPod(kUsesData);
        f.remove<corev1::PersistentVolumeClaim>("default", "data");
        f.settle();
        QVERIFY(f.hasClaim());
        QVERIFY(f.read<corev1::PersistentVolumeClaim>("default", "data")->metadata.deletionTimestamp);
        f.remove<corev1::Pod>("default", "user");
        f.until([&] { return !f.hasClaim(); });
    }

    void aPodWithoutNodeDoesNotCount() {
        Fixture f;
        f.createClaim();
        f.createPod(kUsesData, "");
        f.remove<corev1::PersistentVolumeClaim>("default", "data");
        f.until([&] { return !f.hasClaim(); });
    }

    /// It may wait for the claim itself: in foreground deletion its finalizer goes when what it owns has gone.
    void aPodThatIsShutDownDoesNotCount() {
        Fixture f;
        f.createClaim();
        f.createPod(kUsesData);
        f.merge(corev1::Pod::resource(), "default", "user", R"({"metadata":{"finalizers":["example.com/hold"]}})");
        f.remove<corev1::PersistentVolumeClaim>("default", "data");
        f.remove<corev1::Pod>("default", "user", 30);
        f.settle();
        QVERIFY(f.hasClaim());
        f.remove<corev1::Pod>("default", "user");
        f.until([&] { return !f.hasClaim(); });
        QVERIFY(f.read<corev1::Pod>("default", "user"));
    }

    void aBoundVolumeWaits() {
        Fixture f;
        f.create(R"({"apiVersion":"v1","kind":"PersistentVolume","metadata":{"name":"disk"},"spec":{
            "accessModes":["ReadWriteOnce"],"capacity":{"storage":"1Gi"},"hostPath":{"path":"/x"}}})");
        f.until([&] { return f.isProtected<corev1::PersistentVolume>("", "disk"); });
        f.merge(corev1::PersistentVolume::resource(), "", "disk", R"({"status":{"phase":"Bound"}})", "status");
        f.remove<corev1::PersistentVolume>("", "disk");
        f.settle();
        QVERIFY(f.read<corev1::PersistentVolume>("", "disk"));
        f.merge(corev1::PersistentVolume::resource(), "", "disk", R"({"status":{"phase":"Released"}})", "status");
        f.until([&] { return !f.read<corev1::PersistentVolume>("", "disk"); });
    }

    void aUsedAttributesClassWaits() {
        Fixture f;
        const api::ResourceInfo &classes = *api::findResource("storage.k8s.io", "volumeattributesclasses");
        const auto present = [&] { return f.api.run(f.api.client().get(classes, "", "gold")).has_value(); };
        f.create(R"({"apiVersion":"storage.k8s.io/v1","kind":"VolumeAttributesClass","metadata":{"name":"gold"},
            "driverName":"example.com","parameters":{"iops":"9"}})");
        f.create(R"({"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"data","namespace":"default"},
            "spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}},
            "volumeAttributesClassName":"gold"}})");
        QVERIFY(f.api.run(f.api.client().remove(classes, "", "gold")));
        f.settle();
        QVERIFY(present());
        f.remove<corev1::PersistentVolumeClaim>("default", "data");
        f.until([&] { return !present(); });
    }

    void ephemeralVolumesGetTheirClaims() {
        Fixture f;
        f.createPod(R"("ephemeral":{"volumeClaimTemplate":{"metadata":{"labels":{"a":"b"}},"spec":{
            "accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}})");
        f.until([&] { return f.hasClaim("user-v"); });
        const auto claim = *f.read<corev1::PersistentVolumeClaim>("default", "user-v");
        QCOMPARE(claim.metadata.labels.at("a"), std::string("b"));
        QCOMPARE(controllerOf(claim.metadata)->name, std::string("user"));
        // It is the pod's: used by it, and made anew when it is lost.
        f.remove<corev1::PersistentVolumeClaim>("default", "user-v");
        f.settle();
        QVERIFY(f.hasClaim("user-v"));
        f.remove<corev1::Pod>("default", "user");
        f.until([&] { return !f.hasClaim("user-v"); });
    }
};

QTEST_GUILESS_MAIN(VolumeProtectionTest)
#include "tst_volume_protection.moc"
