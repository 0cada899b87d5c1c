#include "app/terminal/exec_session.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QUrl>

namespace coracle::app {

namespace {

/// The first byte of every message: which stream it is of.
enum StreamChannel : char { kStdin = 0, kStdout = 1, kStderr = 2, kResult = 3, kResize = 4 };

const QString kFindShell = QStringLiteral("TERM=xterm-256color; export TERM; "
                                          "command -v bash >/dev/null 2>&1 && exec bash; exec sh");

QString encoded(const QString &text) {
    return QString::fromLatin1(QUrl::toPercentEncoding(text));
}

} // namespace

ExecSession::ExecSession(QObject *parent) : QObject(parent) {
    connect(&m_screen, &TerminalScreen::output, this, [this](const QByteArray &bytes) { send(kStdin, bytes); });
}

ExecSession::~ExecSession() = default;

void ExecSession::setCluster(Cluster *cluster) {
    if (m_cluster == cluster)
        return;
    m_cluster = cluster;
    Q_EMIT sourceChanged();
}

QString ExecSession::path() const {
    const QStringList command = m_shell.isEmpty() ? QStringList{QStringLiteral("sh"), QStringLiteral("-c"), kFindShell}
                                                  : m_shell.split(u' ', Qt::SkipEmptyParts);
    QString path = QStringLiteral("/api/v1/namespaces/%1/pods/%2/exec?stdin=true&stdout=true&tty=true")
                       .arg(m_namespaceName, m_podName);
    if (!m_container.isEmpty())
        path += QStringLiteral("&container=") + encoded(m_container);
    for (const QString &word : command)
        path += QStringLiteral("&command=") + encoded(word);
    return path;
}

void ExecSession::start() {
    stop();
    if (!m_cluster)
        return;
    m_screen.reset();
    m_result.clear();
    set(Connecting, tr("Connecting…"));
    m_channel = m_cluster->session()->openChannel({.path = path()}, {QStringLiteral("v5.channel.k8s.io")});
    connect(m_channel.get(), &Channel::opened, this, [this] {
        set(Running, tr("Connected"));
        sendSize();
    });
    connect(m_channel.get(), &Channel::received, this, &ExecSession::receive);
    connect(m_channel.get(), &Channel::closed, this, [this](const Status &status) {
        const QString text = !m_result.isEmpty()      ? m_result
                             : status.message.empty() ? tr("The shell has ended.")
                                                      : QString::fromStdString(status.message);
        m_channel.release()->deleteLater(); // it is what speaks
        set(Ended, text);
    });
}

void ExecSession::stop() {
    if (!m_channel)
        return;
    m_channel->close();
    m_channel.reset();
    set(Ended, tr("The shell has ended."));
}

void ExecSession::receive(const QByteArray &message) {
    if (message.isEmpty())
        return;
    const QByteArray bytes = message.mid(1);
    if (message[0] == kStdout || message[0] == kStderr)
        m_screen.write(bytes);
    else if (message[0] == kResult)
        takeResult(bytes);
}

void ExecSession::takeResult(const QByteArray &status) {
    const auto object = parseObject(status);
    if (!object || (*object)["status"] == QLatin1String("Success"))
        return;
    m_result = (*object)["message"].toString();
    for (const QJsonValue &cause : (*object)["details"]["causes"].toArray())
        if (cause["reason"] == QLatin1String("ExitCode"))
            m_result = cause["message"] == QLatin1String("126") || cause["message"] == QLatin1String("127")
                           ? tr("There is no such shell in the container.")
                           : tr("The shell has ended with code %1.").arg(cause["message"].toString());
}

void ExecSession::send(char channel, const QByteArray &bytes) {
    if (m_channel && m_state == Running)
        m_channel->write(QByteArray(1, channel) + bytes);
}

void ExecSession::resize(QSize size) {
    m_screen.resize(size);
    sendSize();
}

void ExecSession::sendSize() {
    const QJsonObject size{{"Width", m_screen.columns()}, {"Height", m_screen.rows()}};
    send(kResize, QJsonDocument(size).toJson(QJsonDocument::Compact));
}

void ExecSession::set(State state, const QString &text) {
    m_state = state;
    m_statusText = text;
    Q_EMIT stateChanged();
}

} // namespace coracle::app
