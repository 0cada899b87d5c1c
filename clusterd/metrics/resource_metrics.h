#pragma once

#include "core/base/clock.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

/// What a kubelet tells at /metrics/resource, read from Prometheus' text form.
namespace coracle::metrics {

/// One measurement of a node or a container.
struct Point {
    WallTime time;
    std::optional<WallTime> started; ///< of a container
    uint64_t cpuNanoseconds = 0;     ///< used since it started
    uint64_t memoryBytes = 0;        ///< the working set
};

/// All that one scrape brought. A container is there only when it has both CPU and memory.
struct Scrape {
    using Containers = std::map<std::string, Point, std::less<>>; ///< by name
    std::optional<Point> node;
    std::map<std::string, Containers, std::less<>> pods; ///< by "namespace/name"
};

/// Lines that are not understood are left out: kubelets of other versions tell more. `now` is the time of samples that
/// bring none.
Scrape parseResourceMetrics(std::string_view text, WallTime now);

} // namespace coracle::metrics
