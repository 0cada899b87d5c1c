#include "app/session/http_operations.h"
#include "app/session/http_request.h"

#include "core/base/async_event.h"

#include <QCoreApplication>
#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>

namespace coracle::app {

namespace asio = boost::asio;

namespace {

constexpr size_t kLineBytesMax = 16u << 20;
/// Batches of a busy stream come no faster: the screen shows no more.
constexpr std::chrono::milliseconds kBatchInterval{40};

Status refusal(int code, const std::string &body) {
    const auto object = parseObject(QByteArray::fromStdString(body));
    if (object && (*object)["kind"] == QLatin1String("Status"))
        return statusFrom(*object);
    return {.code = code, .message = body.empty() ? "the server answered with code " + std::to_string(code) : body};
}

Task<Result<std::unique_ptr<http::ClientResponse>>> ask(http::Client &client, http::ClientRequest request) {
    auto response = co_await client.send(std::move(request));
    if (!response)
        co_return unreachable(response.error().message);
    if ((*response)->status() >= 400) {
        const auto body = co_await (*response)->readAll();
        co_return Failure(refusal((*response)->status(), body ? *body : std::string()));
    }
    co_return response;
}

Task<Result<QByteArray>> fetch(http::Client &client, http::ClientRequest request) {
    CO_TRY(const auto response, co_await ask(client, std::move(request)));
    const auto body = co_await response->readAll();
    if (!body)
        co_return unreachable(body.error().message);
    co_return QByteArray::fromStdString(*body);
}

/// What the two threads share of a stream.
struct StreamState {
    QPointer<QObject> context;
    Session::StreamHandlers handlers;
    std::atomic<bool> cancelled = false;
};
using StreamPtr = std::shared_ptr<StreamState>;

/// Hands batches to the GUI one at a time: the next one is read when the last one has been shown.
class Batches {
public:
    Batches(NetworkThread &network, StreamPtr stream, const Executor &executor)
        : m_network(network), m_stream(std::move(stream)), m_taken(std::make_shared<Taken>(executor)) {}

    Task<> deliver(QByteArrayList lines) {
        const auto begun = std::chrono::steady_clock::now();
        m_taken->done = false;
        m_network.callOnGui(QCoreApplication::instance(), [stream = m_stream, taken = m_taken, &network = m_network,
                                                           then = m_stream->handlers.lines(std::move(lines))] {
            if (!stream->cancelled && stream->context)
                then();
            network.post([taken] {
                taken->done = true;
                taken->event.notifyAll();
            });
        });
        while (!m_taken->done && !m_stream->cancelled)
            co_await m_taken->event.wait();
        asio::steady_timer timer(co_await asio::this_coro::executor, begun + kBatchInterval);
        co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    }

private:
    struct Taken {
        explicit Taken(const Executor &executor) : event(executor) {}
        AsyncEvent event;
        bool done = false;
    };
    NetworkThread &m_network;
    StreamPtr m_stream;
    std::shared_ptr<Taken> m_taken;
};

Task<Result<>> readLines(NetworkThread &network, HttpClientPtr client, StreamPtr stream, http::ClientRequest request) {
    CO_TRY(const auto response, co_await ask(*client, std::move(request)));
    Batches batches(network, stream, co_await asio::this_coro::executor);
    QByteArray pending;
    while (!stream->cancelled) {
        const auto piece = co_await response->readSome();
        if (!piece)
            co_return unreachable(piece.error().message);
        pending.append(piece->data(), static_cast<qsizetype>(piece->size()));
        const bool ended = piece->empty();
        const qsizetype end = ended ? pending.size() : pending.lastIndexOf('\n');
        if (ended ? end > 0 : end >= 0) {
            QByteArrayList lines = pending.left(end).split('\n');
            pending.remove(0, end + 1);
            co_await batches.deliver(std::move(lines));
        }
        if (ended)
            break;
        if (pending.size() > static_cast<qsizetype>(kLineBytesMax))
            co_return errors::tooLarge("a line of the server's answer is longer than 16 MiB");
    }
    co_return Result<>();
}

Task<> runRequest(NetworkThread *network, HttpClientPtr client, http::ClientRequest request, QPointer<QObject> context,
                  Session::Decode decode) {
    auto answer = co_await fetch(*client, std::move(request));
    network->callOnGui(context, decode(std::move(answer)));
}

Task<> runStream(NetworkThread *network, HttpClientPtr client, StreamPtr stream, http::ClientRequest request) {
    const auto end = co_await readLines(*network, std::move(client), stream, std::move(request));
    network->callOnGui(stream->context, [stream, end] {
        if (!stream->cancelled)
            stream->handlers.ended(end);
    });
}

} // namespace

http::ClientRequest httpRequest(const ApiRequest &request) {
    http::ClientRequest made{.method = request.method.toStdString(),
                             .target = request.path.toStdString(),
                             .body = request.body.toStdString()};
    made.headers.set("Accept", request.accept.toStdString());
    made.headers.set("User-Agent", "coracle/" CORACLE_VERSION);
    if (!request.body.isEmpty())
        made.headers.set("Content-Type", request.contentType.toStdString());
    return made;
}

void startRequest(NetworkThread &network, HttpClientPtr client, ApiRequest request, QPointer<QObject> context,
                  Session::Decode decode) {
    network.spawn([network = &network, client = std::move(client), made = httpRequest(request), context,
                   decode = std::move(decode)] { return runRequest(network, client, made, context, decode); });
}

Subscription startStream(NetworkThread &network, HttpClientPtr client, ApiRequest request, QPointer<QObject> context,
                         Session::StreamHandlers handlers) {
    auto stream = std::make_shared<StreamState>();
    stream->context = context;
    stream->handlers = std::move(handlers);
    http::ClientRequest made = httpRequest(request);
    made.headerTimeout = {}; // a log that has no line yet
    auto job = network.spawn([network = &network, client = std::move(client), stream, made] {
        return runStream(network, client, stream, made);
    });
    return Subscription([stream, job] {
        stream->cancelled = true;
        job->cancel();
    });
}

} // namespace coracle::app
