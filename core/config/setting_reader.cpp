#include "core/config/setting_reader.h"

#include <algorithm>
#include <fmt/format.h>

namespace coracle::config {

namespace {

/// A setting that asks for nothing: an option that is switched off, or a text that is empty.
bool asksForNothing(const OptionInfo &option, const Setting &setting) {
    const std::string &value = setting.values.back();
    return value.empty() || (option.type == OptionType::Bool && parseBool(value) == false);
}

bool isChoice(std::string_view choices, std::string_view value) {
    for (size_t begin = 0; begin <= choices.size();) {
        const size_t end = std::min(choices.find('|', begin), choices.size());
        if (choices.substr(begin, end - begin) == value)
            return true;
        begin = end + 1;
    }
    return false;
}

/// Whether the text is a value of the option's type; the typed readers say the same again with the value.
Result<> checkType(const OptionInfo &option, const std::string &text) {
    auto only = [](auto result) -> Result<> {
        if (!result)
            return Failure(std::move(result).error());
        return {};
    };
    switch (option.type) {
    case OptionType::Bool:
        return only(parseBool(text));
    case OptionType::Integer:
        return only(parseInteger(text, 0, INT32_MAX));
    case OptionType::Port:
        return only(parsePort(text));
    case OptionType::PortRange:
        return only(parsePortRange(text));
    case OptionType::Cidr:
        return only(Cidr::parse(text));
    case OptionType::Address:
        return only(Address::parse(text));
    case OptionType::Duration:
        return only(parseDuration(text));
    case OptionType::FileMode:
        return only(parseFileMode(text));
    case OptionType::ServerUrl:
        return only(parseServerUrl(text));
    case OptionType::Label:
        return only(parseLabel(text));
    case OptionType::Taint:
        return only(parseTaint(text));
    case OptionType::DnsName:
        return only(parseDnsName(text));
    case OptionType::ComponentArgument:
        return only(parseComponentArgument(text));
    case OptionType::Choice:
        if (!isChoice(option.choices, text))
            return errors::other(fmt::format("\"{}\" is not one of {}", text, option.choices));
        return {};
    case OptionType::Text:
    case OptionType::Path:
        return {};
    }
    return {};
}

} // namespace

SettingReader::SettingReader(const Settings &settings) : m_settings(settings) {
    for (const auto &[name, setting] : settings.all()) {
        const OptionInfo &option = *findOption(name);
        if (asksForNothing(option, setting) && !option.list)
            continue;
        if (option.support == Support::Later)
            fail(name, "this version of Coracle does not have it yet; remove it");
        for (const std::string &text : texts(name))
            if (auto checked = checkType(option, text); !checked)
                fail(name, checked.error().message);
    }
}

std::vector<std::string> SettingReader::texts(std::string_view name) {
    const Setting *setting = m_error ? nullptr : m_settings.find(name);
    if (!setting)
        return {};
    std::vector<std::string> texts;
    for (const std::string &value : setting->values)
        if (!findOption(name)->splitCommas)
            texts.push_back(value);
        else
            std::ranges::move(splitCommas(value), std::back_inserter(texts));
    std::erase(texts, "");
    return texts;
}

std::string SettingReader::text(std::string_view name, std::string absent) {
    auto all = texts(name);
    return all.empty() ? std::move(absent) : std::move(all.back());
}

std::filesystem::path SettingReader::path(std::string_view name, std::filesystem::path absent) {
    const std::string given = text(name);
    return given.empty() ? std::move(absent) : std::filesystem::absolute(given).lexically_normal();
}

void SettingReader::fail(std::string_view name, std::string_view message) {
    if (m_error)
        return;
    const Setting *setting = m_settings.find(name);
    m_error =
        errors::other(fmt::format("{}: {}", setting ? setting->origin : "--" + std::string(name), message)).error();
    m_error->causes = {{"FieldValueInvalid", std::string(message), std::string(name)}};
}

} // namespace coracle::config
