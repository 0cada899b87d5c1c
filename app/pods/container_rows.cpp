#include "app/models/status_tone.h"
#include "app/pods/pod_rows.h"

#include <QCoreApplication>
#include <QJsonArray>

namespace coracle::app {

namespace {

class Words {
    Q_DECLARE_TR_FUNCTIONS(PodRows)
};

QString joined(const QJsonArray &texts) {
    QStringList parts;
    for (const QJsonValue &text : texts)
        parts.append(text.toString());
    return parts.join(u' ');
}

QString portsText(const QJsonArray &ports) {
    QStringList parts;
    for (const QJsonValue &port : ports) {
        const QString name = port["name"].toString();
        parts.append(QStringLiteral("%1/%2").arg(port["containerPort"].toInt()).arg(port["protocol"].toString()) +
                     (name.isEmpty() ? QString() : u' ' + name));
    }
    return parts.join(QStringLiteral(", "));
}

/// "cpu 100m to 1, memory 64Mi to 128Mi": from the request to the limit.
QString resourcesText(const QJsonObject &resources) {
    const QJsonObject requests = resources["requests"].toObject(), limits = resources["limits"].toObject();
    QStringList names = requests.keys() + limits.keys(), parts;
    names.sort();
    names.removeDuplicates();
    for (const QString &name : names) {
        const QString least = requests[name].toString(), most = limits[name].toString();
        parts.append(least.isEmpty() || least == most ? Words::tr("%1 up to %2").arg(name, most)
                     : most.isEmpty()                 ? Words::tr("%1 at least %2").arg(name, least)
                                                      : Words::tr("%1 from %2 to %3").arg(name, least, most));
    }
    return parts.join(QStringLiteral(", "));
}

QString probeText(const QString &title, const QJsonObject &probe) {
    if (probe.isEmpty())
        return {};
    const QJsonObject http = probe["httpGet"].toObject(), tcp = probe["tcpSocket"].toObject();
    const QJsonObject exec = probe["exec"].toObject(), grpc = probe["grpc"].toObject();
    const auto port = [](const QJsonObject &at) { return at["port"].toVariant().toString(); };
    const QString what = !http.isEmpty()   ? QStringLiteral("HTTP :%1%2").arg(port(http), http["path"].toString())
                         : !tcp.isEmpty()  ? QStringLiteral("TCP :") + port(tcp)
                         : !grpc.isEmpty() ? QStringLiteral("gRPC :") + port(grpc)
                                           : joined(exec["command"].toArray());
    return Words::tr("%1: %2, every %3 s, gives up after %4")
        .arg(title, what)
        .arg(probe["periodSeconds"].toInt(10))
        .arg(probe["failureThreshold"].toInt(3));
}

QString probesText(const QJsonObject &container) {
    QStringList lines{probeText(Words::tr("Startup"), container["startupProbe"].toObject()),
                      probeText(Words::tr("Liveness"), container["livenessProbe"].toObject()),
                      probeText(Words::tr("Readiness"), container["readinessProbe"].toObject())};
    lines.removeAll(QString());
    return lines.join(u'\n');
}

QString endText(const QJsonObject &ended) {
    QString text = Words::tr("exit code %1").arg(ended["exitCode"].toInt());
    if (const QString reason = ended["reason"].toString(); !reason.isEmpty())
        text = reason + QStringLiteral(", ") + text;
    if (const QString message = ended["message"].toString().trimmed(); !message.isEmpty())
        text += QStringLiteral(": ") + message;
    return text;
}

void describeState(ContainerRow &row, const QJsonObject &status) {
    const QJsonObject state = status["state"].toObject(), last = status["lastState"]["terminated"].toObject();
    const QJsonObject waiting = state["waiting"].toObject(), ended = state["terminated"].toObject();
    row.restarts = status["restartCount"].toInt();
    row.hadPrevious = !last.isEmpty();
    row.running = state.contains(QLatin1String("running"));
    if (row.running) {
        row.status = status["ready"].toBool() ? QStringLiteral("Running") : QStringLiteral("NotReady");
        row.tone = status["ready"].toBool() ? QStringLiteral("ok") : QStringLiteral("warning");
    } else if (!ended.isEmpty()) {
        row.status = ended["reason"].toString(QStringLiteral("Completed"));
        row.tone = ended["exitCode"].toInt() == 0 ? QStringLiteral("neutral") : QStringLiteral("error");
        row.detail = endText(ended);
    } else {
        row.status = waiting["reason"].toString(QStringLiteral("Waiting"));
        row.tone = toneName(toneOf(row.status));
        row.detail = waiting["message"].toString();
    }
    if (row.hadPrevious) {
        const QString before = Words::tr("Ended before: %1").arg(endText(last));
        row.detail = row.detail.isEmpty() ? before : row.detail + u'\n' + before;
    }
}

void append(QList<ContainerRow> &rows, const QJsonArray &containers, const QJsonArray &statuses, const QString &role) {
    for (const QJsonValue &value : containers) {
        const QJsonObject container = value.toObject();
        const bool sidecar = container["restartPolicy"] == QLatin1String("Always");
        ContainerRow row{
            .key = container["name"].toString(),
            .role = sidecar ? Words::tr("Sidecar") : role,
            .image = container["image"].toString(),
            .ports = portsText(container["ports"].toArray()),
            .resources = resourcesText(container["resources"].toObject()),
            .probes = probesText(container),
            .command = (joined(container["command"].toArray()) + u' ' + joined(container["args"].toArray())).trimmed()};
        QJsonObject status;
        for (const QJsonValue &candidate : statuses)
            if (candidate["name"].toString() == row.key)
                status = candidate.toObject();
        describeState(row, status);
        rows.append(row);
    }
}

QString reasonOf(const QJsonObject &state) {
    const QJsonObject waiting = state["waiting"].toObject(), ended = state["terminated"].toObject();
    if (!waiting.isEmpty())
        return waiting["reason"].toString();
    if (ended.isEmpty())
        return {};
    const QString reason = ended["reason"].toString();
    return reason.isEmpty() ? QStringLiteral("ExitCode:%1").arg(ended["exitCode"].toInt()) : reason;
}

/// "Init:1/2" or the reason why an init container does not get on; empty when all are done.
QString initStatusText(const QJsonObject &pod) {
    const QJsonArray statuses = pod["status"]["initContainerStatuses"].toArray();
    const qsizetype count = pod["spec"]["initContainers"].toArray().size();
    for (qsizetype i = 0; i < statuses.size(); ++i) {
        const QJsonObject state = statuses[i]["state"].toObject();
        if (statuses[i]["started"].toBool() ||
            (state.contains(QLatin1String("terminated")) && state["terminated"]["exitCode"].toInt() == 0))
            continue;
        const QString reason = reasonOf(state);
        return !reason.isEmpty() && reason != u"PodInitializing" ? QStringLiteral("Init:") + reason
                                                                 : QStringLiteral("Init:%1/%2").arg(i).arg(count);
    }
    return {};
}

} // namespace

QList<ContainerRow> containerRows(const QJsonObject &pod) {
    const QJsonObject spec = pod["spec"].toObject(), status = pod["status"].toObject();
    QList<ContainerRow> rows;
    append(rows, spec["initContainers"].toArray(), status["initContainerStatuses"].toArray(), Words::tr("Init"));
    append(rows, spec["containers"].toArray(), status["containerStatuses"].toArray(), {});
    append(rows, spec["ephemeralContainers"].toArray(), status["ephemeralContainerStatuses"].toArray(),
           Words::tr("Debug"));
    return rows;
}

QString podStatusText(const QJsonObject &pod) {
    const QJsonObject status = pod["status"].toObject();
    if (pod["metadata"]["deletionTimestamp"].isString())
        return QStringLiteral("Terminating");
    if (const QString init = initStatusText(pod); !init.isEmpty())
        return init;
    QString text = status["reason"].toString(status["phase"].toString());
    bool running = false;
    for (const QJsonValue &container : status["containerStatuses"].toArray()) {
        const QString reason = reasonOf(container["state"].toObject());
        if (!reason.isEmpty())
            text = reason;
        running |= container["ready"].toBool() && container["state"]["running"].isObject();
    }
    return text == u"Completed" && running ? QStringLiteral("Running") : text;
}

} // namespace coracle::app
