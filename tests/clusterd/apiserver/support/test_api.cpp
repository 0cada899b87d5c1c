#include "tests/clusterd/apiserver/support/test_api.h"

#include "clusterd/apiserver/strategy/strategies.h"
#include "clusterd/datastore/sqlite_backend.h"
#include "core/base/random.h"
#include "tests/clusterd/apiserver/support/test_policies.h"

#include <stdexcept>

namespace coracle::test {

namespace asio = boost::asio;

namespace {

/// Collects an answer; after a number of pieces writing fails, as with a peer that went away.
class CollectingWriter final : public http::ResponseWriter {
public:
    CollectingWriter(Answer &answer, size_t pieces) : m_answer(answer), m_pieces(pieces) {}

    Task<Result<>> send(int status, http::Headers headers, std::vector<http::Chunk> body) override {
        begin(status, std::move(headers));
        collect(body);
        co_return Result<>{};
    }
    Task<Result<>> start(int status, http::Headers headers) override {
        begin(status, std::move(headers));
        co_return Result<>{};
    }
    Task<Result<>> write(std::vector<http::Chunk> chunks) override {
        collect(chunks);
        if (m_pieces > 0 && --m_pieces == 0)
            co_return errors::other("the peer went away");
        co_return Result<>{};
    }
    Task<Result<std::shared_ptr<http::Stream>>> upgrade(http::Headers) override {
        co_return errors::other("not supported");
    }
    bool begun() const override { return m_answer.code != 0; }

private:
    void begin(int status, http::Headers headers) {
        m_answer.code = status;
        m_answer.headers = std::move(headers);
    }
    void collect(const std::vector<http::Chunk> &chunks) {
        for (const http::Chunk &chunk : chunks)
            m_answer.body += chunk.bytes;
    }

    Answer &m_answer;
    size_t m_pieces;
};

} // namespace

struct TestApi::Policies {
    OpenAuthenticator authenticator;
    OpenAuthorizer authorizer;
    apiserver::AdmissionChain admission;
    std::unique_ptr<apiserver::StrategyTable> strategies;
};

TestApi::TestApi(Clock &clock, apiserver::Store::Limits limits, apiserver::NodeConnector *nodes)
    : m_policies(std::make_unique<Policies>()),
      m_backend(datastore::createSqliteBackend({.path = ":memory:", .compactInterval = Duration::zero()})),
      m_store(std::make_unique<apiserver::Store>(*m_backend, clock, limits)) {
    if (auto started = m_backend->start(); !started)
        throw std::runtime_error(started.error().message);
    m_policies->strategies =
        apiserver::makeStrategyTable(*m_store, clock, systemRandom(), apiserver::ServiceNetworks());
    if (nodes)
        m_connect = std::make_unique<apiserver::ClusterConnect>(*m_store, *nodes);
    m_server =
        std::make_unique<apiserver::ApiServer>(apiserver::ApiServerOptions{.store = *m_store,
                                                                           .backend = *m_backend,
                                                                           .clock = clock,
                                                                           .random = systemRandom(),
                                                                           .executor = m_context.get_executor(),
                                                                           .authenticator = m_policies->authenticator,
                                                                           .authorizer = m_policies->authorizer,
                                                                           .admission = m_policies->admission,
                                                                           .strategies = *m_policies->strategies,
                                                                           .connect = m_connect.get()});
    if (auto started = run(m_server->start()); !started)
        throw std::runtime_error(started.error().message);
    m_client = m_server->localClient({.name = "test"});
}

TestApi::~TestApi() {
    bool stopped = false;
    asio::co_spawn(m_context, m_server->stop(), [&](std::exception_ptr) { stopped = true; });
    runUntil([&] { return stopped; });
    m_server.reset();
    m_store.reset();
    m_backend->stop();
}

void TestApi::runUntil(const std::function<bool()> &done) {
    auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    auto work = asio::make_work_guard(m_context);
    while (!done()) {
        if (std::chrono::steady_clock::now() > deadline)
            throw std::runtime_error("the test's work did not end");
        m_context.restart();
        m_context.run_one_for(std::chrono::milliseconds(100));
    }
}

Answer TestApi::request(std::string method, std::string target, std::string body,
                        std::vector<std::pair<std::string, std::string>> headers, size_t pieces) {
    Answer answer;
    http::Request request;
    request.method = std::move(method);
    request.rawTarget = target;
    request.target = *http::Target::parse(target);
    request.body = std::move(body);
    request.peer = std::make_shared<http::Peer>();
    for (auto &[name, value] : headers)
        request.headers.add(name, value);
    CollectingWriter writer(answer, pieces);
    http::Handler handler = m_server->handler();
    bool done = false;
    asio::co_spawn(m_context, handler(request, writer), [&](std::exception_ptr) { done = true; });
    runUntil([&] { return done; });
    return answer;
}

} // namespace coracle::test
