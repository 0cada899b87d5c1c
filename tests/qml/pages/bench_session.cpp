#include "tests/qml/pages/bench_session.h"

#include <QJsonDocument>
#include <algorithm>

namespace coracle::app {

namespace {

const QString kReviews = QStringLiteral("/apis/authorization.k8s.io/v1/selfsubjectrulesreviews");

/// A list, a Table or a document of the appliance, with nothing in its arrays but the columns of the Table.
QByteArray emptied(const QByteArray &body) {
    QJsonObject object = QJsonDocument::fromJson(body).object();
    for (const QString &key : object.keys())
        if (object[key].isArray() && key != u"columnDefinitions")
            object[key] = QJsonArray();
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

} // namespace

BenchSession::BenchSession(QObject *parent) : Session(parent) {}

void BenchSession::open() {
    m_demo.open();
    setState(m_demo.state(), m_demo.error());
}

void BenchSession::close() {
    m_demo.close();
    setState(State::Closed);
}

void BenchSession::lose() {
    m_demo.close();
    setState(State::Reconnecting, unreachable("the cable was pulled").error());
}

void BenchSession::refuse(const QString &pattern, int code, const QString &message) {
    m_faults.append({QRegularExpression(pattern), Status{.code = code, .message = message.toStdString()}});
}

void BenchSession::empty(const QString &pattern) {
    m_faults.append({QRegularExpression(pattern), std::nullopt});
}

void BenchSession::setRules(const QJsonArray &rules) {
    m_rules = rules;
}

void BenchSession::mend() {
    m_faults.clear();
    m_rules.reset();
    m_writes.clear();
    m_reviews = 0;
    // What is known of the user's rights is kept with the session.
    qDeleteAll(findChildren<QObject *>(QStringLiteral("rulesReview"), Qt::FindDirectChildrenOnly));
    open();
}

const BenchSession::Fault *BenchSession::faultOf(const ApiRequest &request) const {
    const auto found = std::find_if(m_faults.begin(), m_faults.end(),
                                    [&](const Fault &fault) { return fault.path.match(request.path).hasMatch(); });
    return found == m_faults.end() ? nullptr : &*found;
}

void BenchSession::start(ApiRequest request, QObject *context, Decode decode) {
    const bool review = request.path == kReviews;
    m_reviews += review;
    if (request.method != "GET" && !review)
        m_writes.append(QString::fromLatin1(request.method) + u' ' + request.path);
    const Fault *fault = faultOf(request);
    const auto use = [decode, fault = fault ? std::optional(*fault) : std::nullopt](Result<QByteArray> answer) {
        if (fault && fault->status)
            answer = Failure(*fault->status);
        else if (fault && answer)
            answer = emptied(*answer);
        decode(std::move(answer))();
    };
    if (review && m_rules) {
        const QJsonObject status{{QStringLiteral("resourceRules"), *m_rules}, {QStringLiteral("incomplete"), false}};
        const QByteArray body = QJsonDocument(QJsonObject{{QStringLiteral("status"), status}}).toJson();
        QMetaObject::invokeMethod(
            this,
            [use, body, context = QPointer<QObject>(context)] {
                if (context)
                    use(body);
            },
            Qt::QueuedConnection);
        return;
    }
    m_demo.send(std::move(request), context, [](QByteArray body) { return Result<QByteArray>(std::move(body)); }, use);
}

Subscription BenchSession::stream(ApiRequest request, QObject *context, StreamHandlers handlers) {
    const Fault *fault = faultOf(request);
    if (fault && fault->status) {
        QMetaObject::invokeMethod(
            context, [ended = handlers.ended, status = *fault->status] { ended(Failure(status)); },
            Qt::QueuedConnection);
        return {};
    }
    if (fault) {
        const bool watch =
            request.path.contains(QLatin1String("watch=true")) && !request.path.startsWith(u"/appliance/");
        handlers.lines = [lines = handlers.lines, watch](const QByteArrayList &batch) -> Then {
            QByteArrayList left;
            if (!watch)
                std::transform(batch.begin(), batch.end(), std::back_inserter(left), emptied);
            return lines(left);
        };
    }
    return m_demo.stream(std::move(request), context, std::move(handlers));
}

std::unique_ptr<Channel> BenchSession::makeChannel(ApiRequest request, QStringList protocols) {
    return m_demo.openChannel(std::move(request), std::move(protocols));
}

} // namespace coracle::app
