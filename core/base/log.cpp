#include "core/base/log.h"

#include "core/base/log_recorder.h"

#include <atomic>
#include <chrono>
#include <fmt/chrono.h>
#include <mutex>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace coracle::log {

namespace {

std::atomic<Level> s_least{Level::Info};
std::atomic<Format> s_format{Format::Text};
std::atomic<Recorder *> s_recorder{nullptr};

spdlog::level::level_enum toSpdlog(Level level) {
    switch (level) {
    case Level::Debug:
        return spdlog::level::debug;
    case Level::Info:
        return spdlog::level::info;
    case Level::Warning:
        return spdlog::level::warn;
    case Level::Error:
        return spdlog::level::err;
    }
    return spdlog::level::err;
}

std::string jsonText(std::string_view text) {
    std::string quoted = "\"";
    for (char c : text) {
        if (c == '"' || c == '\\')
            (quoted += '\\') += c;
        else if (static_cast<unsigned char>(c) < 0x20)
            quoted += fmt::format("\\u{:04x}", static_cast<int>(c));
        else
            quoted += c;
    }
    return quoted += '"';
}

spdlog::logger &logger() {
    static std::shared_ptr<spdlog::logger> instance = [] {
        auto made = std::make_shared<spdlog::logger>("", std::make_shared<spdlog::sinks::stderr_sink_mt>());
        made->set_level(spdlog::level::debug);
        made->set_pattern("%v");
        return made;
    }();
    return *instance;
}

} // namespace

void configure(Level least, Format format) {
    s_least = least;
    s_format = format;
}

bool enabled(Level level) {
    return level >= s_least.load(std::memory_order_relaxed);
}

void setRecorder(Recorder *recorder) {
    s_recorder = recorder;
}

void write(Level level, std::string_view component, std::string_view message) {
    if (Recorder *recorder = s_recorder.load(std::memory_order_acquire))
        recorder->record(level, component, message);
    const auto now = std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
    const auto stamp = fmt::format("{:%Y-%m-%dT%H:%M:%S}Z", now);
    static constexpr std::string_view kNames[] = {"debug", "info", "warning", "error"};
    const std::string_view name = kNames[static_cast<int>(level)];
    if (s_format == Format::Json)
        logger().log(toSpdlog(level), "{{\"time\":\"{}\",\"level\":\"{}\",\"component\":\"{}\",\"message\":{}}}", stamp,
                     name, component, jsonText(message));
    else
        logger().log(toSpdlog(level), "{} {:<7} {}: {}", stamp, name, component, message);
}

} // namespace coracle::log
