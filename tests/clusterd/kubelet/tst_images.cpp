#include "clusterd/kubelet/images/image_puller.h"
#include "tests/clusterd/kubelet/node_fixture.h"

#include <QTest>

using namespace coracle;
using namespace coracle::test;
using namespace std::chrono_literals;

namespace {

std::string imagePod(const std::string &image, const std::string &policy, const std::string &extra = "") {
    return R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"web","namespace":"default","uid":"uid-web"},"spec":{)" +
           extra + R"("nodeName":"node1","containers":[{"name":"app","image":")" + image + R"(","imagePullPolicy":")" +
           policy + R"("}]},"status":{"phase":"Pending"}})";
}

std::string waitingReason(NodeFixture &node) {
    auto state = node.pod("web").status.containerStatuses.at(0).state;
    return state.waiting ? state.waiting->reason : "not waiting";
}

} // namespace

class ImagesTest : public QObject {
    Q_OBJECT

private slots:
    void missingImageIsPulled() {
        NodeFixture node;
        node.runtime.addRemoteImage("registry.example/app:2");
        node.runtime.pullTime = 5s;
        node.startKubelet();
        node.api.put(imagePod("registry.example/app:2", "IfNotPresent"));
        node.settle();
        QCOMPARE(waitingReason(node), std::string("ContainerCreating"));
        QVERIFY(node.hasEvent("Pulling: Pulling image \"registry.example/app:2\""));
        node.pass(5s);
        QCOMPARE(node.pod("web").status.phase, std::string("Running"));
        QVERIFY(
            node.hasEvent("Pulled: Successfully pulled image \"registry.example/app:2\" in 5.000s (5.000s including "
                          "waiting). Image size: 1000 bytes."));
    }

    void deletionDoesNotWaitForThePull() {
        NodeFixture node;
        node.runtime.addRemoteImage("registry.example/app:2");
        node.runtime.pullTime = 1h;
        node.startKubelet();
        node.api.put(imagePod("registry.example/app:2", "IfNotPresent"));
        node.settle();
        node.api.deletePod("default", "web", 30);
        node.pass(1s);
        QVERIFY(!node.api.find(corev1::Pod::resource(), "default/web"));
    }

    void failureBacksOff() {
        NodeFixture node;
        node.startKubelet();
        node.api.put(imagePod("registry.example/none:1", "Always"));
        node.settle();
        QCOMPARE(node.runtime.count("pullImage"), 1u);
        QCOMPARE(waitingReason(node), std::string("ErrImagePull"));
        QVERIFY(node.hasEvent("Failed: Failed to pull image \"registry.example/none:1\""));
        QVERIFY(node.hasEvent("Failed: Error: ErrImagePull"));
        node.pass(2s);
        QCOMPARE(waitingReason(node), std::string("ImagePullBackOff"));
        QVERIFY(node.hasEvent("BackOff: Back-off pulling image \"registry.example/none:1\""));
        node.pass(7s);
        QCOMPARE(node.runtime.count("pullImage"), 1u);
        node.pass(2s);
        QCOMPARE(node.runtime.count("pullImage"), 2u);
        node.pass(18s);
        QCOMPARE(node.runtime.count("pullImage"), 2u);
        node.pass(4s);
        QCOMPARE(node.runtime.count("pullImage"), 3u);
        // The image appears at last.
        node.runtime.addRemoteImage("registry.example/none:1");
        node.pass(1min);
        QCOMPARE(node.pod("web").status.phase, std::string("Running"));
    }

    void neverMeansNever() {
        NodeFixture node;
        node.startKubelet();
        node.api.put(imagePod("none:1", "Never"));
        node.settle();
        QCOMPARE(waitingReason(node), std::string("ErrImageNeverPull"));
        node.pass(1min);
        QCOMPARE(node.runtime.count("pullImage"), 0u);
    }

    void pullSecretsAreUsed() {
        NodeFixture node;
        node.runtime.addRemoteImage("registry.example/team/app:2");
        node.startKubelet();
        // {"auths":{"registry.example/team":{"auth":"dXNlcjpwYXNz"}}}
        node.api.put(
            R"({"apiVersion":"v1","kind":"Secret","metadata":{"name":"pull","namespace":"default"},"data":{)"
            R"(".dockerconfigjson":"eyJhdXRocyI6eyJyZWdpc3RyeS5leGFtcGxlL3RlYW0iOnsiYXV0aCI6ImRYTmxjanB3WVhOeiJ9fX0="}})");
        node.api.put(imagePod("registry.example/team/app:2", "Always", R"("imagePullSecrets":[{"name":"pull"}],)"));
        node.settle();
        node.pass(1s);
        QCOMPARE(node.runtime.count("pullImage registry.example/team/app:2 as user"), 1u);
    }

    void normalNames_data() {
        QTest::addColumn<QString>("image");
        QTest::addColumn<QString>("normal");
        QTest::newRow("short") << "nginx" << "docker.io/library/nginx:latest";
        QTest::newRow("tag") << "nginx:1" << "docker.io/library/nginx:1";
        QTest::newRow("user") << "me/app" << "docker.io/me/app:latest";
        QTest::newRow("registry") << "registry.example/app:1" << "registry.example/app:1";
        QTest::newRow("port") << "localhost:5000/app" << "localhost:5000/app:latest";
        QTest::newRow("digest") << "nginx@sha256:00" << "docker.io/library/nginx@sha256:00";
    }
    void normalNames() {
        QFETCH(QString, image);
        QFETCH(QString, normal);
        QCOMPARE(QString::fromStdString(kubelet::normalizeImage(image.toStdString())), normal);
    }

    void imageNames_data() {
        QTest::addColumn<QString>("image");
        QTest::addColumn<bool>("valid");
        QTest::newRow("short") << "nginx" << true;
        QTest::newRow("all parts") << "Registry.example:5000/a/b-c__d.e:Tag_1@sha256:" + QString(64, '0') << true;
        QTest::newRow("IPv6") << "[::1]:5000/app" << true;
        QTest::newRow("nothing") << "" << false;
        QTest::newRow("upper case") << "Nginx" << false;
        QTest::newRow("empty part") << "a//b" << false;
        QTest::newRow("scheme") << "https://registry.example/app" << false;
        QTest::newRow("space") << "nginx :1" << false;
        QTest::newRow("empty tag") << "nginx:" << false;
        QTest::newRow("short digest") << "nginx@sha256:00" << false;
        QTest::newRow("endless") << QString(1 << 20, 'a') << false;
    }
    void imageNames() {
        QFETCH(QString, image);
        QFETCH(bool, valid);
        QCOMPARE(kubelet::isImageName(image.toStdString()), valid);
    }

    void invalidNameIsNotPulled() {
        NodeFixture node;
        node.startKubelet();
        node.api.put(imagePod("UPPER//nonsense", "Always"));
        node.settle();
        QCOMPARE(waitingReason(node), std::string("InvalidImageName"));
        QVERIFY(node.hasEvent("InspectFailed: Failed to apply default image tag \"UPPER//nonsense\": couldn't parse "
                              "image name \"UPPER//nonsense\": invalid reference format"));
        QCOMPARE(node.runtime.count("pullImage UPPER//nonsense"), 0u);
    }
};

QTEST_GUILESS_MAIN(ImagesTest)
#include "tst_images.moc"
