#include "tests/bench/api_process.h"
#include "tests/bench/h2_load.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <deque>
#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

/// How long a change takes to every watcher of its collection: from the moment when the PUT is sent, over a durable
/// commit, to the moment when the watcher has the event. Prints one line per case.
using namespace coracle::bench;

namespace {

constexpr std::string_view kMaps = "/api/v1/namespaces/default/configmaps";
constexpr std::string_view kStamp = R"("sent":")";
constexpr int kObjects = 200;
constexpr int kWriters = 4;              ///< connections that write
constexpr size_t kWritesMax = 64;        ///< on their way at a time
constexpr int64_t kPumpMax = 10'000'000; ///< ns

struct Case {
    std::string what;
    int watchers = 100;
    int perConnection = 100;
    int rate = 1000;        ///< updates per second
    std::string query = {}; ///< of each watch; {} is the watcher's number
};

struct Options {
    int seconds = 5;
    int bytes = 300; ///< of each object's data
};

/// Finds the time stamps in a watch's stream, also where a frame ends in the middle of one.
class StampReader {
public:
    void take(std::string_view bytes, std::vector<float> &latencies) {
        m_rest.append(bytes);
        size_t done = 0;
        for (size_t end = m_rest.find('\n'); end != m_rest.npos; end = m_rest.find('\n', done)) {
            const std::string_view line = std::string_view(m_rest).substr(done, end - done);
            if (const size_t at = line.rfind(kStamp); at != line.npos) {
                int64_t sent = 0;
                const char *text = line.data() + at + kStamp.size();
                std::from_chars(text, line.data() + line.size(), sent);
                if (sent > 0)
                    latencies.push_back(static_cast<float>(static_cast<double>(monotonicNow() - sent) / 1e6));
            }
            done = end + 1;
        }
        m_rest.erase(0, done);
    }

private:
    std::string m_rest;
};

class Run {
public:
    Run(ApiProcess &api, const Case &what, const Options &options)
        : m_api(api), m_case(what), m_options(options), m_epoll(::epoll_create1(EPOLL_CLOEXEC)) {}
    ~Run() { ::close(m_epoll); }

    void run() {
        for (int i = 0; i < kWriters; ++i)
            connect(m_writers);
        createObjects();
        startWatches();
        const double memory = m_api.memoryMib();
        m_latencies.clear();
        const double cpu = m_api.cpuSeconds(), own = ownCpu();
        const int64_t begin = monotonicNow();
        write(begin);
        const double seconds = static_cast<double>(monotonicNow() - begin) / 1e9;
        waitFor([&] { return m_writing == 0; }, 10);
        const double cpuEnd = m_api.cpuSeconds(), ownEnd = ownCpu();
        drain();
        report(seconds, (cpuEnd - cpu) / seconds, (ownEnd - own) / seconds, memory);
    }

private:
    using Connections = std::vector<std::unique_ptr<H2Connection>>;

    static double ownCpu() {
        rusage used{};
        ::getrusage(RUSAGE_SELF, &used);
        auto seconds = [](timeval t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6; };
        return seconds(used.ru_utime) + seconds(used.ru_stime);
    }

    H2Connection &connect(Connections &to) {
        H2Connection &made = *to.emplace_back(std::make_unique<H2Connection>(m_api.port()));
        epoll_event event{.events = EPOLLIN | EPOLLET, .data = {.ptr = &made}};
        ::epoll_ctl(m_epoll, EPOLL_CTL_ADD, made.fd(), &event);
        made.pump();
        return made;
    }

    void pump(int64_t nanoseconds) {
        epoll_event events[64];
        const timespec timeout{.tv_sec = 0, .tv_nsec = std::clamp<int64_t>(nanoseconds, 0, kPumpMax)};
        const int count = ::epoll_pwait2(m_epoll, events, 64, &timeout, nullptr);
        for (int i = 0; i < count; ++i)
            static_cast<H2Connection *>(events[i].data.ptr)->pump();
    }

    template<class Done>
    bool waitFor(Done done, int seconds) {
        const int64_t end = monotonicNow() + seconds * 1'000'000'000LL;
        while (!done() && monotonicNow() < end)
            pump(kPumpMax);
        return done();
    }

    std::string object(int number, int64_t stamp) const {
        return fmt::format(R"({{"apiVersion":"v1","kind":"ConfigMap","metadata":{{"name":"c{}","namespace":"default",)"
                           R"("labels":{{"n":"{}"}}}},"data":{{"pad":"{}","sent":"{}"}}}})",
                           number, number, std::string(static_cast<size_t>(m_options.bytes), 'x'), stamp);
    }

    void send(const std::string &method, const std::string &path, int number, int64_t stamp) {
        ++m_writing;
        H2Connection &writer = *m_writers[static_cast<size_t>(number) % m_writers.size()];
        writer.request(method, path, object(number, stamp), [this](std::string_view, bool end) {
            if (end)
                --m_writing;
        });
    }

