#include "tests/app/ssh_fixture.h"

#include <QDeadlineTimer>
#include <QDir>
#include <QFile>
#include <QLocalSocket>
#include <QTcpServer>
#include <QTcpSocket>
#include <QThread>
#include <pwd.h>
#include <signal.h>
#include <unistd.h>

namespace coracle::app {

namespace {

constexpr int kStartMs = 20'000;

QByteArray run(const QString &program, const QStringList &arguments) {
    QProcess process;
    process.start(program, arguments);
    if (!process.waitForFinished() || process.exitCode() != 0)
        qFatal("%s: %s", qPrintable(program), process.readAllStandardError().constData());
    return process.readAllStandardOutput();
}

bool answers(const QString &socketPath) {
    QLocalSocket socket;
    socket.connectToServer(socketPath);
    return socket.waitForConnected(500);
}

} // namespace

bool Sshd::canTake(Way way) {
    return way == Way::Key || ::geteuid() == 0;
}

Sshd::Sshd(Way way) : m_way(way), m_folder(QStringLiteral("/var/tmp/coracle-sshd.XXXXXX")) {
    QDir().mkpath("/run/sshd"); // where sshd as root confines what is not signed in yet
    makeKey("host");
    if (way == Way::Key) {
        makeKey("id");
        makeKey("locked", "open sesame");
        makeKey("wrong");
        QByteArray allowed;
        for (const char *name : {"id.pub", "locked.pub"}) {
            QFile key(m_folder.filePath(name));
            if (key.open(QIODevice::ReadOnly))
                allowed += key.readAll();
        }
        write("authorized_keys", allowed);
    } else {
        makeAccounts();
    }
    QTcpServer free;
    free.listen(QHostAddress::LocalHost);
    m_port = free.serverPort();
}

Sshd::~Sshd() {
    stop();
}

void Sshd::makeKey(const QString &name, const QString &passphrase) {
    // One round: guessing the passphrase need not be slow.
    run("ssh-keygen", {"-q", "-a", "1", "-t", "ed25519", "-N", passphrase, "-f", m_folder.filePath(name)});
}

void Sshd::write(const QString &name, const QByteArray &text) const {
    QFile file(m_folder.filePath(name));
    if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size())
        qFatal("cannot write %s", qPrintable(file.fileName()));
}

void Sshd::makeAccounts() {
    const QByteArray hash = run("openssl", {"passwd", "-6", kPassword}).trimmed();
    write("shadow", user().toLocal8Bit() + ':' + hash + ":19000:0:99999:7:::\n");
    QDir(m_folder.path()).mkdir("pam.d");
    // Without the pause after a wrong password.
    write("pam.d/sshd", "auth required pam_unix.so nodelay\naccount required pam_permit.so\n"
                        "session required pam_permit.so\n");
}

void Sshd::changeHostKey() {
    QFile::remove(m_folder.filePath("host"));
    QFile::remove(m_folder.filePath("host.pub"));
    makeKey("host");
}

QString Sshd::hostKey() const {
    const QByteArray line = run("ssh-keygen", {"-lf", m_folder.filePath("host.pub")});
    return QStringLiteral("ssh-ed25519 ") + QString::fromLatin1(line.split(' ').value(1));
}

QString Sshd::user() {
    return QString::fromLocal8Bit(::getpwuid(::getuid())->pw_name);
}

Result<> Sshd::start() {
    const auto yesIf = [&](Way way) { return QLatin1String(m_way == way ? "yes" : "no"); };
    write("sshd_config",
          QStringLiteral("ListenAddress 127.0.0.1\nPort %1\nHostKey %2/host\nAuthorizedKeysFile %2/authorized_keys\n"
                         "StrictModes no\nPidFile none\nPermitRootLogin yes\nMaxStartups 100\n"
                         "PubkeyAuthentication %3\nPasswordAuthentication %4\n"
                         "KbdInteractiveAuthentication %5\nUsePAM %5\n")
              .arg(m_port)
              .arg(m_folder.path(), yesIf(Way::Key), yesIf(Way::Password), yesIf(Way::Interactive))
              .toUtf8());
    const QString sshd = QStringLiteral("exec /usr/sbin/sshd -D -e -f \"$1/sshd_config\"");
    const QString mounts =
        QStringLiteral("mount --bind \"$1/shadow\" /etc/shadow && mount --bind \"$1/pam.d\" /etc/pam.d && ");
    m_process.setProcessChannelMode(QProcess::MergedChannels);
    m_process.setStandardOutputFile(m_folder.filePath("log"), QIODevice::Append);
    if (m_way == Way::Key)
        m_process.start("sh", {"-c", sshd, "sh", m_folder.path()});
    else
        m_process.start("unshare",
                        {"--mount", "--propagation", "private", "sh", "-c", mounts + sshd, "sh", m_folder.path()});
    const QDeadlineTimer end(kStartMs);
    for (;;) {
        QTcpSocket socket;
        socket.connectToHost(QHostAddress::LocalHost, static_cast<quint16>(m_port));
        if (socket.waitForConnected(500) && socket.waitForReadyRead(5000))
            return {};
        if (end.hasExpired() || m_process.state() == QProcess::NotRunning)
            return errors::other("sshd does not start:\n" + logText().toStdString());
        QThread::msleep(20);
    }
}

void Sshd::stop() {
    if (m_process.state() == QProcess::NotRunning)
        return;
    // Its sessions are its children; they end with their connections, which this ends too.
    const QByteArray children = [&] {
        QFile file(QStringLiteral("/proc/%1/task/%1/children").arg(m_process.processId()));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }();
    m_process.kill();
    m_process.waitForFinished();
    for (const QByteArray &child : children.split(' '))
        if (const int pid = child.trimmed().toInt(); pid > 1)
            ::kill(pid, SIGTERM);
}

QString Sshd::logText() const {
    QFile file(m_folder.filePath("log"));
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll().right(4096)) : QString();
}

SshAgent::SshAgent(const QString &keyFile) : m_folder(QStringLiteral("/var/tmp/coracle-agent.XXXXXX")) {
    const QString socket = m_folder.filePath("agent.sock");
    m_process.start("ssh-agent", {"-D", "-a", socket});
    const QDeadlineTimer end(kStartMs);
    while (!answers(socket) && !end.hasExpired())
        QThread::msleep(10);
    qputenv("SSH_AUTH_SOCK", socket.toUtf8());
    run("ssh-add", {"-q", keyFile});
}

SshAgent::~SshAgent() {
    qunsetenv("SSH_AUTH_SOCK");
    m_process.kill();
    m_process.waitForFinished();
}

} // namespace coracle::app
