#include "clusterd/apiserver/admission/admission_config.h"

#include "core/api/codec.h"
#include "core/base/files.h"

#include <boost/json/parse.hpp>
#include <fmt/format.h>

namespace coracle::apiserver {

namespace {

constexpr size_t kFileBytesMax = 1u << 20;

Result<JsonObject> readYaml(const std::filesystem::path &file) {
    TRY(const std::string text, readFile(file, kFileBytesMax));
    auto json = api::yamlToJson(text);
    if (!json)
        return Failure(withContext(file.string(), json.error()));
    boost::json::error_code error;
    JsonValue value = boost::json::parse(*json, error);
    if (error || !value.is_object())
        return errors::other(fmt::format("{}: the file must hold one object", file.string()));
    return std::move(value.get_object());
}

Result<JsonObject> configurationOf(const std::filesystem::path &file, const JsonObject &plugin) {
    if (hasAt(plugin, "configuration"))
        return objectAt(plugin, "configuration");
    const std::filesystem::path path(std::string(textAt(plugin, "path")));
    if (path.empty())
        return JsonObject();
    return readYaml(path.is_absolute() ? path : file.parent_path() / path);
}

} // namespace

Result<> readAdmissionConfig(const std::filesystem::path &file, AdmissionOptions &options) {
    TRY(const JsonObject config, readYaml(file));
    if (textAt(config, "kind") != "AdmissionConfiguration" ||
        !textAt(config, "apiVersion").starts_with("apiserver.config.k8s.io/"))
        return errors::other(fmt::format("{}: the file must hold an AdmissionConfiguration of apiVersion "
                                         "apiserver.config.k8s.io/v1",
                                         file.string()));
    for (const JsonValue &value : arrayAt(config, "plugins")) {
        const JsonObject &plugin = asObject(value);
        const std::string_view name = textAt(plugin, "name");
        TRY(const JsonObject configuration, configurationOf(file, plugin));
        if (configuration.empty())
            continue;
        if (name != "PodSecurity")
            return errors::other(fmt::format("{}: admission plug-in \"{}\" takes no configuration in this version",
                                             file.string(), name));
        auto read = PodSecurityOptions::from(configuration);
        if (!read)
            return Failure(withContext(file.string() + ": PodSecurity", read.error()));
        options.podSecurity = std::move(*read);
    }
    return {};
}

} // namespace coracle::apiserver
