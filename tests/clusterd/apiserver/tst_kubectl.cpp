#include "core/http/server.h"
#include "tests/clusterd/apiserver/support/test_api.h"

#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>
#include <atomic>
#include <thread>

using namespace coracle;
using namespace coracle::test;

/// The real kubectl against the handler: what a user sees must be what the real API server's users see.
class KubectlTest : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_home;
    std::unique_ptr<TestApi> m_api;
    std::unique_ptr<http::Server> m_server;
    std::atomic<bool> m_done = false;
    std::thread m_thread;
    QString m_url;

    std::pair<int, QString> kubectl(const QStringList &arguments, const QByteArray &input = {}) {
        QProcess process;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert("HOME", m_home.path());
        environment.remove("KUBECONFIG");
        process.setProcessEnvironment(environment);
        process.setProcessChannelMode(QProcess::MergedChannels);
        process.start("kubectl", QStringList{"--server=" + m_url} + arguments);
        process.write(input);
        process.closeWriteChannel();
        process.waitForFinished(60000);
        return {process.exitCode(), QString::fromUtf8(process.readAll())};
    }

private slots:
    void initTestCase() {
        if (QStandardPaths::findExecutable("kubectl").isEmpty())
            QSKIP("kubectl is not installed");
        m_api = std::make_unique<TestApi>();
        m_server = http::Server::create(m_api->context().get_executor(), m_api->server().handler());
        m_url = QString("http://127.0.0.1:%1").arg(*m_server->listenPlain("127.0.0.1", 0));
        m_thread = std::thread([this] {
            while (!m_done) {
                m_api->context().restart();
                m_api->context().run_for(std::chrono::milliseconds(50));
            }
        });
    }

    void cleanupTestCase() {
        if (!m_thread.joinable())
            return;
        m_done = true;
        m_thread.join();
        bool stopped = false;
        boost::asio::co_spawn(m_api->context(), m_server->stop(std::chrono::milliseconds(100)),
                              [&](std::exception_ptr) { stopped = true; });
        m_api->runUntil([&] { return stopped; });
        m_server.reset();
        m_api.reset();
    }

    /// In this order: each row goes on from the ones before.
    void commands_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("output");
        auto row = [](const char *command, int code, const char *output) {
            QTest::newRow(command) << QString(command).split(' ') << code << QString(output);
        };
        row("version", 0, "v1.36.2+clusterd1");
        row("get --raw /readyz", 0, "ok");
        row("api-resources --api-group=apps", 0, "deployments");
        row("create namespace default", 0, "namespace/default created");
        row("create configmap a --from-literal=k=v", 0, "configmap/a created");
        row("create configmap a", 1, "configmaps \"a\" already exists");
        row("get configmaps", 0, "NAME   DATA   AGE");
        row("get configmap a -o jsonpath={.data.k}", 0, "v");
        row("get configmap none", 1, "(NotFound): configmaps \"none\" not found");
        row("label configmap a x=y", 0, "configmap/a labeled");
        row("get configmaps -l x=z", 0, "No resources found in default namespace.");
        row("patch configmap a -p {\"data\":{\"k\":\"w\"}}", 0, "configmap/a patched");
        row("create deployment d --image=i", 0, "deployment.apps/d created");
        row("scale deployment d --replicas=3", 0, "deployment.apps/d scaled");
        row("get deployment d", 0, "0/3");
        row("set image deployment/d i=j", 0, "deployment.apps/d image updated");
        row("get deployment d -o jsonpath={.metadata.generation}", 0, "3");
        row("get events --field-selector=nonsense=1", 1, "not supported");
        row("delete deployment d", 0, "deployment.apps \"d\" deleted");
        row("delete configmap a", 0, "configmap \"a\" deleted");
        row("get nonsense", 1, "the server doesn't have a resource type \"nonsense\"");
    }

    void commands() {
        QFETCH(QStringList, arguments);
        QFETCH(int, code);
        QFETCH(QString, output);
        auto [exit, text] = kubectl(arguments);
        QVERIFY2(text.contains(output), qPrintable(text));
        QCOMPARE(exit, code);
    }

    void applyOfAllKinds() {
        QByteArray manifest = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: m\ndata:\n  a: '1'\n";
        QCOMPARE(kubectl({"apply", "-f", "-"}, manifest).second.trimmed(), QString("configmap/m created"));
        QCOMPARE(kubectl({"apply", "-f", "-"}, manifest).second.trimmed(), QString("configmap/m unchanged"));
        manifest.replace("'1'", "'2'");
        QVERIFY(kubectl({"diff", "-f", "-"}, manifest).second.contains("+  a: \"2\""));
        QCOMPARE(kubectl({"apply", "-f", "-"}, manifest).second.trimmed(), QString("configmap/m configured"));
        manifest.replace("'2'", "'3'");
        QVERIFY(kubectl({"apply", "--server-side", "--field-manager=other", "-f", "-"}, manifest)
                    .second.contains("conflict with"));
        QCOMPARE(kubectl({"apply", "--server-side", "--force-conflicts", "-f", "-"}, manifest).second.trimmed(),
                 QString("configmap/m serverside-applied"));
        QVERIFY(
            kubectl({"create", "-f", "-"}, manifest.replace("data:", "dat:")).second.contains("unknown field \"dat\""));
    }
};

QTEST_GUILESS_MAIN(KubectlTest)
#include "tst_kubectl.moc"
