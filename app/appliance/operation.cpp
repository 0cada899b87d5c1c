#include "app/appliance/operation.h"

#include "app/actions/toasts.h"
#include "app/appliance/appliance_call.h"

#include <QCoreApplication>
#include <QHash>

namespace coracle::app {

QString operationTitle(const QString &kind, const QString &target) {
    static const QHash<QString, const char *> titles{
        {"restart", QT_TRANSLATE_NOOP("Operation", "Restart of the daemon")},
        {"drain", QT_TRANSLATE_NOOP("Operation", "Drain")},
        {"reboot", QT_TRANSLATE_NOOP("Operation", "Reboot")},
        {"rotateCertificates", QT_TRANSLATE_NOOP("Operation", "New certificates")},
        {"compact", QT_TRANSLATE_NOOP("Operation", "Compaction of the datastore")},
        {"backup", QT_TRANSLATE_NOOP("Operation", "Back-up")},
        {"restore", QT_TRANSLATE_NOOP("Operation", "Restore")},
        {"importImage", QT_TRANSLATE_NOOP("Operation", "Import of images")},
        {"removeImage", QT_TRANSLATE_NOOP("Operation", "Removal of an image")},
        {"cleanup", QT_TRANSLATE_NOOP("Operation", "Clean-up")},
        {"upgrade", QT_TRANSLATE_NOOP("Operation", "Upgrade")},
        {"supportBundle", QT_TRANSLATE_NOOP("Operation", "Support bundle")},
    };
    const char *known = titles.value(kind, nullptr);
    const QString title = known ? QCoreApplication::translate("Operation", known) : kind;
    return target.isEmpty() ? title : QCoreApplication::translate("Operation", "%1: %2").arg(title, target);
}

QString operationTone(const QString &state) {
    static const QHash<QString, QString> tones{
        {"running", "info"}, {"succeeded", "ok"}, {"failed", "error"}, {"cancelled", "warning"}};
    return tones.value(state);
}

Operation::Operation(QObject *parent) : ApplianceDocument(parent) {
    setWatched(true);
    connect(this, &SessionDocument::documentChanged, this, &Operation::follow);
    connect(this, &SessionDocument::stateChanged, this, &Operation::follow);
}

void Operation::setOperationId(const QString &id) {
    if (m_id == id)
        return;
    m_id = id;
    m_lost = m_told = false;
    setPath(id.isEmpty() ? QString() : QStringLiteral("operations/") + encoded(id));
    Q_EMIT changed();
}

void Operation::ask() {
    if (m_told)
        return;
    // Whether it is gone for good is not told by the watch, which is tried again.
    callAppliance(session(), this, "GET", path(), {}, [this, id = m_id](const Result<QJsonObject> &answer) {
        if (id != m_id || answer || !isNotFound(answer.error()))
            return;
        m_lost = true;
        follow();
    });
    ApplianceDocument::ask();
}

bool Operation::connected() const {
    return session() && session()->state() == Session::State::Connected;
}

bool Operation::running() const {
    return active() && !m_lost && (!known() || document()["state"] == QLatin1String("running"));
}

bool Operation::succeeded() const {
    return known() && document()["state"] == QLatin1String("succeeded");
}

QString Operation::tone() const {
    if (running())
        return QStringLiteral("info");
    return m_lost ? QStringLiteral("warning") : operationTone(document()["state"].toString());
}

QString Operation::title() const {
    return operationTitle(document()["kind"].toString(), document()["target"].toString());
}

QString Operation::message() const {
    if (running() && !connected())
        return tr("The daemon restarts. The connection comes back by itself.");
    if (m_lost)
        return tr("How it ended is not known any more.");
    if (succeeded())
        return tr("Done");
    const QString state = document()["state"].toString();
    const QString why = document()["error"]["message"].toString();
    if (state == u"failed" && !why.isEmpty())
        return why;
    if (state == u"cancelled")
        return tr("It was cancelled.");
    return document()["message"].toString();
}

void Operation::follow() {
    Q_EMIT changed();
    if (m_told || !active() || running())
        return;
    m_told = true;
    Q_EMIT finished(succeeded());
}

void Operation::cancel() {
    callAppliance(session(), this, "DELETE", path(), {}, [](const Result<QJsonObject> &answer) {
        if (!answer)
            Toasts::instance().failed(
                tr("It cannot be cancelled: %1").arg(QString::fromStdString(answer.error().message)));
    });
}

} // namespace coracle::app
