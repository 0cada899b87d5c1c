/// What a kubelet answers to /metrics/resource.
#include "clusterd/metrics/resource_metrics.h"
#include "tests/fuzz/fuzz.h"

using namespace coracle;
using fuzz::expect;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const WallTime now{std::chrono::seconds(1'700'000'000)};
    const metrics::Scrape scrape = metrics::parseResourceMetrics(fuzz::asText(data, size), now);
    for (const auto &[pod, containers] : scrape.pods) {
        expect(pod.find('/') != pod.npos, "a pod has a namespace");
        for (const auto &[name, point] : containers) {
            expect(!name.empty(), "a container has a name");
            expect(point.time.time_since_epoch().count() >= 0, "its time is a date");
        }
    }
    return 0;
}
