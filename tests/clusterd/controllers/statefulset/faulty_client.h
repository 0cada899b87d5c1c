#pragma once

#include "core/client/client.h"

#include <random>

namespace coracle::test {

/// Passes calls on; while faults are on, some writes fail before they are done and some answers get lost afterwards.
class FaultyClient final : public client::Client {
public:
    FaultyClient(client::Client &inner, uint64_t seed) : m_inner(inner), m_random(seed) {}

    void setFaults(bool on) { m_faults = on; }

    Task<Result<client::ObjectPtr>> get(const client::ResourceInfo &resource, std::string namespaceName,
                                        std::string name, std::string subresource) override {
        return m_inner.get(resource, std::move(namespaceName), std::move(name), std::move(subresource));
    }
    Task<Result<client::ObjectList>> list(const client::ResourceInfo &resource, std::string namespaceName,
                                          client::ListOptions options) override {
        return m_inner.list(resource, std::move(namespaceName), std::move(options));
    }
    Task<Result<std::unique_ptr<client::Watch>>> watch(const client::ResourceInfo &resource, std::string namespaceName,
                                                       client::WatchOptions options) override {
        return m_inner.watch(resource, std::move(namespaceName), std::move(options));
    }
    Task<Result<client::ObjectPtr>> create(const client::ResourceInfo &resource, std::string namespaceName,
                                           std::string json, client::WriteOptions options, std::string name) override {
        return disturb(
            m_inner.create(resource, std::move(namespaceName), std::move(json), std::move(options), std::move(name)));
    }
    Task<Result<client::ObjectPtr>> update(const client::ResourceInfo &resource, std::string namespaceName,
                                           std::string name, std::string json, client::WriteOptions options) override {
        return disturb(
            m_inner.update(resource, std::move(namespaceName), std::move(name), std::move(json), std::move(options)));
    }
    Task<Result<client::ObjectPtr>> patch(const client::ResourceInfo &resource, std::string namespaceName,
                                          std::string name, client::PatchType type, std::string body,
                                          client::WriteOptions options) override {
        return disturb(m_inner.patch(resource, std::move(namespaceName), std::move(name), type, std::move(body),
                                     std::move(options)));
    }
    Task<Result<>> remove(const client::ResourceInfo &resource, std::string namespaceName, std::string name,
                          client::DeleteOptions options) override {
        return disturb(m_inner.remove(resource, std::move(namespaceName), std::move(name), std::move(options)));
    }
    Resources resources() const override { return m_inner.resources(); }

private:
    template<class T>
    Task<Result<T>> disturb(Task<Result<T>> call) {
        const auto fate = m_faults ? m_random() % 20 : 19;
        if (fate == 0)
            co_return errors::serviceUnavailable("the request got lost");
        Result<T> done = co_await std::move(call);
        if (fate == 1)
            co_return errors::serviceUnavailable("the answer got lost");
        co_return done;
    }

    client::Client &m_inner;
    std::mt19937_64 m_random;
    bool m_faults = true;
};

} // namespace coracle::test
