#pragma once

#include "app/session/session.h"

#include <QProcess>
#include <QTemporaryDir>

namespace coracle::app {

/// A real clusterd without containers, with a data folder and a port of its own; one for all cases of a test program:
/// start() in initTestCase(). Ends with its owner. CORACLE_CLUSTERD names another program than the one that was built.
class Clusterd {
public:
    Clusterd();
    ~Clusterd();

    /// Starts it and waits until its API is ready; after kill() or stop() on the same data. Further flags are
    /// clusterd's.
    Result<> start(const QStringList &flags = {});
    /// SIGTERM, and waits.
    void stop();
    /// SIGKILL, and waits.
    void kill();
    bool isRunning() const { return m_process.state() != QProcess::NotRunning; }

    /// Its socket; the same after every start.
    QString socketPath() const { return m_runFolder + QStringLiteral("/clusterd.sock"); }
    QString dataFolder() const { return m_folder.path() + QStringLiteral("/data"); }
    QString logText() const;

private:
    Result<> waitUntilReady();

    QTemporaryDir m_folder;
    QString m_runFolder;
    int m_port = 0;
    QProcess m_process;
};

/// One request, waited for in the event loop.
Result<QJsonObject> ask(Session &session, ApiRequest request);
/// Makes, replaces or removes an object.
Result<QJsonObject> post(Session &session, const QString &path, const QJsonObject &object);
Result<QJsonObject> mergePatch(Session &session, const QString &path, const QJsonObject &patch);
Result<QJsonObject> remove(Session &session, const QString &path);

/// A ConfigMap with these labels.
QJsonObject configMap(const QString &name, const QJsonObject &labels = {}, const QJsonObject &data = {});

/// Waits in the event loop until the session is connected.
bool waitConnected(Session &session);

} // namespace coracle::app
