#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/// The real program as a process: how it starts, stops, and what it says when it cannot. Without a node, so that
/// neither containerd nor the machine's network matters.
class ServerProcessTest : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;

    QString path(const char *name) const { return m_folder->filePath(name); }
    QStringList serverArguments(const QStringList &more = {}) const {
        return QStringList{"server",
                           "--data-dir",
                           path("data"),
                           "--config",
                           path("config.yaml"),
                           "--https-listen-port",
                           "0",
                           "--bind-address",
                           "127.0.0.1",
                           "--disable-agent",
                           "--write-kubeconfig",
                           path("kubeconfig")} +
               more;
    }
    /// Runs to the end and gives what it printed on standard error.
    QByteArray runToEnd(const QString &program, const QStringList &arguments, int *code) {
        QProcess process;
        process.start(program, arguments);
        if (!process.waitForFinished(30000))
            qFatal("%s does not end", qPrintable(program));
        *code = process.exitCode();
        return process.readAllStandardError();
    }
    void expectRefusal(const QByteArray &output, int code, const char *message) {
        QCOMPARE(code, 1);
        const QByteArray last = output.trimmed().split('\n').last();
        QVERIFY2(last.contains(message), last.constData());
    }
    /// In a mount namespace of its own, where the script has prepared the machine.
    QByteArray runPrepared(const QString &script, const QStringList &arguments, int *code) {
        return runToEnd("unshare",
                        QStringList{"--mount", "sh", "-c", script + " && exec \"$@\"", "sh", CLUSTERD} + arguments,
                        code);
    }
    void startServer(QProcess &server, const QStringList &more = {}) {
        server.start(CLUSTERD, serverArguments(more));
        QVERIFY(server.waitForStarted());
        QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(path("kubeconfig")) || server.state() == QProcess::NotRunning, 30000);
        QVERIFY2(server.state() == QProcess::Running, server.readAllStandardError().constData());
    }

private slots:
    void init() {
        m_folder = std::make_unique<QTemporaryDir>();
        QFile config(path("config.yaml"));
        QVERIFY(config.open(QIODevice::WriteOnly));
    }

    void startsStopsAndStartsAgain() {
        for (int round = 0; round < 2; ++round) {
            QProcess server;
            startServer(server);
            struct stat info{};
            QCOMPARE(::stat(path("kubeconfig").toUtf8(), &info), 0);
            QCOMPARE(info.st_mode & 0777, mode_t(0600));
            server.terminate();
            QVERIFY(server.waitForFinished(30000));
            QCOMPARE(server.exitStatus(), QProcess::NormalExit);
            QCOMPARE(server.exitCode(), 0);
            QVERIFY(QFile::remove(path("kubeconfig")));
        }
    }

    void secretsAreHidden() {
        QProcess server;
        startServer(server, {"--token", "sesame-one", "--agent-token=sesame-two"});
        QFile commandLine(QString("/proc/%1/cmdline").arg(server.processId()));
        QVERIFY(commandLine.open(QIODevice::ReadOnly));
        const QByteArray shown = commandLine.readAll();
        QVERIFY(shown.contains("--token") && !shown.contains("sesame"));
        QFile token(path("data/server/token"));
        QVERIFY(token.open(QIODevice::ReadOnly));
        QVERIFY(token.readAll().contains("::server:sesame-one\n"));
        server.terminate();
        QVERIFY(server.waitForFinished(30000));
        QVERIFY(!server.readAllStandardError().contains("sesame"));
    }

    void aSecondServerOnTheSameData() {
        QProcess server;
        startServer(server);
        int code = 0;
        const QByteArray output = runToEnd(CLUSTERD, serverArguments(), &code);
        expectRefusal(output, code,
                      QByteArray("is in use by process " + QByteArray::number(server.processId())).constData());
        server.terminate();
        QVERIFY(server.waitForFinished(30000));
    }

    void aPortInUse() {
        const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{.sin_family = AF_INET};
        address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        QCOMPARE(::bind(listener, reinterpret_cast<sockaddr *>(&address), size), 0);
        QCOMPARE(::listen(listener, 1), 0);
        QCOMPARE(::getsockname(listener, reinterpret_cast<sockaddr *>(&address), &size), 0);
        int code = 0;
        const QString port = QString::number(::ntohs(address.sin_port));
        const QByteArray output = runToEnd(CLUSTERD, serverArguments({"--https-listen-port", port}), &code);
        ::close(listener);
        expectRefusal(output, code, "--https-listen-port");
        QVERIFY2(output.contains("in use"), output.constData());
    }

    void aFolderThatCannotBeWritten() {
        int code = 0;
        const QByteArray output = runToEnd(CLUSTERD, serverArguments({"--data-dir", "/proc/clusterd"}), &code);
        expectRefusal(output, code, "--data-dir");
    }

    void wrongSettings() {
        int code = 0;
        const QByteArray flag = runToEnd(CLUSTERD, serverArguments({"--cluster-cidr", "10.42.0.0/99"}), &code);
        expectRefusal(flag, code, "--cluster-cidr: \"10.42.0.0/99\" is not a CIDR");
        QFile config(path("config.yaml"));
        QVERIFY(config.open(QIODevice::WriteOnly));
        config.write("cluster-cird: 10.42.0.0/16\n");
        config.close();
        const QByteArray key = runToEnd(CLUSTERD, serverArguments(), &code);
        expectRefusal(key, code, "did you mean \"cluster-cidr\"?");
    }

    void aFullDisk() {
        if (::geteuid() != 0)
            QSKIP("needs root");
        int code = 0;
        const QByteArray output = runPrepared(
            QString("mkdir -p %1 && mount -t tmpfs -o size=4m tmpfs %1").arg(path("data")), serverArguments(), &code);
        expectRefusal(output, code, "is full: ");
    }

    void missingPrograms_data() {
        QTest::addColumn<QString>("program");
        QTest::addColumn<QString>("package");
        QTest::newRow("runc") << "runc" << "runc";
        QTest::newRow("containerd") << "containerd" << "containerd";
        QTest::newRow("shim") << "containerd-shim-runc-v2" << "containerd";
    }
    void missingPrograms() {
        if (::geteuid() != 0)
            QSKIP("needs root");
        QFETCH(QString, program);
        QFETCH(QString, package);
        int code = 0;
        // A file that cannot be run takes the program's place.
        const QByteArray output =
            runPrepared(QString("for file in $(which -a %1); do mount --bind /dev/null $file; done").arg(program),
                        serverArguments({"--disable-agent=false"}), &code);
        expectRefusal(output, code,
                      qPrintable(QString("%1 is missing; install it: apt-get install %2").arg(program, package)));
    }
};

QTEST_GUILESS_MAIN(ServerProcessTest)
#include "tst_server_process.moc"
