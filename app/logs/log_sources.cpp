#include "app/logs/log_sources.h"

#include <QJsonArray>
#include <algorithm>

namespace coracle::app {

namespace {

constexpr int kAgainMs = 2'000; ///< a log that ended while its container runs is read on after a while
const QString kTailOne = QStringLiteral("5000"), kTailMany = QStringLiteral("500");

struct KnownContainer {
    QString name;
    bool main = false; ///< of spec.containers
};

QList<KnownContainer> containersOf(const QJsonObject &pod) {
    QList<KnownContainer> all;
    for (const char *list : {"initContainers", "containers", "ephemeralContainers"})
        for (const QJsonValue &container : pod["spec"][QLatin1String(list)].toArray())
            all.append({container["name"].toString(), qstrcmp(list, "containers") == 0});
    return all;
}

QJsonObject statusOf(const QJsonObject &pod, const QString &container) {
    for (const char *list : {"containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"})
        for (const QJsonValue &status : pod["status"][QLatin1String(list)].toArray())
            if (status["name"].toString() == container)
                return status.toObject();
    return {};
}

} // namespace

QStringList logContainers(const QJsonObject &pod) {
    QStringList main, others;
    for (const KnownContainer &container : containersOf(pod))
        (container.main ? main : others).append(container.name);
    const QString chosen = pod["metadata"]["annotations"]["kubectl.kubernetes.io/default-container"].toString();
    if (main.removeOne(chosen))
        main.prepend(chosen);
    return main + others;
}

QList<LogTarget> logTargets(const QList<QJsonObject> &pods, const LogQuery &query) {
    QList<LogTarget> targets;
    for (const QJsonObject &pod : pods) {
        const QStringList all = logContainers(pod);
        QStringList wanted = query.container.isEmpty() ? all : QStringList{query.container};
        if (query.container.isEmpty() && !query.podName.isEmpty())
            wanted = all.mid(0, 1);
        else if (query.container.isEmpty()) // of many pods those that do the work
            wanted.resize(pod["spec"]["containers"].toArray().size());
        for (const QString &container : wanted) {
            const QJsonObject status = statusOf(pod, container);
            const QJsonObject state = status["state"].toObject();
            const bool running = state.contains(QLatin1String("running"));
            const bool ended = state.contains(QLatin1String("terminated")) || !status["lastState"].toObject().isEmpty();
            if (!all.contains(container) || (!running && !ended))
                continue;
            targets.append({.pod = pod["metadata"]["name"].toString(),
                            .container = container,
                            .instance = status["containerID"].toString(),
                            .running = running});
        }
    }
    std::stable_sort(targets.begin(), targets.end(),
                     [](const LogTarget &a, const LogTarget &b) { return a.pod < b.pod; });
    return targets;
}

struct LogSources::Source {
    LogTarget target;
    int index = 0; ///< LogLine::source
    Subscription stream;
    bool reading = false;
    bool finished = false; ///< all of this instance has been read
    qint64 lastMs = 0;     ///< the time of the last line; reading goes on after it
    qint64 readMs = 0;     ///< lines up to this time have been read by an earlier stream

