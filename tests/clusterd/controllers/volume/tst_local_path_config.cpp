#include "clusterd/controllers/volume/claim_resize.h"
#include "clusterd/controllers/volume/local_path_config.h"
#include "clusterd/controllers/volume/local_path_volume.h"
#include "clusterd/volume/local_path.h"

#include <QTest>

using namespace coracle;
using namespace coracle::controllers;

namespace {

using Paths = std::vector<std::string>;

QString errorOf(const char *config) {
    const auto parsed = LocalPathConfig::parse(config);
    return QString::fromStdString(parsed ? std::string() : parsed.error().message);
}

corev1::PersistentVolumeClaim claim() {
    corev1::PersistentVolumeClaim claim;
    claim.metadata.name = "data";
    claim.metadata.namespace_ = "default";
    claim.metadata.uid = "0815";
    claim.spec.accessModes = {"ReadWriteOnce"};
    claim.spec.resources.requests["storage"] = *api::Quantity::parse("1Gi");
    return claim;
}

storagev1::StorageClass storageClass() {
    storagev1::StorageClass storageClass;
    storageClass.metadata.name = "local-path";
    storageClass.reclaimPolicy = "Retain";
    return storageClass;
}

api::ObjectPtr node() {
    return *api::Object::parse(
        R"({"apiVersion":"v1","kind":"Node","metadata":{"name":"n1","labels":{"kubernetes.io/hostname":"host-1"}}})");
}

} // namespace

class LocalPathConfigTest : public QObject {
    Q_OBJECT

private slots:
    void pathsOfNodes() {
        const auto config = LocalPathConfig::parse(
            R"({"nodePathMap":[{"node":"DEFAULT_PATH_FOR_NON_LISTED_NODES","paths":["/data"]},)"
            R"({"node":"n2","paths":["/a","/b"]},{"node":"n3","paths":[]}],)"
            R"("storageClassConfigs":{"fast":{"nodePathMap":[{"node":"n1","paths":["/ssd"]}]}}})");
        QVERIFY2(config, config ? "" : config.error().message.c_str());
        QCOMPARE(*config->pathsFor("local-path", "n1"), Paths{"/data"});
        QCOMPARE(*config->pathsFor("local-path", "n2"), (Paths{"/a", "/b"}));
        QCOMPARE(config->pathsFor("local-path", "n3").error().message, "no local path available on node n3");
        QCOMPARE(*config->pathsFor("fast", "n1"), Paths{"/ssd"});
        QCOMPARE(config->pathsFor("fast", "n2").error().message,
                 "config doesn't contain node n2, and no DEFAULT_PATH_FOR_NON_LISTED_NODES available");
    }

    void badConfigurations_data() {
        QTest::addColumn<QString>("config");
        QTest::addColumn<QString>("message");
        auto paths = [](const char *list) {
            return QString(R"({"nodePathMap":[{"node":"n","paths":[%1]}]})").arg(list);
        };
        QTest::newRow("no JSON") << "nodePathMap:" << "config.json is not a JSON object";
        QTest::newRow("no object") << "[]" << "config.json is not a JSON object";
        QTest::newRow("empty") << "{}" << "config.json: nodePathMap is missing or not a list";
        QTest::newRow("no node") << R"({"nodePathMap":[{}]})" << "config.json: an entry of nodePathMap has no node";
        QTest::newRow("relative") << paths("\"data\"") << "config.json: \"data\" is not an absolute path";
        QTest::newRow("root") << paths("\"//\"") << "config.json: \"//\" cannot hold volumes";
        QTest::newRow("up") << paths("\"/data/../etc\"") << "config.json: \"/data/../etc\" cannot hold volumes";
        QTest::newRow("twice") << paths("\"/a\",\"/a\"") << "config.json: path /a of node n is listed twice";
        QTest::newRow("number") << paths("1") << "config.json: a path of node n is not a text";
        QTest::newRow("same node") << R"({"nodePathMap":[{"node":"n","paths":[]},{"node":"n","paths":[]}]})"
                                   << "config.json: node n is listed twice";
        QTest::newRow("shared") << R"({"sharedFileSystemPath":"/nfs"})"
                                << "config.json: sharedFileSystemPath is not supported";
    }
    void badConfigurations() {
        QFETCH(QString, config);
        QFETCH(QString, message);
        const QString error = errorOf(config.toUtf8().constData());
        QVERIFY2(error.startsWith(message), qPrintable(error));
    }

