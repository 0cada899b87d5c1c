#pragma once

#include "clusterd/controllers/runtime.h"

#include <string>

namespace coracle::controllers {

inline constexpr std::string_view kLocalPathNamespace = "kube-system";
inline constexpr std::string_view kLocalPathConfigMap = "local-path-config";
inline constexpr std::string_view kLocalPathClass = "local-path";

/// The packaged component local-storage.
struct LocalStorageOptions {
    bool enabled = true; ///< not with --disable local-storage
    std::string path;    ///< --default-local-storage-path: where nodes that the ConfigMap doesn't list keep volumes
};

/// Makes the default StorageClass local-path and ConfigMap kube-system/local-path-config at start, as K3s' packaged
/// manifest does. What users change stays, except that another path in the options is written into the ConfigMap;
/// when the component is disabled, both are deleted. Objects that somebody else made are left alone.
/// Writes: that StorageClass and that ConfigMap.
class LocalPathPackage final : public Controller {
public:
    LocalPathPackage(const ControllerContext &context, LocalStorageOptions options);
    Task<Result<>> reconcile(std::string key) override;

private:
    Task<Result<>> ensure();
    Task<Result<>> ensureConfig();
    Task<Result<>> removeOwn(const ResourceInfo &resource, std::string namespaceName, std::string name);

    LocalStorageOptions m_options;
};

} // namespace coracle::controllers
