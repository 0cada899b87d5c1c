#pragma once

#include "core/client/client.h"

#include <functional>

namespace coracle::test {

/// A client whose writes fail when it is told so: before they are done, or after, when only the answer gets lost.
class FaultyClient final : public client::Client {
public:
    enum class Fault { None, Before, After };
    using Faults = std::function<Fault(const api::ResourceInfo &)>;

    FaultyClient(client::Client &real, Faults faults) : m_real(real), m_faults(std::move(faults)) {}

    Task<Result<client::ObjectPtr>> get(const api::ResourceInfo &resource, std::string namespaceName, std::string name,
                                        std::string subresource) override {
        return m_real.get(resource, std::move(namespaceName), std::move(name), std::move(subresource));
    }
    Task<Result<client::ObjectList>> list(const api::ResourceInfo &resource, std::string namespaceName,
                                          client::ListOptions options) override {
        return m_real.list(resource, std::move(namespaceName), std::move(options));
    }
    Task<Result<std::unique_ptr<client::Watch>>> watch(const api::ResourceInfo &resource, std::string namespaceName,
                                                       client::WatchOptions options) override {
        return m_real.watch(resource, std::move(namespaceName), std::move(options));
    }
    Task<Result<client::ObjectPtr>> create(const api::ResourceInfo &resource, std::string namespaceName,
                                           std::string json, client::WriteOptions options, std::string name) override {
        return spoil(m_faults(resource), m_real.create(resource, std::move(namespaceName), std::move(json),
                                                       std::move(options), std::move(name)));
    }
    Task<Result<client::ObjectPtr>> update(const api::ResourceInfo &resource, std::string namespaceName,
                                           std::string name, std::string json, client::WriteOptions options) override {
        return spoil(m_faults(resource), m_real.update(resource, std::move(namespaceName), std::move(name),
                                                       std::move(json), std::move(options)));
    }
    Task<Result<client::ObjectPtr>> patch(const api::ResourceInfo &resource, std::string namespaceName,
                                          std::string name, client::PatchType type, std::string body,
                                          client::WriteOptions options) override {
        return spoil(m_faults(resource), m_real.patch(resource, std::move(namespaceName), std::move(name), type,
                                                      std::move(body), std::move(options)));
    }
    Task<Result<>> remove(const api::ResourceInfo &resource, std::string namespaceName, std::string name,
                          client::DeleteOptions options) override {
        return spoil(m_faults(resource),
                     m_real.remove(resource, std::move(namespaceName), std::move(name), std::move(options)));
    }
    Resources resources() const override { return m_real.resources(); }

private:
    template<class T>
    static Task<Result<T>> spoil(Fault fault, Task<Result<T>> write) {
        if (fault == Fault::Before)
            co_return errors::serviceUnavailable("told to fail");
        auto done = co_await std::move(write);
        if (fault == Fault::After)
            co_return errors::timeout("the answer got lost");
        co_return done;
    }

    client::Client &m_real;
    Faults m_faults;
};

} // namespace coracle::test