    void whatIsRefused_data() {
        QTest::addColumn<QString>("error");
        QTest::addColumn<QString>("message");
        auto row = [](const char *name, const corev1::PersistentVolumeClaim &claim, const storagev1::StorageClass &c,
                      const char *message) {
            const auto checked = localpath::checkRequest(claim, c);
            QTest::newRow(name) << QString::fromStdString(checked ? "" : checked.error().message) << message;
        };
        auto wants = claim();
        row("ordinary", wants, storageClass(), "");
        wants.spec.accessModes = {"ReadWriteOncePod"};
        row("one pod", wants, storageClass(), "");
        wants.spec.accessModes = {"ReadWriteMany"};
        row("many", wants, storageClass(),
            "NodePath only supports ReadWriteOnce and ReadWriteOncePod (1.22+) access modes");
        wants = claim();
        wants.spec.selector.ensure();
        row("selector", wants, storageClass(), "claim.Spec.Selector is not supported");
        wants = claim();
        wants.spec.volumeMode = "Block";
        row("block", wants, storageClass(), "volumeMode Block is not supported: local volumes are folders");
        auto pattern = storageClass();
        pattern.parameters["pathPattern"] = "../../etc";
        row("pattern", claim(), pattern, "parameter pathPattern of StorageClass local-path is not supported");
    }
    void whatIsRefused() {
        QFETCH(QString, error);
        QFETCH(QString, message);
        QCOMPARE(error, message);
    }

    void theVolume() {
        const auto volume = localpath::makeVolume(claim(), storageClass(), *node(), "/data");
        QVERIFY(volume);
        QCOMPARE(volume->metadata.name, "pvc-0815");
        QCOMPARE(volume->spec.hostPath->path, "/data/pvc-0815_default_data");
        QCOMPARE(*volume->spec.hostPath->type, "DirectoryOrCreate");
        QCOMPARE(volume->spec.persistentVolumeReclaimPolicy, "Retain");
        QCOMPARE(volume->spec.claimRef->uid, "0815");
        QCOMPARE(volume::localpath::nodeOf(*volume), "n1");
        const auto &term = volume->spec.nodeAffinity->required->nodeSelectorTerms.at(0);
        QCOMPARE(term.matchExpressions.at(0).key, "kubernetes.io/hostname");
        QCOMPARE(term.matchExpressions.at(0).values, Paths{"host-1"});

        auto localClass = storageClass();
        localClass.metadata.annotations["defaultVolumeType"] = "local";
        QCOMPARE(localpath::makeVolume(claim(), localClass, *node(), "/data/")->spec.local->path,
                 "/data/pvc-0815_default_data");
        auto wants = claim();
        wants.metadata.annotations["volumeType"] = "hostPath";
        QVERIFY(localpath::makeVolume(wants, localClass, *node(), "/data")->spec.hostPath);
        wants.metadata.annotations["volumeType"] = "nfs";
        QCOMPARE(localpath::makeVolume(wants, localClass, *node(), "/data").error().message,
                 "\"nfs\" is not a recognised volume type; use local or hostPath");
    }

    void theStatusOfAResize() {
        auto growing = claim();
        growing.status.phase = "Bound";
        growing.status.capacity["storage"] = *api::Quantity::parse("1Gi");
        QVERIFY(!resize::isWanted(growing));
        const auto wanted = *api::Quantity::parse("2Gi");
        growing.spec.resources.requests["storage"] = wanted;
        QVERIFY(resize::isWanted(growing));
        const WallTime now(std::chrono::seconds(1000));
        QVERIFY(resize::begin(growing, wanted, now));
        QVERIFY(!resize::begin(growing, wanted, now));
        QCOMPARE(growing.status.conditions.size(), 1u);
        QCOMPARE(growing.status.conditions[0].type, "Resizing");
        QCOMPARE(growing.status.allocatedResourceStatuses.at("storage"), "ControllerResizeInProgress");
        resize::finish(growing, wanted);
        QVERIFY(growing.status.conditions.empty() && growing.status.allocatedResourceStatuses.empty());
        QVERIFY(!resize::isWanted(growing));
    }
};

QTEST_GUILESS_MAIN(LocalPathConfigTest)
#include "tst_local_path_config.moc"
