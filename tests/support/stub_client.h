#pragma once

#include "core/client/client.h"

namespace coracle::test {

/// Answers every request with an error; a test's own client overrides what its subject may ask.
class StubClient : public client::Client {
public:
    Task<Result<client::ObjectPtr>> get(const api::ResourceInfo &, std::string, std::string, std::string) override {
        co_return notHere();
    }
    Task<Result<client::ObjectList>> list(const api::ResourceInfo &, std::string, client::ListOptions) override {
        co_return notHere();
    }
    Task<Result<std::unique_ptr<client::Watch>>> watch(const api::ResourceInfo &, std::string,
                                                       client::WatchOptions) override {
        co_return notHere();
    }
    Task<Result<client::ObjectPtr>> create(const api::ResourceInfo &, std::string, std::string, client::WriteOptions,
                                           std::string) override {
        co_return notHere();
    }
    Task<Result<client::ObjectPtr>> update(const api::ResourceInfo &, std::string, std::string, std::string,
                                           client::WriteOptions) override {
        co_return notHere();
    }
    Task<Result<client::ObjectPtr>> patch(const api::ResourceInfo &, std::string, std::string, client::PatchType,
                                          std::string, client::WriteOptions) override {
        co_return notHere();
    }
    Task<Result<>> remove(const api::ResourceInfo &, std::string, std::string, client::DeleteOptions) override {
        co_return notHere();
    }

private:
    static Failure notHere() { return errors::internal("the test does not expect this request"); }
};

} // namespace coracle::test
