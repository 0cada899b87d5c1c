#include "app/appliance/file_transfer.h"

#include "app/actions/toasts.h"
#include "app/appliance/appliance_call.h"

#include <QDir>
#include <QFileInfo>
#include <QSaveFile>
#include <QStandardPaths>
#include <QTimer>
#include <algorithm>

namespace coracle::app {

namespace {

constexpr int kAgainMs = 1'000;
constexpr qint64 kPartBytesMax = 1 << 20; ///< small enough that progress moves and memory stays small

Result<> writeFile(const QString &name, const QByteArray &bytes) {
    QDir().mkpath(QFileInfo(name).path());
    QSaveFile file(name);
    if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size() || !file.commit())
        return errors::other(name.toStdString() + ": " + file.errorString().toStdString());
    return {};
}

} // namespace

double FileUpload::progress() const {
    return m_file.size() > 0 ? static_cast<double>(m_sent) / static_cast<double>(m_file.size()) : 0;
}

QString FileUpload::fileName() const {
    return QFileInfo(m_file.fileName()).fileName();
}

void FileUpload::start(Session *session, const QString &path) {
    if (running() || !session)
        return;
    m_session = session;
    m_sent = 0;
    m_id.clear();
    m_file.setFileName(path);
    if (!m_file.open(QIODevice::ReadOnly)) {
        Q_EMIT failed(tr("%1 cannot be read: %2").arg(path, m_file.errorString()));
        return;
    }
    callAppliance(session, this, "POST", QStringLiteral("uploads"), {{"name", fileName()}, {"bytes", m_file.size()}},
                  answered());
    connect(session, &Session::stateChanged, this, &FileUpload::goOn);
    Q_EMIT changed();
}

std::function<void(Result<QJsonObject>)> FileUpload::answered() {
    return [this, generation = m_generation](const Result<QJsonObject> &answer) {
        if (generation != m_generation)
            return;
        if (answer || !isUnreachable(answer.error()) || m_id.isEmpty())
            return begun(answer);
        m_waiting = true;
        QTimer::singleShot(kAgainMs, this, &FileUpload::goOn); // where only this request was lost
    };
}

void FileUpload::begun(const Result<QJsonObject> &answer) {
    if (!answer)
        return giveUp(messageOf(answer.error()));
    m_id = (*answer)["id"].toString();
    m_sent = (*answer)["receivedBytes"].toInteger();
    m_partBytes = std::clamp<qint64>((*answer)["partBytesMax"].toInteger(), 1, kPartBytesMax);
    Q_EMIT changed();
    if (m_sent < m_file.size())
        return sendPart();
    const QString id = m_id;
    stop();
    Q_EMIT finished(id);
}

void FileUpload::sendPart() {
    if (!m_file.seek(m_sent))
        return giveUp(m_file.errorString());
    const QByteArray part = m_file.read(m_partBytes);
    if (part.isEmpty())
        return giveUp(tr("%1 has become shorter").arg(fileName()));
    m_session->send({.method = "PUT",
                     .path = withQuery(QStringLiteral("/appliance/v1/uploads/") + encoded(m_id),
                                       {{"offset", QString::number(m_sent)}}),
                     .body = part,
                     .contentType = "application/octet-stream"},
                    this, parseObject, answered());
}

void FileUpload::goOn() {
    if (!m_waiting || !m_session || m_session->state() != Session::State::Connected)
        return;
    m_waiting = false;
    callAppliance(m_session, this, "GET", QStringLiteral("uploads/") + encoded(m_id), {}, answered());
}

void FileUpload::cancel() {
    if (!running())
        return;
    if (!m_id.isEmpty())
        callAppliance(m_session, this, "DELETE", QStringLiteral("uploads/") + encoded(m_id), {},
                      [](const Result<QJsonObject> &) {}); // it expires anyhow
    stop();
}

void FileUpload::stop() {
    if (m_session)
        disconnect(m_session, nullptr, this, nullptr);
    ++m_generation;
    m_waiting = false;
    m_file.close();
    Q_EMIT changed();
}

void FileUpload::giveUp(const QString &message) {
    const QString name = fileName();
    stop();
    Q_EMIT failed(tr("%1 cannot be sent: %2").arg(name, message));
}

void downloadFile(Session *session, QObject *context, const QString &path, const QString &name) {
    if (!session)
        return;
    const QString file =
        QDir(QStandardPaths::writableLocation(QStandardPaths::DownloadLocation)).filePath(QFileInfo(name).fileName());
    session->send(
        {.path = QStringLiteral("/appliance/v1/") + path, .accept = "*/*"}, context,
        [file](const QByteArray &bytes) { return writeFile(file, bytes); },
        [file](const Result<> &result) {
            if (result)
                Toasts::instance().done(FileUpload::tr("The file is in %1").arg(QDir::toNativeSeparators(file)));
            else
                Toasts::instance().failed(
                    FileUpload::tr("The file cannot be saved: %1").arg(messageOf(result.error())));
        });
}

} // namespace coracle::app
