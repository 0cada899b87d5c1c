#include "clusterd/kubelet/cri/grpc_transport.h"

namespace coracle::kubelet::cri {

Failure toFailure(const grpc::Status &status) {
    Status failure{.code = 500, .message = status.error_message()};
    switch (status.error_code()) {
    case grpc::StatusCode::NOT_FOUND:
        failure.code = 404;
        failure.reason = "NotFound";
        break;
    case grpc::StatusCode::ALREADY_EXISTS:
        failure.code = 409;
        failure.reason = "AlreadyExists";
        break;
    case grpc::StatusCode::DEADLINE_EXCEEDED:
        failure.code = 504;
        failure.reason = "Timeout";
        break;
    case grpc::StatusCode::UNAVAILABLE:
        failure.code = 503;
        failure.reason = "ServiceUnavailable";
        break;
    case grpc::StatusCode::UNIMPLEMENTED:
        failure.code = 405;
        failure.reason = "MethodNotAllowed";
        break;
    default:
        break;
    }
    return Failure(std::move(failure));
}

Transport::Transport() {
    m_thread = std::thread([this] {
        void *tag = nullptr;
        bool ok = false;
        while (m_queue.Next(&tag, &ok))
            static_cast<CallBase *>(tag)->complete(ok);
    });
}

Transport::~Transport() {
    {
        std::lock_guard lock(m_mutex);
        for (auto *call : m_calls)
            call->context.TryCancel();
    }
    m_queue.Shutdown();
    m_thread.join();
}

void Transport::add(CallBase *call) {
    std::lock_guard lock(m_mutex);
    m_calls.insert(call);
}

void Transport::remove(CallBase *call) {
    std::lock_guard lock(m_mutex);
    m_calls.erase(call);
}

} // namespace coracle::kubelet::cri
