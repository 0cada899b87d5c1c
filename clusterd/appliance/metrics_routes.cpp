#include "clusterd/appliance/metrics_routes.h"

#include "clusterd/kubelet/node/machine_info.h"
#include "core/api/json_access.h"
#include "core/api/quantity.h"

#include <boost/asio/this_coro.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace coracle::appliance {

namespace json = boost::json;

namespace {

const api::ResourceInfo &nodes() {
    return *api::findResource("", "v1", "nodes");
}

json::value number(float value) {
    return std::isnan(value) ? json::value() : json::value(std::round(static_cast<double>(value)));
}

int64_t timeMs(const MetricsSample &sample) {
    return int64_t(sample.seconds) * 1000;
}

void addKnown(float &sum, float value) {
    if (!std::isnan(value))
        sum = std::isnan(sum) ? value : sum + value;
}

struct Capacity {
    int64_t cpuMillicores = 0, memoryBytes = 0;
    json::value diskBytes;
};

/// Of one node, or of all of them.
Capacity capacityOf(const MetricsKeeper &keeper, const std::string &name) {
    Capacity sum;
    for (const api::ObjectPtr &node : keeper.reader.list(nodes(), "")) {
        if (!name.empty() && node->name() != name)
            continue;
        const json::value parsed = json::parse(node->json());
        auto amount = [&](std::string_view resource) {
            return api::Quantity::parse(
                api::json::text(api::json::at(parsed.get_object(), {"status", "capacity", resource})));
        };
        if (auto cpu = amount("cpu"))
            sum.cpuMillicores += cpu->milliValue();
        if (auto memory = amount("memory"))
            sum.memoryBytes += memory->value();
        if (node->name() == keeper.ownNode)
            sum.diskBytes = kubelet::diskUsage(keeper.dataFolder).capacityBytes;
    }
    return sum;
}

json::object describe(const MetricsKeeper &keeper, const std::string &name, HistoryRange range) {
    json::array times, cpu, memory, disk;
    for (const MetricsSample &sample : keeper.history.get(name, range)) {
        times.push_back(timeMs(sample));
        cpu.push_back(number(sample.cpuMillicores));
        memory.push_back(number(sample.memoryBytes));
        disk.push_back(number(sample.diskBytes));
    }
    const Capacity capacity = capacityOf(keeper, name);
    return {{"name", name},
            {"range", range == HistoryRange::Hour ? "hour" : "day"},
            {"timesMs", std::move(times)},
            {"cpuMillicores", std::move(cpu)},
            {"memoryBytes", std::move(memory)},
            {"diskBytes", std::move(disk)},
            {"capacity", json::object{{"cpuMillicores", capacity.cpuMillicores},
                                      {"memoryBytes", capacity.memoryBytes},
                                      {"diskBytes", capacity.diskBytes}}}};
}

std::string describe(const MetricsSample &sample) {
    return json::serialize(json::object{{"timeMs", timeMs(sample)},
                                        {"cpuMillicores", number(sample.cpuMillicores)},
                                        {"memoryBytes", number(sample.memoryBytes)},
                                        {"diskBytes", number(sample.diskBytes)}});
}

Task<Result<Reply>> watch(Call &call, MetricsKeeper &keeper, std::string name, HistoryRange range) {
    ChangeSignal::Listener listener(keeper.changes, co_await boost::asio::this_coro::executor);
    LineStream stream(call);
    bool more = co_await stream.begin();
    if (more)
        more = co_await stream.send(json::serialize(describe(keeper, name, range)));
    const auto before = keeper.history.get(name, HistoryRange::Hour);
    uint32_t last = before.empty() ? 0 : before.back().seconds;
    while (more) {
        more = co_await listener.wait();
        for (const MetricsSample &sample : keeper.history.get(name, HistoryRange::Hour)) {
            if (!more || sample.seconds <= last)
                continue;
            last = sample.seconds;
            std::string line = describe(sample);
            more = co_await stream.send(std::move(line));
        }
    }
    co_return Reply::streamed();
}

Task<Result<Reply>> getHistory(Call &call, MetricsKeeper &keeper, std::string name) {
    const std::string range(call.request.target.param("range"));
    if (!range.empty() && range != "hour" && range != "day")
        co_return errors::badRequest("range must be hour or day");
    if (!name.empty() && !keeper.reader.get(nodes(), "", name))
        co_return errors::notFound("nodes", "", name);
    const HistoryRange wanted = range == "day" ? HistoryRange::Day : HistoryRange::Hour;
    if (call.watches())
        co_return co_await watch(call, keeper, name, wanted);
    co_return Reply::json(describe(keeper, name, wanted));
}

} // namespace

void MetricsKeeper::measured(const metrics::MetricsStore &store) {
    constexpr double kNanoPerMilli = 1e6;
    MetricsSample cluster;
    std::vector<std::string> names;
    for (const api::ObjectPtr &node : reader.list(nodes(), "")) {
        const std::string name(node->name());
        names.push_back(name);
        const auto usage = store.node(name);
        if (!usage)
            continue;
        MetricsSample sample{
            .seconds = static_cast<uint32_t>(
                std::chrono::duration_cast<std::chrono::seconds>(usage->time.time_since_epoch()).count()),
            .cpuMillicores = static_cast<float>(static_cast<double>(usage->cpuNanocores) / kNanoPerMilli),
            .memoryBytes = static_cast<float>(usage->memoryBytes)};
        if (name == ownNode) {
            const kubelet::DiskUsage disk = kubelet::diskUsage(dataFolder);
            sample.diskBytes = static_cast<float>(disk.capacityBytes - disk.availableBytes);
        }
        history.add(name, sample);
        cluster.seconds = std::max(cluster.seconds, sample.seconds);
        addKnown(cluster.cpuMillicores, sample.cpuMillicores);
        addKnown(cluster.memoryBytes, sample.memoryBytes);
        addKnown(cluster.diskBytes, sample.diskBytes);
    }
    history.retain(names);
    history.add("", cluster);
    changes.notify();
}

void addMetricsRoutes(Router &router, MetricsKeeper &keeper) {
    router.add("GET", "/metrics", [&keeper](Call &call) { return getHistory(call, keeper, ""); });
    router.add("GET", "/nodes/{name}/metrics",
               [&keeper](Call &call) { return getHistory(call, keeper, call.parameter("name")); });
}

} // namespace coracle::appliance
