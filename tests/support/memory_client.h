#pragma once

#include "core/api/typed.h"
#include "core/base/async_event.h"
#include "core/client/client.h"

#include <boost/json/value.hpp>
#include <concepts>
#include <deque>
#include <map>
#include <memory>
#include <vector>

namespace coracle::test {

/// A small API in memory that can be written to: create, update, merge patch, status, graceful deletion of pods, watch.
/// No validation, no defaults, no selectors but spec.nodeName. Failures can be asked for. One serial executor.
class MemoryClient final : public client::Client {
public:
    explicit MemoryClient(Executor executor) : m_executor(std::move(executor)) {}

    /// Adds or replaces an object given as JSON; a UID is made up where there is none.
    void put(std::string_view json);
    template<class T>
        requires(!std::convertible_to<T, std::string_view>)
    void put(const T &object) {
        put(std::string_view(api::encode(object)));
    }
    void erase(const client::ResourceInfo &resource, const std::string &key);
    /// As kubectl delete does it: marks the pod, or removes it at once with a grace period of 0.
    void deletePod(const std::string &namespaceName, const std::string &name, int64_t graceSeconds);

    /// Null when it is not there.
    client::ObjectPtr find(const client::ResourceInfo &resource, const std::string &key) const;
    template<class T>
    T read(const std::string &key) const {
        auto object = find(T::resource(), key);
        auto decoded = object ? api::decode<T>(*object) : Result<T>(T{});
        return decoded ? std::move(*decoded) : T{};
    }
    std::vector<client::ObjectPtr> all(const client::ResourceInfo &resource) const;

    bool down = false; ///< every call fails
    int writes = 0;

    Task<Result<client::ObjectList>> list(const client::ResourceInfo &resource, std::string namespaceName,
                                          client::ListOptions options) override;
    Task<Result<std::unique_ptr<client::Watch>>> watch(const client::ResourceInfo &resource, std::string namespaceName,
                                                       client::WatchOptions options) override;
    Task<Result<client::ObjectPtr>> get(const client::ResourceInfo &resource, std::string namespaceName,
                                        std::string name, std::string subresource) override;
    Task<Result<client::ObjectPtr>> create(const client::ResourceInfo &resource, std::string namespaceName,
                                           std::string json, client::WriteOptions options, std::string name) override;
    Task<Result<client::ObjectPtr>> update(const client::ResourceInfo &resource, std::string namespaceName,
                                           std::string name, std::string json, client::WriteOptions options) override;
    Task<Result<client::ObjectPtr>> patch(const client::ResourceInfo &resource, std::string namespaceName,
                                          std::string name, client::PatchType type, std::string body,
                                          client::WriteOptions options) override;
    Task<Result<>> remove(const client::ResourceInfo &resource, std::string namespaceName, std::string name,
                          client::DeleteOptions options) override;

private:
    struct Watching;
    struct MemoryWatch;
    struct Collection {
        std::map<std::string, client::ObjectPtr, std::less<>> objects;
        std::vector<std::weak_ptr<Watching>> watches;
    };
    client::ObjectPtr store(const client::ResourceInfo &resource, boost::json::value value);
    void tell(Collection &collection, const client::WatchEvent &event);

    Executor m_executor;
    std::map<const client::ResourceInfo *, Collection> m_collections;
    int64_t m_revision = 0;
};

} // namespace coracle::test
