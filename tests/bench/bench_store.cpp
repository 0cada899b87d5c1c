#include "clusterd/apiserver/registry/store.h"
#include "clusterd/datastore/sqlite_backend.h"

#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <jemalloc/jemalloc.h>

#include <unistd.h>

/// What stored objects take: writes pods as a kubelet leaves them, starts anew on that datastore, and changes them all.
using namespace coracle;

namespace {

namespace asio = boost::asio;

double memoryMib() {
    // What is free goes back to the system, which the daemon has done after half a second.
    ::mallctl(fmt::format("arena.{}.purge", MALLCTL_ARENAS_ALL).c_str(), nullptr, nullptr, nullptr, 0);
    std::ifstream file("/proc/self/smaps_rollup");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with("Pss:"))
            return std::stod(line.substr(4)) / 1024;
    return 0;
}

/// About 3 KiB, a third of it managedFields.
std::string pod(int number, int version) {
    const std::string name = fmt::format("deployment-7c5ddbdf54-{:05}", number);
    std::string env, fields;
    for (int i = 0; i < 8; ++i)
        env += fmt::format(R"({}{{"name":"SETTING_{}","value":"some value of an ordinary length {}"}})", i ? "," : "",
                           i, i);
    for (int i = 0; i < 24; ++i)
        fields += fmt::format(R"({}"f:field{}":{{".":{{}},"f:member":{{}}}})", i ? "," : "", i);
    return fmt::format(
        R"({{"kind":"Pod","apiVersion":"v1","metadata":{{"name":"{}","generateName":"deployment-7c5ddbdf54-",)"
        R"("namespace":"space-{}","uid":"0f8b9a3c-5d55-4a3e-9f0e-{:012}","creationTimestamp":"2026-01-01T00:00:00Z",)"
        R"("labels":{{"app":"deployment","pod-template-hash":"7c5ddbdf54","version":"{}"}},)"
        R"("ownerReferences":[{{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"deployment-7c5ddbdf54",)"
        R"("uid":"1f8b9a3c-5d55-4a3e-9f0e-123456789012","controller":true,"blockOwnerDeletion":true}}],)"
        R"("managedFields":[{{"manager":"kubelet","operation":"Update","apiVersion":"v1","time":"2026-01-01T00:00:00Z",)"
        R"("fieldsType":"FieldsV1","fieldsV1":{{"f:status":{{{}}}}},"subresource":"status"}}]}},)"
        R"("spec":{{"containers":[{{"name":"main","image":"registry.example.com/team/image:1.2.3","env":[{}],)"
        R"("resources":{{"requests":{{"cpu":"100m","memory":"64Mi"}}}},"imagePullPolicy":"IfNotPresent"}}],)"
        R"("restartPolicy":"Always","serviceAccountName":"default","nodeName":"node-{}","schedulerName":)"
        R"("default-scheduler"}},"status":{{"phase":"Running","conditions":[{{"type":"Ready","status":"True",)"
        R"("lastTransitionTime":"2026-01-01T00:00:00Z"}}],"hostIP":"10.0.0.1","podIP":"10.42.0.{}"}}}})",
        name, number % 100, number, version, fields, env, number % 500, number % 250);
}

class Bench {
public:
    explicit Bench(int pods) : m_pods(pods) {
        std::string pattern = (std::filesystem::temp_directory_path() / "coracle-bench-XXXXXX").string();
        m_folder = ::mkdtemp(pattern.data());
    }
    ~Bench() { std::filesystem::remove_all(m_folder); }

    void run() {
        start();
        const double empty = memoryMib();
        writeAll(1);
        const double written = memoryMib();
        report("created", written - empty);
        stop();
        const auto begin = std::chrono::steady_clock::now();
        start();
        const double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        fmt::print("loaded again in {:.2f} s\n", took);
        report("loaded", memoryMib() - empty);
        writeAll(2);
        report("all changed once", memoryMib() - empty);
        stop();
    }

private:
    void report(std::string_view what, double mib) const {
        fmt::print("{:<18} {} pods of {} bytes: {:.1f} MiB, {:.0f} bytes per pod, {:.0f} besides its JSON\n", what,
                   m_pods, pod(0, 1).size(), mib, mib * 1048576 / m_pods,
                   mib * 1048576 / m_pods - double(pod(0, 1).size()));
        std::fflush(stdout);
    }

    void pump() {
        m_context.restart();
        m_context.poll();
    }

    template<class T>
    T await(Task<T> task) {
        auto future = asio::co_spawn(m_context, std::move(task), asio::use_future);
        while (future.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
            m_context.restart();
            m_context.run_one_for(std::chrono::milliseconds(10));
        }
        return future.get();
    }

    void start() {
        m_backend = datastore::createSqliteBackend({.path = m_folder + "/state.db"});
        if (auto started = m_backend->start(); !started)
            fmt::print(stderr, "{}\n", started.error().message);
        m_store = std::make_unique<apiserver::Store>(*m_backend, systemClock());
        m_gate = std::make_unique<Gate>(m_context.get_executor());
        if (auto started = await(m_store->start(*m_gate)); !started)
            fmt::print(stderr, "{}\n", started.error().message);
    }

    void stop() {
        m_store->stop();
        bool closed = false;
        asio::co_spawn(m_context, m_gate->close(), [&](std::exception_ptr) { closed = true; });
        while (!closed)
            pump();
        m_gate.reset();
        m_store.reset();
        m_backend->stop();
        m_backend.reset();
    }

    void writeAll(int version) {
        constexpr int kAtOnce = 64;
        const api::ResourceInfo &resource = *api::findResource("", "pods");
        int running = 0;
        for (int i = 0; i < m_pods; ++i) {
            std::string text = pod(i, version);
            const std::string space = fmt::format("space-{}", i % 100),
                              name = fmt::format("deployment-7c5ddbdf54-{:05}", i);
            const std::string key = apiserver::Store::keyOf(resource, space, name);
            ++running;
            auto done = [&](std::exception_ptr, auto) { --running; };
            if (version == 1)
                asio::co_spawn(m_context, m_backend->create(key, std::move(text)), done);
            else
                asio::co_spawn(
                    m_context,
                    m_backend->update(key, std::move(text), m_store->get(resource, space, name)->resourceVersion()),
                    done);
            while (running >= kAtOnce)
                pump();
        }
        while (running > 0)
            pump();
    }

    const int m_pods;
    std::string m_folder;
    asio::io_context m_context;
    std::unique_ptr<datastore::Backend> m_backend;
    std::unique_ptr<apiserver::Store> m_store;
    std::unique_ptr<Gate> m_gate;
};

} // namespace

int main(int argc, char **argv) {
    int pods = 30000;
    CLI::App app("Memory of stored objects");
    app.add_option("--pods", pods, "how many");
    CLI11_PARSE(app, argc, argv);
    Bench(pods).run();
}
