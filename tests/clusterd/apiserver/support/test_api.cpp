#include "tests/clusterd/apiserver/support/test_api.h"

#include "clusterd/apiserver/admission/plugins.h"
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
    explicit Policies(const apiserver::Reader &reader) : cluster(reader) {}

    OpenAuthenticator authenticator;
    OpenAuthorizer authorizer;
    OpenClusterAuthorizer cluster;
    std::unique_ptr<apiserver::AdmissionChain> admission;
    std::unique_ptr<apiserver::StrategyTable> strategies;
};

TestApi::TestApi(Options options)
    : m_backend(datastore::createSqliteBackend({.path = options.databasePath, .compactInterval = Duration::zero()})),
      m_store(std::make_unique<apiserver::Store>(*m_backend, options.clock, options.limits)),
      m_policies(std::make_unique<Policies>(*m_store)) {
    Clock &clock = options.clock;
    if (auto started = m_backend->start(); !started)
        throw std::runtime_error(started.error().message);
    m_policies->strategies = apiserver::makeStrategyTable(*m_store, clock, systemRandom(), options.networks);
    m_policies->admission = std::make_unique<apiserver::AdmissionChain>();
    if (options.admission)
        m_policies->admission =
            *apiserver::makeAdmissionChain(*m_store, m_policies->cluster, systemRandom(), {.enable = options.plugins});
    if (options.nodes)
        m_connect = std::make_unique<apiserver::ClusterConnect>(*m_store, *options.nodes);
    m_server =
        std::make_unique<apiserver::ApiServer>(apiserver::ApiServerOptions{.store = *m_store,
                                                                           .backend = *m_backend,
                                                                           .clock = clock,
                                                                           .random = systemRandom(),
                                                                           .executor = m_context.get_executor(),
                                                                           .authenticator = m_policies->authenticator,
                                                                           .authorizer = m_policies->authorizer,
                                                                           .admission = *m_policies->admission,
                                                                           .strategies = *m_policies->strategies,
                                                                           .connect = m_connect.get(),
                                                                           .limits = options.requests,
                                                                           .eventTtl = options.eventTtl,
                                                                           .runtimeConfig = options.runtimeConfig});
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

std::shared_ptr<const TestApi::Pending> TestApi::begin(std::string method, std::string target, std::string body,
                                                       std::vector<std::pair<std::string, std::string>> headers,
                                                       size_t pieces) {
    struct Call : Pending {
        explicit Call(size_t most) : writer(answer, most) {}
        http::Request request;
        CollectingWriter writer;
        http::Handler handler;
    };
    auto call = std::make_shared<Call>(pieces);
    call->request.method = std::move(method);
    call->request.rawTarget = target;
    call->request.target = *http::Target::parse(target);
    call->request.body = std::move(body);
    call->request.peer = std::make_shared<http::Peer>();
    for (auto &[name, value] : headers)
        call->request.headers.add(name, value);
    call->handler = m_server->handler();
    asio::co_spawn(m_context, call->handler(call->request, call->writer),
                   [call](std::exception_ptr) { call->done = true; });
    return call;
}

Answer TestApi::request(std::string method, std::string target, std::string body,
                        std::vector<std::pair<std::string, std::string>> headers, size_t pieces) {
    auto call = begin(std::move(method), std::move(target), std::move(body), std::move(headers), pieces);
    runUntil([&] { return call->done; });
    return call->answer;
}

} // namespace coracle::test
