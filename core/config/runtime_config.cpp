#include "core/config/runtime_config.h"

#include "core/api/schema.h"
#include "core/config/values.h"

#include <algorithm>
#include <fmt/format.h>
#include <vector>

namespace coracle::config {

namespace {

constexpr std::string_view kAll = "api/all";
constexpr std::string_view kStabilities[] = {"api/alpha", "api/beta", "api/ga"};

/// Of a version such as v1, v1beta2 or v2alpha1.
std::string_view stabilityOf(std::string_view version) {
    return version.find("alpha") != version.npos  ? kStabilities[0]
           : version.find("beta") != version.npos ? kStabilities[1]
                                                  : kStabilities[2];
}

bool isForMany(std::string_view key) {
    return key == kAll || std::ranges::find(kStabilities, key) != std::end(kStabilities);
}

/// "group/version"; the core group is written "api".
std::string versionKey(std::string_view group, std::string_view version) {
    return fmt::format("{}/{}", group.empty() ? "api" : group, version);
}

Result<> checkKey(std::string_view key) {
    const auto slashes = std::ranges::count(key, '/');
    if (slashes != 1 && slashes != 2)
        return errors::other(fmt::format("runtime-config invalid key {}", key));
    const std::string_view group = key.substr(0, key.find('/'));
    const std::string_view version = slashes == 1 ? key : key.substr(0, key.rfind('/'));
    bool groupKnown = false, versionKnown = false;
    for (const auto resources : {api::builtinResources(), api::optionalResources()})
        for (const api::ResourceInfo &resource : resources) {
            groupKnown = groupKnown || group == (resource.group.empty() ? "api" : resource.group);
            versionKnown = versionKnown || version == versionKey(resource.group, resource.version);
        }
    if (!groupKnown)
        return errors::other(fmt::format("unknown api groups {}", group));
    if (!versionKnown)
        return errors::other(fmt::format("group version {} that has not been registered", version));
    return {};
}

} // namespace

Result<RuntimeConfig> RuntimeConfig::parse(std::span<const std::string> settings) {
    RuntimeConfig config;
    for (const std::string &setting : settings) {
        const size_t equals = std::min(setting.find('='), setting.size());
        const std::string key = setting.substr(0, equals);
        if (!isForMany(key))
            CHECK(checkKey(key));
        const std::string value = equals == setting.size() ? "true" : setting.substr(equals + 1);
        auto on = parseBool(value);
        if (!on)
            return Failure(withContext(fmt::format("invalid value {}={}", key, value), on.error()));
        config.m_settings[key] = *on;
    }
    if (config.m_settings.size() == 1 && config.m_settings.contains(kAll) && !config.m_settings.at(std::string(kAll)))
        return errors::other(fmt::format("invalid key with only {}=false", kAll));
    return config;
}

bool RuntimeConfig::serves(const api::ResourceInfo &resource, bool byDefault) const {
    const std::string version = versionKey(resource.group, resource.version);
    for (const std::string &key : {fmt::format("{}/{}", version, resource.resource), version,
                                   std::string(stabilityOf(resource.version)), std::string(kAll)})
        if (const auto setting = m_settings.find(key); setting != m_settings.end())
            return setting->second;
    return byDefault;
}

} // namespace coracle::config
