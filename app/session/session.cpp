#include "app/session/session.h"

#include "app/session/guarded_channel.h"

namespace coracle::app {

namespace {
Session::Guard s_guard;
} // namespace

void Session::setGuard(Guard guard) {
    s_guard = std::move(guard);
}

void Session::askGuard(const ApiRequest &request, QObject *context, Decided decided) {
    if (!s_guard)
        return decided({});
    s_guard(request, [context = QPointer(context), decided = std::move(decided)](const Result<> &allowed) {
        if (context)
            decided(allowed);
    });
}

void Session::begin(ApiRequest request, QObject *context, Decode decode) {
    askGuard(request, context, [self = QPointer(this), context, request, decode](const Result<> &allowed) {
        if (!self)
            return;
        if (allowed)
            self->start(request, context, decode);
        else
            decode(Failure(allowed.error()))();
    });
}

std::unique_ptr<Channel> Session::openChannel(ApiRequest request, QStringList protocols) {
    if (!s_guard)
        return makeChannel(std::move(request), std::move(protocols));
    auto channel = std::make_unique<GuardedChannel>();
    askGuard(request, channel.get(),
             [self = QPointer(this), channel = channel.get(), request, protocols](const Result<> &allowed) {
                 if (!allowed)
                     channel->refuse(allowed.error());
                 else if (self)
                     channel->use(self->makeChannel(request, protocols));
                 else
                     channel->refuse(unreachable("the cluster is not connected").error());
             });
    return channel;
}

Subscription Session::forward(ForwardTarget, QObject *context, ForwardHandlers handlers) {
    QMetaObject::invokeMethod(
        context,
        [listening = std::move(handlers.listening)] {
            listening(errors::badRequest("the demo has no ports to forward"));
        },
        Qt::QueuedConnection);
    return {};
}

void Session::setState(State state, Status error) {
    const bool changed = m_state != state || m_error.message != error.message;
    m_state = state;
    m_error = std::move(error);
    if (changed)
        Q_EMIT stateChanged();
}

void Session::setQuestion(const SshQuestion &question) {
    if (m_question == question)
        return;
    m_question = question;
    Q_EMIT questionChanged();
}

void Session::setLatencyMs(int latencyMs) {
    if (m_latencyMs == latencyMs)
        return;
    m_latencyMs = latencyMs;
    Q_EMIT latencyChanged();
}

} // namespace coracle::app
