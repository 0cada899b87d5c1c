#pragma once

#include "core/client/client.h"

#include <functional>

namespace coracle::client {

/// A client that writes only while it may: what belongs to a leader and was late (a process that stood still, a call
/// that waited) is refused with 503 once the lease may be another's. Reads always pass. On the executor of `may`.
class FencedClient final : public Client {
public:
    /// Both outlive it.
    FencedClient(Client &client, std::function<bool()> may) : m_client(client), m_may(std::move(may)) {}

    Task<Result<ObjectPtr>> get(const ResourceInfo &resource, std::string namespaceName, std::string name,
                                std::string subresource) override;
    Task<Result<ObjectList>> list(const ResourceInfo &resource, std::string namespaceName,
                                  ListOptions options) override;
    Task<Result<std::unique_ptr<Watch>>> watch(const ResourceInfo &resource, std::string namespaceName,
                                               WatchOptions options) override;
    Task<Result<ObjectPtr>> create(const ResourceInfo &resource, std::string namespaceName, std::string json,
                                   WriteOptions options, std::string name) override;
    Task<Result<ObjectPtr>> update(const ResourceInfo &resource, std::string namespaceName, std::string name,
                                   std::string json, WriteOptions options) override;
    Task<Result<ObjectPtr>> patch(const ResourceInfo &resource, std::string namespaceName, std::string name,
                                  PatchType type, std::string body, WriteOptions options) override;
    Task<Result<>> remove(const ResourceInfo &resource, std::string namespaceName, std::string name,
                          DeleteOptions options) override;
    Resources resources() const override { return m_client.resources(); }

private:
    template<class T>
    Task<Result<T>> guarded(Task<Result<T>> write);

    Client &m_client;
    const std::function<bool()> m_may;
};

} // namespace coracle::client