    void createObjects() {
        for (int i = 0; i < kObjects; ++i) {
            send("POST", std::string(kMaps), i, 0);
            waitFor([&] { return m_writing < kWritesMax; }, 10);
        }
        waitFor([&] { return m_writing == 0; }, 10);
    }

    void startWatches() {
        size_t answered = 0;
        for (int i = 0; i < m_case.watchers; ++i) {
            if (i % m_case.perConnection == 0)
                connect(m_readers);
            std::string path = fmt::format("{}?watch=true", kMaps);
            if (!m_case.query.empty())
                path += "&" + fmt::format(fmt::runtime(m_case.query), i);
            auto reader = std::make_shared<StampReader>();
            auto first = std::make_shared<bool>(true);
            m_readers.back()->request("GET", path, {}, [this, reader, first, &answered](std::string_view bytes, bool) {
                answered += std::exchange(*first, false);
                reader->take(bytes, m_latencies);
                ++m_pieces;
            });
        }
        const auto expected = static_cast<size_t>(m_case.watchers);
        waitFor([&] { return answered == expected; }, m_case.query.empty() ? 30 : 2);
        drain();
    }

    /// Until nothing has come for a while.
    void drain() {
        for (size_t before = m_pieces + 1; before != m_pieces;) {
            before = m_pieces;
            const int64_t end = monotonicNow() + 300'000'000;
            while (monotonicNow() < end)
                pump(kPumpMax);
        }
    }

    void write(int64_t begin) {
        const auto total = static_cast<int64_t>(m_case.rate) * m_options.seconds;
        for (int64_t i = 0; i < total; ++i) {
            const int64_t due = begin + i * 1'000'000'000LL / m_case.rate;
            for (int64_t now = monotonicNow(); now < due || m_writing >= kWritesMax; now = monotonicNow())
                pump(now < due ? due - now : kPumpMax);
            const int number = static_cast<int>(i % kObjects);
            send("PUT", fmt::format("{}/c{}", kMaps, number), number, monotonicNow());
            ++m_written;
            pump(0);
        }
    }

    void report(double seconds, double cpu, double own, double memory) {
        std::ranges::sort(m_latencies);
        auto at = [&](double part) {
            return m_latencies.empty()
                       ? 0.0F
                       : m_latencies[std::min(m_latencies.size() - 1,
                                              static_cast<size_t>(part * static_cast<double>(m_latencies.size())))];
        };
        size_t refused = 0;
        for (const auto &connection : m_writers)
            refused += connection->refused();
        fmt::print("{:<44} {:>6.0f} writes/s {:>8.0f} events/s  p50 {:>7.2f} ms  p99 {:>7.2f} ms  max {:>7.2f} ms  "
                   "server {:>3.0f} % cpu, {:.0f} -> {:.0f} MiB, load {:>3.0f} % cpu{}\n",
                   m_case.what, static_cast<double>(m_written) / seconds,
                   static_cast<double>(m_latencies.size()) / seconds, at(0.5), at(0.99), at(1), cpu * 100, memory,
                   m_api.memoryMib(), own * 100, refused > kObjects ? fmt::format("  {} refused", refused) : "");
        std::fflush(stdout);
    }

    ApiProcess &m_api;
    const Case &m_case;
    const Options &m_options;
    const int m_epoll;
    Connections m_writers, m_readers;
    std::vector<float> m_latencies; ///< milliseconds
    size_t m_writing = 0, m_pieces = 0;
    int64_t m_written = 0;
};

} // namespace

int main(int argc, char **argv) {
    Options options;
    int only = -1;
    CLI::App app("Latency and cost of watches");
    app.add_option("--seconds", options.seconds, "of each case");
    app.add_option("--bytes", options.bytes, "of each object's data");
    app.add_option("--case", only, "the number of the only case to run");
    std::vector<std::string> serve;
    app.add_option("--serve", serve, "for its own use: be the server")->expected(3);
    CLI11_PARSE(app, argc, argv);
    if (!serve.empty())
        ApiProcess::serve(serve[0], std::stoi(serve[1]), std::stoi(serve[2]));

    const std::vector<Case> cases = {
        {"100 watchers, 1 connection", 100, 100, 1000},
        {"100 watchers, 100 connections", 100, 1, 1000},
        {"1000 watchers, 10 connections", 1000, 100, 500},
        {"1000 watchers, 1000 connections", 1000, 1, 500},
        {"1000 watchers, each of one object by name", 1000, 100, 500, "fieldSelector=metadata.name%3Dc{}"},
        {"1000 watchers, each with a label of its own", 1000, 100, 500, "labelSelector=n%3D{}"},
        {"1000 watchers of other namespaces' objects", 1000, 100, 500, "fieldSelector=metadata.namespace%3Dn{}"},
        {"no watcher", 0, 1, 500},
    };
    for (size_t i = 0; i < cases.size(); ++i) {
        if (only >= 0 && static_cast<size_t>(only) != i)
            continue;
        ApiProcess api;
        Run(api, cases[i], options).run();
    }
}
