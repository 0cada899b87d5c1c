#include "app/models/status_tone.h"

#include <QHash>

namespace coracle::app {

namespace {

const QHash<QString, Tone> &tones() {
    static const QHash<QString, Tone> table{
        {"Running", Tone::Ok},
        {"Ready", Tone::Ok},
        {"Active", Tone::Ok},
        {"Bound", Tone::Ok},
        {"Available", Tone::Ok},
        {"True", Tone::Ok},
        {"Completed", Tone::Neutral},
        {"Complete", Tone::Ok},
        {"Succeeded", Tone::Ok},
        {"Normal", Tone::Neutral},
        {"Approved,Issued", Tone::Ok},
        {"Established", Tone::Ok},
        {"Pending", Tone::Info},
        {"ContainerCreating", Tone::Info},
        {"PodInitializing", Tone::Info},
        {"Terminating", Tone::Info},
        {"Suspended", Tone::Neutral},
        {"Released", Tone::Warning},
        {"SchedulingGated", Tone::Info},
        {"NotReady", Tone::Error},
        {"Unknown", Tone::Warning},
        {"Failed", Tone::Error},
        {"Error", Tone::Error},
        {"Lost", Tone::Error},
        {"Evicted", Tone::Error},
        {"OOMKilled", Tone::Error},
        {"CrashLoopBackOff", Tone::Error},
        {"ImagePullBackOff", Tone::Error},
        {"ErrImagePull", Tone::Error},
        {"ErrImageNeverPull", Tone::Error},
        {"InvalidImageName", Tone::Error},
        {"CreateContainerConfigError", Tone::Error},
        {"CreateContainerError", Tone::Error},
        {"RunContainerError", Tone::Error},
        {"False", Tone::Warning},
        {"Warning", Tone::Warning},
    };
    return table;
}

} // namespace

Tone toneOf(const QString &status) {
    // "Ready,SchedulingDisabled": the worst word counts, and a cordoned node asks for attention.
    if (status.contains(QLatin1String("SchedulingDisabled")))
        return status.startsWith(QLatin1String("NotReady")) ? Tone::Error : Tone::Warning;
    if (const auto tone = tones().constFind(status); tone != tones().constEnd())
        return *tone;
    if (status.startsWith(QLatin1String("Init:")))
        return status.contains(QLatin1String("BackOff")) || status.contains(QLatin1String("Err")) ? Tone::Error
                                                                                                  : Tone::Info;
    if (const qsizetype slash = status.indexOf(u'/'); slash > 0) {
        bool readyIsNumber = false, wantedIsNumber = false;
        const int ready = QStringView(status).left(slash).toInt(&readyIsNumber);
        const int wanted = QStringView(status).mid(slash + 1).toInt(&wantedIsNumber);
        if (readyIsNumber && wantedIsNumber)
            return wanted == 0 ? Tone::Neutral : ready >= wanted ? Tone::Ok : ready == 0 ? Tone::Error : Tone::Warning;
    }
    return status.endsWith(QLatin1String("BackOff")) || status.startsWith(QLatin1String("Err")) ? Tone::Error
                                                                                                : Tone::Neutral;
}

QString toneName(Tone tone) {
    switch (tone) {
    case Tone::Neutral:
        return {};
    case Tone::Ok:
        return QStringLiteral("ok");
    case Tone::Info:
        return QStringLiteral("info");
    case Tone::Warning:
        return QStringLiteral("warning");
    case Tone::Error:
        return QStringLiteral("error");
    }
    return {};
}

} // namespace coracle::app
