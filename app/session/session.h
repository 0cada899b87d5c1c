#pragma once

#include "app/session/api_request.h"
#include "app/session/port_forward.h"
#include "app/ssh/ssh_question.h"

#include <QObject>
#include <QPointer>
#include <QtQml/qqmlregistration.h>
#include <functional>
#include <memory>

namespace coracle::app {

/// Keeps a stream running; ends it when destroyed. For the GUI thread.
class Subscription {
public:
    Subscription() = default;
    explicit Subscription(std::function<void()> cancel) : m_cancel(std::move(cancel)) {}
    Subscription(Subscription &&other) noexcept : m_cancel(std::exchange(other.m_cancel, nullptr)) {}
    Subscription &operator=(Subscription &&other) noexcept {
        reset();
        m_cancel = std::exchange(other.m_cancel, nullptr);
        return *this;
    }
    ~Subscription() { reset(); }
    void reset() {
        if (auto cancel = std::exchange(m_cancel, nullptr))
            cancel();
    }

private:
    std::function<void()> m_cancel;
};

/// A two-way connection: exec, attach and port-forward (WebSocket, v5.channel.k8s.io). Destroying it closes it.
class Channel : public QObject {
    Q_OBJECT

public:
    using QObject::QObject;
    /// Messages go out in this order; what is written before opened() waits for it.
    virtual void write(QByteArray message) = 0;
    /// After what has been written.
    virtual void close() = 0;
    /// Written, but not yet sent: whoever sends a lot waits for written().
    virtual qint64 queuedBytes() const = 0;

Q_SIGNALS:
    void opened(const QString &protocol);
    void received(const QByteArray &message);
    void written(qint64 bytes);
    /// Once; code 0 and no message: it ended as it should.
    void closed(const coracle::Status &status);
};

/// The way to one cluster. Lives in the GUI thread and never blocks it: requests run elsewhere, their answers are
/// parsed elsewhere, and come back as calls on the GUI thread.
class Session : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("a part of Cluster")
    Q_PROPERTY(State state READ state NOTIFY stateChanged)
    Q_PROPERTY(int latencyMs READ latencyMs NOTIFY latencyChanged)
    /// What only the user can answer before it can connect.
    Q_PROPERTY(coracle::app::SshQuestion question READ question NOTIFY questionChanged)

public:
    enum class State {
        Closed,
        Connecting, ///< for the first time
        Connected,
        Reconnecting, ///< lost; tried again by itself
        Refused,      ///< only the user can mend it (unknown host key, wrong password): see error()
    };
    Q_ENUM(State)

    using QObject::QObject;
    State state() const { return m_state; }
    /// Why it is not connected.
    const Status &error() const { return m_error; }
    /// The last round trip; -1: none yet.
    int latencyMs() const { return m_latencyMs; }
    const SshQuestion &question() const { return m_question; }
    /// Answers question(). For a host's key the text does not matter.
    Q_INVOKABLE virtual void answer(const QString & /*text*/, bool /*remember*/) {}
    /// Does not answer it: the session is refused.
    Q_INVOKABLE virtual void decline() {}

    virtual void open() = 0;
    virtual void close() = 0;
    /// Tries now instead of waiting for the next attempt.
    virtual void retry() = 0;
    /// One round trip; latencyChanged() follows.
    Q_INVOKABLE virtual void measureLatency() = 0;

    using Then = std::function<void()>;                     ///< runs on the GUI thread
    using Decode = std::function<Then(Result<QByteArray>)>; ///< runs on any thread

    /// Asked before each request of send() and each channel goes out, on the GUI thread; it calls `decided` once, at
    /// once or later.
    using Decided = std::function<void(Result<>)>;
    using Guard = std::function<void(const ApiRequest &request, Decided decided)>;
    /// For all sessions; an empty one lets everything through.
    static void setGuard(Guard guard);
    /// `decided` is not called when `context` is gone by then.
    static void askGuard(const ApiRequest &request, QObject *context, Decided decided);

    /// One request: `use` gets what `parse` made of the answer's body, or the error. Never called when `context` is
    /// gone. Both must not own objects of the GUI thread: copies of them end elsewhere.
    template<class Parse, class Use>
    void send(ApiRequest request, QObject *context, Parse parse, Use use) {
        begin(std::move(request), context, [parse, use](Result<QByteArray> bytes) -> Then {
            using Value = decltype(parse(QByteArray()));
            auto value = std::make_shared<Value>(bytes ? parse(std::move(*bytes)) : Value(Failure(bytes.error())));
            return [use, value] { use(std::move(*value)); };
        });
    }
    /// One request whose answer is a JSON object.
    void sendJson(ApiRequest request, QObject *context, std::function<void(Result<QJsonObject>)> use) {
        send(std::move(request), context, parseObject, std::move(use));
    }

    struct StreamHandlers {
        std::function<Then(QByteArrayList)> lines; ///< a batch of lines without their ends; runs on any thread
        std::function<void(Result<>)> ended;       ///< GUI thread, once, unless it was cancelled
    };
    /// An answer without an end: a watch, a log, the progress of an operation.
    [[nodiscard]] virtual Subscription stream(ApiRequest request, QObject *context, StreamHandlers handlers) = 0;

    /// Opens when the guard has let it through.
    [[nodiscard]] std::unique_ptr<Channel> openChannel(ApiRequest request, QStringList protocols);

    /// A port of this machine whose connections go to a pod; until the subscription ends. Refused where there is no
    /// real cluster. Not guarded, since it comes back with the connection: whoever starts it asks the guard.
    [[nodiscard]] virtual Subscription forward(ForwardTarget target, QObject *context, ForwardHandlers handlers);

Q_SIGNALS:
    void stateChanged();
    void latencyChanged();
    void questionChanged();
    /// This key of the host, or of the jump host, is to be pinned.
    void hostKeyAccepted(bool jump, const QString &key);

protected:
    virtual void start(ApiRequest request, QObject *context, Decode decode) = 0;
    virtual std::unique_ptr<Channel> makeChannel(ApiRequest request, QStringList protocols) = 0;
    void setState(State state, Status error = {});
    void setLatencyMs(int latencyMs);
    void setQuestion(const SshQuestion &question);

private:
    void begin(ApiRequest request, QObject *context, Decode decode);

    State m_state = State::Closed;
    Status m_error;
    int m_latencyMs = -1;
    SshQuestion m_question;
};

} // namespace coracle::app
