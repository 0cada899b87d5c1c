#include "tests/bench/api_process.h"

#include "clusterd/apiserver/api_server.h"
#include "clusterd/apiserver/registry/store.h"
#include "clusterd/apiserver/strategy/strategies.h"
#include "clusterd/datastore/sqlite_backend.h"
#include "core/base/random.h"
#include "core/http/server.h"
#include "core/pki/certificate.h"
#include "tests/clusterd/apiserver/support/test_policies.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_future.hpp>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <thread>

#include <csignal>
#include <sys/wait.h>
#include <unistd.h>

namespace coracle::bench {

namespace asio = boost::asio;

namespace {

constexpr int kThreads = 2;

[[noreturn]] void fail(std::string_view what) {
    fmt::print(stderr, "{}\n", what);
    std::_Exit(1);
}

template<class T>
T must(Result<T> result) {
    if (!result)
        fail(result.error().message);
    if constexpr (!std::is_void_v<T>)
        return std::move(*result);
}

http::TlsIdentity identity() {
    const WallTime now = systemClock().now();
    auto ca = must(pki::CertificateAuthority::create("bench", now, now + std::chrono::hours(24)));
    auto key = must(pki::KeyPair::generateEcdsa());
    pki::CertificateRequest request{.commonName = "bench",
                                    .ipAddresses = {"127.0.0.1"},
                                    .usages = {pki::KeyUsage::DigitalSignature, pki::KeyUsage::ServerAuth},
                                    .notBefore = now,
                                    .notAfter = now + std::chrono::hours(24)};
    auto leaf = must(pki::issue(ca, request, key.publicKey()));
    return {pki::chainPem(leaf, ca), key.pem()};
}

} // namespace

void ApiProcess::serve(const std::string &folder, int portPipe, int lifeline) {
    asio::io_context context(kThreads);
    auto work = asio::make_work_guard(context);
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i)
        threads.emplace_back([&] { context.run(); });
    auto backend = datastore::createSqliteBackend({.path = folder + "/state.db"});
    must(backend->start());
    apiserver::Store store(*backend, systemClock());
    test::OpenAuthenticator authenticator;
    test::OpenAuthorizer authorizer;
    apiserver::AdmissionChain admission;
    auto strategies = apiserver::makeStrategyTable(store, systemClock(), systemRandom(), apiserver::ServiceNetworks());
    const Executor serial = asio::make_strand(context);
    apiserver::ApiServer api({.store = store,
                              .backend = *backend,
                              .clock = systemClock(),
                              .random = systemRandom(),
                              .executor = serial,
                              .authenticator = authenticator,
                              .authorizer = authorizer,
                              .admission = admission,
                              .strategies = *strategies});
    must(asio::co_spawn(serial, api.start(), asio::use_future).get());
    auto server = http::Server::create(context.get_executor(), api.handler());
    const uint16_t port = must(server->listenTls("127.0.0.1", 0, {.identity = identity()}));
    if (::write(portPipe, &port, sizeof port) != sizeof port)
        fail("cannot report the port");
    char byte = 0;
    while (::read(lifeline, &byte, 1) > 0) {
    }
    std::_Exit(0); // nothing that it leaves is needed
}

ApiProcess::ApiProcess() {
    std::string pattern = (std::filesystem::temp_directory_path() / "coracle-bench-XXXXXX").string();
    if (!::mkdtemp(pattern.data()))
        fail("cannot make a temporary folder");
    m_folder = pattern;
    int ports[2], life[2];
    if (::pipe(ports) != 0 || ::pipe(life) != 0)
        fail("cannot make pipes");
    m_pid = ::fork();
    if (m_pid == 0) {
        ::close(ports[0]);
        ::close(life[1]);
        const std::string port = std::to_string(ports[1]), lifeline = std::to_string(life[0]);
        ::execl("/proc/self/exe", "bench", "--serve", m_folder.c_str(), port.c_str(), lifeline.c_str(), nullptr);
        std::_Exit(1);
    }
    ::close(ports[1]);
    ::close(life[0]);
    m_lifeline = life[1];
    if (::read(ports[0], &m_port, sizeof m_port) != sizeof m_port)
        fail("the API server did not start");
    ::close(ports[0]);
}

ApiProcess::~ApiProcess() {
    ::close(m_lifeline);
    ::waitpid(m_pid, nullptr, 0);
    std::error_code ignored;
    std::filesystem::remove_all(m_folder, ignored);
}

double ApiProcess::cpuSeconds() const {
    std::ifstream file(fmt::format("/proc/{}/stat", m_pid));
    std::string text((std::istreambuf_iterator<char>(file)), {});
    std::istringstream fields(text.substr(text.rfind(')') + 2));
    std::string field;
    double ticks = 0;
    for (int i = 3; fields >> field; ++i)
        if (i == 14 || i == 15)
            ticks += std::stod(field);
    return ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

double ApiProcess::memoryMib() const {
    std::ifstream file(fmt::format("/proc/{}/smaps_rollup", m_pid));
    for (std::string line; std::getline(file, line);)
        if (line.starts_with("Pss:"))
            return std::stod(line.substr(4)) / 1024;
    return 0;
}

} // namespace coracle::bench
