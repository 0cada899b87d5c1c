#include "clusterd/kubelet/cri/grpc_client.h"
#include "clusterd/kubelet/kubelet.h"
#include "core/api/types/core_v1.h"
#include "core/base/files.h"
#include "tests/support/memory_client.h"

#include <QProcess>
#include <QTemporaryDir>
#include <QTest>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <csignal>
#include <fmt/format.h>

using namespace coracle;
using namespace coracle::test;
using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace {

constexpr auto kPatience = 60s;

/// A containerd of its own in a temporary folder, with a bridge of its own.
class Containerd {
public:
    explicit Containerd(const fs::path &folder) : m_folder(folder) {
        fs::create_directories(folder / "cni");
        writeConfig();
        start();
    }
    ~Containerd() { stop(); }

    void start() {
        m_process.setProgram("containerd");
        m_process.setArguments({"--config", QString::fromStdString(m_folder / "config.toml")});
        m_process.setStandardErrorFile(QString::fromStdString(m_folder / "containerd.log"));
        m_process.start();
        m_process.waitForStarted();
    }
    void kill() {
        m_process.kill();
        m_process.waitForFinished();
    }
    void stop() {
        m_process.terminate();
        if (!m_process.waitForFinished(10000))
            kill();
    }
    bool import(const std::string &archive) {
        QProcess ctr;
        ctr.start("ctr", {"--address", QString::fromStdString(socket()), "--namespace", "k8s.io", "images", "import",
                          QString::fromStdString(archive)});
        return ctr.waitForFinished(60000) && ctr.exitCode() == 0;
    }
    std::string socket() const { return m_folder / "containerd.sock"; }

private:
    void writeConfig() {
        std::string root = m_folder.string();
        auto written = writeFileAtomic(m_folder / "config.toml",
                                       fmt::format(R"(version = 2
root = "{0}/root"
state = "{0}/state"
oom_score = 0
disabled_plugins = ["io.containerd.internal.v1.opt", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.aufs"]
[grpc]
  address = "{0}/containerd.sock"
[ttrpc]
  address = "{0}/containerd.sock.ttrpc"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "docker.io/coracle/pause:0.1"
  restrict_oom_score_adj = true
  disable_apparmor = true
  stream_server_address = "127.0.0.1"
  stream_server_port = "0"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "{0}/cni"
)",
                                                   root),
                                       0600);
        auto network = writeFileAtomic(
            m_folder / "cni/10-test.conflist",
            fmt::format(
                R"({{"cniVersion":"0.4.0","name":"cor-kub-test","plugins":[{{"type":"bridge","bridge":"cor-kub0",)"
                R"("isGateway":true,"ipam":{{"type":"host-local","ranges":[[{{"subnet":"10.231.77.0/24"}}]],)"
                R"("routes":[{{"dst":"0.0.0.0/0"}}],"dataDir":"{0}/ipam"}}}}]}})",
                root),
            0600);
        QVERIFY(written && network);
    }

    fs::path m_folder;
    QProcess m_process;
};

Task<> runStart(kubelet::Kubelet *kubelet, Result<> *result, bool *done) {
    *result = co_await kubelet->start();
    *done = true;
}
Task<> runStop(kubelet::Kubelet *kubelet, bool *done) {
    co_await kubelet->stop();
    *done = true;
}
Task<> runExec(kubelet::cri::RuntimeService *runtime, std::string id, std::vector<std::string> command,
               Result<kubelet::cri::ExecResult> *result, bool *done) {
    *result = co_await runtime->execSync(id, command, 20s);
    *done = true;
}
Task<> runList(kubelet::cri::RuntimeService *runtime, Result<std::vector<kubelet::cri::Sandbox>> *result, bool *done) {
    *result = co_await runtime->listPodSandbox(kubelet::cri::Strings());
    *done = true;
}

constexpr std::string_view kPod = R"({"apiVersion":"v1","kind":"Pod",
"metadata":{"name":"web","namespace":"default","uid":"11111111-2222-3333-4444-555555555555","labels":{"app":"web"}},
"spec":{"nodeName":"node1","terminationGracePeriodSeconds":2,"restartPolicy":"Always",
 "securityContext":{"fsGroup":4242},
 "initContainers":[{"name":"init","image":"docker.io/coracle/busybox:0.1","imagePullPolicy":"Never",
   "command":["sh","-c","echo prepared > /work/file"],"volumeMounts":[{"name":"work","mountPath":"/work"}]}],
 "containers":[{"name":"app","image":"docker.io/coracle/busybox:0.1","imagePullPolicy":"Never",
   "command":["sh","-c","trap 'exit 0' TERM; echo greeting is $(GREETING); while :; do sleep 0.1; done"],
   "env":[{"name":"GREETING","valueFrom":{"configMapKeyRef":{"name":"settings","key":"greeting"}}},
          {"name":"POD_IP","valueFrom":{"fieldRef":{"fieldPath":"status.podIP"}}}],
   "resources":{"requests":{"cpu":"100m","memory":"16Mi"},"limits":{"memory":"64Mi"}},
   "readinessProbe":{"exec":{"command":["cat","/work/file"]},"periodSeconds":1},
   "terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File",
   "securityContext":{"runAsUser":1000,"runAsNonRoot":true,"allowPrivilegeEscalation":false,
                      "readOnlyRootFilesystem":true,"capabilities":{"drop":["ALL"]}},
   "volumeMounts":[{"name":"work","mountPath":"/work"},{"name":"config","mountPath":"/etc/config"},
     {"name":"secret","mountPath":"/etc/secret"},{"name":"token","mountPath":"/var/run/token"},
     {"name":"config","mountPath":"/etc/one","subPath":"greeting"},{"name":"memory","mountPath":"/cache"}]}],
 "volumes":[{"name":"work","emptyDir":{}},{"name":"memory","emptyDir":{"medium":"Memory","sizeLimit":"1Mi"}},
   {"name":"config","configMap":{"name":"settings"}},
   {"name":"secret","secret":{"secretName":"keys","defaultMode":256}},
   {"name":"token","projected":{"sources":[{"serviceAccountToken":{"path":"token","expirationSeconds":3600}},
     {"downwardAPI":{"items":[{"path":"labels","fieldRef":{"fieldPath":"metadata.labels"}}]}}]}}]},
"status":{"phase":"Pending"}})";

} // namespace

