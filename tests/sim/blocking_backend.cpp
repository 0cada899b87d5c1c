#include "tests/sim/blocking_backend.h"

#include <future>

namespace coracle::sim {

using namespace datastore;

Task<Result<std::optional<KeyValue>>> BlockingBackend::get(std::string key, Revision revision) {
    co_return wait(m_backend->get(std::move(key), revision));
}

Task<Result<ListResult>> BlockingBackend::range(KeyRange range, int64_t limit, Revision revision, Values values) {
    co_return wait(m_backend->range(std::move(range), limit, revision, values));
}

Task<Result<int64_t>> BlockingBackend::countRange(KeyRange range, Revision revision) {
    co_return wait(m_backend->countRange(std::move(range), revision));
}

Task<Result<Revision>> BlockingBackend::create(std::string key, std::string value, int64_t leaseSeconds) {
    co_return wait(m_backend->create(std::move(key), std::move(value), leaseSeconds));
}

Task<Result<UpdateResult>> BlockingBackend::update(std::string key, std::string value, Revision expected,
                                                   int64_t leaseSeconds) {
    co_return wait(m_backend->update(std::move(key), std::move(value), expected, leaseSeconds));
}

Task<Result<UpdateResult>> BlockingBackend::remove(std::string key, Revision expected) {
    co_return wait(m_backend->remove(std::move(key), expected));
}

Result<std::unique_ptr<Subscription>> BlockingBackend::watch(std::string prefix, Revision after, EventSink sink) {
    const bool behind = after != 0 && after < m_backend->currentRevision();
    auto caughtUp = std::make_shared<std::promise<void>>();
    auto told = std::make_shared<bool>(!behind); // by one thread at a time
    EventSink forward = [sink = std::move(sink), caughtUp, told](Result<std::vector<Event>> batch) {
        const bool last = !batch || batch->empty();
        sink(std::move(batch));
        if (last && !std::exchange(*told, true))
            caughtUp->set_value();
    };
    auto subscription = m_backend->watch(std::move(prefix), after, std::move(forward));
    if (subscription && behind)
        caughtUp->get_future().wait();
    return subscription;
}

Task<Result<>> BlockingBackend::compact(Revision revision) {
    co_return wait(m_backend->compact(revision));
}

Task<Result<>> BlockingBackend::renewLeases(std::vector<Revision> revisions) {
    co_return wait(m_backend->renewLeases(std::move(revisions)));
}

Task<Result<StorageSize>> BlockingBackend::size() {
    co_return wait(m_backend->size());
}

} // namespace coracle::sim
