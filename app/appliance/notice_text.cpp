#include "app/appliance/notice_text.h"

#include "app/format/format.h"

#include <QCoreApplication>
#include <QHash>
#include <QLocale>
#include <algorithm>

namespace coracle::app {

namespace {

constexpr const char *kContext = "Notices";

struct Words {
    const char *reason, *message, *mend; ///< {name}: a parameter
    const char *page;                    ///< where it is mended; null: at the object that it is about
};

const Words kWords[] = {
    {"CertificateExpired", QT_TRANSLATE_NOOP("Notices", "The certificate {file} expired on {date}"),
     QT_TRANSLATE_NOOP("Notices", "Renew the certificates; pods go on running."), "certificates"},
    {"CertificateExpiring", QT_TRANSLATE_NOOP("Notices", "The certificate {file} expires on {date}"),
     QT_TRANSLATE_NOOP("Notices", "Renew the certificates; pods go on running."), "certificates"},
    {"DiskSpaceLow", QT_TRANSLATE_NOOP("Notices", "{available} are free on the disk of {path}"),
     QT_TRANSLATE_NOOP("Notices", "Remove what is not used any more: images, old logs, volumes nobody claims."),
     "disks"},
    {"MemoryLow", QT_TRANSLATE_NOOP("Notices", "{available} of memory are free"),
     QT_TRANSLATE_NOOP("Notices", "Run fewer pods on this machine, or set memory limits."), "workloads"},
    {"NodeNotReady", QT_TRANSLATE_NOOP("Notices", "Node {node} is not ready"),
     QT_TRANSLATE_NOOP("Notices", "Look at its conditions, and whether the machine is on and reachable."), nullptr},
    {"NodePressure", QT_TRANSLATE_NOOP("Notices", "Node {node} has {condition}: pods are evicted"),
     QT_TRANSLATE_NOOP("Notices", "Make room on the node, or move pods away."), nullptr},
    {"NodeUnschedulable", QT_TRANSLATE_NOOP("Notices", "Node {node} takes no new pods"),
     QT_TRANSLATE_NOOP("Notices", "Uncordon it when the work on it is done."), nullptr},
    {"PodFailing", QT_TRANSLATE_NOOP("Notices", "Pod {pod}{more}: {reason}"),
     QT_TRANSLATE_NOOP("Notices", "Read its log and its events."), nullptr},
    {"PodPending", QT_TRANSLATE_NOOP("Notices", "Pod {pod}{more} does not start"),
     QT_TRANSLATE_NOOP("Notices", "Its events tell what it waits for."), nullptr},
    {"VolumePending", QT_TRANSLATE_NOOP("Notices", "Claim {claim} has no volume"),
     QT_TRANSLATE_NOOP("Notices", "See that its storage class exists and that a pod uses it."), nullptr},
    {"ComponentFailed", QT_TRANSLATE_NOOP("Notices", "{component} does not work"),
     QT_TRANSLATE_NOOP("Notices", "Read the daemon's log. Restarting the daemon is safe; pods go on running."),
     "diagnostics"},
    {"ConfigurationPending",
     QT_TRANSLATE_NOOP("Notices", "The configuration was changed; the daemon runs with the old one"),
     QT_TRANSLATE_NOOP("Notices", "Restart the daemon to apply it; pods go on running."), "options"},
    {"ConfigurationRolledBack", QT_TRANSLATE_NOOP("Notices", "The last change went wrong and was taken back"),
     QT_TRANSLATE_NOOP("Notices", "Mend what it says and change it again."), "options"},
    {"UpgradeRolledBack", QT_TRANSLATE_NOOP("Notices", "The last upgrade went wrong and was taken back"),
     QT_TRANSLATE_NOOP("Notices", "Mend what it says and upgrade again."), "upgrades"},
    {"RestoreFailed", QT_TRANSLATE_NOOP("Notices", "The last restore went wrong and was taken back"),
     QT_TRANSLATE_NOOP("Notices", "Mend what it says and restore again."), "backups"},
    {"RegistriesInvalid", QT_TRANSLATE_NOOP("Notices", "{file} is not valid"),
     QT_TRANSLATE_NOOP("Notices", "Mend the file; until then images come from their own registries."), "registries"},
};

QString filled(const char *words, const QJsonObject &parameters) {
    QString text = QCoreApplication::translate(kContext, words);
    for (auto it = parameters.begin(); it != parameters.end(); ++it)
        text.replace(u'{' + it.key() + u'}', it->toString());
    return text;
}

/// With sizes, dates and numbers as the user's language writes them.
QJsonObject shownParameters(QJsonObject parameters) {
    if (const QString bytes = parameters["availableBytes"].toString(); !bytes.isEmpty())
        parameters["available"] = sizeText(bytes.toDouble());
    const QDateTime end = QDateTime::fromString(parameters["notAfter"].toString(), Qt::ISODate);
    if (end.isValid())
        parameters["date"] = QLocale().toString(end.toLocalTime().date(), QLocale::ShortFormat);
    const int more = parameters["count"].toString().toInt() - 1;
    parameters["more"] =
        more > 0 ? u' ' + QCoreApplication::translate(kContext, "and %n more", nullptr, more) : QString();
    return parameters;
}

/// The place and the cause, in the words of the daemon.
QString detailOf(const QJsonObject &parameters) {
    QString text;
    for (const char *name : {"field", "detail"})
        if (const QString part = parameters[QLatin1String(name)].toString(); !part.isEmpty())
            text += QStringLiteral(": ") + part;
    return text;
}

} // namespace

QString kindKeyOf(const QJsonObject &notice) {
    static const QHash<QString, QString> keys{
        {"Pod", "pods"}, {"Node", "nodes"}, {"PersistentVolumeClaim", "persistentvolumeclaims"}};
    return keys.value(notice["object"]["kind"].toString());
}

NoticeText noticeText(const QJsonObject &notice) {
    const QString reason = notice["reason"].toString();
    const auto *words = std::find_if(std::begin(kWords), std::end(kWords),
                                     [&](const Words &known) { return reason == QLatin1String(known.reason); });
    // A CA has a mend of its own, which no request does: the daemon's words name the command.
    const bool isCa = reason.startsWith(QStringLiteral("Certificate")) && !notice.contains("action");
    if (words == std::end(kWords) || isCa)
        return {notice["message"].toString(), notice["mend"].toString(),
                isCa ? QStringLiteral("certificates") : QString()};
    const QJsonObject parameters = shownParameters(notice["parameters"].toObject());
    return {filled(words->message, parameters) + detailOf(parameters), filled(words->mend, parameters),
            QString::fromLatin1(words->page)};
}

} // namespace coracle::app
