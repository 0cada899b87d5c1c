#include "clusterd/controllers/volume/local_path_config.h"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <filesystem>
#include <fmt/format.h>

namespace coracle::controllers {

namespace json = boost::json;

namespace {

constexpr const char *kOtherNodes = "DEFAULT_PATH_FOR_NON_LISTED_NODES";
constexpr size_t kConfigBytesMax = 1u << 20;

Result<> checkPath(const std::string &path) {
    const std::filesystem::path parts(path);
    if (!parts.is_absolute() || path.size() > 4000 || path.find('\0') != path.npos)
        return errors::other(fmt::format("config.json: \"{}\" is not an absolute path", path));
    if (parts.lexically_normal() == "/" || std::ranges::find(parts, "..") != parts.end())
        return errors::other(fmt::format("config.json: \"{}\" cannot hold volumes: name a folder below /", path));
    return {};
}

const json::value *member(const json::object &object, std::string_view name) {
    const json::value *found = object.if_contains(name);
    return found && !found->is_null() ? found : nullptr;
}

} // namespace

struct LocalPathConfigReader {
    using Paths = LocalPathConfig::Paths;

    static Result<std::vector<std::string>> readPaths(const json::object &entry, const std::string &node) {
        std::vector<std::string> paths;
        const json::value *list = member(entry, "paths");
        if (list && !list->is_array())
            return errors::other(fmt::format("config.json: paths of node {} is not a list", node));
        for (const json::value &value : list ? list->get_array() : json::array()) {
            if (!value.is_string())
                return errors::other(fmt::format("config.json: a path of node {} is not a text", node));
            std::string path(value.get_string());
            CHECK(checkPath(path));
            if (std::ranges::find(paths, path) != paths.end())
                return errors::other(fmt::format("config.json: path {} of node {} is listed twice", path, node));
            paths.push_back(std::move(path));
        }
        return paths;
    }

    static Result<Paths> readNodes(const json::object &config) {
        if (member(config, "sharedFileSystemPath") && config.at("sharedFileSystemPath") != json::value(""))
            return errors::other("config.json: sharedFileSystemPath is not supported; give each node its paths in "
                                 "nodePathMap");
        const json::value *list = member(config, "nodePathMap");
        if (!list || !list->is_array())
            return errors::other("config.json: nodePathMap is missing or not a list");
        Paths nodes;
        for (const json::value &value : list->get_array()) {
            const json::object *entry = value.if_object();
            const json::value *name = entry ? member(*entry, "node") : nullptr;
            if (!name || !name->is_string())
                return errors::other("config.json: an entry of nodePathMap has no node");
            std::string node(name->get_string());
            TRY(auto paths, readPaths(*entry, node));
            if (!nodes.emplace(node, std::move(paths)).second)
                return errors::other(fmt::format("config.json: node {} is listed twice", node));
        }
        return nodes;
    }
};

Result<LocalPathConfig> LocalPathConfig::parse(std::string_view text) {
    if (text.size() > kConfigBytesMax)
        return errors::other("config.json is too long");
    json::error_code error;
    const json::value value = json::parse(text, error);
    const json::object *config = error ? nullptr : value.if_object();
    if (!config)
        return errors::other(fmt::format("config.json is not a JSON object{}{}", error ? ": " : "",
                                         error ? error.message() : std::string()));
    LocalPathConfig result;
    const json::value *classes = member(*config, "storageClassConfigs");
    if (classes && !classes->is_object())
        return errors::other("config.json: storageClassConfigs is not an object");
    for (const auto &[name, entry] : classes ? classes->get_object() : json::object()) {
        if (!entry.is_object())
            return errors::other(
                fmt::format("config.json: storageClassConfigs.{} is not an object", std::string(name)));
        TRY(result.m_classes[std::string(name)], LocalPathConfigReader::readNodes(entry.get_object()));
    }
    if (result.m_classes.empty() || member(*config, "nodePathMap")) {
        TRY(result.m_paths, LocalPathConfigReader::readNodes(*config));
    }
    return result;
}

Result<std::vector<std::string>> LocalPathConfig::pathsFor(const std::string &storageClass,
                                                           const std::string &node) const {
    const auto ownPaths = m_classes.find(storageClass);
    const Paths &nodes = ownPaths == m_classes.end() ? m_paths : ownPaths->second;
    auto found = nodes.find(node);
    if (found == nodes.end())
        found = nodes.find(kOtherNodes);
    if (found == nodes.end())
        return errors::other(fmt::format("config doesn't contain node {}, and no {} available", node, kOtherNodes));
    if (found->second.empty())
        return errors::other(fmt::format("no local path available on node {}", node));
    return found->second;
}

} // namespace coracle::controllers
