#include "app/demo/demo_session.h"

#include "app/demo/demo_metrics.h"

#include <QDateTime>
#include <QJsonDocument>

namespace coracle::app {

namespace {

constexpr int kBeatMs = 2'500;
constexpr int kSampleBeats = 4;  ///< a measurement every ten seconds
constexpr int kRestartBeats = 8; ///< the pod in trouble tries again
constexpr int kLogLines = 120;   ///< that a log begins with
constexpr int kMissingMax = 200;
const QString kAppliance = QStringLiteral("/appliance/v1/");

/// A terminal or a forwarded port of a machine that does not exist.
class DemoChannel final : public Channel {
public:
    DemoChannel() {
        QMetaObject::invokeMethod(
            this,
            [this] {
                Q_EMIT closed(Status{
                    .code = 501, .reason = "NotImplemented", .message = "this is the demo: its containers do not run"});
            },
            Qt::QueuedConnection);
    }
    void write(QByteArray) override {}
    void close() override {}
    qint64 queuedBytes() const override { return 0; }
};

} // namespace

DemoSession::DemoSession(QObject *parent) : Session(parent) {
    m_life.setInterval(kBeatMs);
    connect(&m_life, &QTimer::timeout, this, &DemoSession::happen);
}

void DemoSession::open() {
    if (!m_data) {
        auto data = DemoData::load();
        if (!data)
            return setState(State::Refused, data.error());
        m_data = std::move(*data);
        m_data->setListener([this](const QString &type, const DemoData::Kind &kind, const DemoData::Item &item) {
            for (const int number : m_streams.keys()) {
                const Stream &stream = m_streams[number];
                if (!stream.log && stream.target.collection == kind.path && stream.target.selects(item.object))
                    deliver(number, {DemoData::watchLine(type, kind, item, stream.table)});
            }
        });
    }
    setLatencyMs(0);
    setState(State::Connected);
}

void DemoSession::close() {
    for (const int number : m_streams.keys())
        end(number, unreachable("the demo was closed"));
    setState(State::Closed);
}

void DemoSession::start(ApiRequest request, QObject *context, Decode decode) {
    Result<QByteArray> answer = unreachable("the demo is closed");
    if (m_data && state() == State::Connected) {
        const DemoTarget target = DemoTarget::of(request.path);
        if (target.subresource == u"log") {
            Stream stream{.target = target, .log = true};
            answer = logLines(stream, kLogLines).join('\n');
        } else {
            answer = m_data->answer(request);
        }
        if (!answer && answer.error().code == 404 && answer.error().name.empty() && m_missing.size() < kMissingMax &&
            !m_missing.contains(target.collection)) {
            m_missing.insert(target.collection);
            qInfo("the demo has nothing for %s %s", request.method.constData(), qPrintable(request.path));
        }
    }
    QMetaObject::invokeMethod(
        this,
        [context = QPointer<QObject>(context), then = decode(std::move(answer))] {
            if (context)
                then();
        },
        Qt::QueuedConnection);
}

Subscription DemoSession::stream(ApiRequest request, QObject *context, StreamHandlers handlers) {
    const int number = ++m_lastStream;
    Stream stream{.target = DemoTarget::of(request.path),
                  .document = request.path.startsWith(kAppliance)
                                  ? request.path.section(u'?', 0, 0).mid(kAppliance.size())
                                  : QString(),
                  .table = DemoData::wantsTable(request),
                  .context = context,
                  .handlers = std::move(handlers)};
    stream.log = stream.target.subresource == u"log";
    stream.follow = stream.target.parameter(QStringLiteral("follow")) == u"true";
    m_streams.insert(number, std::move(stream));
    QMetaObject::invokeMethod(this, [this, number] { begin(number); }, Qt::QueuedConnection);
    if (!m_life.isActive())
        m_life.start();
    return Subscription([self = QPointer<DemoSession>(this), number] {
        if (self)
            self->m_streams.remove(number);
    });
}

void DemoSession::begin(int number) {
    const auto found = m_streams.find(number);
    if (found == m_streams.end())
        return;
    if (!m_data || state() != State::Connected)
        return end(number, unreachable("the demo is closed"));
    if (found->log) {
        const bool follow = found->follow;
        deliver(number, logLines(*found, kLogLines));
        if (!follow)
            end(number, {});
        return;
    }
    if (found->document.isEmpty())
        return deliver(number, m_data->watchBegin(found->target, found->table));
    if (found->document == u"logs")
        return deliver(number, m_data->daemonLog(found->target.parameter(QStringLiteral("level"))));
    QString path = kAppliance + found->document;
    if (!found->target.query.isEmpty())
        path += u'?' + found->target.query.toString();
    auto answer = m_data->answer({.path = path});
    if (!answer)
        return end(number, Failure(answer.error()));
    deliver(number, {*answer});
}

void DemoSession::deliver(int number, const QByteArrayList &lines) {
    if (lines.isEmpty() || !m_streams.contains(number))
        return;
    auto then = m_streams[number].handlers.lines(lines);
    QMetaObject::invokeMethod(
        this,
        [this, number, then = std::move(then)] {
            if (const auto stream = m_streams.constFind(number); stream != m_streams.constEnd() && stream->context)
                then();
        },
        Qt::QueuedConnection);
}

void DemoSession::end(int number, Result<> how) {
    QMetaObject::invokeMethod(
        this,
        [this, number, how = std::move(how)] {
            const auto stream = m_streams.constFind(number);
            if (stream == m_streams.constEnd())
                return;
            const Stream gone = *stream;
            m_streams.erase(stream);
            if (gone.context)
                gone.handlers.ended(how);
        },
        Qt::QueuedConnection);
}

QByteArrayList DemoSession::logLines(Stream &stream, int count) const {
    const bool timestamps = stream.target.parameter(QStringLiteral("timestamps")) == u"true";
    QByteArrayList lines;
    for (int i = 0; i < count; ++i)
        lines.append(demoLogLine(stream.target.name, stream.lines++, timestamps));
    return lines;
}

std::unique_ptr<Channel> DemoSession::makeChannel(ApiRequest, QStringList) {
    return std::make_unique<DemoChannel>();
}

/// One beat of the cluster's life. It stands still while nobody looks.
void DemoSession::happen() {
    if (m_streams.isEmpty())
        return m_life.stop();
    ++m_beats;
    for (const int number : m_streams.keys()) {
        Stream &stream = m_streams[number];
        if (stream.log && stream.follow)
            deliver(number, logLines(stream, 1 + m_beats % 3));
        if (stream.document.endsWith(QStringLiteral("metrics")) && m_beats % kSampleBeats == 0) {
            const QString node =
                stream.document.startsWith(QStringLiteral("nodes/")) ? stream.document.section(u'/', 1, 1) : QString();
            const QJsonObject sample = demoSample(node, m_data->document(QStringLiteral("metrics")));
            deliver(number, {QJsonDocument(sample).toJson(QJsonDocument::Compact)});
        }
    }
    if (m_beats % kRestartBeats == 0)
        restartSomething();
}

/// The container that crashes does so once more, and an event counts it.
void DemoSession::restartSomething() {
    const QString now = QDateTime::currentDateTimeUtc().toString(Qt::ISODate);
    DemoData::Kind *pods = m_data->find(QStringLiteral("/api/v1/pods"));
    DemoData::Kind *events = m_data->find(QStringLiteral("/api/v1/events"));
    for (DemoData::Item &pod : pods->items) {
        if (!std::as_const(pod.object)["metadata"]["name"].toString().startsWith(QStringLiteral("mailer")))
            continue;
        QJsonObject status = pod.object["status"].toObject();
        QJsonArray containers = status["containerStatuses"].toArray();
        QJsonObject container = containers[0].toObject();
        const int restarts = container["restartCount"].toInt() + 1;
        container["restartCount"] = restarts;
        containers[0] = container;
        status["containerStatuses"] = containers;
        pod.object["status"] = status;
        pod.cells[3] = QString::number(restarts);
        m_data->touch(*pods, pod);
        for (DemoData::Item &event : events->items)
            if (std::as_const(event.object)["involvedObject"]["uid"] == std::as_const(pod.object)["metadata"]["uid"] &&
                event.object["reason"] == QLatin1String("BackOff")) {
                event.object = mergedPatch(event.object, {{"count", restarts}, {"lastTimestamp", now}});
                m_data->touch(*events, event);
            }
        return;
    }
}

} // namespace coracle::app
