#pragma once

#include "core/config/cidr.h"
#include "core/config/settings.h"
#include "core/config/values.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace coracle::config {

/// Takes checked values out of settings. The first error stops it: later calls give defaults and error() tells.
class SettingReader {
public:
    /// Checks every setting against its option's type, also those that nobody reads later.
    explicit SettingReader(const Settings &settings);

    bool flag(std::string_view name, bool absent = false) { return single(name, parseBool).value_or(absent); }
    std::string text(std::string_view name, std::string absent = {});
    std::filesystem::path path(std::string_view name, std::filesystem::path absent = {});
    std::vector<std::string> texts(std::string_view name);

    template<class Parse>
    auto single(std::string_view name, Parse parse) -> std::optional<typename decltype(parse(""))::value_type> {
        auto all = many(name, parse);
        if (all.empty())
            return std::nullopt;
        return std::move(all.back());
    }

    template<class Parse>
    auto many(std::string_view name, Parse parse) {
        std::vector<typename decltype(parse(""))::value_type> values;
        for (const std::string &text : texts(name)) {
            auto value = parse(text);
            if (!value) {
                fail(name, value.error().message);
                return decltype(values)();
            }
            values.push_back(std::move(*value));
        }
        return values;
    }

    /// Names the setting as the user wrote it; the error's cause names the option.
    void fail(std::string_view name, std::string_view message);
    bool failed() const { return m_error.has_value(); }
    Failure error() const { return Failure(*m_error); }

private:
    const Settings &m_settings;
    std::optional<Status> m_error;
};

} // namespace coracle::config
