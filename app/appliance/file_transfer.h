#pragma once

#include "app/session/session.h"

#include <QFile>

namespace coracle::app {

/// Sends a file to the daemon in parts; only one part is in memory. A part that is lost with the connection is sent
/// again when the connection is back. GUI thread; ends with its owner.
class FileUpload : public QObject {
    Q_OBJECT

public:
    explicit FileUpload(QObject *parent = nullptr) : QObject(parent) {}

    bool running() const { return m_file.isOpen(); }
    /// 0 to 1.
    double progress() const;
    QString fileName() const;

    void start(Session *session, const QString &path);
    /// The part that was sent is thrown away.
    void cancel();

Q_SIGNALS:
    void changed();
    /// The daemon has the file.
    void finished(const QString &uploadId);
    void failed(const QString &message);

private:
    /// Calls begun() with the answer, unless the upload was ended meanwhile.
    std::function<void(Result<QJsonObject>)> answered();
    void begun(const Result<QJsonObject> &answer);
    void sendPart();
    /// Asks how far it is when the connection is back.
    void goOn();
    void stop();
    void giveUp(const QString &message);

    QPointer<Session> m_session;
    QFile m_file;
    QString m_id;
    qint64 m_sent = 0, m_partBytes = 0;
    bool m_waiting = false; ///< for the connection
    int m_generation = 0;   ///< answers about an upload that has ended are dropped
};

/// Saves what the daemon answers on `path` (below /appliance/v1) as a file in the folder for downloads, and tells it by
/// a toast. At most 64 MiB, the limit of an answer.
void downloadFile(Session *session, QObject *context, const QString &path, const QString &name);

} // namespace coracle::app
