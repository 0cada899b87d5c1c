#include "core/http/spdy_session.h"

#include <cstring>
#include <fmt/format.h>

namespace coracle::http::spdy {

namespace {

constexpr size_t kDataBytes = 16u << 10; ///< per frame, so that streams share the connection

Failure gone(uint32_t id) {
    return errors::other(fmt::format("SPDY stream {} is closed", id));
}

} // namespace

StreamImpl::~StreamImpl() {
    if (!m_peerEnded || !m_ended)
        close();
    m_session->forget(m_id);
}

Task<Result<>> StreamImpl::reply(Headers headers) {
    if (m_reset || m_session->over())
        co_return gone(m_id);
    m_session->queueReply(m_id, headers);
    co_return Result<>{};
}

Task<Result<Headers>> StreamImpl::waitForReply() {
    while (!m_reply && !m_reset && !m_session->over())
        co_await m_session->waitForChange();
    if (!m_reply)
        co_return gone(m_id);
    co_return *m_reply;
}

Task<Result<size_t>> StreamImpl::read(char *buffer, size_t size) {
    while (m_input.empty() && !m_peerEnded && !m_reset && !m_session->over())
        co_await m_session->waitForChange();
    if (m_input.empty() && !m_peerEnded)
        co_return gone(m_id);
    const size_t taken = std::min(size, m_input.size());
    std::memcpy(buffer, m_input.data(), taken);
    m_input.erase(0, taken);
    m_session->consumed(m_id, taken, m_unreported);
    co_return taken;
}

Task<Result<>> StreamImpl::write(std::string_view bytes) {
    while (!bytes.empty()) {
        if (m_reset || m_ended || m_session->over())
            co_return gone(m_id);
        const size_t granted = m_session->grant(*this, std::min(bytes.size(), kDataBytes));
        if (granted == 0) {
            co_await m_session->waitForChange();
            continue;
        }
        m_session->queue(dataFrame(m_id, 0, bytes.substr(0, granted)));
        bytes.remove_prefix(granted);
        CO_CHECK(co_await m_session->waitForRoom());
    }
    co_return Result<>{};
}

Task<Result<>> StreamImpl::shutdownWrite() {
    if (m_reset || m_session->over())
        co_return gone(m_id);
    if (!std::exchange(m_ended, true))
        m_session->queue(dataFrame(m_id, kFlagFin, {}));
    co_return Result<>{};
}

void StreamImpl::close() {
    if (!m_reset && !m_session->over())
        m_session->queueReset(m_id, ResetStatus::Cancel);
    m_reset = true;
    m_input.clear();
    m_session->consumed(m_id, 0, m_unreported);
}

} // namespace coracle::http::spdy
