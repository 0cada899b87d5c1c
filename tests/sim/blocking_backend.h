#pragma once

#include "clusterd/datastore/backend.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>

namespace coracle::sim {

/// Takes the threads out of a datastore: each call waits, in real time, until the backend's threads have done it, so
/// that the order of what happens in the simulation's thread does not depend on them.
class BlockingBackend final : public datastore::Backend {
public:
    explicit BlockingBackend(std::unique_ptr<datastore::Backend> backend) : m_backend(std::move(backend)) {}

    Result<> start() override { return m_backend->start(); }
    void stop() override { m_backend->stop(); }
    datastore::Revision currentRevision() const override { return m_backend->currentRevision(); }
    datastore::Revision compactRevision() const override { return m_backend->compactRevision(); }
    Task<Result<std::optional<datastore::KeyValue>>> get(std::string key, datastore::Revision revision) override;
    Task<Result<datastore::ListResult>> range(datastore::KeyRange range, int64_t limit, datastore::Revision revision,
                                              datastore::Values values) override;
    Task<Result<int64_t>> countRange(datastore::KeyRange range, datastore::Revision revision) override;
    Task<Result<datastore::Revision>> create(std::string key, std::string value, int64_t leaseSeconds) override;
    Task<Result<datastore::UpdateResult>> update(std::string key, std::string value, datastore::Revision expected,
                                                 int64_t leaseSeconds) override;
    Task<Result<datastore::UpdateResult>> remove(std::string key, datastore::Revision expected) override;
    /// Returns when everything that is in the log already was given to the sink.
    Result<std::unique_ptr<datastore::Subscription>> watch(std::string prefix, datastore::Revision after,
                                                           datastore::EventSink sink) override;
    Task<Result<>> compact(datastore::Revision revision) override;
    Task<Result<>> renewLeases(std::vector<datastore::Revision> revisions) override;
    Task<Result<datastore::StorageSize>> size() override;

private:
    template<class T>
    T wait(Task<T> task) {
        std::optional<T> result;
        boost::asio::co_spawn(m_context, std::move(task), [&](const std::exception_ptr &failure, T value) {
            if (failure)
                std::rethrow_exception(failure);
            result = std::move(value);
        });
        m_context.restart();
        m_context.run();
        return std::move(*result);
    }

    std::unique_ptr<datastore::Backend> m_backend;
    boost::asio::io_context m_context{1};
};

} // namespace coracle::sim