/// The whole way down: API in memory, real containerd, runc, CNI plugins, mounts and control groups. Needs root.
class NodeContainerdTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    asio::io_context m_context;
    MemoryClient m_api{m_context.get_executor()};
    std::unique_ptr<Containerd> m_containerd;
    std::unique_ptr<kubelet::cri::GrpcRuntime> m_runtime;
    std::unique_ptr<kubelet::CgroupManager> m_cgroups;
    std::unique_ptr<kubelet::Kubelet> m_kubelet;
    kubelet::KubeletOptions m_options;

    bool waitFor(const std::function<bool()> &condition) {
        auto end = std::chrono::steady_clock::now() + kPatience;
        while (!condition()) {
            if (std::chrono::steady_clock::now() > end)
                return false;
            m_context.restart();
            m_context.run_one_for(50ms);
        }
        return true;
    }
    void startKubelet() {
        m_kubelet = std::make_unique<kubelet::Kubelet>(
            m_options,
            kubelet::KubeletDependencies{m_api, systemClock(), systemRandom(), m_runtime->runtime(),
                                         m_runtime->images(), kubelet::systemMounter(),
                                         kubelet::networkProbeTransport(), m_cgroups.get()},
            m_context.get_executor());
        Result<> result;
        bool done = false;
        asio::co_spawn(m_context, runStart(m_kubelet.get(), &result, &done), asio::detached);
        QVERIFY(waitFor([&] { return done; }));
        QVERIFY2(result.has_value(), result ? "" : result.error().message.c_str());
    }
    void stopKubelet() {
        bool done = false;
        asio::co_spawn(m_context, runStop(m_kubelet.get(), &done), asio::detached);
        QVERIFY(waitFor([&] { return done; }));
        m_kubelet.reset();
    }
    corev1::Pod pod() { return m_api.read<corev1::Pod>("default/web"); }
    bool ready() {
        for (const auto &condition : pod().status.conditions)
            if (condition.type == "Ready")
                return condition.status == "True";
        return false;
    }
    std::string exec(std::vector<std::string> command) {
        std::string id = pod().status.containerStatuses.at(0).containerID.substr(sizeof("containerd://") - 1);
        Result<kubelet::cri::ExecResult> result;
        bool done = false;
        asio::co_spawn(m_context, runExec(&m_runtime->runtime(), id, std::move(command), &result, &done),
                       asio::detached);
        waitFor([&] { return done; });
        return result ? result->standardOutput + result->standardError : "error: " + result.error().message;
    }
    std::string problems() {
        std::string text;
        for (const auto &object : m_api.all(corev1::Event::resource()))
            if (auto event = api::decode<corev1::Event>(*object))
                text += event->reason + ": " + event->message + "\n";
        return text + api::encode(pod().status);
    }

