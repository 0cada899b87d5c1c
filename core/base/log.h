#pragma once

#include <fmt/format.h>
#include <string_view>

/// The daemon's log: one line an event, to standard error, as text or JSON. Secrets never go here.
namespace coracle::log {

enum class Level { Debug, Info, Warning, Error };
enum class Format { Text, Json };

/// Once, at the start of the process; before it lines go out as text from Info on.
void configure(Level least, Format format);
bool enabled(Level level);
void write(Level level, std::string_view component, std::string_view message);

/// log::info("kubelet", "pod {} started", key): lower-case start, no period at the end, values quoted where they may be
/// empty or hold spaces. The component is the Kubernetes name of the part that speaks.
template<class... Args>
void debug(std::string_view component, fmt::format_string<Args...> format, Args &&...args) {
    if (enabled(Level::Debug))
        write(Level::Debug, component, fmt::format(format, std::forward<Args>(args)...));
}
template<class... Args>
void info(std::string_view component, fmt::format_string<Args...> format, Args &&...args) {
    if (enabled(Level::Info))
        write(Level::Info, component, fmt::format(format, std::forward<Args>(args)...));
}
template<class... Args>
void warning(std::string_view component, fmt::format_string<Args...> format, Args &&...args) {
    if (enabled(Level::Warning))
        write(Level::Warning, component, fmt::format(format, std::forward<Args>(args)...));
}
template<class... Args>
void error(std::string_view component, fmt::format_string<Args...> format, Args &&...args) {
    if (enabled(Level::Error))
        write(Level::Error, component, fmt::format(format, std::forward<Args>(args)...));
}

} // namespace coracle::log
