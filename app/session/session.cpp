#include "app/session/session.h"

namespace coracle::app {

namespace {
Session::Guard s_guard;
} // namespace

void Session::setGuard(Guard guard) {
    s_guard = std::move(guard);
}

void Session::begin(ApiRequest request, QObject *context, Decode decode) {
    if (!s_guard)
        return start(std::move(request), context, std::move(decode));
    s_guard(request, [self = QPointer(this), context = QPointer(context), request, decode](const Result<> &allowed) {
        if (!self || !context)
            return;
        if (allowed)
            self->start(request, context, decode);
        else
            decode(Failure(allowed.error()))();
    });
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