private slots:
    void initTestCase() {
        if (geteuid() != 0)
            QSKIP("needs root");
        fs::path root = m_folder.path().toStdString();
        m_containerd = std::make_unique<Containerd>(root);
        QVERIFY(waitFor([&] { return m_containerd->import(CORACLE_IMAGES "/pause.tar"); }));
        QVERIFY(m_containerd->import(CORACLE_IMAGES "/test/busybox.tar"));
        m_runtime = std::make_unique<kubelet::cri::GrpcRuntime>(m_containerd->socket());
        auto cgroups = kubelet::CgroupManager::create();
        QVERIFY(cgroups.has_value());
        m_cgroups = std::move(*cgroups);
        m_options.nodeName = "node1";
        m_options.paths = {root / "kubelet", root / "logs"};
        m_options.cgroupRoot = fmt::format("/coracle-test-{}", getpid());
        m_options.sandboxImage = "docker.io/coracle/pause:0.1";
        m_options.serve = false;
        m_api.put(R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"settings","namespace":"default"},)"
                  R"("data":{"greeting":"hello"}})");
        m_api.put(R"({"apiVersion":"v1","kind":"Secret","metadata":{"name":"keys","namespace":"default"},)"
                  R"("data":{"key":"c2VjcmV0"}})");
        startKubelet();
    }

    void nodeIsReady() {
        QVERIFY(waitFor([&] {
            for (const auto &condition : m_api.read<corev1::Node>("node1").status.conditions)
                if (condition.type == "Ready" && condition.status == "True")
                    return true;
            return false;
        }));
        auto node = m_api.read<corev1::Node>("node1");
        QVERIFY(node.status.nodeInfo.containerRuntimeVersion.starts_with("containerd://"));
        QVERIFY(node.status.allocatable.contains("memory"));
        QCOMPARE(node.metadata.labels["kubernetes.io/hostname"], std::string("node1"));
    }

    void podBecomesReady() {
        m_api.put(kPod);
        QVERIFY2(waitFor([&] { return ready(); }), problems().c_str());
        auto status = pod().status;
        QCOMPARE(status.phase, std::string("Running"));
        QVERIFY(status.podIP.starts_with("10.231.77."));
        QCOMPARE(status.qosClass, std::string("Burstable"));
        QCOMPARE(status.initContainerStatuses.at(0).state.terminated->exitCode, 0);
        QCOMPARE(exec({"cat", "/work/file"}), std::string("prepared\n"));
        QCOMPARE(exec({"cat", "/etc/config/greeting"}), std::string("hello"));
        QCOMPARE(exec({"cat", "/etc/one"}), std::string("hello"));
        QCOMPARE(exec({"cat", "/etc/secret/key"}), std::string("secret"));
        QVERIFY(exec({"cat", "/var/run/token/token"}).starts_with("token-default-"));
        QCOMPARE(exec({"cat", "/var/run/token/labels"}), std::string("app=\"web\""));
        QCOMPARE(exec({"sh", "-c", "echo $POD_IP"}), status.podIP + "\n");
        QCOMPARE(exec({"id", "-u"}), std::string("1000\n"));
        QVERIFY(exec({"id", "-G"}).find("4242") != std::string::npos);
        QVERIFY(exec({"sh", "-c", "echo x > /file"}).find("Read-only") != std::string::npos);
        QVERIFY(exec({"cat", "/etc/hosts"}).find(status.podIP + "\tweb") != std::string::npos);
        QVERIFY(exec({"hostname"}).starts_with("web"));
        auto log = readFile(m_options.paths.logs("default", "web", pod().metadata.uid) / "app/0.log");
        QVERIFY(log && log->find("stdout F greeting is hello") != std::string::npos);
        std::string group = m_options.cgroupRoot + "/kubepods/burstable/pod" + pod().metadata.uid;
        QVERIFY(m_cgroups->usage(group).value().memoryUsageBytes > 0);
    }

    void containersSurviveTheKubelet() {
        auto before = pod().status;
        stopKubelet();
        startKubelet();
        // Something that happens after the restart shows that the pod was looked at again.
        QVERIFY(waitFor([&] { return m_api.read<corev1::Node>("node1").metadata.name == "node1"; }));
        m_api.put(R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"other","namespace":"default","uid":"u2"},)"
                  R"("spec":{"nodeName":"node1","restartPolicy":"Never","containers":[{"name":"c","image":)"
                  R"("docker.io/coracle/busybox:0.1","imagePullPolicy":"Never","command":["true"]}]}})");
        QVERIFY(waitFor([&] { return m_api.read<corev1::Pod>("default/other").status.phase == "Succeeded"; }));
        QCOMPARE(pod().status.containerStatuses.at(0).containerID, before.containerStatuses.at(0).containerID);
        QCOMPARE(pod().status.containerStatuses.at(0).restartCount, 0);
        QVERIFY(ready());
        m_api.deletePod("default", "other", 1);
        QVERIFY(waitFor([&] { return !m_api.find(corev1::Pod::resource(), "default/other"); }));
    }

    void containersSurviveContainerd() {
        auto before = pod().status.containerStatuses.at(0).containerID;
        m_containerd->kill();
        m_containerd->start();
        QVERIFY(waitFor([&] { return exec({"echo", "back"}) == "back\n"; }));
        QCOMPARE(pod().status.containerStatuses.at(0).containerID, before);
    }

    void crashIsRestarted() {
        exec({"kill", "1"});
        QVERIFY(waitFor([&] { return pod().status.containerStatuses.at(0).restartCount == 1 && ready(); }));
        auto terminated = pod().status.containerStatuses.at(0).lastState.terminated;
        QVERIFY(terminated);
        QCOMPARE(terminated->exitCode, 0);
        QCOMPARE(terminated->reason, std::string("Completed"));
    }

    void outOfMemoryIsReported() {
        exec({"sh", "-c", "cat /dev/zero | tail > /dev/null"});
        // The memory limit is the container's: its kernel kill shows when the first process dies of it.
        m_api.put(
            R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"hungry","namespace":"default","uid":"u3"},)"
            R"("spec":{"nodeName":"node1","restartPolicy":"Never","containers":[{"name":"c","image":)"
            R"("docker.io/coracle/busybox:0.1","imagePullPolicy":"Never","resources":{"limits":{"memory":"16Mi"}},)"
            R"("command":["tail","/dev/zero"]}]}})");
        QVERIFY(waitFor([&] { return m_api.read<corev1::Pod>("default/hungry").status.phase == "Failed"; }));
        auto state = m_api.read<corev1::Pod>("default/hungry").status.containerStatuses.at(0).state;
        QVERIFY(state.terminated);
        QCOMPARE(state.terminated->reason, std::string("OOMKilled"));
        QCOMPARE(state.terminated->exitCode, 137);
        m_api.deletePod("default", "hungry", 1);
    }

    void nothingIsLeft() {
        std::string uid = pod().metadata.uid;
        m_api.deletePod("default", "web", 2);
        QVERIFY(waitFor([&] { return m_api.all(corev1::Pod::resource()).empty(); }));
        auto gone = [&] {
            Result<std::vector<kubelet::cri::Sandbox>> list;
            bool done = false;
            asio::co_spawn(m_context, runList(&m_runtime->runtime(), &list, &done), asio::detached);
            waitFor([&] { return done; });
            return list && list->empty();
        };
        QVERIFY(waitFor(gone));
        QVERIFY(!fs::exists(m_options.paths.pod(uid)));
        QVERIFY(waitFor([&] { return fs::is_empty(m_options.paths.podLogs); }));
        QVERIFY(m_cgroups->children(m_options.cgroupRoot + "/kubepods/burstable").empty());
        auto mounts = kubelet::systemMounter().mountsBelow(m_options.paths.root);
        QVERIFY(mounts && mounts->empty());
    }

    void cleanupTestCase() {
        if (m_kubelet)
            stopKubelet();
        m_runtime.reset();
        if (m_containerd)
            m_containerd->stop();
        if (m_cgroups) {
            auto removed = m_cgroups->remove(m_options.cgroupRoot);
            QVERIFY(removed.has_value());
        }
        auto left = kubelet::systemMounter().mountsBelow(m_folder.path().toStdString());
        if (left)
            for (const auto &mount : *left)
                (void)kubelet::systemMounter().unmount(mount);
        QProcess::execute("ip", {"link", "delete", "cor-kub0"});
    }
};

QTEST_GUILESS_MAIN(NodeContainerdTest)
#include "tst_node_containerd.moc"
