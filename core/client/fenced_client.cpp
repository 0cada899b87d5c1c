#include "core/client/fenced_client.h"

namespace coracle::client {

/// The write is a coroutine that has not begun: it begins only when it may.
template<class T>
Task<Result<T>> FencedClient::guarded(Task<Result<T>> write) {
    if (!m_may())
        co_return errors::serviceUnavailable("not the leader any more: the write was not sent");
    co_return co_await std::move(write);
}

Task<Result<ObjectPtr>> FencedClient::get(const ResourceInfo &resource, std::string namespaceName, std::string name,
                                          std::string subresource) {
    return m_client.get(resource, std::move(namespaceName), std::move(name), std::move(subresource));
}

Task<Result<ObjectList>> FencedClient::list(const ResourceInfo &resource, std::string namespaceName,
                                            ListOptions options) {
    return m_client.list(resource, std::move(namespaceName), std::move(options));
}

Task<Result<std::unique_ptr<Watch>>> FencedClient::watch(const ResourceInfo &resource, std::string namespaceName,
                                                         WatchOptions options) {
    return m_client.watch(resource, std::move(namespaceName), std::move(options));
}

Task<Result<ObjectPtr>> FencedClient::create(const ResourceInfo &resource, std::string namespaceName, std::string json,
                                             WriteOptions options, std::string name) {
    return guarded(
        m_client.create(resource, std::move(namespaceName), std::move(json), std::move(options), std::move(name)));
}

Task<Result<ObjectPtr>> FencedClient::update(const ResourceInfo &resource, std::string namespaceName, std::string name,
                                             std::string json, WriteOptions options) {
    return guarded(
        m_client.update(resource, std::move(namespaceName), std::move(name), std::move(json), std::move(options)));
}

Task<Result<ObjectPtr>> FencedClient::patch(const ResourceInfo &resource, std::string namespaceName, std::string name,
                                            PatchType type, std::string body, WriteOptions options) {
    return guarded(
        m_client.patch(resource, std::move(namespaceName), std::move(name), type, std::move(body), std::move(options)));
}

Task<Result<>> FencedClient::remove(const ResourceInfo &resource, std::string namespaceName, std::string name,
                                    DeleteOptions options) {
    return guarded(m_client.remove(resource, std::move(namespaceName), std::move(name), std::move(options)));
}

} // namespace coracle::client
