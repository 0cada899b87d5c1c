/// Schedules of CronJobs.
#include "core/api/cron_schedule.h"
#include "tests/fuzz/fuzz.h"

using namespace coracle;
using fuzz::expect;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const auto schedule = api::CronSchedule::parse(fuzz::asText(data, size), "Europe/Berlin");
    if (!schedule)
        return 0;
    const WallTime start(std::chrono::seconds(1'774'000'000)); // some days before the clocks change
    WallTime time = start;
    std::optional<WallTime> last;
    for (int i = 0; i < 20; ++i) {
        const auto next = schedule->next(time);
        if (!next)
            break;
        expect(*next > time, "what comes next is later");
        last = time = *next;
    }
    expect(schedule->last(start, time) == last, "the last one is the last of those that come next");
    return 0;
}
