#include "clusterd/volume/annotations.h"
#include "clusterd/volume/storage_class.h"

#include "core/base/clock.h"

#include <QTest>

using namespace coracle;
using namespace coracle::volume;

namespace {

storagev1::StorageClass named(const std::string &name, int age,
                              std::string_view annotation = annotations::kDefaultClass,
                              const std::string &value = "true") {
    storagev1::StorageClass storageClass;
    storageClass.metadata.name = name;
    storageClass.metadata.creationTimestamp = api::Time(WallTime(std::chrono::seconds(1000 - age)));
    storageClass.metadata.annotations[std::string(annotation)] = value;
    return storageClass;
}

std::string defaultOf(const std::vector<storagev1::StorageClass> &classes) {
    const storagev1::StorageClass *chosen = defaultClass(classes);
    return chosen ? chosen->metadata.name : "";
}

} // namespace

class StorageClassTest : public QObject {
    Q_OBJECT

private slots:
    void nameOfTheClass() {
        corev1::PersistentVolumeClaim claim;
        QCOMPARE(classOf(claim), "");
        QVERIFY(!saysClass(claim));
        claim.spec.storageClassName = "";
        QCOMPARE(classOf(claim), "");
        QVERIFY(saysClass(claim));
        claim.spec.storageClassName = "new";
        QCOMPARE(classOf(claim), "new");
        claim.metadata.annotations[std::string(annotations::kBetaStorageClass)] = "old";
        QCOMPARE(classOf(claim), "old");
        corev1::PersistentVolume volume;
        volume.spec.storageClassName = "new";
        QCOMPARE(classOf(volume), "new");
        volume.metadata.annotations[std::string(annotations::kBetaStorageClass)] = "old";
        QCOMPARE(classOf(volume), "old");
    }

    void theDefault() {
        QCOMPARE(defaultOf({}), "");
        QCOMPARE(defaultOf({named("a", 1, annotations::kDefaultClass, "false"), named("b", 2, "other")}), "");
        QCOMPARE(defaultOf({named("a", 9), named("b", 2), named("c", 5)}), "b"); // the youngest
        QCOMPARE(defaultOf({named("b", 2), named("a", 2)}), "a");
        QCOMPARE(defaultOf({named("a", 2, annotations::kBetaDefaultClass)}), "a");
    }

    void bindingMode() {
        storagev1::StorageClass storageClass;
        QVERIFY(!waitsForConsumer(storageClass));
        storageClass.volumeBindingMode = "Immediate";
        QVERIFY(!waitsForConsumer(storageClass));
        storageClass.volumeBindingMode = "WaitForFirstConsumer";
        QVERIFY(waitsForConsumer(storageClass));
        QVERIFY(!isStatic(storageClass));
        storageClass.provisioner = kNoProvisioner;
        QVERIFY(isStatic(storageClass));
    }

    void allowedTopologies() {
        const auto node = *api::Object::parse(
            R"({"apiVersion":"v1","kind":"Node","metadata":{"name":"n","labels":{"zone":"x","disk":"ssd"}}})");
        storagev1::StorageClass storageClass;
        QVERIFY(allowsNode(storageClass, *node));
        const auto require = [](corev1::TopologySelectorTerm &term, const char *key, std::vector<std::string> values) {
            auto &requirement = term.matchLabelExpressions.emplace_back();
            requirement.key = key;
            requirement.values = std::move(values);
        };
        require(storageClass.allowedTopologies.emplace_back(), "zone", {"y", "z"});
        QVERIFY(!allowsNode(storageClass, *node));
        auto &second = storageClass.allowedTopologies.emplace_back();
        require(second, "zone", {"x", "y"});
        QVERIFY(allowsNode(storageClass, *node));
        require(second, "disk", {"hdd"});
        QVERIFY(!allowsNode(storageClass, *node));
    }
};

QTEST_GUILESS_MAIN(StorageClassTest)
#include "tst_storage_class.moc"