    QString key() const { return target.pod + u'/' + target.container; }
};

LogSources::LogSources(QObject *parent) : QObject(parent) {
    m_again.setSingleShot(true);
    m_again.setInterval(kAgainMs);
    connect(&m_again, &QTimer::timeout, this, &LogSources::adopt);
    connect(&m_pods, &CollectionWatch::changed, this, &LogSources::adopt);
    connect(&m_pods, &CollectionWatch::stateChanged, this, &LogSources::changed);
}

LogSources::~LogSources() = default;

void LogSources::start(Session *session, const QString &podsPath, const LogQuery &query) {
    m_again.stop();
    m_sources.clear();
    m_names.clear();
    m_containers.clear();
    m_errorText.clear();
    m_leftOut = 0;
    m_session = session;
    m_query = query;
    CollectionWatch::Query pods;
    if (!query.podName.isEmpty() || !query.podSelector.isEmpty())
        pods = {.path = podsPath,
                .labelSelector = query.podSelector,
                .fieldSelector =
                    query.podName.isEmpty() ? QString() : QStringLiteral("metadata.name=") + query.podName};
    m_pods.start(session, pods);
    adopt(); // the pods may be known: only the container is another
    Q_EMIT changed();
}

bool LogSources::isReading() const {
    return std::any_of(m_sources.begin(), m_sources.end(), [](const auto &source) { return source->reading; });
}

void LogSources::adopt() {
    const QList<QJsonObject> pods = m_pods.objects().values();
    if (!m_query.podName.isEmpty() && !pods.isEmpty())
        m_containers = logContainers(pods.first());
    const QList<LogTarget> targets = logTargets(pods, m_query);
    for (const LogTarget &target : targets) {
        const auto known = std::find_if(m_sources.begin(), m_sources.end(), [&](const auto &source) {
            return source->target.pod == target.pod && source->target.container == target.container;
        });
        if (known == m_sources.end()) {
            const auto reading =
                std::count_if(m_sources.begin(), m_sources.end(), [](const auto &source) { return !source->finished; });
            if (reading >= kSourcesMax)
                continue;
            auto source = std::make_unique<Source>();
            source->target = target;
            source->index = static_cast<int>(m_names.size());
            m_names.append(m_query.container.isEmpty() && m_query.podName.isEmpty() && targets.size() > pods.size()
                               ? source->key()
                               : target.pod);
            m_sources.push_back(std::move(source));
            open(*m_sources.back());
            continue;
        }
        Source &source = **known;
        const bool another = source.target.instance != target.instance;
        source.target = target;
        if (another && !m_query.previous)
            source.finished = false;
        if (!source.reading && !source.finished)
            open(source);
    }
    m_leftOut = static_cast<int>(std::max<qsizetype>(0, targets.size() - static_cast<qsizetype>(m_sources.size())));
    Q_EMIT changed();
}

void LogSources::open(Source &source) {
    if (!m_session || m_session->state() != Session::State::Connected)
        return;
    const bool again = source.lastMs > 0;
    source.readMs = source.lastMs;
    const auto time = [&] {
        return QDateTime::fromMSecsSinceEpoch(source.lastMs, Qt::UTC).toString(Qt::ISODateWithMs);
    };
    const QString path =
        withQuery(QStringLiteral("/api/v1/namespaces/%1/pods/%2/log").arg(m_query.namespaceName, source.target.pod),
                  {{QStringLiteral("container"), source.target.container},
                   {QStringLiteral("timestamps"), QStringLiteral("true")},
                   {QStringLiteral("follow"), m_query.previous ? QString() : QStringLiteral("true")},
                   {QStringLiteral("previous"), m_query.previous ? QStringLiteral("true") : QString()},
                   {QStringLiteral("sinceTime"), again ? time() : QString()},
                   {QStringLiteral("sinceSeconds"),
                    again || m_query.sinceSeconds <= 0 ? QString() : QString::number(m_query.sinceSeconds)},
                   {QStringLiteral("tailLines"), again || m_query.sinceSeconds > 0 ? QString()
                                                 : m_query.podName.isEmpty()       ? kTailMany
                                                                                   : kTailOne}});
    Session::StreamHandlers handlers;
    handlers.lines = [self = QPointer<LogSources>(this),
                      index = source.index](const QByteArrayList &raw) -> Session::Then {
        QList<LogLine> parsed;
        for (qsizetype i = 0; i < raw.size(); ++i)
            if (!raw[i].isEmpty())
                parsed.append(parseLogLine(raw[i], index));
        return [self, index, parsed] {
            if (self && index < static_cast<int>(self->m_sources.size()))
                self->take(*self->m_sources[static_cast<size_t>(index)], parsed);
        };
    };
    handlers.ended = [this, key = source.key()](const Result<> &end) { endedWith(key, end); };
    source.reading = true;
    source.stream = m_session->stream({.path = path, .accept = "*/*"}, this, std::move(handlers));
}

void LogSources::take(Source &source, const QList<LogLine> &parsed) {
    m_errorText.clear();
    QList<LogLine> fresh;
    for (const LogLine &line : parsed)
        if (line.timeMs == 0 || line.timeMs > source.readMs)
            fresh.append(line);
    if (fresh.isEmpty())
        return;
    source.lastMs = std::max(source.lastMs, fresh.last().timeMs);
    Q_EMIT lines(fresh);
}

void LogSources::endedWith(const QString &key, const Result<> &end) {
    const auto found =
        std::find_if(m_sources.begin(), m_sources.end(), [&](const auto &source) { return source->key() == key; });
    if (found == m_sources.end())
        return;
    Source &source = **found;
    source.reading = false;
    if (end) {
        source.finished = m_query.previous || !source.target.running;
    } else if (end.error().code >= 400 && end.error().code < 500) {
        source.finished = true;
        m_errorText = QString::fromStdString(end.error().message);
    }
    if (!source.finished)
        m_again.start();
    Q_EMIT changed();
}

} // namespace coracle::app
