/// Measures the datastore: how long writes wait while history is compacted, and how large the file gets under churn.
/// Prints a Markdown table.
#include "clusterd/datastore/sqlite_backend.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <string>
#include <thread>
#include <vector>

using namespace coracle;
using namespace coracle::datastore;
namespace asio = boost::asio;
using SteadyClock = std::chrono::steady_clock;

namespace {

int environment(const char *name, int otherwise) {
    const char *text = std::getenv(name);
    return text ? std::atoi(text) : otherwise;
}

const int kWriters = environment("CORACLE_BENCH_WRITERS", 16);
const int kKeys = environment("CORACLE_BENCH_KEYS", 2000);
const int kWrites = environment("CORACLE_BENCH_WRITES", 200000);
constexpr size_t kValueBytes = 2048;
constexpr std::chrono::seconds kCompactInterval(2);

double milliseconds(SteadyClock::duration duration) {
    return std::chrono::duration<double, std::milli>(duration).count();
}

void row(const std::string &what, const std::string &value) {
    fmt::print("| {} | {} |\n", what, value);
    std::fflush(stdout);
}

Task<bool> churn(Backend *backend, int writer, std::vector<double> *waits) {
    std::vector<Revision> revisions(static_cast<size_t>(kKeys / kWriters), 0);
    const std::string value(kValueBytes, 'v');
    for (int i = 0; i < kWrites / kWriters; ++i) {
        const size_t index = static_cast<size_t>(i) % revisions.size();
        std::string key = fmt::format("/registry/configmaps/default/key-{}-{}", writer, index);
        const auto began = SteadyClock::now();
        if (revisions[index] == 0) {
            auto made = co_await backend->create(std::move(key), value);
            revisions[index] = made ? *made : 0;
        } else {
            auto updated = co_await backend->update(std::move(key), value, revisions[index]);
            revisions[index] = updated && updated->succeeded ? updated->revision : 0;
        }
        waits->push_back(milliseconds(SteadyClock::now() - began));
        if (revisions[index] == 0)
            co_return false;
    }
    co_return true;
}

/// Until automatic compaction has nothing left to do: it empties the log's file at last. At most for some intervals.
void awaitCompaction(const Backend &backend, const SqliteOptions &options) {
    const auto until = SteadyClock::now() + 10 * kCompactInterval;
    const auto done = [&] {
        return backend.compactRevision() >= backend.currentRevision() - options.retainRevisions &&
               std::filesystem::file_size(options.path + "-wal") == 0;
    };
    while (!done() && SteadyClock::now() < until)
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
}

void benchChurn(const std::filesystem::path &folder, bool compacting) {
    SqliteOptions options{.path = (folder / (compacting ? "compacted.db" : "plain.db")).string()};
    options.compactInterval = compacting ? kCompactInterval : Duration::zero();
    auto backend = createSqliteBackend(options);
    if (auto started = backend->start(); !started) {
        fmt::print(stderr, "{}\n", started.error().message);
        std::exit(1);
    }
    std::vector<std::vector<double>> waits(static_cast<size_t>(kWriters));
    asio::io_context context;
    const auto began = SteadyClock::now();
    for (int writer = 0; writer < kWriters; ++writer)
        asio::co_spawn(context, churn(backend.get(), writer, &waits[static_cast<size_t>(writer)]),
                       [](std::exception_ptr, bool) {});
    context.run();
    const double seconds = milliseconds(SteadyClock::now() - began) / 1000;
    std::vector<double> all;
    for (const auto &some : waits)
        all.insert(all.end(), some.begin(), some.end());
    std::ranges::sort(all);
    const std::string mode = compacting ? "with compaction" : "without compaction";
    row(fmt::format("writes of 2 KiB, {} writers, {}", kWriters, mode), fmt::format("{:.0f}/s", kWrites / seconds));
    row(fmt::format("a write waits, {}: p50, p99, longest", mode),
        fmt::format("{:.2f}, {:.2f}, {:.2f} ms", all[all.size() / 2], all[all.size() * 99 / 100], all.back()));
    const double live = static_cast<double>(kKeys) * (kValueBytes + 50);
    const auto rowOfSize = [&](const std::string &when) {
        const auto mebibytes = [&](const char *suffix) {
            return static_cast<double>(std::filesystem::file_size(options.path + suffix)) / (1 << 20);
        };
        const double data = mebibytes(""), log = mebibytes("-wal");
        row(fmt::format("live data; file and log {}, {}", when, mode),
            fmt::format("{:.1f} MiB; {:.1f} + {:.1f} MiB ({:.1f} x)", live / (1 << 20), data, log,
                        (data + log) * (1 << 20) / live));
    };
    rowOfSize(fmt::format("after {} writes", kWrites));
    if (compacting) {
        awaitCompaction(*backend, options);
        rowOfSize("when all history is compacted");
    }
    backend->stop();
}

} // namespace

int main() {
    std::string folder = (std::filesystem::temp_directory_path() / "coracle-bench.XXXXXX").string();
    if (!::mkdtemp(folder.data()))
        return 1;
    fmt::print("| datastore | |\n|---|---|\n");
    benchChurn(folder, false);
    benchChurn(folder, true);
    std::filesystem::remove_all(folder);
    return 0;
}
