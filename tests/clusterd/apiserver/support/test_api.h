#pragma once

#include "clusterd/apiserver/api_server.h"
#include "clusterd/apiserver/handlers/pod_connect.h"
#include "clusterd/apiserver/registry/registry.h"
#include "clusterd/apiserver/registry/store.h"
#include "clusterd/apiserver/strategy/strategies.h"
#include "clusterd/datastore/backend.h"

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace coracle::test {

/// Ends a coroutine that was started with this signal. (Here, because Qt makes emit a macro.)
inline void cancel(boost::asio::cancellation_signal &signal) {
    signal.emit(boost::asio::cancellation_type::terminal);
}

/// An answer of the API server, as a client would have got it.
struct Answer {
    int code = 0;
    http::Headers headers;
    std::string body;
};

/// A whole API server on a datastore in memory, where everybody may do everything. One thread: the one that calls
/// run().
class TestApi {
public:
    struct Options {
        Clock &clock = systemClock();
        apiserver::Store::Limits limits = {};
        apiserver::NodeConnector *nodes = nullptr;
        apiserver::ServiceNetworks networks = {};
        bool admission = false;                ///< the standard admission plug-ins; else none
        std::vector<std::string> plugins = {}; ///< with admission: those that are off by default
        std::chrono::seconds eventTtl{3600};
        apiserver::RequestLimits requests = {};
        std::string databasePath = ":memory:";
        config::RuntimeConfig runtimeConfig = {};
    };
    explicit TestApi(Options options);
    explicit TestApi(Clock &clock = systemClock(), apiserver::Store::Limits limits = apiserver::Store::Limits(),
                     apiserver::NodeConnector *nodes = nullptr)
        : TestApi(Options{.clock = clock, .limits = limits, .nodes = nodes}) {}
    ~TestApi();

    boost::asio::io_context &context() { return m_context; }
    apiserver::ApiServer &server() { return *m_server; }
    apiserver::Store &store() { return *m_store; }
    datastore::Backend &backend() { return *m_backend; }
    client::Client &client() { return *m_client; }

    /// Runs the coroutine, and whatever else there is to do, until the coroutine ends. Gives up after a minute.
    template<class T>
    T run(Task<T> task) {
        std::optional<T> result;
        boost::asio::co_spawn(m_context, std::move(task), [&](std::exception_ptr failure, T value) {
            if (!failure)
                result = std::move(value);
        });
        runUntil([&] { return result.has_value(); });
        return std::move(result).value();
    }
    void runUntil(const std::function<bool()> &done);

    /// One request through the HTTP handler. A streaming answer is cut after `pieces` writes (0: it must end itself).
    Answer request(std::string method, std::string target, std::string body = {},
                   std::vector<std::pair<std::string, std::string>> headers = {}, size_t pieces = 0);

    struct Pending {
        Answer answer;
        bool done = false; ///< the handler has ended
    };
    /// The same without waiting; goes on whenever something runs.
    std::shared_ptr<const Pending> begin(std::string method, std::string target, std::string body = {},
                                         std::vector<std::pair<std::string, std::string>> headers = {},
                                         size_t pieces = 0);

private:
    struct Policies;
    boost::asio::io_context m_context;
    std::unique_ptr<datastore::Backend> m_backend;
    std::unique_ptr<apiserver::Store> m_store;
    std::unique_ptr<Policies> m_policies;
    std::unique_ptr<apiserver::ClusterConnect> m_connect;
    std::unique_ptr<apiserver::ApiServer> m_server;
    std::unique_ptr<client::Client> m_client;
};

} // namespace coracle::test
