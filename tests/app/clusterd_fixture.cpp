#include "tests/app/clusterd_fixture.h"

#include <QCryptographicHash>
#include <QDeadlineTimer>
#include <QDir>
#include <QFile>
#include <QJsonDocument>
#include <QLocalSocket>
#include <QTcpServer>
#include <QTest>
#include <optional>
#include <signal.h>

namespace coracle::app {

namespace {

constexpr int kStartMs = 60'000;
constexpr int kEndMs = 20'000;

/// Whether GET /readyz is answered with 200 behind the socket.
bool answersReady(const QString &socketPath) {
    QLocalSocket socket;
    socket.connectToServer(socketPath);
    if (!socket.waitForConnected(500))
        return false;
    socket.write("GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    if (!socket.waitForReadyRead(2000))
        return false;
    return socket.readAll().startsWith("HTTP/1.1 200");
}

} // namespace

Clusterd::Clusterd() : m_folder(QStringLiteral("/var/tmp/coracle-app.XXXXXX")) {
    QDir().mkpath(dataFolder());
    // The run folder of an instance that is not the default one carries a hash of its data folder.
    const QByteArray real = QDir(dataFolder()).canonicalPath().toUtf8();
    const QByteArray hash = QCryptographicHash::hash(real, QCryptographicHash::Sha256).toHex().left(8);
    m_runFolder = QStringLiteral("/run/clusterd-") + QString::fromLatin1(hash);
    QTcpServer free;
    free.listen(QHostAddress::LocalHost);
    m_port = free.serverPort();
}

Clusterd::~Clusterd() {
    stop();
    QDir(m_runFolder).removeRecursively();
}

Result<> Clusterd::start(const QStringList &flags) {
    const QString program = qEnvironmentVariable("CORACLE_CLUSTERD", QStringLiteral(CORACLE_CLUSTERD_PROGRAM));
    QFile config(m_folder.filePath("config.yaml"));
    if (!config.exists() && !config.open(QIODevice::WriteOnly))
        return errors::other("cannot write " + config.fileName().toStdString());
    const QStringList arguments{"server",
                                "--disable-agent",
                                "--config", // what a test configures stays out of /etc
                                config.fileName(),
                                "--private-registry",
                                m_folder.filePath("registries.yaml"),
                                "--data-dir",
                                dataFolder(),
                                "--https-listen-port",
                                QString::number(m_port),
                                "--write-kubeconfig",
                                m_folder.filePath("kubeconfig.yaml")};
    m_process.setProcessChannelMode(QProcess::MergedChannels);
    m_process.setStandardOutputFile(m_folder.filePath("clusterd.log"), QIODevice::Append);
    m_process.start(program, arguments + flags);
    if (!m_process.waitForStarted())
        return errors::other("cannot start " + program.toStdString() + ": " + m_process.errorString().toStdString());
    return waitUntilReady();
}

Result<> Clusterd::waitUntilReady() {
    const QDeadlineTimer end(kStartMs);
    while (!answersReady(socketPath())) {
        if (m_process.waitForFinished(20))
            return errors::other("clusterd ended:\n" + logText().toStdString());
        if (end.hasExpired())
            return errors::other("clusterd does not get ready:\n" + logText().toStdString());
    }
    return {};
}

void Clusterd::stop() {
    if (!isRunning())
        return;
    m_process.terminate();
    if (!m_process.waitForFinished(kEndMs))
        kill();
}

void Clusterd::kill() {
    m_process.kill();
    m_process.waitForFinished(kEndMs);
}

QString Clusterd::logText() const {
    QFile file(m_folder.filePath("clusterd.log"));
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll().right(8192)) : QString();
}

Result<QJsonObject> ask(Session &session, ApiRequest request) {
    auto answer = std::make_shared<std::optional<Result<QJsonObject>>>();
    const QString what = QString::fromLatin1(request.method) + u' ' + request.path;
    session.sendJson(std::move(request), &session, [answer](Result<QJsonObject> got) { *answer = std::move(got); });
    if (!QTest::qWaitFor([&] { return answer->has_value(); }, kStartMs))
        return errors::timeout("no answer");
    if (!**answer)
        qInfo("%s: %s", qPrintable(what), (*answer)->error().message.c_str());
    return **answer;
}

Result<QJsonObject> post(Session &session, const QString &path, const QJsonObject &object) {
    return ask(session, {.method = "POST", .path = path, .body = QJsonDocument(object).toJson()});
}

Result<QJsonObject> mergePatch(Session &session, const QString &path, const QJsonObject &patch) {
    return ask(session, {.method = "PATCH",
                         .path = path,
                         .body = QJsonDocument(patch).toJson(),
                         .contentType = "application/merge-patch+json"});
}

Result<QJsonObject> remove(Session &session, const QString &path) {
    return ask(session, {.method = "DELETE", .path = path});
}

QJsonObject configMap(const QString &name, const QJsonObject &labels, const QJsonObject &data) {
    return {{"apiVersion", "v1"},
            {"kind", "ConfigMap"},
            {"metadata", QJsonObject{{"name", name}, {"labels", labels}}},
            {"data", data}};
}

bool waitConnected(Session &session) {
    return QTest::qWaitFor([&] { return session.state() == Session::State::Connected; }, kStartMs);
}

} // namespace coracle::app
