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

QString operationStep(const QString &phase, const QString &message) {
    struct Step {
        const char *text;
        bool detailed = false; ///< the daemon's own words name what it works on
    };
    static const QHash<QString, Step> steps{
        {"copying", {QT_TRANSLATE_NOOP("Operation", "Copying")}},
        {"checking", {QT_TRANSLATE_NOOP("Operation", "Checking the archive")}},
        {"backingUp", {QT_TRANSLATE_NOOP("Operation", "Backing up the present state")}},
        {"compacting", {QT_TRANSLATE_NOOP("Operation", "Dropping history")}},
        {"vacuuming", {QT_TRANSLATE_NOOP("Operation", "Giving free space back")}},
        {"cordoning", {QT_TRANSLATE_NOOP("Operation", "Keeping new pods away")}},
        {"evicting", {QT_TRANSLATE_NOOP("Operation", "Moving pods"), true}},
        {"reading", {QT_TRANSLATE_NOOP("Operation", "Reading")}},
        {"importing", {QT_TRANSLATE_NOOP("Operation", "Unpacking the images")}},
        {"removing", {QT_TRANSLATE_NOOP("Operation", "Removing")}},
        {"rebooting", {QT_TRANSLATE_NOOP("Operation", "The machine goes down")}},
        {"stopping", {QT_TRANSLATE_NOOP("Operation", "The daemon stops and starts again")}},
        {"confirming", {QT_TRANSLATE_NOOP("Operation", "Waiting until everything works")}},
        {"rollingBack", {QT_TRANSLATE_NOOP("Operation", "Going back to what worked"), true}},
        {"staging", {QT_TRANSLATE_NOOP("Operation", "Copying the program")}},
        {"verifying", {QT_TRANSLATE_NOOP("Operation", "Trying whether the program runs")}},
        {"switching", {QT_TRANSLATE_NOOP("Operation", "Changing to the new program")}},
        {"collecting", {QT_TRANSLATE_NOOP("Operation", "Reading states and logs")}},
        {"packing", {QT_TRANSLATE_NOOP("Operation", "Packing")}},
        {"unusedImages", {QT_TRANSLATE_NOOP("Operation", "Removing unused images"), true}},
        {"deadContainers", {QT_TRANSLATE_NOOP("Operation", "Removing ended containers"), true}},
        {"oldLogs", {QT_TRANSLATE_NOOP("Operation", "Removing old logs"), true}},
        {"orphanedVolumes", {QT_TRANSLATE_NOOP("Operation", "Removing orphaned volumes"), true}},
        {"oldBackups", {QT_TRANSLATE_NOOP("Operation", "Removing old back-ups"), true}},
        {"uploads", {QT_TRANSLATE_NOOP("Operation", "Removing uploads"), true}},
    };
    const auto step = steps.constFind(phase);
    if (step == steps.constEnd())
        return message;
    const QString text = QCoreApplication::translate("Operation", step->text);
    return step->detailed && !message.isEmpty() ? QCoreApplication::translate("Operation", "%1: %2").arg(text, message)
                                                : text;
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
    return operationStep(document()["phase"].toString(), document()["message"].toString());
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
