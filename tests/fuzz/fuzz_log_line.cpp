/// Lines of container logs in the CRI format.
#include "clusterd/kubelet/logs/log_reader.h"
#include "tests/fuzz/fuzz.h"

#include <string>

using namespace coracle;
using fuzz::expect;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const std::string_view text = fuzz::asText(data, size);
    const auto line = kubelet::parseLogLine(text);
    if (!line)
        return 0;
    expect(text.ends_with(line->text) && text.starts_with(line->time), "the parts are the line's");
    expect(line->stream == "stdout" || line->stream == "stderr", "there are two streams");
    const std::string written = std::string(line->time) + " " + std::string(line->stream) +
                                (line->partial ? " P " : " F ") + std::string(line->text);
    const auto again = kubelet::parseLogLine(written);
    expect(again && again->text == line->text && again->partial == line->partial, "what was written can be read");
    return 0;
}
