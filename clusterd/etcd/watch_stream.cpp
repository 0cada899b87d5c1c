#include "clusterd/etcd/watch_stream.h"

#include "clusterd/etcd/convert.h"

#include <algorithm>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/post.hpp>

namespace coracle::etcd {

using datastore::Revision;

namespace {

constexpr int64_t kNoWatch = -1; // the id of answers that concern no watch, or all of them
constexpr size_t kWatchesMax = 10000;
constexpr size_t kRepliesMax = 100; // that wait for the client to read them
constexpr size_t kResponseBytesMax = 1u << 20;
constexpr Duration kShortestPause = std::chrono::milliseconds(100);

pb::WatchResponse responseFor(int64_t id, Revision revision) {
    pb::WatchResponse response;
    *response.mutable_header() = headerAt(revision);
    response.set_watch_id(id);
    return response;
}

} // namespace

WatchStream::WatchStream(datastore::Backend &backend, const LeaseTable &leases, Clock &clock, Duration progressInterval,
                         std::shared_ptr<Call> call, Executor executor)
    : m_backend(backend),
      m_leases(leases),
      m_clock(clock),
      m_progressInterval(progressInterval),
      m_call(std::move(call)),
      m_executor(executor),
      m_signal(std::make_shared<Signal>(executor)),
      m_replied(executor),
      m_schedule(executor) {}

Task<grpc::Status> WatchStream::run() {
    using namespace boost::asio::experimental::awaitable_operators;
    co_await ((readRequests() && writeResponses()) || keepTime());
    for (auto &[id, watch] : m_watches)
        watch.inbox->close();
    m_watches.clear();
    co_return grpc::Status::OK;
}

Task<bool> WatchStream::readRequests() {
    while (!m_closed) {
        auto buffer = co_await m_call->read();
        if (!buffer)
            break;
        const auto request = parseMessage<pb::WatchRequest>(std::move(*buffer));
        if (!request)
            break;
        if (request->has_create_request())
            create(request->create_request());
        else if (request->has_cancel_request())
            cancel(request->cancel_request().watch_id());
        else if (request->has_progress_request())
            m_progressAsked = m_backend.currentRevision();
        m_signal->raise();
        m_schedule.notifyAll();
        while (m_replies.size() > kRepliesMax && !m_closed)
            co_await m_replied.wait();
    }
    m_closed = true;
    m_signal->raise();
    co_return true;
}

Task<bool> WatchStream::writeResponses() {
    bool reachable = true;
    while (reachable && !m_closed) {
        m_signal->raised = false;
        const Revision told = through();
        bool complete = true;
        reachable = co_await sendReplies();
        std::vector<int64_t> ids;
        for (const auto &[id, watch] : m_watches)
            ids.push_back(id);
        for (const int64_t id : ids) {
            if (!reachable || !m_replies.empty())
                complete = false; // a new watch has to be announced first
            else
                reachable = co_await sendEvents(id, complete);
        }
        if (reachable && complete)
            reachable = co_await sendProgress(told);
        while (reachable && !m_signal->raised && m_replies.empty() && !m_closed)
            co_await m_signal->event.wait();
    }
    m_closed = true;
    m_replied.notifyAll();
    // The client went away, but gRPC may still hold a read for it.
    if (!reachable)
        m_call->cancel();
    co_return true;
}

Task<bool> WatchStream::keepTime() {
    for (;;) {
        if (const auto next = untilNextNotice()) {
            const Duration pause = std::max(*next, kShortestPause);
            const auto slept = co_await m_clock.sleep(pause);
            if (!slept)
                co_return false;
            m_signal->raise();
        } else {
            co_await m_schedule.wait();
        }
    }
}

std::optional<Duration> WatchStream::untilNextNotice() const {
    if (m_progressAsked)
        return kShortestPause;
    std::optional<Duration> least;
    for (const auto &[id, watch] : m_watches)
        if (const Duration left = watch.nextNotice - m_clock.steadyNow(); watch.notify && (!least || left < *least))
            least = left;
    return least;
}

void WatchStream::create(const pb::WatchCreateRequest &request) {
    const Revision now = m_backend.currentRevision();
    pb::WatchResponse reply = responseFor(request.watch_id(), now);
    reply.set_created(true);
    auto refuse = [&](const char *why) {
        reply.set_watch_id(kNoWatch);
        reply.set_canceled(true);
        reply.set_cancel_reason(why);
        m_replies.push_back(std::move(reply));
    };
    const std::string first = request.key().empty() ? std::string(1, '\0') : request.key();
    WatchFilter filter{.range = rangeOf(first, request.range_end()), .previous = request.prev_kv()};
    for (const int kind : request.filters())
        (kind == pb::WatchCreateRequest::NOPUT ? filter.puts : filter.deletes) = false;
    if (!filter.range.end.empty() && filter.range.begin >= filter.range.end)
        return refuse("mvcc: watcher range is empty");
    if (request.watch_id() != 0 && m_watches.contains(request.watch_id()))
        return refuse("mvcc: duplicate watch ID provided on the WatchStream");
    if (m_watches.size() >= kWatchesMax)
        return refuse("etcdserver: too many watches on one stream");
    int64_t id = request.watch_id();
    if (id == 0) {
        while (m_watches.contains(m_nextId))
            ++m_nextId;
        id = m_nextId++;
    }
    reply.set_watch_id(id);
    m_replies.push_back(std::move(reply));

    // The log's own row is its first revision, so that nothing is missed when 1 stands for the beginning.
    const Revision after = request.start_revision() > 0 ? std::max<Revision>(request.start_revision() - 1, 1) : now;
    auto wake = [executor = m_executor, signal = m_signal] {
        boost::asio::post(executor, [signal] { signal->raise(); });
    };
    Watch &watch = m_watches[id];
    watch.inbox = std::make_shared<WatchInbox>(std::move(filter), after, std::move(wake));
    watch.notify = request.progress_notify();
    watch.nextNotice = m_clock.steadyNow() + m_progressInterval;
    if (auto failed = subscribe(watch, after))
        endWatch(id, *failed);
}

std::optional<Status> WatchStream::subscribe(Watch &watch, Revision after) {
    auto subscription = m_backend.watch(commonPrefix(watch.inbox->filter().range), after, watch.inbox->sink());
    if (!subscription)
        return std::move(subscription).error();
    watch.subscription = std::move(*subscription);
    return std::nullopt;
}

void WatchStream::cancel(int64_t id) {
    auto at = m_watches.find(id);
    if (at == m_watches.end())
        return;
    at->second.inbox->close();
    m_watches.erase(at);
    pb::WatchResponse reply = responseFor(id, m_told);
    reply.set_canceled(true);
    m_replies.push_back(std::move(reply));
}

void WatchStream::endWatch(int64_t id, const Status &why) {
    cancel(id);
    pb::WatchResponse &reply = m_replies.back();
    if (isExpired(why)) {
        reply.set_compact_revision(std::max<Revision>(m_backend.compactRevision(), 1));
        reply.set_cancel_reason(rpc_errors::kCompacted);
    } else {
        reply.set_cancel_reason("etcdserver: " + why.message);
    }
    m_signal->raise();
}

Task<bool> WatchStream::sendReplies() {
    while (!m_replies.empty()) {
        pb::WatchResponse reply = std::move(m_replies.front());
        m_replies.pop_front();
        m_replied.notifyAll();
        const bool sent = co_await send(std::move(reply));
        if (!sent)
            co_return false;
    }
    co_return true;
}

Task<bool> WatchStream::sendEvents(int64_t id, bool &complete) {
    auto at = m_watches.find(id);
    if (at == m_watches.end())
        co_return true;
    const std::shared_ptr<WatchInbox> inbox = at->second.inbox;
    WatchInbox::Content content = inbox->take();
    std::optional<Status> ended = std::move(content.error);
    const bool tooSlow = ended && isExpired(*ended) && content.through >= m_backend.compactRevision();
    if (content.overflowed || tooSlow) {
        complete = false;
        at->second.subscription.reset(); // first, so that none of its events comes any more
        inbox->reopen();
        ended = subscribe(at->second, content.through);
    }
    if (!content.events.empty())
        at->second.nextNotice = m_clock.steadyNow() + m_progressInterval;
    for (auto event = content.events.begin(); event != content.events.end();) {
        pb::WatchResponse response = responseFor(id, 0);
        for (size_t bytes = 0; event != content.events.end() && bytes < kResponseBytesMax; ++event) {
            *response.add_events() = toMessage(*event, inbox->filter().previous, m_leases);
            bytes += response.events(response.events_size() - 1).ByteSizeLong();
            response.mutable_header()->set_revision(event->current.modRevision);
            event->current.value = {};
            event->previous.reset();
        }
        const bool sent = co_await send(std::move(response));
        if (!sent)
            co_return false;
        if (!m_watches.contains(id))
            co_return true; // cancelled meanwhile
    }
    if (ended)
        endWatch(id, *ended);
    co_return true;
}

Revision WatchStream::through() const {
    Revision least = m_backend.currentRevision();
    for (const auto &[id, watch] : m_watches)
        if (watch.subscription)
            least = std::min(least, watch.subscription->through());
    return least;
}

Task<bool> WatchStream::sendProgress(Revision through) {
    if (through < m_told)
        co_return true; // an answer's revision never goes back; later
    if (m_progressAsked && through >= *m_progressAsked) {
        m_progressAsked.reset();
        const bool sent = co_await send(responseFor(kNoWatch, through));
        if (!sent)
            co_return false;
    }
    std::vector<int64_t> due;
    for (auto &[id, watch] : m_watches) {
        if (!watch.notify || watch.nextNotice > m_clock.steadyNow())
            continue;
        watch.nextNotice = m_clock.steadyNow() + m_progressInterval;
        due.push_back(id);
    }
    for (const int64_t id : due) {
        const bool wanted = m_watches.contains(id);
        if (wanted) {
            const bool sent = co_await send(responseFor(id, through));
            if (!sent)
                co_return false;
        }
    }
    co_return true;
}

Task<bool> WatchStream::send(pb::WatchResponse response) {
    m_told = std::max(m_told, response.header().revision());
    response.mutable_header()->set_revision(m_told);
    return m_call->write(serializeMessage(response));
}

} // namespace coracle::etcd
