#include "clusterd/appliance/log_buffer.h"

#include "core/api/time.h"

#include <algorithm>
#include <boost/asio/this_coro.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <optional>

namespace coracle::appliance {

namespace {

constexpr std::string_view kLevels[] = {"debug", "info", "warning", "error"};
constexpr size_t kMessageMax = 4096;
constexpr Duration kSpacing = std::chrono::milliseconds(100); ///< lines that come together go out together

size_t weight(const LogLine &line) {
    return sizeof(LogLine) + line.component.size() + line.message.size();
}

struct LogFilter {
    bool follow = false;
    std::optional<size_t> tailLines;
    log::Level least = log::Level::Debug;
    std::vector<std::string> components; ///< empty: all
    std::optional<WallTime> since;

    static Result<LogFilter> from(const http::Target &target) {
        LogFilter filter{.follow = target.flag("follow")};
        if (const std::string_view text = target.param("tailLines"); !text.empty()) {
            size_t count = 0;
            const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
            if (error != std::errc() || end != text.data() + text.size())
                return errors::badRequest("tailLines must be a number of lines");
            filter.tailLines = count;
        }
        if (const std::string_view text = target.param("level"); !text.empty()) {
            const auto found = std::ranges::find(kLevels, text);
            if (found == std::end(kLevels))
                return errors::badRequest("level must be one of debug, info, warning, error");
            filter.least = static_cast<log::Level>(found - std::begin(kLevels));
        }
        for (const std::string_view name : target.params("component"))
            filter.components.emplace_back(name);
        if (const std::string_view text = target.param("sinceTime"); !text.empty()) {
            auto time = api::MicroTime::parse(text);
            if (!time || !*time)
                return errors::badRequest("sinceTime must be an RFC 3339 time");
            filter.since = **time;
        }
        return filter;
    }

    bool takes(const LogLine &line) const {
        return line.level >= least && (!since || line.time >= *since) &&
               (components.empty() || std::ranges::find(components, line.component) != components.end());
    }
};

Task<Result<Reply>> getLogs(Call &call, LogBuffer &buffer, Clock &clock) {
    CO_TRY(LogFilter filter, LogFilter::from(call.request.target));
    ChangeSignal::Listener listener(buffer.changes(), co_await boost::asio::this_coro::executor);
    LineStream stream(call);
    uint64_t last = 0;
    bool more = co_await stream.begin();
    while (more) {
        std::vector<LogLine> lines = buffer.after(last);
        if (!lines.empty())
            last = lines.back().number;
        std::erase_if(lines, [&](const LogLine &line) { return !filter.takes(line); });
        if (filter.tailLines && lines.size() > *filter.tailLines)
            lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(*filter.tailLines));
        filter.tailLines.reset(); // of what was there before
        std::string text;
        for (const LogLine &line : lines)
            text += line.json() + "\n";
        if (!text.empty())
            more = co_await stream.send(std::move(text));
        if (!filter.follow || !more)
            break;
        (void)co_await clock.sleep(kSpacing);
        more = co_await listener.wait();
    }
    co_return Reply::streamed();
}

} // namespace

std::string LogLine::json() const {
    return boost::json::serialize(boost::json::object{{"time", api::MicroTime(time).text()},
                                                      {"level", kLevels[static_cast<size_t>(level)]},
                                                      {"component", component},
                                                      {"message", message}});
}

void LogBuffer::record(log::Level level, std::string_view component, std::string_view message) {
    {
        std::lock_guard lock(m_mutex);
        m_lines.push_back({.number = ++m_last,
                           .time = m_clock.now(),
                           .level = level,
                           .component = std::string(component),
                           .message = std::string(message.substr(0, kMessageMax))});
        m_bytes += weight(m_lines.back());
        while (m_bytes > m_bytesMax) {
            m_bytes -= weight(m_lines.front());
            m_lines.pop_front();
        }
    }
    m_changes.notify();
}

std::vector<LogLine> LogBuffer::after(uint64_t number) const {
    std::lock_guard lock(m_mutex);
    const auto first = std::ranges::find_if(m_lines, [&](const LogLine &line) { return line.number > number; });
    return {first, m_lines.end()};
}

void addLogRoutes(Router &router, LogBuffer &buffer, Clock &clock) {
    router.add("GET", "/logs", [&](Call &call) { return getLogs(call, buffer, clock); });
}

} // namespace coracle::appliance
