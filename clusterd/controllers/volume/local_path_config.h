#pragma once

#include "core/base/result.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coracle::controllers {

/// Where local volumes go: config.json of the ConfigMap local-path-config (rancher/local-path-provisioner).
///
///     {"nodePathMap": [{"node": "DEFAULT_PATH_FOR_NON_LISTED_NODES", "paths": ["/var/lib/clusterd/storage"]}],
///      "storageClassConfigs": {"<class>": {"nodePathMap": [...]}}}
class LocalPathConfig {
public:
    /// Paths are absolute, not "/", without "..", and listed once.
    static Result<LocalPathConfig> parse(std::string_view json);

    /// The folders for volumes of a class on a node; an error says that the configuration wants none there.
    Result<std::vector<std::string>> pathsFor(const std::string &storageClass, const std::string &node) const;

private:
    friend struct LocalPathConfigReader;
    using Paths = std::map<std::string, std::vector<std::string>, std::less<>>; ///< by node
    Paths m_paths;
    std::map<std::string, Paths, std::less<>> m_classes; ///< classes with paths of their own
};

} // namespace coracle::controllers
