#pragma once

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/base/task.h"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

/// Reads container logs in the CRI format: "<RFC 3339 time> stdout|stderr F|P <text>", also while they are rotated.
namespace coracle::kubelet {

struct LogLine {
    std::string_view time;   ///< as written
    std::string_view stream; ///< "stdout" or "stderr"
    bool partial = false;    ///< the text goes on in the next line
    std::string_view text;
};

/// Nothing when the line has not the format.
std::optional<LogLine> parseLogLine(std::string_view line);

struct LogOptions {
    bool follow = false, timestamps = false;
    std::optional<int64_t> tailLines, limitBytes;
    std::optional<WallTime> since;
    std::string stream; ///< "Stdout", "Stderr"; empty or "All": both
};

/// Writes the log's text to the sink until its end, or, when following, until the container has ended (`running` says
/// false) and everything was read. A sink that fails ends the reading. A rotated log is followed into its new file.
Task<Result<>> readLog(std::filesystem::path path, LogOptions options, Clock &clock,
                       std::function<Task<Result<>>(std::string text)> sink, std::function<Task<bool>()> running);

/// The last lines as plain text, for termination messages; empty when there is no log.
std::string logTail(const std::filesystem::path &path, int linesMax, size_t bytesMax);

} // namespace coracle::kubelet
